"""What every store promises for changes and reads, on both engines."""

import asyncio
from collections.abc import Callable
from dataclasses import MISSING, fields, replace
from datetime import timedelta

import pytest

from bot.core.job import Answer, Generation, GenerationState, Job, Place
from bot.core.turns import Line
from bot.errors import RemoteIdTakenError, StoreUnavailableError
from bot.ports import JobStore
from bot.store import open_store
from bot.store.lanes import BATCH_SIZE
from tests.core.jobs import PLAN
from tests.store.conftest import Opener
from tests.store.values import FULL_JOB, NO_LIMITS, NOW, SLOTS, StoppedClock, a_job, a_job_in, revised, with_generation

S = GenerationState


async def added(store: JobStore, *jobs: Job) -> None:
    await asyncio.gather(*(store.add(job, limits=NO_LIMITS, slots=SLOTS) for job in jobs))


def naming(remote_id: str, position: int = 0) -> Callable[[Job], Job]:
    return lambda job: with_generation(job, position, remote_id=remote_id)


def test_the_full_job_leaves_no_field_at_its_default() -> None:
    left = {
        field.name
        for value in (FULL_JOB, FULL_JOB.ask, FULL_JOB.ask.references[0], FULL_JOB.plan, FULL_JOB.generations[0])
        if value is not None
        for field in fields(value)
        if field.default is not MISSING and getattr(value, field.name) == field.default
    }
    assert left == {"ahead"}


@pytest.mark.parametrize("job", [FULL_JOB, a_job(), replace(a_job(), generations=())], ids=["full", "new", "empty"])
async def test_every_field_survives(store: JobStore, job: Job) -> None:
    await added(store, job)
    assert await store.get(job.id) == job


async def test_every_field_survives_a_change(store: JobStore) -> None:
    await added(store, replace(a_job(), id=FULL_JOB.id, generations=FULL_JOB.generations))
    await store.change(FULL_JOB.id, lambda _: FULL_JOB)
    assert await store.get(FULL_JOB.id) == replace(FULL_JOB, version=1)


async def test_a_stored_job_is_there_after_a_restart(opened: Opener, database: str) -> None:
    store = await opened(database)
    await added(store, a_job())
    await store.change("1", revised)
    await store.close()
    assert await (await opened(database)).get("1") == replace(revised(a_job()), version=1)


async def test_a_stranger_is_not_found(store: JobStore) -> None:
    assert await store.get("1") is None
    assert await store.change("1", revised) is None


async def test_a_change_bumps_the_version_and_gives_both_sides(store: JobStore) -> None:
    await added(store, a_job())
    change = await store.change("1", revised)
    assert change is not None
    assert (change.before, change.after) == (a_job(), replace(revised(a_job()), version=1))
    assert await store.get("1") == change.after


async def test_a_change_that_changes_nothing_writes_nothing(store: JobStore) -> None:
    await added(store, a_job())
    change = await store.change("1", replace)
    assert change is not None
    assert change.after is change.before
    assert await store.get("1") == a_job()


async def test_changes_of_one_job_at_the_same_moment_build_on_one_another_in_order(store: JobStore) -> None:
    await added(store, a_job())
    names = [f"r-{n}" for n in range(100)]
    changes = await asyncio.gather(*(store.change("1", naming(name)) for name in names))
    assert [c.after.generations[0].remote_id for c in changes if c] == names
    assert [c.after.version for c in changes if c] == list(range(1, 101))


async def test_what_a_transition_raises_passes_through_and_harms_nobody(store: JobStore) -> None:
    await added(store, a_job(1), a_job(2))

    def fail(job: Job) -> Job:
        raise LookupError(job.id)

    outcomes = await asyncio.gather(
        store.change("1", revised), store.change("1", fail), store.change("2", revised), return_exceptions=True
    )
    assert isinstance(outcomes[1], LookupError)
    assert [job.revision for job in (await store.get("1"), await store.get("2")) if job] == [2, 2]


async def test_a_remote_id_has_one_owner(store: JobStore) -> None:
    await added(store, a_job(1), a_job(2), a_job(3))
    await store.change("1", naming("r"))
    taken, fine = await asyncio.gather(
        store.change("2", naming("r")), store.change("3", naming("s")), return_exceptions=True
    )
    assert isinstance(taken, RemoteIdTakenError)
    assert not isinstance(fine, BaseException)
    assert await store.get("2") == a_job(2)


