"""What every store promises for new jobs: members' limits, the place in the line, and no job twice."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.admission import Admission, Admitted, AlreadyThere, DayUsedUp, Limits, MoneyUsedUp, TooManyUnderWay
from bot.core.job import Answer, GenerationState, Job
from bot.ports import JobStore
from tests.store.conftest import Opener
from tests.store.values import NO_LIMITS, NOW, SLOTS, StoppedClock, a_job, a_job_in

S = GenerationState
THREE_JOBS = Limits(jobs_under_way=3, images_per_day=0)
TEN_IMAGES = Limits(jobs_under_way=0, images_per_day=10)


async def add(store: JobStore, *jobs: Job, limits: Limits = NO_LIMITS, slots: int = SLOTS) -> list[Admission]:
    return await asyncio.gather(*(store.add(job, limits=limits, slots=slots) for job in jobs))


async def test_an_interaction_that_comes_twice_is_one_job(store: JobStore) -> None:
    again = replace(a_job(), channel_id=99)
    outcomes = await add(store, a_job(), again, limits=THREE_JOBS)
    assert outcomes == [Admitted(ahead=0), AlreadyThere()]
    assert await store.get("1") == a_job()


async def test_as_many_jobs_under_way_as_allowed(store: JobStore) -> None:
    running = [a_job(1), a_job_in(2, S.PLANNED), a_job_in(3, S.QUEUED, S.SUCCEEDED)]
    outcomes = await add(store, *running, a_job(4), limits=THREE_JOBS)
    assert outcomes[3] == TooManyUnderWay(under_way=3)
    assert await store.get("4") is None


async def test_ended_and_abandoned_jobs_and_those_of_others_are_not_under_way(store: JobStore) -> None:
    ended = [a_job_in(n, state) for n, state in enumerate((S.SUCCEEDED, S.FAILED, S.CANCELLED, S.UNKNOWN, S.TIMED_OUT))]
    abandoned = replace(a_job(10), answer=Answer.MISSED)
    await add(store, *ended, abandoned, *(a_job(n, owner_id=8) for n in (11, 12, 13)))
    assert await add(store, a_job(20), limits=THREE_JOBS) == [Admitted(ahead=0)]


async def test_a_place_is_free_again_when_a_job_ends(store: JobStore) -> None:
    await add(store, a_job(1), a_job(2), a_job(3))
    await store.change("1", lambda _: a_job_in(1, S.FAILED))
    assert await add(store, a_job(4), limits=THREE_JOBS) == [Admitted(ahead=0)]


async def test_the_day_holds_as_many_images_as_allowed(store: JobStore) -> None:
    outcomes = await add(store, a_job(1, count=4), a_job(2, count=4), a_job(3, count=3), limits=TEN_IMAGES)
    assert outcomes[2] == DayUsedUp(left=2)
    assert await add(store, a_job(4, count=2), limits=TEN_IMAGES) == [Admitted(ahead=0)]
    assert await add(store, a_job(5), limits=TEN_IMAGES) == [DayUsedUp(left=0)]


async def test_images_that_failed_or_were_cancelled_before_oxen_took_them_do_not_count(store: JobStore) -> None:
    await add(store, a_job_in(1, *S))
    counting = len(S) - len({S.FAILED, S.CANCELLED})
    assert await add(store, a_job(2, count=11), limits=TEN_IMAGES) == [DayUsedUp(left=10 - counting)]


async def test_an_abandoned_job_does_not_count(store: JobStore) -> None:
    await add(store, replace(a_job(1, count=4), answer=Answer.MISSED))
    assert await add(store, a_job(2, count=11), limits=TEN_IMAGES) == [DayUsedUp(left=10)]


async def test_a_second_try_of_an_image_counts_once(store: JobStore) -> None:
    first = a_job_in(1, S.FAILED)
    again = replace(first.generations[0], id="again", attempt=2, state=S.QUEUED)
    await add(store, replace(first, generations=(*first.generations, again)))
    assert await add(store, a_job(2, count=11), limits=TEN_IMAGES) == [DayUsedUp(left=9)]


async def test_images_of_others_and_of_the_day_before_do_not_count(store: JobStore, clock: StoppedClock) -> None:
    clock.now = NOW + timedelta(hours=24)
    yesterday = replace(a_job(1, count=4), created_at=NOW)
    today = replace(a_job(2, count=4), created_at=NOW + timedelta(microseconds=1))
    await add(store, yesterday, today, a_job(3, count=4, owner_id=8))
    assert await add(store, a_job(4, count=11), limits=TEN_IMAGES) == [DayUsedUp(left=6)]


async def test_a_smaller_limit_than_what_was_used_leaves_nothing(store: JobStore) -> None:
    await add(store, a_job(1, count=4))
    one = Limits(jobs_under_way=0, images_per_day=1)
    assert await add(store, a_job(2), limits=one) == [DayUsedUp(left=0)]


async def test_twenty_commands_at_the_same_moment_hold_both_limits(store: JobStore) -> None:
    limits = Limits(jobs_under_way=3, images_per_day=8)
    outcomes = await add(store, *(a_job(n, count=4) for n in range(20)), limits=limits)
    assert sum(isinstance(outcome, Admitted) for outcome in outcomes) == 2
    assert len(await store.unanswered(NOW + timedelta(days=1))) == 2


def priced(number: int, *, count: int = 1, owner_id: int = 7) -> Job:
    """Return a job of pictures at five cents."""
    job = a_job(number, count=count, owner_id=owner_id)
    return replace(job, generations=tuple(replace(g, price_microusd=50_000) for g in job.generations))


@pytest.mark.parametrize(
    "limits",
    [replace(NO_LIMITS, microusd_per_day_of_member=100_000), replace(NO_LIMITS, microusd_per_day=100_000)],
    ids=["member", "everybody"],
)
async def test_thirty_commands_at_the_same_moment_pay_for_the_two_pictures_that_there_is_money_for(
    store: JobStore, limits: Limits
) -> None:
    outcomes = await add(store, *(priced(n) for n in range(30)), limits=limits)
    assert sum(isinstance(outcome, Admitted) for outcome in outcomes) == 2
    assert len(await store.unanswered(NOW + timedelta(days=1))) == 2


async def test_one_members_money_is_no_other_members(store: JobStore) -> None:
    limits = replace(NO_LIMITS, microusd_per_day_of_member=50_000)
    outcomes = await add(store, priced(1), priced(2), priced(3, owner_id=8), limits=limits)
    assert [isinstance(outcome, Admitted) for outcome in outcomes] == [True, False, True]


async def test_twenty_pictures_at_five_cents_are_one_dollar(store: JobStore) -> None:
    limits = replace(NO_LIMITS, microusd_per_day=1_000_000)
    outcomes = await add(store, *(priced(n, count=4) for n in range(5)), priced(9), limits=limits, slots=99)
    assert outcomes[4] == Admitted(ahead=0, microusd_of_day=1_000_000)
    assert outcomes[5] == MoneyUsedUp(left_microusd=0, wanted_microusd=50_000, of_everybody=True)


async def test_money_of_the_day_before_does_not_count(store: JobStore, clock: StoppedClock) -> None:
    limits = replace(NO_LIMITS, microusd_per_day=50_000, microusd_per_day_of_member=50_000)
    await add(store, replace(priced(1), created_at=NOW), limits=limits)
    clock.now = NOW + timedelta(hours=24)
    assert await add(store, priced(2), limits=limits) == [Admitted(ahead=0, microusd_of_day=50_000)]


@pytest.mark.e2e
async def test_two_processes_hold_everybodys_money_together(opened: Opener, postgres: str) -> None:
    stores = [await opened(postgres), await opened(postgres)]
    limits = replace(NO_LIMITS, microusd_per_day=100_000)
    outcomes = await asyncio.gather(
        *(stores[n % 2].add(priced(n, owner_id=n + 3), limits=limits, slots=99) for n in range(30)),
    )
    assert sum(isinstance(outcome, Admitted) for outcome in outcomes) == 2


@pytest.mark.e2e
async def test_two_processes_hold_the_limits_together(opened: Opener, postgres: str) -> None:
    stores = [await opened(postgres), await opened(postgres)]
    outcomes = await asyncio.gather(
        *(stores[n % 2].add(a_job(n), limits=THREE_JOBS, slots=99) for n in range(20)),
    )
    assert sum(isinstance(outcome, Admitted) for outcome in outcomes) == 3


async def test_nobody_is_ahead_while_a_slot_is_left(store: JobStore) -> None:
    outcomes = await add(store, a_job(1, count=2), a_job(2), a_job(3), slots=4)
    assert outcomes == [Admitted(ahead=0)] * 3


async def test_who_waits_is_ahead(store: JobStore) -> None:
    outcomes = await add(store, *(a_job(n, count=2) for n in range(4)), slots=3)
    assert outcomes == [Admitted(ahead=0), Admitted(ahead=0), Admitted(ahead=2), Admitted(ahead=3)]


async def test_with_all_slots_taken_somebody_is_ahead(store: JobStore) -> None:
    await add(store, a_job_in(1, S.QUEUED, S.SUBMITTING))
    assert await add(store, a_job(2), slots=2) == [Admitted(ahead=1)]


async def test_ended_and_abandoned_jobs_are_ahead_of_nobody(store: JobStore) -> None:
    await add(store, a_job_in(1, S.SUCCEEDED), replace(a_job(2, count=4), answer=Answer.MISSED))
    assert await add(store, a_job(3), slots=1) == [Admitted(ahead=0)]


async def test_the_job_remembers_how_many_were_ahead(store: JobStore) -> None:
    await add(store, a_job(1), a_job(2), a_job(3), slots=1)
    found = await store.get("3")
    assert found is not None
    assert found.ahead == 2
