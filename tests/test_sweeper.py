"""The net under the stream: what no event told is found, what is unclear decided, what is overdue ended."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.core.admission import Change
from bot.core.job import RENEWAL_LEAD, Answer, GenerationState, Job, JobState
from bot.errors import StoreUnavailableError, TransientError
from bot.service.stream_health import UNTOLD
from bot.sweeper import AFTER_CONNECT_S, BLIND_AGE, HEALTHY_AGE, MISSING_EVERY, OWED_EVERY, UNANSWERED_AGE, Sweeper
from tests.core.jobs import NOW, a_job, an_ask
from tests.fakes import Fate
from tests.service.rig import DEADLINE, GRACE, Rig, until

S = GenerationState
BLIND_S, HEALTHY_S = BLIND_AGE.total_seconds(), HEALTHY_AGE.total_seconds()
UNANSWERED = replace(a_job(), answer=Answer.OWED, message_id=None, shown_revision=0)


def sweeper_of(rig: Rig, sleep: Callable[[float], Awaitable[None]] | None = None) -> Sweeper:
    return Sweeper(
        store=rig.store,
        ledger=rig.ledger,
        reconciliation=rig.reconciliation,
        unclear=rig.unclear,
        charges=rig.charges,
        keeping=rig.keeping,
        answers=rig.answers,
        health=rig.health,
        clock=rig.clock,
        sleep=sleep or rig.clock.sleep,
    )


async def tick(rig: Rig, sweeper: Sweeper | None = None, *, after_s: float = 0) -> None:
    rig.clock.advance(after_s)
    await (sweeper or sweeper_of(rig)).sweep(reconnected=False)


async def test_with_nothing_open_oxen_is_not_asked(rig: Rig) -> None:
    await tick(rig)
    await sweeper_of(rig).sweep(reconnected=True)
    assert rig.api.calls == []


async def test_a_job_that_ends_by_its_event_costs_no_poll(rig: Rig) -> None:
    rig.health.connected()
    await rig.post()
    await tick(rig, after_s=HEALTHY_S - 1)
    await rig.finish("r-1")
    await tick(rig, after_s=HEALTHY_S)
    assert not rig.api.called("list")
    assert not rig.api.called("get")


async def test_a_lost_event_is_made_good_once_it_is_late(rig: Rig) -> None:
    rig.health.connected()
    await rig.post()
    rig.api.succeed("r-1")
    await tick(rig, after_s=HEALTHY_S)
    assert (await rig.get()).state is JobState.DONE


async def test_without_a_stream_oxen_is_asked_soon(rig: Rig) -> None:
    await rig.post()
    rig.api.succeed("r-1")
    await tick(rig, after_s=BLIND_S)
    assert (await rig.get()).state is JobState.DONE


async def test_what_is_still_open_is_asked_for_again_only_after_a_while(rig: Rig) -> None:
    rig.health.connected()
    await rig.post()
    sweeper = sweeper_of(rig)
    await tick(rig, sweeper, after_s=HEALTHY_S)
    await tick(rig, sweeper, after_s=HEALTHY_S - 1)
    assert len(rig.api.called("list")) == 1
    await tick(rig, sweeper, after_s=1)
    assert len(rig.api.called("list")) == 2


async def test_after_a_connect_all_that_is_open_is_settled_twice(rig: Rig) -> None:
    await rig.post(a_job(S.PLANNED, S.PLANNED))
    rig.api.succeed("r-1")
    await sweeper_of(rig).sweep(reconnected=True)
    assert len(rig.api.called("list")) == 2
    assert rig.api.called("get") == ["get r-1"]
    assert rig.clock.slept == [AFTER_CONNECT_S]


async def test_what_was_posted_after_the_connect_is_not_in_its_second_look(rig: Rig) -> None:
    await rig.post(a_job(number=1))

    async def sleep_and_post(seconds: float) -> None:
        await rig.clock.sleep(seconds)
        rig.api.succeed("r-1")
        await rig.finish("r-1")
        await rig.post(a_job(number=2))

    await sweeper_of(rig, sleep_and_post).sweep(reconnected=True)
    assert len(rig.api.called("list")) == 1


async def test_what_somebody_cancelled_is_cancelled_again_soon(rig: Rig) -> None:
    rig.health.connected()
    await rig.post()
    rig.api.faults["cancel r-1"] = TransientError("503")
    await rig.cancellation.cancel("1", 7)
    rig.api.faults.clear()
    await tick(rig, after_s=BLIND_S)
    assert (await rig.get()).state is JobState.CANCELLED


async def test_a_lost_post_is_found_by_the_sweep(rig: Rig) -> None:
    rig.api.fates.append(Fate.ANSWER_LOST)
    await rig.post()
    await tick(rig)
    assert await rig.states() == [S.QUEUED]


async def test_a_post_that_never_arrived_is_sent_once_more_by_the_sweep(rig: Rig) -> None:
    rig.api.fates.append(Fate.REQUEST_LOST)
    await rig.post()
    await tick(rig, after_s=GRACE.total_seconds() + 1)
    assert (await rig.states(), len(rig.api.posts)) == ([S.QUEUED], 2)


async def test_what_is_overdue_is_ended(rig: Rig) -> None:
    await rig.post()
    await tick(rig, after_s=DEADLINE.total_seconds() + 1)
    assert await rig.states() == [S.TIMED_OUT]


async def test_an_answer_that_discord_took_lets_the_job_go_on_and_owes_its_card(rig: Rig) -> None:
    await rig.keep(UNANSWERED)
    rig.delivery.answers["1"] = 77
    await tick(rig, after_s=UNANSWERED_AGE.total_seconds() + 1)
    job = await rig.get()
    assert (job.state, job.message_id, job.card_owed) == (JobState.WAITING, 77, True)


async def test_an_answer_that_discord_never_took_abandons_the_job_unpaid(rig: Rig) -> None:
    await rig.keep(UNANSWERED)
    await tick(rig, after_s=UNANSWERED_AGE.total_seconds() + 1)
    assert (await rig.get()).state is JobState.ABANDONED
    assert not await rig.store.startable(1)


async def test_nobody_decides_about_an_answer_that_may_still_be_on_its_way(rig: Rig) -> None:
    await rig.keep(UNANSWERED)
    await tick(rig, after_s=UNANSWERED_AGE.total_seconds())
    assert (await rig.get()).state is JobState.RECEIVED


PRIVATE = replace(a_job(S.QUEUED), ask=replace(an_ask(), private=True))
RENEWAL_S = (PRIVATE.token_expires_at - NOW - RENEWAL_LEAD).total_seconds()


async def test_a_minute_before_its_token_ends_a_private_card_asks_for_the_next_one_once(rig: Rig) -> None:
    await rig.post(replace(a_job(), ask=PRIVATE.ask))
    sweeper = sweeper_of(rig)
    await tick(rig, sweeper, after_s=RENEWAL_S - 1)
    assert not (await rig.get()).renewal_offered
    await tick(rig, sweeper, after_s=1)
    await tick(rig, sweeper, after_s=5)
    job = await rig.get()
    assert (job.renewal_offered, job.revision, job.card_owed) == (True, 2, True)


async def test_no_token_outlives_its_time_in_the_database(rig: Rig) -> None:
    await rig.keep(a_job(S.SUCCEEDED))
    await tick(rig, after_s=15 * 60 - 1)
    assert (await rig.get()).token
    await tick(rig, after_s=1)
    assert (await rig.get()).token is None


@pytest.mark.parametrize("job", [a_job(S.QUEUED), replace(PRIVATE, generations=a_job(S.SUCCEEDED).generations)])
async def test_who_waits_for_nothing_or_can_be_reached_otherwise_is_not_asked(rig: Rig, job: Job) -> None:
    await rig.keep(job)
    await tick(rig, after_s=RENEWAL_S)
    assert not (await rig.get()).renewal_offered


async def test_an_answer_that_cannot_be_found_out_yet_holds_up_no_other(rig: Rig) -> None:
    await rig.keep(UNANSWERED, replace(UNANSWERED, id="2"))
    rig.delivery.answers |= {"1": TransientError("503"), "2": 77}
    await tick(rig, after_s=UNANSWERED_AGE.total_seconds() + 1)
    assert [(await rig.get(name)).answer for name in ("1", "2")] == [Answer.OWED, Answer.GIVEN]


def _timed_out() -> Job:
    return a_job(S.TIMED_OUT)


async def test_a_picture_that_turns_up_late_is_looked_for_now_and_then(rig: Rig) -> None:
    await rig.keep(_timed_out())
    sweeper = sweeper_of(rig)
    await tick(rig, sweeper)
    await tick(rig, sweeper, after_s=MISSING_EVERY.total_seconds() - 1)
    assert rig.api.called("get") == ["get r-1-1"]
    await tick(rig, sweeper, after_s=1)
    assert len(rig.api.called("get")) == 2


async def test_after_a_day_nobody_looks_any_more(rig: Rig) -> None:
    await rig.keep(_timed_out())
    await tick(rig, after_s=24 * 3600 + 1)
    assert rig.api.calls == []


async def test_a_list_that_cannot_be_had_leaves_the_other_steps_alone(rig: Rig) -> None:
    await rig.post()
    await rig.keep(replace(UNANSWERED, id="2"))
    rig.api.faults["list"] = TransientError("503")
    await tick(rig, after_s=UNANSWERED_AGE.total_seconds() + 1)
    assert (await rig.get("2")).state is JobState.ABANDONED


@pytest.mark.parametrize("error", [StoreUnavailableError("locked"), RuntimeError("surprise")])
async def test_a_step_that_fails_does_not_end_the_sweep(rig: Rig, error: Exception) -> None:
    await rig.keep(UNANSWERED)
    rig.delivery.answers["1"] = error
    await tick(rig, after_s=UNANSWERED_AGE.total_seconds() + 1)
    assert (await rig.get()).state is JobState.RECEIVED


async def test_a_stream_that_brings_nothing_is_not_relied_on_until_it_brings_an_event(rig: Rig) -> None:
    reopened: list[str] = []
    rig.health.reopen_with(reopened.append)
    rig.health.connected()
    sweeper = sweeper_of(rig)
    for number in (1, 2, 3):
        await rig.post(a_job(number=number))
        await tick(rig, sweeper)
        rig.api.succeed(f"r-{number}")
        await tick(rig, sweeper, after_s=HEALTHY_S if number == 1 else BLIND_S)
        assert (await rig.get(str(number))).state is JobState.DONE
    assert reopened == [UNTOLD]
    rig.health.told_an_end()
    await rig.post(a_job(number=4))
    await tick(rig, sweeper, after_s=BLIND_S)
    assert len(rig.api.called("list")) == 3


async def test_one_lost_event_among_others_casts_no_doubt(rig: Rig) -> None:
    rig.health.connected()
    sweeper = sweeper_of(rig)
    await rig.post()
    await tick(rig, sweeper)
    rig.health.told_an_end()
    rig.api.succeed("r-1")
    await tick(rig, sweeper, after_s=HEALTHY_S)
    assert rig.health.is_trusted


async def test_what_a_person_cancels_casts_no_doubt(rig: Rig) -> None:
    rig.health.connected()
    sweeper = sweeper_of(rig)
    await rig.post()
    await tick(rig, sweeper)
    rig.api.faults["cancel r-1"] = TransientError("503")
    await rig.cancellation.cancel("1", 7)
    rig.api.faults.clear()
    await tick(rig, sweeper, after_s=BLIND_S)
    assert rig.health.is_trusted


async def test_a_connect_wakes_the_loop_at_once(rig: Rig) -> None:
    await rig.post()
    rig.api.succeed("r-1")
    loop = asyncio.create_task(sweeper_of(rig).run())
    await asyncio.sleep(0)
    rig.health.connected()
    await until(lambda: rig.changes[-1].after.state is JobState.DONE)
    loop.cancel()
    await asyncio.wait({loop})


async def test_who_shows_cards_is_reminded_of_those_that_are_owed_now_and_then(rig: Rig) -> None:
    sweeper = sweeper_of(rig)
    await tick(rig, sweeper)
    owing = await rig.keep(replace(a_job(S.FAILED), revision=2))
    await tick(rig, sweeper)
    assert rig.changes == []
    await tick(rig, sweeper, after_s=OWED_EVERY.total_seconds())
    assert rig.changes == [Change(before=owing, after=owing)]
