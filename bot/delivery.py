"""Delivery over discord.py: the edits of a job's message, and the ladder from its token to the bot's."""

import io
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from http import HTTPStatus
from typing import cast

import aiohttp
import discord

from bot.core.card import Card
from bot.core.job import Attachment, Job
from bot.core.placement import Placed, ResultFile
from bot.discord_codes import Code, is_refusal
from bot.errors import (
    AnsweredElsewhereError,
    AnswerHiddenError,
    CardRefusedError,
    FileTooLargeError,
    MessageGoneError,
    MessageUnreachableError,
    TokenDeadError,
    TransientError,
)
from bot.refusals import Refusals
from bot.view import NOBODY, attachment_ids, is_card_of, render

log = logging.getLogger(__name__)

DEFAULT_SIZE_LIMIT_BYTES = 10 * 1024 * 1024
"""What Discord takes from a bot in any server, boosted or not (developer documentation, "Uploading Files")."""
OLD_MESSAGE = timedelta(hours=1)
"""From this age on Discord counts the edits of messages apart (code 30046)."""
MESSAGES_AROUND = 100
"""The most that Discord lists in one call."""


PLACE_IS_GONE = frozenset({Code.UNKNOWN_CHANNEL, Code.UNKNOWN_GUILD})


class Trouble(Enum):
    """What a refused call means for the ladder."""

    GONE = "gone"
    TOKEN_DEAD = "dead token"  # noqa: S105 - a word for the log
    OUT_OF_REACH = "out of reach"
    TOO_LARGE = "too large"
    REFUSED = "refused"
    PASSING = "passing"


_TROUBLE_BY_CODE = {
    Code.UNKNOWN_MESSAGE: Trouble.GONE,
    Code.INVALID_WEBHOOK_TOKEN: Trouble.TOKEN_DEAD,
    Code.UNKNOWN_WEBHOOK: Trouble.TOKEN_DEAD,
    Code.ENTITY_TOO_LARGE: Trouble.TOO_LARGE,
    Code.UNKNOWN_CHANNEL: Trouble.OUT_OF_REACH,
    Code.UNKNOWN_GUILD: Trouble.OUT_OF_REACH,
    Code.MISSING_ACCESS: Trouble.OUT_OF_REACH,
    Code.MISSING_PERMISSIONS: Trouble.OUT_OF_REACH,
    Code.THREAD_ARCHIVED: Trouble.OUT_OF_REACH,
    Code.THREAD_LOCKED: Trouble.OUT_OF_REACH,
}
_TROUBLE_WITHOUT_CODE: Mapping[int, Trouble] = {
    HTTPStatus.UNAUTHORIZED: Trouble.TOKEN_DEAD,
    HTTPStatus.FORBIDDEN: Trouble.OUT_OF_REACH,
    HTTPStatus.NOT_FOUND: Trouble.OUT_OF_REACH,
}


def trouble_of(error: discord.HTTPException) -> Trouble:
    """Decide what an error of Discord's means: what the table does not name is a refusal, if Discord itself says no."""
    if error.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        # A proxy before Discord says so, too, and means it.
        return Trouble.TOO_LARGE
    if not is_refusal(error):
        return Trouble.PASSING
    if error.code == 0:
        return _TROUBLE_WITHOUT_CODE.get(error.status, Trouble.REFUSED)
    unknown = Trouble.TOKEN_DEAD if error.status == HTTPStatus.UNAUTHORIZED else Trouble.REFUSED
    return _TROUBLE_BY_CODE.get(error.code, unknown)


class KeptAttachment:
    """A file that stays on the message. Discord keeps it only when id and file name are named together."""

    def __init__(self, attachment: Attachment) -> None:
        self._attachment = attachment

    def to_dict(self) -> dict[str, object]:
        return {"id": self._attachment.id, "filename": self._attachment.filename}


