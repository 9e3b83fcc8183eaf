"""The ladder from the interaction's token to the bot's, and what each refusal of Discord's means."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import aiohttp
import discord
import pytest

from bot.core import words
from bot.core.card import Card, card_of
from bot.core.job import Attachment, GenerationState, Job
from bot.core.placement import ResultFile
from bot.delivery import DEFAULT_SIZE_LIMIT_BYTES, DiscordDelivery, KeptAttachment, Trouble, trouble_of
from bot.errors import (
    AnsweredElsewhereError,
    AnswerHiddenError,
    FileTooLargeError,
    MessageGoneError,
    MessageUnreachableError,
    TokenDeadError,
    TransientError,
)
from bot.refusals import CHANNEL_LIMIT, LIMIT, Refusals
from bot.view import note, render
from tests.core.jobs import MIB, NOW, a_generation, a_job, an_ask
from tests.discord_edge import UNAUTHORIZED, Edge, answered, message_with, refused
from tests.fakes import ManualClock

S = GenerationState
JOB = a_job(S.SUCCEEDED)
LATE = replace(JOB, token_expires_at=NOW)
TOKENLESS = replace(JOB, token=None)
PRIVATE = replace(TOKENLESS, ask=replace(an_ask(), private=True))
FILES = {"1-1": ResultFile(filename="1-1.png", data=b"picture")}


@dataclass
class History:
    """A channel's messages, or the error that asking for them gives."""

    messages: list[object] = field(default_factory=list[object])
    error: BaseException | None = None

    async def history(self, *, limit: int, around: discord.Object) -> AsyncIterator[object]:
        assert (limit, around.id) == (100, 1)
        if self.error is not None:
            raise self.error
        for message in self.messages:
            yield message


@dataclass
class FakeClient:
    channel: History = field(default_factory=History)
    user: object = "the bot"

    def get_partial_messageable(self, channel_id: int, *, guild_id: int | None) -> History:
        assert (channel_id, guild_id) == (8, 10)
        return self.channel


class Ladder(DiscordDelivery):
    """The delivery with its two ways laid open."""

    def __init__(self) -> None:
        self.client = FakeClient()
        clock = ManualClock()
        self.refusals = Refusals(monotonic=clock.monotonic)
        super().__init__(cast("discord.Client", self.client), refusals=self.refusals, clock=clock)
        self.by_token, self.by_bot = Edge(), Edge()

    def _webhook(self, job: Job) -> discord.Webhook:
        assert job.token is not None
        return cast("discord.Webhook", self.by_token)

    def _partial_message(self, job: Job) -> discord.PartialMessage:
        assert job.message_id is not None
        return cast("discord.PartialMessage", self.by_bot)


@pytest.fixture
def ladder() -> Ladder:
    return Ladder()


def card(job: Job) -> Card:
    return card_of(job, pictures={"1-1": "1-1.png"}, now=NOW, usual_s=None)


async def show(ladder: Ladder, job: Job = JOB, *, data: bytes = b"picture") -> None:
    await ladder.show(job, card(job), {"1-1": ResultFile(filename="1-1.png", data=data)})


@pytest.mark.parametrize(
    ("status", "code", "trouble"),
    [
        (404, 10008, Trouble.GONE),
        (401, 50027, Trouble.TOKEN_DEAD),
        (401, 40001, Trouble.TOKEN_DEAD),
        (401, 0, Trouble.PASSING),
        (404, 10015, Trouble.TOKEN_DEAD),
        (413, 0, Trouble.TOO_LARGE),
        (400, 40005, Trouble.TOO_LARGE),
        (403, 50001, Trouble.OUT_OF_REACH),
        (403, 50013, Trouble.OUT_OF_REACH),
        (404, 10003, Trouble.OUT_OF_REACH),
        (400, 50083, Trouble.OUT_OF_REACH),
        (403, 0, Trouble.PASSING),
        (404, 0, Trouble.PASSING),
        (400, 160005, Trouble.OUT_OF_REACH),
        (400, 50035, Trouble.REFUSED),
        (403, 20009, Trouble.REFUSED),
        (404, 99999, Trouble.REFUSED),
        (400, 0, Trouble.PASSING),
        (403, 40333, Trouble.PASSING),
        (429, 30046, Trouble.PASSING),
        (503, 130000, Trouble.PASSING),
        (429, 0, Trouble.PASSING),
        (503, 0, Trouble.PASSING),
    ],
)
def test_each_refusal_has_its_meaning(status: int, code: int, trouble: Trouble) -> None:
    assert trouble_of(refused(status, code)) is trouble