async def test_of_two_that_claim_a_remote_id_together_the_first_has_it(store: JobStore) -> None:
    await added(store, a_job(1), a_job(2), a_job(3))
    outcomes = await asyncio.gather(
        *(store.change(job_id, naming("r")) for job_id in ("2", "1", "3")), return_exceptions=True
    )
    assert [isinstance(outcome, RemoteIdTakenError) for outcome in outcomes] == [False, True, True]
    assert await store.find_by_remote_id("r") == "2"


async def test_a_time_without_a_zone_is_refused_and_harms_nobody(store: JobStore) -> None:
    await added(store, a_job(1), a_job(2))
    naive = NOW.replace(tzinfo=None)
    refused, fine = await asyncio.gather(
        store.change("1", lambda job: with_generation(job, accepted_at=naive)),
        store.change("2", revised),
        return_exceptions=True,
    )
    assert isinstance(refused, ValueError)
    assert not isinstance(fine, BaseException)
    with pytest.raises(ValueError, match="zone"):
        await store.missing_since(naive, after="", limit=9)


async def test_a_generation_is_never_dropped(store: JobStore) -> None:
    await added(store, a_job())
    with pytest.raises(ValueError, match="drop"):
        await store.change("1", lambda job: replace(job, generations=()))


async def test_a_second_try_is_added_behind_the_first(store: JobStore) -> None:
    await added(store, a_job(count=2))
    again = Generation(id="again", position=0, attempt=2, inline=True)
    await store.change("1", lambda job: replace(job, generations=(*job.generations, again)))
    found = await store.get("1")
    assert found is not None
    assert [g.id for g in found.generations] == ["1-1", "1-2", "again"]


async def test_text_that_no_engine_can_hold_does_not_fail_a_write(store: JobStore) -> None:
    await added(store, a_job())
    await store.change("1", lambda job: with_generation(job, error="a\0b\ud800"))
    found = await store.get("1")
    assert found is not None
    assert found.generations[0].error == "a\ufffdb?"


async def test_a_caller_who_leaves_harms_nobody(store: JobStore) -> None:
    await added(store, *(a_job(n) for n in range(40)))
    tasks = [asyncio.create_task(store.change(str(n), revised)) for n in range(40)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert not any(isinstance(outcome, BaseException) for outcome in outcomes[1::2])
    found = await store.unanswered(NOW + timedelta(days=1))
    assert all((job.revision, job.version) in {(1, 0), (2, 1)} for job in found)
    assert all(job.revision == 2 for job in found[1::2])


async def test_reads_take_their_turn_between_writes(store: JobStore) -> None:
    await added(store, *(a_job(n) for n in range(5)))
    # PostgreSQL answers reads on lines of their own, and opening one takes longer than many a commit.
    await asyncio.gather(store.get("1"), store.get("2"))
    writes = [asyncio.create_task(store.change(str(n % 5), revised)) for n in range(10 * BATCH_SIZE)]
    await asyncio.sleep(0)
    await store.get("1")
    assert not all(task.done() for task in writes)
    await asyncio.gather(*writes)


async def test_new_jobs_go_before_the_changes_that_wait(store: JobStore) -> None:
    await added(store, *(a_job(n) for n in range(5)))
    changes = [asyncio.create_task(store.change(str(n % 5), revised)) for n in range(3 * BATCH_SIZE)]
    await asyncio.sleep(0)
    await added(store, a_job(99))
    assert not all(task.done() for task in changes)
    await asyncio.gather(*changes)


async def test_what_waits_is_written_at_the_close(opened: Opener, database: str) -> None:
    store = await opened(database)
    await added(store, a_job())
    writes = [asyncio.create_task(store.change("1", revised)) for _ in range(200)]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*writes)
    found = await (await opened(database)).get("1")
    assert found is not None
    assert found.version == 200


async def test_a_closed_store_refuses_in_words(store: JobStore) -> None:
    await store.close()
    for call in (store.get("1"), store.change("1", revised), store.add(a_job(), limits=NO_LIMITS, slots=1)):
        with pytest.raises(StoreUnavailableError, match="closed"):
            await call


async def test_remote_ids_lead_to_their_jobs(store: JobStore) -> None:
    await added(store, a_job(1, count=2), a_job(2))
    await store.change("1", naming("r", 1))
    assert await store.find_by_remote_id("r") == "1"
    assert await store.find_by_remote_id("s") is None
    assert await store.taken_remote_ids(["s", "r"] + [f"x{n}" for n in range(1500)]) == {"r"}
    assert await store.taken_remote_ids([]) == frozenset()


