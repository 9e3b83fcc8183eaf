import logging
from types import SimpleNamespace
from typing import cast

import aiohttp
import discord
import pytest

from bot.core.card import card_of
from bot.errors import AnswerMissedError, AnswerRefusedError, AnswerTakenError, UserError
from bot.replies import answer, explain, tell
from bot.view import PROMPT_INLINE_LIMIT
from tests.core.jobs import NOW, a_job
from tests.discord_edge import FakeInteraction, answered, refused, text_of

CARD = card_of(a_job(), pictures={}, now=NOW, usual_s=None)


def as_discord(interaction: FakeInteraction) -> discord.Interaction:
    return cast("discord.Interaction", interaction)


def commanded(prompt: str, **options: object) -> FakeInteraction:
    interaction = FakeInteraction()
    interaction.command = SimpleNamespace(name="imagine")
    interaction.namespace = SimpleNamespace(prompt=prompt, **options)
    return interaction


def attached() -> discord.Attachment:
    return object.__new__(discord.Attachment)


@pytest.mark.parametrize("private", [True, False])
async def test_an_answer_is_the_card_itself_and_pings_nobody(private: bool) -> None:  # noqa: FBT001
    interaction = FakeInteraction()
    assert await answer(as_discord(interaction), CARD, private=private, if_refused="No.") == 77
    ((_, how),) = interaction.response.said
    assert (how["ephemeral"], text_of(how).splitlines()[0]) == (private, CARD.header)
    assert isinstance(how["allowed_mentions"], discord.AllowedMentions)
    assert how["allowed_mentions"].to_dict() == {"parse": []}


async def test_an_answer_that_discord_does_not_take_any_more_is_missed() -> None:
    interaction = FakeInteraction()
    interaction.response.answers.append(refused(404, 10062))
    with pytest.raises(AnswerMissedError):
        await answer(as_discord(interaction), CARD, private=False, if_refused="No.")


@pytest.mark.parametrize("before", [[], [aiohttp.ClientConnectionError()]])
async def test_an_answer_that_is_there_already_is_told_as_such(before: list[BaseException]) -> None:
    interaction = FakeInteraction()
    interaction.response.answers.extend([*before, refused(400, 40060)])
    with pytest.raises(AnswerTakenError):
        await answer(as_discord(interaction), CARD, private=False, if_refused="No.")


@pytest.mark.parametrize("trouble", [refused(429), refused(503)])
async def test_every_other_trouble_leaves_it_open_whether_discord_took_the_answer(trouble: BaseException) -> None:
    interaction = FakeInteraction()
    interaction.response.answers.append(trouble)
    assert await answer(as_discord(interaction), CARD, private=False, if_refused="No.") is None


@pytest.mark.parametrize("code", [240000, 200000, 50035, 99999])
async def test_an_answer_that_discord_refuses_is_missed_and_told_in_words_without_the_prompt(code: int) -> None:
    interaction = FakeInteraction()
    interaction.response.answers.append(refused(400, code))
    with pytest.raises(AnswerRefusedError):
        await answer(as_discord(interaction), CARD, private=False, if_refused="No.")
    ((_, how),) = interaction.response.said
    assert (how["ephemeral"], text_of(how)) == (True, "No.")


async def test_an_answer_that_discord_refuses_after_a_broken_line_is_refused_all_the_same() -> None:
    interaction = FakeInteraction()
    interaction.response.answers.extend([aiohttp.ClientConnectionError(), refused(400, 240000)])
    with pytest.raises(AnswerRefusedError):
        await answer(as_discord(interaction), CARD, private=False, if_refused="No.")


@pytest.mark.parametrize("body", ["<html>", "", {"error": "denied"}, {"code": "denied", "message": "no"}])
async def test_an_answer_that_a_proxy_refuses_is_unclear(body: dict[str, object] | str) -> None:
    interaction = FakeInteraction()
    interaction.response.answers.append(answered(403, body))
    assert await answer(as_discord(interaction), CARD, private=False, if_refused="No.") is None


async def test_a_note_is_private_and_comes_after_an_answer_as_a_follow_up() -> None:
    interaction = FakeInteraction()
    await tell(as_discord(interaction), "First.")
    await tell(as_discord(interaction), "Second.")
    for said in (interaction.response.said[0][1], interaction.followed_up[0]):
        assert isinstance(said["allowed_mentions"], discord.AllowedMentions)
        assert said["allowed_mentions"].to_dict() == {"parse": []}
    assert interaction.response.said[0][1]["ephemeral"] is True
    assert (interaction.followed_up[0]["ephemeral"], text_of(interaction.followed_up[0])) == (True, "Second.")


async def test_a_refusal_is_told_as_it_stands_and_gives_everything_back_as_one_line() -> None:
    interaction = commanded("a red cube --n 9", model="no such", seed=7, private=True, image=attached())
    await explain(as_discord(interaction), UserError("At most 4."))
    text = text_of(interaction.response.said[0][1])
    assert text.startswith("At most 4.\nAttach the picture again.")
    assert text.endswith('```\n/imagine prompt: a red cube --n 9 --model "no such" --seed 7 --private\n```')


async def test_a_refusal_gives_the_line_put_right_where_there_is_one() -> None:
    interaction = commanded("a --ar 1:1 teapot", image=attached(), image2=attached())
    await explain(as_discord(interaction), UserError("One.", "Two.", line="/imagine prompt: a teapot --ar 1:1"))
    text = text_of(interaction.response.said[0][1])
    assert text.startswith("- One.\n- Two.\nAttach the 2 pictures again.")
    assert text.endswith("```\n/imagine prompt: a teapot --ar 1:1\n```")


async def test_a_long_prompt_is_given_back_as_a_file() -> None:
    interaction = commanded("x" * (PROMPT_INLINE_LIMIT + 1))
    await explain(as_discord(interaction), UserError("Too long."))
    files = cast("list[discord.File]", interaction.response.said[0][1]["files"])
    assert [file.filename for file in files] == ["prompt.txt"]


async def test_every_other_error_is_told_as_an_id_that_stands_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    interaction = FakeInteraction()
    await explain(as_discord(interaction), RuntimeError("secret inside"))
    text = text_of(interaction.response.said[0][1])
    assert "secret inside" not in text
    assert caplog.messages[0].split()[1].rstrip(":") in text


@pytest.mark.parametrize("trouble", [refused(404, 10062), aiohttp.ClientConnectionError()])
async def test_where_nobody_can_be_told_the_log_says_so(
    trouble: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    interaction = FakeInteraction()
    interaction.response.answers.append(trouble)
    await explain(as_discord(interaction), UserError("No."))
    assert caplog.messages[-1].startswith("nobody could be told")