def test_a_404_of_discord_s_own_needs_no_code() -> None:
    assert trouble_of(answered(404, {"code": 0, "message": "404: Not Found"})) is Trouble.OUT_OF_REACH


def test_a_401_of_discord_s_own_needs_no_code() -> None:
    assert trouble_of(answered(401, UNAUTHORIZED)) is Trouble.TOKEN_DEAD


async def test_while_the_token_lives_it_is_the_way(ladder: Ladder) -> None:
    await show(ladder)
    ((call, how),) = ladder.by_token.calls
    assert (call, how["message_id"], ladder.by_bot.calls) == ("edit", 77, [])


@pytest.mark.parametrize("job", [LATE, TOKENLESS])
async def test_without_a_living_token_the_bot_s_own_is_the_way(ladder: Ladder, job: Job) -> None:
    await show(ladder, job)
    assert [call for call, _ in ladder.by_bot.calls] == ["edit"]
    assert ladder.by_token.calls == []


@pytest.mark.parametrize("job", [JOB, TOKENLESS])
async def test_no_edit_can_ping_anybody(ladder: Ladder, job: Job) -> None:
    await show(ladder, job)
    ((_, how),) = [*ladder.by_token.calls, *ladder.by_bot.calls]
    mentions = how["allowed_mentions"]
    assert isinstance(mentions, discord.AllowedMentions)
    assert mentions.to_dict() == {"parse": []}


async def test_the_attachment_list_is_complete_what_stays_and_what_is_new(ladder: Ladder) -> None:
    kept = replace(a_generation(S.SUCCEEDED, 1), attachment=Attachment(id=5, filename="1-2.png"))
    job = replace(JOB, generations=(*JOB.generations, kept))
    await show(ladder, job)
    stays, new = cast("list[KeptAttachment | discord.File]", ladder.by_token.calls[0][1]["attachments"])
    assert isinstance(stays, KeptAttachment)
    assert stays.to_dict() == {"id": 5, "filename": "1-2.png"}
    assert isinstance(new, discord.File)
    assert (new.filename, new.fp.read()) == ("1-1.png", b"picture")


async def test_a_file_that_is_sent_anew_is_not_kept_as_well(ladder: Ladder) -> None:
    placed = replace(a_generation(S.SUCCEEDED), attachment=Attachment(id=5, filename="1-1.png"))
    await show(ladder, replace(JOB, generations=(placed,)))
    attachments = cast("list[object]", ladder.by_token.calls[0][1]["attachments"])
    assert len(attachments) == 1


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (refused(401, 50027), TokenDeadError),
        (refused(404, 10015), TokenDeadError),
        (refused(404, 10008), MessageGoneError),
        (refused(403, 50001), TokenDeadError),
        (refused(413), FileTooLargeError),
        (refused(503), TransientError),
        (refused(403), TransientError),
        (aiohttp.ClientConnectionError(), TransientError),
        (ConnectionResetError(), TransientError),
        (TimeoutError(), TransientError),
    ],
)
async def test_what_the_token_s_way_can_end_in(ladder: Ladder, refusal: BaseException, error: type[Exception]) -> None:
    ladder.by_token.answers.append(refusal)
    with pytest.raises(error):
        await show(ladder)
    assert ladder.by_bot.calls == []


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (refused(404, 10008), MessageGoneError),
        (refused(403, 50001), MessageUnreachableError),
        (refused(404, 10003), MessageUnreachableError),
        (refused(413), FileTooLargeError),
        (refused(401), TransientError),
        (refused(500), TransientError),
        (aiohttp.ClientConnectionError(), TransientError),
    ],
)
async def test_what_the_bot_s_own_way_can_end_in(
    ladder: Ladder, refusal: BaseException, error: type[Exception]
) -> None:
    ladder.by_bot.answers.append(refusal)
    with pytest.raises(error):
        await show(ladder, TOKENLESS)