async def test_unanswered_are_the_jobs_before_a_moment_whose_answer_nobody_knows(store: JobStore) -> None:
    given = replace(a_job(3), answer=Answer.GIVEN)
    missed = replace(a_job(4), answer=Answer.MISSED)
    await added(store, a_job(2), a_job(1), given, missed, a_job(9))
    assert [job.id for job in await store.unanswered(NOW + timedelta(seconds=9))] == ["1", "2"]


async def test_startable_are_the_answered_jobs_with_something_planned_oldest_first(store: JobStore) -> None:
    waiting = [a_job_in(n, S.PLANNED, S.QUEUED) for n in (4, 2, 3)]
    others = [a_job(5), a_job_in(6, S.QUEUED), a_job_in(7, S.FAILED), a_job_in(8, S.PLANNED, answer=Answer.MISSED)]
    await added(store, *waiting, *others)
    assert [job.id for job in await store.startable(2)] == ["2", "3"]
    assert [job.id for job in await store.startable(9)] == ["2", "3", "4"]


async def test_at_oxen_is_what_it_took_of_each_job(store: JobStore) -> None:
    assert await store.at_oxen() == []
    await added(store, a_job_in(1, *S), a_job_in(2, S.QUEUED, S.QUEUED, S.PLANNED), a_job_in(3, S.SUBMITTING))
    held = {(each.job_id, each.images) for each in await store.at_oxen()}
    assert held == {("1", 1), ("2", 2)}


async def test_each_member_s_first_waiting_job_comes_before_anybody_s_second_one(store: JobStore) -> None:
    waiting = [replace(a_job_in(n, S.PLANNED), owner_id=7 if n < 4 else 8, checked=True) for n in (1, 2, 3, 4)]
    await added(store, *waiting, replace(a_job_in(5, S.PLANNED), checked=False))
    line = Line(checked=True, limit=2)
    assert [job.id for job in await store.next_in_line(line)] == ["1", "4"]
    assert [job.id for job in await store.next_in_line(replace(line, without_jobs={"1"}))] == ["2", "4"]
    assert [job.id for job in await store.next_in_line(replace(line, checked=False))] == ["5"]


async def test_jobs_whose_model_rests_hide_nobody(store: JobStore) -> None:
    resting = [replace(a_job_in(n, S.PLANNED), checked=True, plan=PLAN) for n in (1, 2)]
    going = replace(a_job_in(3, S.PLANNED), checked=True, plan=replace(PLAN, model="klein"))
    await added(store, *resting, going)
    assert await store.next_in_line(Line(checked=True, limit=1, without_models={PLAN.model})) == [going]


async def test_open_jobs_are_whole_and_oldest_first(store: JobStore) -> None:
    newer, older = a_job_in(2, S.SUBMITTING, S.SUCCEEDED), a_job_in(1, S.FAILED, S.QUEUED, S.QUEUED)
    await added(store, newer, older, a_job_in(3, S.PLANNED), a_job_in(4, S.UNKNOWN))
    assert await store.open_jobs() == [older, newer]


async def test_missing_are_the_ended_ones_whose_picture_may_still_turn_up(store: JobStore) -> None:
    def sent(number: int, *states: GenerationState) -> Job:
        job = a_job_in(number, *states)
        at = NOW + timedelta(seconds=number)
        return replace(job, generations=tuple(replace(g, sent_at=at) for g in job.generations))

    found = [sent(2, S.UNKNOWN), sent(3, S.SUCCEEDED, S.TIMED_OUT), sent(4, S.UNKNOWN)]
    await added(store, sent(1, S.UNKNOWN), *found, sent(5, S.FAILED), sent(6, S.QUEUED), sent(7, S.CANCELLED))
    since = NOW + timedelta(seconds=2)
    assert await store.missing_since(since, after="", limit=9) == found
    assert await store.missing_since(since, after="2", limit=1) == [found[1]]


async def test_what_waits_for_long_is_found_oldest_first(store: JobStore) -> None:
    await added(store, *(a_job_in(n, S.PLANNED) for n in (3, 1, 2)), a_job_in(4, S.QUEUED))
    assert [job.id for job in await store.waiting_since(a_job(3).created_at, 9)] == ["1", "2"]


