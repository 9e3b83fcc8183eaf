"""Row H of the matrix: between a finished picture and its message, no trouble is without an end or holds up others."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import discord
import pytest
from discord.utils import time_snowflake

from bot.client import EaselBot
from bot.core import words
from bot.core.card import Card, card_of
from bot.core.job import TOKEN_LIFE, Answer, GenerationState, Job, JobState, Place
from bot.core.lasting import APART
from bot.core.placement import Placed, ResultFile
from bot.errors import AnswerHiddenError, Cause, StoreUnavailableError, TransientError
from bot.ports import Delivery
from bot.refusals import OLD_EDITS_BACKOFF
from bot.service.answers import Answers
from bot.service.delivering import NEW_BYTES_PER_EDIT, Delivering
from bot.service.editing import EDITS_PER_CHANNEL, OWED_AT_MOST
from bot.view import render
from cogs.picture_command import Interaction, take
from cogs.results import Results
from tests.cogs.test_inbox import listed, person, press
from tests.core.jobs import MIB, NOW, a_job, an_ask
from tests.discord_edge import FakeInteraction, answered, channel, message_with, refused, text_of
from tests.fakes import PNG, FakeDelivery
from tests.service.memory_store import MemoryStore
from tests.service.rig import Rig
from tests.service.virtual import VirtualClock, never, passes, virtually
from tests.simulation.clock import virtual_loop
from tests.test_delivery import Ladder

S = GenerationState
TRIES = 2000
SOON_S = 10.0
ELSEWHERE = 1000
"""A channel in which all is well, and the number of the job whose picture should be shown there soon."""


def owing(number: int = 1, *, channel_id: int = 8, old: bool = False) -> Job:
    """Return a job whose picture is done and not shown; an old one has been done for an hour."""
    job = replace(a_job(S.SUCCEEDED, number=number), revision=2, channel_id=channel_id)
    if not old:
        return job
    ended = replace(job.generations[0], ended_at=NOW - timedelta(hours=1))
    return replace(job, generations=(ended,), token=None)


async def shown_after_s(rig: Rig, others: Sequence[Job], *, head_start_s: float = 1.0) -> float:
    """Return how long a fresh picture elsewhere takes when it is owed shortly after all the others."""
    if others:
        await rig.keep(*others)
        rig.ledger.remind(others)
    await asyncio.sleep(head_start_s)
    began_s = virtual_loop().time()
    fresh = owing(ELSEWHERE, channel_id=ELSEWHERE)
    await rig.keep(fresh)
    rig.ledger.remind([fresh])
    await passes(lambda: fresh.id in [edit.job.id for edit in rig.delivery.edits], every_s=0.1)
    return virtual_loop().time() - began_s


def link_of(job: Job) -> str:
    return job.generations[0].url or ""


@pytest.mark.parametrize("trouble", [TransientError("503"), RuntimeError("surprise")])
def test_h1_a_card_that_fails_two_thousand_times_ends_nothing(
    trouble: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL")

    async def story(rig: Rig) -> int:
        rig.delivery.troubles.extend([trouble] * TRIES)
        job = replace(a_job(S.QUEUED), revision=2)
        await rig.keep(job)
        rig.ledger.remind([job])
        await passes(lambda: rig.delivery.edits, every_s=60)
        return rig.delivery.tries

    assert virtually(story) == TRIES + 1


class LateStore(MemoryStore):
    """A database that is away so many times that it is asked what is owed."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock)
        self.away = TRIES

    async def owed(self, limit: int) -> Sequence[Job]:
        if self.away:
            self.away -= 1
            raise StoreUnavailableError("away")
        return await super().owed(limit)