async def test_a_private_answer_has_no_way_but_its_token(ladder: Ladder) -> None:
    with pytest.raises(MessageUnreachableError):
        await show(ladder, PRIVATE)
    assert ladder.by_bot.calls == []


async def refuse(ladder: Ladder, times: int) -> None:
    for _ in range(times):
        ladder.by_bot.answers.append(refused(403, 50001))
        with pytest.raises(MessageUnreachableError):
            await show(ladder, TOKENLESS)


async def test_a_channel_that_refused_thrice_is_asked_no_more(ladder: Ladder) -> None:
    await refuse(ladder, CHANNEL_LIMIT)
    with pytest.raises(MessageUnreachableError):
        await show(ladder, TOKENLESS)
    assert len(ladder.by_bot.calls) == CHANNEL_LIMIT
    await show(ladder, JOB)
    assert len(ladder.by_token.calls) == 1


async def test_an_edit_that_a_channel_takes_makes_up_for_its_refusals(ladder: Ladder) -> None:
    await refuse(ladder, CHANNEL_LIMIT - 1)
    await show(ladder, TOKENLESS)
    await refuse(ladder, CHANNEL_LIMIT - 1)
    await show(ladder, TOKENLESS)


async def test_after_too_many_refusals_nothing_is_sent_but_what_a_person_asks_for(ladder: Ladder) -> None:
    for _ in range(LIMIT):
        ladder.refusals.note()
    for sending in (show(ladder), ladder.find_answer(JOB)):
        with pytest.raises(TransientError, match="refusals"):
            await sending
    assert ladder.by_token.calls == []
    await ladder.remove(JOB)
    assert [call for call, _ in ladder.by_token.calls] == ["delete"]


async def test_on_the_bot_s_way_what_any_server_takes_is_the_limit(ladder: Ladder) -> None:
    with pytest.raises(FileTooLargeError) as too_large:
        await show(ladder, TOKENLESS, data=bytes(DEFAULT_SIZE_LIMIT_BYTES + 1))
    assert too_large.value.limit_bytes == DEFAULT_SIZE_LIMIT_BYTES
    assert ladder.by_bot.calls == []


async def test_a_413_never_lets_the_same_size_be_tried_again(ladder: Ladder) -> None:
    ladder.by_token.answers.append(refused(413))
    with pytest.raises(FileTooLargeError) as too_large:
        await show(ladder, replace(JOB, size_limit_bytes=500 * MIB))
    assert too_large.value.limit_bytes == DEFAULT_SIZE_LIMIT_BYTES


async def test_an_answer_that_discord_took_is_found_by_its_token(ladder: Ladder) -> None:
    ladder.by_token.message = message_with(render(card(JOB)))
    assert await ladder.find_answer(JOB) == 77
    assert ladder.by_token.calls == [("fetch", {"message_id": "@original"})]


async def test_an_answer_that_discord_does_not_know_was_never_taken(ladder: Ladder) -> None:
    ladder.by_token.answers.append(refused(404, 10008))
    assert await ladder.find_answer(JOB) is None


async def test_a_refusal_that_answered_the_interaction_is_not_its_card(ladder: Ladder) -> None:
    ladder.by_token.message = message_with(note(words.CANNOT_TAKE_JOBS))
    assert await ladder.find_answer(JOB) is None


async def test_with_a_dead_token_the_channel_s_messages_tell(ladder: Ladder) -> None:
    stranger = SimpleNamespace(id=1, interaction_metadata=None)
    other = SimpleNamespace(id=2, interaction_metadata=SimpleNamespace(id=999))
    ours = message_with(render(card(JOB)), id=3, interaction_metadata=SimpleNamespace(id=1))
    ladder.client.channel.messages = [stranger, other, ours]
    ladder.by_token.answers.append(refused(401, 50027))
    assert await ladder.find_answer(JOB) == 3
    assert await ladder.find_answer(LATE) == 3