async def test_owed_are_the_answered_cards_behind_their_revision(store: JobStore) -> None:
    def behind(number: int) -> Job:
        return revised(a_job_in(number, S.SUCCEEDED))

    others = [a_job_in(5, S.PLANNED), replace(behind(6), place=Place.INBOX), replace(behind(7), answer=Answer.OWED)]
    await added(store, behind(3), behind(1), behind(2), *others)
    assert await store.owed(2) == [behind(1), behind(2)]
    assert [job.id for job in await store.owed(9)] == ["1", "2", "3"]


async def test_a_shown_card_is_owed_no_longer(store: JobStore) -> None:
    await added(store, revised(a_job_in(1, S.SUCCEEDED)))
    await store.change("1", lambda job: replace(job, shown_revision=job.revision))
    assert await store.owed(9) == []


async def test_a_token_that_has_ended_is_kept_no_longer(store: JobStore) -> None:
    await added(store, a_job(1), a_job(2))
    await store.forget_tokens(a_job(1).token_expires_at)
    assert [await store.get("1"), await store.get("2")] == [replace(a_job(1), token=None), a_job(2)]


async def test_a_token_that_cannot_be_read_is_removed_as_well(opened: Opener, database: str) -> None:
    store = await opened(database)
    await added(store, a_job())
    await store.close()
    changed = await open_store(database, secret="another secret", clock=StoppedClock(), durable=False)
    await changed.forget_tokens(a_job().token_expires_at)
    await changed.close()
    found = await (await opened(database)).get("1")
    assert found is not None
    assert found.token is None


async def test_renewals_are_due_for_private_answers_whose_token_is_about_to_end(store: JobStore) -> None:
    def private(number: int, state: GenerationState = S.QUEUED) -> Job:
        job = a_job_in(number, state)
        return replace(job, ask=replace(job.ask, private=True), token_expires_at=NOW + timedelta(seconds=60 + number))

    others = [
        replace(private(3), renewal_offered=True),
        replace(private(4), token=None),
        replace(private(5), place=Place.INBOX),
        replace(private(6), ask=a_job().ask),
        private(7, S.SUCCEEDED),
    ]
    owed = revised(private(2, S.SUCCEEDED))
    await added(store, private(1), owed, private(9), *others)
    assert await store.renewals_due(NOW + timedelta(seconds=8)) == [private(1), owed]


async def test_the_inbox_has_its_owners_unplaced_jobs_newest_first_but_not_what_was_cancelled(store: JobStore) -> None:
    def unplaced(number: int, state: GenerationState = S.SUCCEEDED, *, owner_id: int = 7) -> Job:
        return replace(a_job_in(number, state), place=Place.INBOX, owner_id=owner_id)

    others = [
        a_job_in(4, S.SUCCEEDED),
        replace(unplaced(5), place=Place.GONE),
        unplaced(6, owner_id=8),
        unplaced(7, S.CANCELLED),
    ]
    await added(store, unplaced(2), unplaced(3, S.FAILED), unplaced(1, S.QUEUED), *others)
    assert await store.inbox(7, 9) == [unplaced(3, S.FAILED), unplaced(2), unplaced(1, S.QUEUED)]
    assert [job.id for job in await store.inbox(7, 2)] == ["3", "2"]


async def test_finished_jobs_are_their_owners_with_pictures_on_messages_newest_first(store: JobStore) -> None:
    def finished(number: int, state: GenerationState = S.SUCCEEDED, *, owner_id: int = 7) -> Job:
        return replace(a_job_in(number, state), owner_id=owner_id)

    others = [finished(4, S.FAILED), replace(finished(5), place=Place.INBOX), finished(6, owner_id=8)]
    await added(store, finished(1), finished(2), finished(3), *others)
    assert [job.id for job in await store.finished_since(7, finished(2).created_at, 9)] == ["3", "2"]
    assert [job.id for job in await store.finished_since(7, finished(1).created_at, 2)] == ["3", "2"]


async def test_durations_are_those_of_the_models_last_successes_newest_first(store: JobStore) -> None:
    def took(number: int, seconds: float, *, model: str = "m", state: GenerationState = S.SUCCEEDED) -> Job:
        assert FULL_JOB.plan is not None
        job = replace(a_job_in(number, state), plan=replace(FULL_JOB.plan, model=model))
        accepted_at = job.created_at
        return with_generation(job, accepted_at=accepted_at, ended_at=accepted_at + timedelta(seconds=seconds))

    await added(store, took(1, 3), took(2, 1.5), took(3, 2), took(4, 9, model="n"), took(5, 9, state=S.FAILED))
    assert await store.durations_s("m", 2) == [2, 3]
    assert await store.durations_s("m", 9) == [2, 3, 1.5]