def test_h1_a_first_look_that_fails_two_thousand_times_is_made_at_last_and_holds_up_no_new_card(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("CRITICAL")

    async def story(rig: Rig) -> float:
        await rig.keep(owing(1))
        assert await shown_after_s(rig, []) < SOON_S
        await passes(lambda: len(rig.delivery.edits) == 2, every_s=60)
        return virtual_loop().time()

    assert virtually(story, rig=lambda clock: Rig(LateStore(clock), clock)) > 24 * 3600


Arrange = Callable[[Rig], Sequence[Job]]


def _twelve_edits_of_one_channel(rig: Rig) -> Sequence[Job]:
    rig.delivery.hanging = {8}
    return [owing(number) for number in range(12)]


def _twelve_edits_of_twelve_channels(rig: Rig) -> Sequence[Job]:
    rig.delivery.hanging = set(range(12))
    return [owing(number, channel_id=number) for number in range(12)]


def _five_hundred_cards_of_one_channel(rig: Rig) -> Sequence[Job]:
    del rig
    return [owing(number, old=True) for number in range(500)]


def _a_hundred_fresh_cards_of_one_channel(rig: Rig) -> Sequence[Job]:
    del rig
    return [owing(number) for number in range(100)]


def _forty_downloads(rig: Rig) -> Sequence[Job]:
    jobs = [owing(number, channel_id=number) for number in range(40)]
    rig.api.meanwhile = {f"download {link_of(job)}": never for job in jobs}
    return jobs


def _twelve_big_shrinks(rig: Rig) -> Sequence[Job]:
    rig.shrinker.takes_s = 9.0
    jobs = [replace(owing(number, channel_id=number), size_limit_bytes=MIB) for number in range(12)]
    for job in jobs:
        rig.api.files[link_of(job)] = [PNG.ljust(2 * MIB, b"\0")]
    return jobs


@pytest.mark.parametrize(
    "arrange",
    [
        _twelve_edits_of_one_channel,
        _twelve_edits_of_twelve_channels,
        _five_hundred_cards_of_one_channel,
        _a_hundred_fresh_cards_of_one_channel,
        _forty_downloads,
        _twelve_big_shrinks,
    ],
)
def test_h2_a_picture_elsewhere_is_shown_within_ten_seconds(arrange: Arrange, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")

    async def story(rig: Rig) -> float:
        rig.delivery.edit_s = 0.5
        return await shown_after_s(rig, arrange(rig))

    assert virtually(story) < SOON_S


def test_h2_one_channel_has_no_more_than_its_share_of_the_edits_at_once() -> None:
    async def story(rig: Rig) -> int:
        jobs = _twelve_edits_of_one_channel(rig)
        await rig.keep(*jobs)
        rig.ledger.remind(jobs)
        await asyncio.sleep(SOON_S)
        return rig.delivery.most_at_once

    assert virtually(story) == EDITS_PER_CHANNEL


def test_h2_an_edit_that_is_never_answered_is_given_up_and_tried_again() -> None:
    async def story(rig: Rig) -> tuple[float, int]:
        rig.delivery.hanging = {8}
        await rig.keep(owing())
        rig.ledger.remind([owing()])
        await asyncio.sleep(SOON_S)
        rig.delivery.hanging = set()
        await passes(lambda: rig.delivery.edits, every_s=0.5)
        return virtual_loop().time(), rig.delivery.tries

    at_s, tries = virtually(story)
    assert (30 < at_s < 35, tries) == (True, 2)


def delivering_by(rig: Rig, delivery: Delivery) -> Delivering:
    return Delivering(
        ledger=rig.ledger,
        delivery=delivery,
        results=rig.results,
        shrinker=rig.shrinker,
        settlement=rig.settlement,
        estimates=rig.estimates,
        clock=rig.clock,
    )


async def delivered_twice(rig: Rig, delivery: Delivery, *, apart_s: float = APART.total_seconds()) -> Job:
    """Deliver, which meets a passing trouble, and deliver again later."""
    delivering = delivering_by(rig, delivery)
    with pytest.raises(TransientError):
        await delivering.deliver(await rig.get())
    rig.clock.advance(apart_s)
    return await delivering.deliver(await rig.get())


@pytest.mark.parametrize(
    "refusal",
    [
        refused(400, 20009),
        refused(403, 20009),
        refused(400, 50035),
        refused(400, 240000),
        refused(400, 200000),
        refused(400, 50006),
        refused(404, 99999),
        answered(400, {"message": "400: Bad Request", "code": 0}),
    ],
)
async def test_h3_what_discord_refuses_twice_is_told_on_a_plain_card_and_waits_in_the_inbox(
    rig: Rig, refusal: Exception
) -> None:
    ladder = Ladder()
    ladder.by_token.answers.extend([refusal, refusal])
    await rig.keep(owing())
    job = await delivered_twice(rig, ladder)
    assert [call for call, _ in ladder.by_token.calls] == ["edit"] * 3
    plain = ladder.by_token.calls[-1][1]
    assert (words.CARD_REFUSED in text_of(plain), plain["attachments"]) == (True, [])
    assert job.ask.prompt not in text_of(plain)
    assert (job.place, job.state, job.card_owed) == (Place.INBOX, JobState.DONE, False)
    assert job.ask.prompt in await listed(rig)


async def test_h3_where_the_token_s_way_stays_shut_the_plain_card_goes_by_the_bot_s_own(rig: Rig) -> None:
    ladder = Ladder()
    ladder.by_token.answers.extend([refused(400, 99999)] * 3)
    await rig.keep(owing())
    await delivered_twice(rig, ladder)
    assert words.CARD_REFUSED in text_of(ladder.by_bot.calls[-1][1])


async def test_h3_a_plain_card_that_meets_a_passing_trouble_is_tried_again(rig: Rig) -> None:
    ladder = Ladder()
    ladder.by_token.answers.extend([refused(400, 20009), refused(400, 20009), refused(503), refused(400, 20009)])
    await rig.keep(owing())
    with pytest.raises(TransientError, match="503"):
        await delivered_twice(rig, ladder)


async def test_h3_what_discord_refused_once_is_shown_when_it_takes_it(rig: Rig) -> None:
    ladder = Ladder()
    ladder.by_token.answers.append(refused(400, 20009))
    await rig.keep(owing())
    job = await delivered_twice(rig, ladder)
    assert (job.place, job.card_owed) == (Place.MESSAGE, False)


@pytest.mark.parametrize(
    "passing",
    [
        refused(408, 99999),
        refused(429, 30046),
        refused(503, 99999),
        answered(403, "<html>"),
        answered(404, ""),
        answered(400, "upstream"),
        answered(403, {"message": "Forbidden"}),
        answered(400, {"error": "bad gateway"}),
        answered(400, {"message": "no", "code": "no"}),
        ConnectionResetError(),
    ],
)
async def test_h3_what_is_no_word_of_discord_s_passes_however_often_it_comes(rig: Rig, passing: Exception) -> None:
    ladder = Ladder()
    ladder.by_token.answers.extend([passing, passing])
    await rig.keep(owing())
    with pytest.raises(TransientError):
        await delivered_twice(rig, ladder)
    assert (await rig.get()).card_owed


class Forgetful(Ladder):
    """Discord that takes files and names none of them."""

    async def show(self, job: Job, card: Card, files: Mapping[str, ResultFile]) -> Placed:
        await super().show(job, card, files)
        return Placed(attachments={})


async def test_h3_files_that_discord_takes_and_never_names_are_not_sent_for_ever(rig: Rig) -> None:
    job = replace(a_job(S.SUCCEEDED, S.SUCCEEDED), revision=2, size_limit_bytes=25 * MIB)
    for generation in job.generations:
        rig.api.files[generation.url or ""] = [PNG.ljust(NEW_BYTES_PER_EDIT // 2 + 1, b"\0")]
    delivering = delivering_by(rig, Forgetful())
    await delivering.deliver(await rig.keep(job))
    left = await delivering.deliver(await rig.get())
    assert (left.place, left.card_owed) == (Place.INBOX, False)


def test_h4_a_card_that_meets_nothing_but_errors_ends_a_day_after_its_picture_however_often_the_bot_starts(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("CRITICAL")
    hours = 0

    async def story(rig: Rig) -> JobState:
        nonlocal hours
        rig.delivery.troubles.extend([TransientError("503")] * 9999)
        job = await rig.keep(owing())
        while job.place is Place.MESSAGE:
            # A process that has just begun knows of no earlier try.
            rig.delivering = delivering_by(rig, rig.delivery)
            with suppress(TransientError):
                await rig.delivering.deliver(job)
            await asyncio.sleep(30)
            with suppress(TransientError):
                await rig.delivering.deliver(job)
            await asyncio.sleep(3570)
            hours += 1
            job = await rig.get()
        return job.state

    assert virtually(story) is JobState.DONE
    assert timedelta(hours=hours - 2) <= OWED_AT_MOST <= timedelta(hours=hours)


@pytest.mark.parametrize("trouble", [RuntimeError("surprise"), KeyError("retry_after"), TransientError("503")])
async def test_h4_whatever_keeps_a_card_from_being_shown_has_an_end(rig: Rig, trouble: Exception) -> None:
    await rig.keep(owing())
    rig.clock.advance(OWED_AT_MOST.total_seconds() + 60)
    rig.delivery.troubles.extend([trouble] * 2)
    with pytest.raises(type(trouble)):
        await rig.delivering.deliver(await rig.get())
    rig.clock.advance(APART.total_seconds())
    assert (await rig.delivering.deliver(await rig.get())).place is Place.INBOX


@pytest.mark.parametrize("trouble", [ValueError("surprise"), TransientError("503")])
async def test_h4_whatever_keeps_a_result_back_has_an_end(rig: Rig, trouble: Exception) -> None:
    job = owing()
    rig.api.files[link_of(job)] = [trouble]
    await rig.keep(job)
    rig.clock.advance(OWED_AT_MOST.total_seconds() + 60)
    job = await delivered_twice(rig, rig.delivery, apart_s=11 * 60)
    assert (job.generations[0].cause, job.card_owed) == (Cause.RESULT_NOT_FETCHED, False)


async def test_h4_after_a_day_s_absence_one_error_ends_no_card(rig: Rig) -> None:
    await rig.keep(owing())
    rig.clock.advance(2 * OWED_AT_MOST.total_seconds())
    rig.delivery.troubles.append(TransientError("503"))
    assert not (await delivered_twice(rig, rig.delivery)).card_owed


async def test_h4_what_is_shown_again_by_a_press_has_another_day(rig: Rig) -> None:
    late = NOW + 2 * OWED_AT_MOST
    await rig.keep(replace(owing(), token_expires_at=late + TOKEN_LIFE))
    rig.clock.advance(2 * OWED_AT_MOST.total_seconds())
    rig.delivery.troubles.extend([TransientError("503")] * 2)
    with pytest.raises(TransientError):
        await delivered_twice(rig, rig.delivery)


async def test_h5_a_first_answer_that_discord_refuses_ends_unpaid_in_a_sentence_without_the_prompt(rig: Rig) -> None:
    interaction = FakeInteraction(SimpleNamespace(desk=rig.desk()))
    interaction.response.answers.append(refused(400, 240000))
    await take(cast("Interaction", interaction), an_ask("see http://bad.example/x"))
    ((_, said),) = interaction.response.said
    assert (said["ephemeral"], text_of(said)) == (True, words.ANSWER_REFUSED)
    job = await rig.get()
    assert (job.state, await rig.store.startable(9)) == (JobState.ABANDONED, [])


def answered_twice(rig: Rig, ladder: Ladder) -> FakeInteraction:
    """Return a command whose interaction another process has answered before us."""
    interaction = FakeInteraction(SimpleNamespace(desk=replace(rig.desk(), answers=answers_by(rig, ladder))))
    interaction.created_at = rig.clock()
    interaction.response.answers.append(refused(400, 40060))
    return interaction


def answers_by(rig: Rig, delivery: Delivery) -> Answers:
    return Answers(ledger=rig.ledger, delivery=delivery, clock=rig.clock)


def showing(job: Job) -> discord.Message:
    return message_with(render(card_of(job, pictures={}, now=NOW, usual_s=None)))


async def test_h6_what_another_process_has_answered_ends_unpaid_at_once_and_the_log_is_loud(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    ladder = Ladder()
    ladder.by_token.message = showing(replace(a_job(S.PLANNED), card_number=7))
    await take(cast("Interaction", answered_twice(rig, ladder)), an_ask())
    job = await rig.get()
    assert (job.state, await rig.store.startable(9)) == (JobState.ABANDONED, [])
    (loud,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert "another process answers with the same token" in loud.getMessage()


async def test_h6_what_our_own_unheard_answer_has_shown_goes_on(rig: Rig) -> None:
    ladder = Ladder()
    # The rig's chance always gives the same.
    ladder.by_token.message = showing(replace(a_job(S.PLANNED), card_number=43))
    await take(cast("Interaction", answered_twice(rig, ladder)), an_ask())
    job = await rig.get()
    assert (job.card_number, job.message_id, job.state) == (43, 77, JobState.WAITING)


UNANSWERED = replace(a_job(), answer=Answer.OWED, message_id=None, shown_revision=0, token=None)


@pytest.mark.parametrize("denied", [refused(403, 50001), refused(403, 50013), None])
async def test_h7_where_the_history_is_not_shown_a_job_is_undecided_for_a_day_and_then_unpaid(
    rig: Rig, denied: Exception | None
) -> None:
    ladder = Ladder()
    ladder.client.channel.error = denied
    await rig.keep(UNANSWERED)
    answers = answers_by(rig, ladder)
    for _ in range(2):
        rig.clock.advance(12 * 3600)
        await answers.decide_all([await rig.get()])
        assert (await rig.get()).state is JobState.RECEIVED
    rig.clock.advance(3600)
    await answers.decide_all([await rig.get()])
    assert (await rig.get()).state is JobState.ABANDONED


async def test_h7_a_history_that_is_not_shown_is_asked_for_ever_more_rarely(rig: Rig) -> None:
    rig.delivery.answers["1"] = AnswerHiddenError("403")
    await rig.keep(UNANSWERED)
    before = rig.delivery.looks
    for _ in range(720):
        rig.clock.advance(5)
        await rig.answers.decide_all([await rig.get()])
    assert rig.delivery.looks - before < 15


async def test_h7_a_press_on_its_card_shows_that_a_job_was_answered(rig: Rig) -> None:
    job = await rig.keep(UNANSWERED)
    interaction = FakeInteraction(SimpleNamespace(desk=rig.desk()))
    interaction.message = showing(job)
    await Results(cast("EaselBot", interaction.client)).info(cast("Interaction", interaction), "1")
    job = await rig.get()
    assert (job.state, job.message_id, job.card_owed) == (JobState.WAITING, 77, True)


async def test_h7_a_private_answer_of_which_nothing_is_known_for_a_day_is_not_paid_for_then(rig: Rig) -> None:
    await rig.keep(replace(UNANSWERED, ask=replace(an_ask(), private=True)))
    rig.clock.advance(25 * 3600)
    await answers_by(rig, Ladder()).decide_all([await rig.get()])
    assert (await rig.get()).state is JobState.ABANDONED


class DeafForTheFirst(FakeDelivery):
    """Discord that never says what became of the first job's answer."""

    async def find_answer(self, job: Job) -> int | None:
        if job.id == "1":
            await never()
        return await super().find_answer(job)


def test_h7_a_look_that_is_never_answered_is_given_up_and_holds_up_no_other() -> None:
    async def story(rig: Rig) -> tuple[JobState, float]:
        jobs = [replace(UNANSWERED, id=str(number)) for number in (1, 2)]
        await rig.keep(*jobs)
        await answers_by(rig, DeafForTheFirst(rig.clock)).decide_all(jobs)
        return (await rig.get("2")).state, virtual_loop().time()

    assert virtually(story) == (JobState.ABANDONED, 30.0)


async def test_h7_a_private_answer_whose_token_is_dead_counts_as_given_and_the_picture_waits(rig: Rig) -> None:
    await rig.keep(replace(UNANSWERED, ask=replace(an_ask(), private=True)))
    await answers_by(rig, Ladder()).decide_all([await rig.get()])
    job = await rig.post(await rig.get())
    assert (job.state, job.place) == (JobState.RUNNING, Place.INBOX)
    await rig.finish("r-1")
    assert words.OUT_OF_REACH in await listed(rig)


async def test_h8_a_channel_that_takes_no_edits_of_old_messages_rests_and_its_new_ones_go_on(rig: Rig) -> None:
    ladder = Ladder()
    ladder.refusals.rest_old_edits(8)
    old, young = (owing(number) for number in (1, 2))
    await rig.keep(replace(old, token=None), replace(young, token=None, message_id=time_snowflake(NOW)))
    with pytest.raises(TransientError) as resting:
        await delivering_by(rig, ladder).deliver(await rig.get("1"))
    assert (resting.value.retry_after_s, ladder.by_bot.calls) == (OLD_EDITS_BACKOFF.pause_s, [])
    assert not (await delivering_by(rig, ladder).deliver(await rig.get("2"))).card_owed


async def placed(rig: Rig, job: Job, *, where: object = None) -> tuple[str, bool]:
    """Return what the inbox says of a job, and whether [Show here] answers with it privately."""
    await rig.keep(job)
    said = await listed(rig)
    presser = person(rig)
    presser.channel = where or channel()
    await press(presser)
    ((_, how),) = presser.response.said
    return said, bool(how["ephemeral"])


WAITING = replace(a_job(S.SUCCEEDED), place=Place.INBOX, token=None)


async def test_h9_what_a_moderator_removed_while_it_was_painted_comes_back_to_its_owner_alone(rig: Rig) -> None:
    ladder = Ladder()
    ladder.by_token.answers.append(refused(404, 10008))
    await rig.keep(owing())
    await delivering_by(rig, ladder).deliver(await rig.get())
    said = await listed(rig)
    await press(presser := person(rig))
    ((_, how),) = presser.response.said
    assert (words.MESSAGE_REMOVED in said, how["ephemeral"]) == (True, True)
    # The message that shows it cannot be reached any more: the next one is private, too.
    assert (await rig.get()).ask.private


@pytest.mark.parametrize(
    ("made_in", "shown_in", "privately"),
    [
        (True, channel(nsfw=False), True),
        (True, channel(nsfw=True), False),
        (True, channel(discord.Thread), True),
        (None, channel(nsfw=False), True),
        (None, channel(nsfw=True), False),
        (False, channel(discord.Thread), False),
        (False, channel(nsfw=False), False),
    ],
)
async def test_h9_what_was_made_where_only_adults_look_is_shown_elsewhere_to_its_owner_alone(
    rig: Rig,
    made_in: bool | None,  # noqa: FBT001
    shown_in: object,
    privately: bool,  # noqa: FBT001
) -> None:
    _, ephemeral = await placed(rig, replace(WAITING, age_restricted=made_in), where=shown_in)
    assert ephemeral is privately


@pytest.mark.parametrize(("where", "known"), [(channel(nsfw=True), True), (channel(discord.Thread), None)])
async def test_h9_a_job_knows_whether_it_was_asked_for_where_only_adults_look(
    rig: Rig,
    where: object,
    known: bool | None,  # noqa: FBT001
) -> None:
    interaction = FakeInteraction(SimpleNamespace(desk=rig.desk()))
    interaction.channel = where
    await take(cast("Interaction", interaction), an_ask())
    assert (await rig.get()).age_restricted is known


async def test_h9_a_private_picture_that_was_dismissed_is_had_again_for_a_day(rig: Rig) -> None:
    job = replace(a_job(S.SUCCEEDED), ask=replace(an_ask(), private=True))
    said, ephemeral = await placed(rig, job)
    assert (job.ask.prompt in said, words.PRIVATE in said, ephemeral) == (True, True, True)
    after = await rig.delivering.deliver(await rig.get())
    assert (after.message_id, list(rig.delivery.last.files)) == (78, ["1-1"])
    rig.clock.advance(25 * 3600)
    assert await listed(rig) == words.INBOX_EMPTY


async def test_h9_what_others_see_is_in_no_inbox(rig: Rig) -> None:
    await rig.keep(a_job(S.SUCCEEDED))
    assert await listed(rig) == words.INBOX_EMPTY
