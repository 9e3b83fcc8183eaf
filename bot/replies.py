"""First answers: a card for a job, or a private sentence for the one person whom a refusal concerns."""

import logging
from collections.abc import Iterable

import aiohttp
import discord

from bot.boundary import report
from bot.core import words
from bot.core.card import Card
from bot.core.command_line import typed_line
from bot.core.request import Command
from bot.discord_codes import Code, is_refusal
from bot.errors import AnswerMissedError, AnswerRefusedError, AnswerTakenError, UserError
from bot.view import NOBODY, note, prompt_files, render

log = logging.getLogger(__name__)


async def answer(interaction: discord.Interaction, card: Card, *, private: bool, if_refused: str) -> int | None:
    """Answer with a job's card and return the message's id; None when it is unclear whether Discord took it.

    Raises AnswerTakenError when there is an answer already, AnswerMissedError when Discord surely took none; where it
    refuses what the card says, the person has been told so by then. A line that breaks is tried once more, since
    Discord takes only one answer anyway; discord.py itself tries again after a 5xx.
    """
    try:
        return await _answer_twice(interaction, card, private=private)
    except AnswerRefusedError:
        await _explain(interaction, if_refused)
        raise


async def _answer_twice(interaction: discord.Interaction, card: Card, *, private: bool) -> int | None:
    try:
        return await _answer(interaction, card, private=private)
    except (aiohttp.ClientError, OSError) as error:
        log.info("answer tried again: %s", type(error).__name__, extra={"job_id": card.job_id})
    try:
        return await _answer(interaction, card, private=private)
    except (AnswerRefusedError, AnswerTakenError):
        raise
    except (AnswerMissedError, aiohttp.ClientError, OSError) as error:
        # The first one may have been taken, whatever is said of the second.
        log.warning("answer unclear: %s", type(error).__name__, extra={"job_id": card.job_id})
        return None


async def _answer(interaction: discord.Interaction, card: Card, *, private: bool) -> int | None:
    try:
        response = await interaction.response.send_message(
            view=render(card), ephemeral=private, allowed_mentions=NOBODY
        )
    except discord.HTTPException as error:
        if error.code == Code.UNKNOWN_INTERACTION:
            raise AnswerMissedError("Discord took no answer within 3 s") from error
        if error.code == Code.ALREADY_ACKNOWLEDGED:
            raise AnswerTakenError("Discord has an answer already") from error
        if is_refusal(error):
            log.warning("answer refused: code %s", error.code, extra={"job_id": card.job_id})
            raise AnswerRefusedError(f"Discord answered {error.status}, code {error.code}") from error
        log.warning(
            "answer unclear: Discord answered %s, code %s", error.status, error.code, extra={"job_id": card.job_id}
        )
        return None
    return response.message_id


async def tell(
    interaction: discord.Interaction, *texts: str, prompt: str | None = None, above: str = words.YOUR_REQUEST
) -> None:
    """Say something privately, as the first answer or after it; `prompt` is a line to copy, below the words `above`."""
    view = note(*texts, *([above] if prompt else []), prompt=prompt or None)
    files = prompt_files(prompt)
    if interaction.response.is_done():
        await interaction.followup.send(view=view, files=files, ephemeral=True, allowed_mentions=NOBODY)
    else:
        await interaction.response.send_message(view=view, files=files, ephemeral=True, allowed_mentions=NOBODY)


async def explain(interaction: discord.Interaction, error: BaseException) -> None:
    """Tell a person what went wrong: the text of a UserError, else an id that stands in the log beside the error.

    Everything that a command brought along is given back as one line, put right where Easel can do that by itself.
    """
    line = typed(interaction)
    if isinstance(error, UserError):
        text, line = str(error), error.line or line
    else:
        text = words.SOMETHING_WENT_WRONG.format(id=report("a command or button", error))
    again = words.attach_again(_attached(interaction)) if line else ""
    await _explain(interaction, "\n".join(filter(None, (text, again))), line=line)


async def _explain(interaction: discord.Interaction, text: str, *, line: str | None = None) -> None:
    try:
        await tell(interaction, text, prompt=line)
    except discord.HTTPException as unreachable:
        # Mostly code 10062: the person has been shown "did not respond" by then.
        log.warning("nobody could be told: Discord answered %s, code %s", unreachable.status, unreachable.code)
    except (aiohttp.ClientError, OSError) as unreachable:
        log.warning("nobody could be told: %s", type(unreachable).__name__)
    except Exception as unforeseen:  # noqa: BLE001 - the last word on a failure must not be one more
        report("nobody could be told", unforeseen)


def typed(interaction: discord.Interaction) -> str | None:
    """Return a command with a prompt as one line to copy, letter by letter; None for every other interaction."""
    command = next((each for each in Command if interaction.command and each == interaction.command.name), None)
    options = dict(_options(interaction))
    prompt = options.pop("prompt", None)
    chosen = {name: value for name, value in options.items() if isinstance(value, str | int)}
    if command is None or not isinstance(prompt, str) or not (prompt.strip() or chosen):
        return None
    return typed_line(command, prompt, chosen)


def _attached(interaction: discord.Interaction) -> int:
    return sum(isinstance(value, discord.Attachment) for _, value in _options(interaction))


def _options(interaction: discord.Interaction) -> Iterable[tuple[str, object]]:
    """Return what a person chose, by the options' names in Discord."""
    try:
        return vars(interaction.namespace).items()
    except (AttributeError, LookupError, TypeError, ValueError):
        # discord.py reads the options at this moment, and they may be what was wrong.
        return ()