class DiscordDelivery:
    """Edits messages through a logged-in client."""

    def __init__(self, client: discord.Client, *, refusals: Refusals, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._refusals = refusals
        self._clock = clock

    async def show(self, job: Job, card: Card, files: Mapping[str, ResultFile]) -> Placed:
        """Show a card on a job's message; see ports.Delivery."""
        self._may_call()
        if job.message_id is None or not self._token_lives(job):
            return await self._show_by_bot(job, card, files)
        try:
            return self._placed(await self._edit_by_token(job, card, files), card)
        except discord.HTTPException as error:
            trouble = trouble_of(error)
            # Whatever keeps this way shut, the bot's own is tried before the message is given up.
            if trouble in {Trouble.TOKEN_DEAD, Trouble.OUT_OF_REACH}:
                raise TokenDeadError(f"Discord answered {error.status}, code {error.code}") from error
            raise _named(trouble, error, job.size_limit_bytes) from error
        except (aiohttp.ClientError, OSError) as error:
            raise TransientError(type(error).__name__) from error

    def _may_call(self) -> None:
        """Raise TransientError while Discord cannot be called, or should not be."""
        if self._client.user is None:
            raise TransientError("Discord has not been reached yet")
        self._refusals.check()

    def _token_lives(self, job: Job) -> bool:
        return job.token is not None and self._clock() < job.token_expires_at

    async def _edit_by_token(self, job: Job, card: Card, files: Mapping[str, ResultFile]) -> discord.Message:
        return await self._webhook(job).edit_message(
            cast("int", job.message_id),
            view=render(card),
            attachments=_attachments(job, files),
            allowed_mentions=NOBODY,
        )

    def _webhook(self, job: Job) -> discord.Webhook:
        return discord.Webhook.partial(job.application_id, job.token or "", client=self._client)

    async def _show_by_bot(self, job: Job, card: Card, files: Mapping[str, ResultFile]) -> Placed:
        if job.ask.private or job.message_id is None:
            raise MessageUnreachableError("a private answer can be edited only while its token lives")
        if self._refusals.gave_up_channel(job.channel_id):
            raise MessageUnreachableError("the channel refused the last edits")
        if self._clock() - discord.utils.snowflake_time(job.message_id) > OLD_MESSAGE:
            self._refusals.check_old_edits(job.channel_id)
        limit_bytes = DEFAULT_SIZE_LIMIT_BYTES
        if any(len(file.data) > limit_bytes for file in files.values()):
            raise FileTooLargeError(limit_bytes)
        try:
            message = await self._partial_message(job).edit(
                view=render(card),
                attachments=_attachments(job, files),
                allowed_mentions=NOBODY,
            )
        except discord.HTTPException as error:
            trouble = trouble_of(error)
            if trouble is Trouble.OUT_OF_REACH and error.status == HTTPStatus.FORBIDDEN:
                self._refusals.note_channel(job.channel_id)
            raise _named(trouble, error, limit_bytes) from error
        except (aiohttp.ClientError, OSError) as error:
            raise TransientError(type(error).__name__) from error
        self._refusals.forgive_channel(job.channel_id)
        return self._placed(message, card)

    def _partial_message(self, job: Job) -> discord.PartialMessage:
        channel = self._client.get_partial_messageable(job.channel_id, guild_id=job.guild_id)
        return channel.get_partial_message(cast("int", job.message_id))

    @staticmethod
    def _placed(message: discord.Message, card: Card) -> Placed:
        ids = attachment_ids(message)
        return Placed(
            attachments={
                picture.generation_id: Attachment(id=attachment_id, filename=picture.filename)
                for picture, attachment_id in zip(card.placed, ids, strict=False)
                if attachment_id is not None
            }
        )

    async def find_answer(self, job: Job) -> int | None:
        """Find out whether a job was answered; see ports.Delivery."""
        self._may_call()
        try:
            if self._token_lives(job):
                return await self._original(job)
            return await self._among_messages(job)
        except (aiohttp.ClientError, OSError) as error:
            raise TransientError(type(error).__name__) from error

    async def _original(self, job: Job) -> int | None:
        # discord.py has a call for @original only on a live Interaction; the path takes the word as it takes an id.
        try:
            message = await self._webhook(job).fetch_message(cast("int", "@original"))
        except discord.HTTPException as error:
            trouble = trouble_of(error)
            if trouble is Trouble.GONE or (job.ask.private and error.code == Code.UNKNOWN_WEBHOOK):
                # Before the first answer Discord knows no webhook of an interaction.
                return None
            if trouble is Trouble.TOKEN_DEAD:
                return await self._among_messages(job)
            raise TransientError(f"Discord answered {error.status}") from error
        return _own_card(message, job)

    async def _among_messages(self, job: Job) -> int | None:
        """Look for the answer among the channel's messages around the interaction's own moment."""
        if job.ask.private:
            raise AnswerHiddenError("no list holds a private answer")
        channel = self._client.get_partial_messageable(job.channel_id, guild_id=job.guild_id)
        around = discord.Object(int(job.id))
        seen = 0
        try:
            async for message in channel.history(limit=MESSAGES_AROUND, around=around):
                seen += 1
                metadata = message.interaction_metadata
                found = _own_card(message, job) if metadata is not None and metadata.id == around.id else None
                if found is not None:
                    return found
        except discord.HTTPException as error:
            if error.code in PLACE_IS_GONE:
                return None
            if trouble_of(error) is Trouble.PASSING:
                raise TransientError(f"Discord answered {error.status}") from error
            raise AnswerHiddenError(f"Discord answered {error.status}, code {error.code}") from error
        if not seen:
            # Who may not read the history is shown an empty one (developer documentation, "Get Channel Messages").
            raise AnswerHiddenError("the channel shows no messages")
        return None

    async def remove(self, job: Job) -> None:
        """Delete a job's message because somebody asked for it; silent when it is gone already."""
        if job.message_id is None:
            return
        try:
            await self._delete(job, job.message_id)
        except discord.HTTPException as error:
            trouble = trouble_of(error)
            if trouble in {Trouble.PASSING, Trouble.REFUSED}:
                raise TransientError(f"Discord answered {error.status}") from error
            log.info("message not deleted: %s", trouble.value, extra={"job_id": job.id})
        except (aiohttp.ClientError, OSError) as error:
            raise TransientError(type(error).__name__) from error

    async def _delete(self, job: Job, message_id: int) -> None:
        if self._token_lives(job):
            try:
                await self._webhook(job).delete_message(message_id)
            except discord.HTTPException as error:
                if trouble_of(error) is not Trouble.TOKEN_DEAD:
                    raise
            else:
                return
        await self._partial_message(job).delete()


def _own_card(message: discord.Message, job: Job) -> int | None:
    """Return the id of a message that is a job's card, None for another one; see ports.Delivery.find_answer."""
    if is_card_of(message, job.id, job.card_number):
        return message.id
    if is_card_of(message, job.id, None):
        raise AnsweredElsewhereError("the card has another number")
    return None


def _attachments(job: Job, files: Mapping[str, ResultFile]) -> Sequence[discord.Attachment | discord.File]:
    """Name the complete list: what stays, then what is new; Discord removes all that is not in it."""
    kept = [KeptAttachment(g.attachment) for g in job.succeeded if g.attachment and g.id not in files]
    new = [discord.File(io.BytesIO(file.data), file.filename) for file in files.values()]
    # discord.py asks of a kept attachment only its `to_dict`; its own class cannot be built without Discord's payload.
    return [*cast("list[discord.Attachment]", kept), *new]


def _named(
    trouble: Trouble, error: discord.HTTPException, limit_bytes: int
) -> MessageGoneError | MessageUnreachableError | FileTooLargeError | CardRefusedError | TransientError:
    match trouble:
        case Trouble.GONE:
            return MessageGoneError("the message was deleted")
        case Trouble.TOO_LARGE:
            return FileTooLargeError(min(limit_bytes, DEFAULT_SIZE_LIMIT_BYTES))
        case Trouble.REFUSED:
            return CardRefusedError(f"Discord answered {error.status}, code {error.code}")
        case Trouble.OUT_OF_REACH:
            return MessageUnreachableError(f"Discord answered {error.status}, code {error.code}")
        case Trouble.PASSING | Trouble.TOKEN_DEAD:
            # With the bot's own token this is no word about the message: the gateway ends the process, if it is true.
            return TransientError(f"Discord answered {error.status}, code {error.code}", status=error.status)
