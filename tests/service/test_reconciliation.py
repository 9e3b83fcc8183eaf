from dataclasses import replace

from bot.core.job import GenerationState, JobState
from bot.core.job_events import CancelAsked
from bot.errors import Cause, TransientError
from bot.service.reconciliation import MANY, open_generations
from tests.core.jobs import a_job, an_ask
from tests.service.rig import DEADLINE, GRACE, Rig

S = GenerationState
PAST_DEADLINE_S = DEADLINE.total_seconds() + 1


async def settle(rig: Rig) -> None:
    await rig.reconciliation.settle(open_generations(await rig.store.open_jobs()))


async def end_overdue(rig: Rig, after_s: float = PAST_DEADLINE_S) -> None:
    rig.clock.advance(after_s)
    await rig.reconciliation.end_overdue(open_generations(await rig.store.open_jobs()))


async def test_with_nothing_open_nobody_is_asked(rig: Rig) -> None:
    await settle(rig)
    assert rig.api.calls == []


async def test_what_is_still_active_costs_one_list_for_all(rig: Rig) -> None:
    await rig.post(a_job(S.PLANNED, S.PLANNED))
    rig.api.calls.clear()
    await settle(rig)
    assert rig.api.calls == ["list"]


async def test_what_is_in_the_list_no_more_is_asked_for_and_settled(rig: Rig) -> None:
    await rig.post(a_job(S.PLANNED, S.PLANNED, S.PLANNED))
    rig.api.succeed("r-1")
    rig.api.fail("r-2", Cause.SAFETY)
    await settle(rig)
    assert await rig.states() == [S.SUCCEEDED, S.FAILED, S.QUEUED]


async def test_what_its_event_ends_while_the_list_is_read_is_not_asked_for(rig: Rig) -> None:
    await rig.post()
    rig.api.meanwhile["list"] = lambda: rig.finish("r-1")
    await settle(rig)
    assert await rig.states() == [S.SUCCEEDED]
    assert not rig.api.called("get")


async def many_missing(rig: Rig) -> list[GenerationState]:
    """Let Oxen finish many jobs unheard, but for one that it does not list as ended, and settle them."""
    for number in range(1, MANY + 2):
        await rig.post(a_job(number=number))
        rig.api.succeed(f"r-{number}")
    rig.api.rows["r-1"] = replace(rig.api.rows["r-1"], status="unheard of")
    rig.api.calls.clear()
    await settle(rig)
    return [g.state for number in range(1, MANY + 2) for g in (await rig.get(str(number))).generations]


async def test_where_many_are_missing_the_history_tells_of_them(rig: Rig) -> None:
    assert await many_missing(rig) == [S.QUEUED, *[S.SUCCEEDED] * MANY]
    assert rig.api.calls == ["list", "history", "get r-1"]


async def test_without_a_history_each_row_is_asked_for(rig: Rig) -> None:
    rig.api.faults["history"] = TransientError("503")
    assert await many_missing(rig) == [S.QUEUED, *[S.SUCCEEDED] * MANY]
    assert len(rig.api.called("get")) == MANY + 1


async def test_one_row_that_cannot_be_had_does_not_hold_up_the_others(rig: Rig) -> None:
    await rig.post(a_job(S.PLANNED, S.PLANNED))
    rig.api.succeed("r-1")
    rig.api.succeed("r-2")
    rig.api.faults["get r-1"] = TransientError("500")
    await settle(rig)
    assert await rig.states() == [S.QUEUED, S.SUCCEEDED]


async def test_a_generation_that_oxen_does_not_know_is_lost_only_after_the_grace(rig: Rig) -> None:
    await rig.post()
    rig.api.rows.clear()
    await settle(rig)
    assert await rig.states() == [S.QUEUED]
    rig.clock.advance(GRACE.total_seconds() + 1)
    await settle(rig)
    assert await rig.states() == [S.UNKNOWN]


async def test_a_failed_row_with_unfetched_references_leads_to_one_inline_try(rig: Rig) -> None:
    await rig.post(a_job(ask=an_ask(references=1)))
    rig.api.fail("r-1", Cause.REFERENCE_NOT_FETCHED)
    await settle(rig)
    assert [g.inline for g in (await rig.get()).generations] == [False, True]


async def test_what_was_to_be_cancelled_is_cancelled_again_while_oxen_still_has_it(rig: Rig) -> None:
    await rig.post()
    rig.api.faults["cancel r-1"] = TransientError("503")
    await rig.cancellation.cancel("1", 7)
    assert await rig.states() == [S.QUEUED]
    rig.api.faults.clear()
    await settle(rig)
    assert (await rig.get()).state is JobState.CANCELLED


async def test_what_is_in_time_is_left_alone(rig: Rig) -> None:
    await rig.post()
    await rig.reconciliation.end_overdue(open_generations(await rig.store.open_jobs()))
    assert rig.api.called("cancel") == []


async def test_an_overdue_row_that_succeeded_without_a_link_ends_all_the_same(rig: Rig) -> None:
    await rig.post()
    rig.api.succeed("r-1")
    rig.api.rows["r-1"] = replace(rig.api.rows["r-1"], url=None)
    await end_overdue(rig)
    assert await rig.states() == [S.TIMED_OUT]


async def test_an_overdue_generation_ends_even_when_oxen_refuses_to_cancel_it(rig: Rig) -> None:
    await rig.post(a_job(S.PLANNED, S.PLANNED))
    rig.api.faults["cancel r-1"] = TransientError("500")
    await end_overdue(rig)
    assert await rig.states() == [S.QUEUED, S.TIMED_OUT]
    await end_overdue(rig, after_s=GRACE.total_seconds())
    assert await rig.states() == [S.TIMED_OUT, S.TIMED_OUT]


async def test_while_oxen_tells_nothing_the_overdue_wait_and_hold_up_nobody(rig: Rig) -> None:
    await rig.post(a_job(S.PLANNED, S.PLANNED))
    rig.api.faults["get r-1"] = TransientError("500")
    await end_overdue(rig)
    assert await rig.states() == [S.QUEUED, S.TIMED_OUT]


async def test_looking_again_goes_on_past_a_row_that_cannot_be_had(rig: Rig) -> None:
    job = await rig.keep(a_job(S.TIMED_OUT, S.TIMED_OUT))
    rig.api.faults["get r-1-1"] = TransientError("500")
    await rig.reconciliation.look_again([job])
    assert rig.api.called("get") == ["get r-1-1", "get r-1-2"]


async def test_a_job_cancelled_before_a_crash_is_cancelled_at_oxen_afterwards(rig: Rig) -> None:
    await rig.post()
    await rig.ledger.apply("1", CancelAsked(by=7, at=rig.clock()))
    await settle(rig)
    assert rig.api.called("cancel") == ["cancel r-1"]