@pytest.mark.parametrize("code", [10003, 10004])
async def test_where_the_place_is_gone_the_answer_is_gone_too(ladder: Ladder, code: int) -> None:
    ladder.client.channel.error = refused(404, code)
    assert await ladder.find_answer(LATE) is None


async def test_another_answer_among_the_channel_s_messages_says_that_ours_is_not_there(ladder: Ladder) -> None:
    ladder.client.channel.messages = [SimpleNamespace(id=2, interaction_metadata=None)]
    assert await ladder.find_answer(LATE) is None


@pytest.mark.parametrize("refusal", [refused(403, 50001), refused(403, 50013), refused(400, 99999), None])
async def test_where_the_history_is_not_shown_nobody_knows_of_an_answer(
    ladder: Ladder, refusal: BaseException | None
) -> None:
    ladder.client.channel.error = refusal
    with pytest.raises(AnswerHiddenError):
        await ladder.find_answer(LATE)


async def test_no_list_holds_a_private_answer(ladder: Ladder) -> None:
    with pytest.raises(AnswerHiddenError):
        await ladder.find_answer(PRIVATE)


async def test_a_private_interaction_whose_webhook_discord_does_not_know_was_never_answered(ladder: Ladder) -> None:
    ladder.by_token.answers.append(refused(404, 10015))
    assert await ladder.find_answer(replace(PRIVATE, token="interaction token")) is None


async def test_a_card_with_another_number_is_of_another_process(ladder: Ladder) -> None:
    ladder.by_token.message = message_with(render(card(replace(JOB, card_number=5))))
    assert await ladder.find_answer(replace(JOB, card_number=5)) == 77
    assert await ladder.find_answer(JOB) == 77
    with pytest.raises(AnsweredElsewhereError):
        await ladder.find_answer(replace(JOB, card_number=6))


@pytest.mark.parametrize("refusal", [refused(503), aiohttp.ClientConnectionError()])
async def test_what_cannot_be_found_out_now_is_asked_again_later(ladder: Ladder, refusal: BaseException) -> None:
    ladder.by_token.answers.append(refusal)
    ladder.client.channel.error = refusal
    for job in (JOB, LATE):
        with pytest.raises(TransientError):
            await ladder.find_answer(job)


@pytest.mark.parametrize(
    ("job", "by_token", "by_bot"), [(JOB, 1, 0), (LATE, 0, 1), (replace(JOB, message_id=None), 0, 0)]
)
async def test_a_message_is_deleted_by_the_way_that_is_open(
    ladder: Ladder, job: Job, by_token: int, by_bot: int
) -> None:
    await ladder.remove(job)
    assert (len(ladder.by_token.calls), len(ladder.by_bot.calls)) == (by_token, by_bot)


async def test_a_message_is_deleted_by_the_bot_when_the_token_turns_out_dead(ladder: Ladder) -> None:
    ladder.by_token.answers.append(refused(401, 50027))
    await ladder.remove(JOB)
    assert [call for call, _ in ladder.by_bot.calls] == ["delete"]


async def test_a_message_that_is_gone_already_is_deleted_enough(ladder: Ladder) -> None:
    ladder.by_token.answers.append(refused(404, 10008))
    await ladder.remove(JOB)
    assert ladder.by_bot.calls == []


@pytest.mark.parametrize("refusal", [refused(503), aiohttp.ClientConnectionError()])
async def test_a_message_that_cannot_be_deleted_now_is_told(ladder: Ladder, refusal: BaseException) -> None:
    ladder.by_token.answers.append(refusal)
    with pytest.raises(TransientError):
        await ladder.remove(JOB)


async def test_a_token_lives_up_to_its_time_and_no_longer(ladder: Ladder) -> None:
    await ladder.remove(replace(JOB, token_expires_at=NOW + timedelta(seconds=1)))
    await ladder.remove(LATE)
    assert (len(ladder.by_token.calls), len(ladder.by_bot.calls)) == (1, 1)
