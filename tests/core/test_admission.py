"""Whether a job is taken, as a pure rule; that stores supply what it depends on is in tests/store/test_admission.py."""

from dataclasses import replace

import pytest

from bot.core.admission import (
    Admission,
    Admitted,
    AlreadyThere,
    DayUsedUp,
    Everybody,
    Limits,
    MoneyUsedUp,
    PriceUnknown,
    Situation,
    TooManyUnderWay,
    admit,
    counted_images,
    counted_microusd,
)
from bot.core.advance import with_plan
from bot.core.job import Answer, GenerationState, Job
from bot.core.money import microusd_of
from tests.core.jobs import PLAN, a_generation, a_job, undecided

S = GenerationState
CENT = microusd_of(0.01)
NO_LIMITS = Limits(jobs_under_way=0, images_per_day=0)
EVERYBODY = Everybody(slots_taken=0, jobs_in_line=0, images_in_line=0)
NOTHING_YET = Situation(already_there=False, under_way=0, images_of_day=0, microusd_of_day=0, everybody=EVERYBODY)


def priced(job: Job, price_microusd: int | None = 5 * CENT) -> Job:
    return replace(job, generations=tuple(replace(g, price_microusd=price_microusd) for g in job.generations))


def decided(situation: Situation = NOTHING_YET, job: Job | None = None, limits: Limits = NO_LIMITS) -> Admission:
    return admit(situation, job or priced(a_job(S.PLANNED, S.PLANNED)), limits, slots=16)


def spent(of_member: int = 0, of_everybody: int = 0) -> Situation:
    return replace(NOTHING_YET, microusd_of_day=of_member, everybody=replace(EVERYBODY, microusd_of_day=of_everybody))


def test_a_job_that_is_there_is_never_taken_twice() -> None:
    assert decided(replace(NOTHING_YET, already_there=True)) == AlreadyThere()


def test_without_limits_everything_is_taken_even_without_a_price() -> None:
    assert decided(spent(10**15, 10**15), priced(a_job(), None)) == Admitted(ahead=0)


def test_jobs_and_images_are_limited_by_member() -> None:
    limits = Limits(jobs_under_way=2, images_per_day=3)
    assert decided(replace(NOTHING_YET, under_way=2), limits=limits) == TooManyUnderWay(under_way=2)
    assert decided(replace(NOTHING_YET, images_of_day=2), limits=limits) == DayUsedUp(left=1)
    assert decided(replace(NOTHING_YET, under_way=1, images_of_day=1), limits=limits) == Admitted(ahead=0)


def test_money_is_taken_to_the_last_cent_and_no_further() -> None:
    limits = replace(NO_LIMITS, microusd_per_day_of_member=20 * CENT)
    assert decided(spent(10 * CENT), limits=limits) == Admitted(ahead=0)
    refused = MoneyUsedUp(left_microusd=10 * CENT - 1, wanted_microusd=10 * CENT, of_everybody=False)
    assert decided(spent(10 * CENT + 1), limits=limits) == refused


def test_everybodys_money_is_a_ceiling_of_its_own() -> None:
    limits = replace(NO_LIMITS, microusd_per_day=20 * CENT)
    assert decided(spent(99 * CENT, 10 * CENT), limits=limits) == Admitted(ahead=0, microusd_of_day=20 * CENT)
    refused = MoneyUsedUp(left_microusd=0, wanted_microusd=10 * CENT, of_everybody=True)
    assert decided(spent(0, 30 * CENT), limits=limits) == refused


@pytest.mark.parametrize("limit", ["microusd_per_day", "microusd_per_day_of_member"])
def test_what_has_no_price_is_refused_under_any_ceiling(limit: str) -> None:
    limits = Limits(jobs_under_way=0, images_per_day=0, **{limit: 10**12})
    assert decided(job=priced(a_job(), None), limits=limits) == PriceUnknown()
    assert decided(job=priced(a_job(), 0), limits=limits) == Admitted(ahead=0)


def test_a_plan_gives_each_picture_its_price() -> None:
    assert [g.price_microusd for g in with_plan(a_job(S.PLANNED, S.PLANNED), PLAN).generations] == [5 * CENT] * 2


def test_a_plan_without_a_price_takes_no_reservation_away() -> None:
    again = with_plan(with_plan(a_job(), PLAN), replace(PLAN, price_usd=None))
    assert counted_microusd(again) == 5 * CENT


@pytest.mark.parametrize("state", S)
def test_what_oxen_never_accepted_counts_until_it_ended(state: GenerationState) -> None:
    counts = state not in {S.FAILED, S.CANCELLED}
    unsent = replace(a_generation(S.PLANNED), state=state)
    job = priced(replace(a_job(), generations=(unsent,)))
    assert (counted_images(job), counted_microusd(job)) == (counts, counts * 5 * CENT)


@pytest.mark.parametrize("state", [state for state in S if state not in {S.PLANNED, S.SUBMITTING}])
def test_what_oxen_accepted_counts_however_it_ended(state: GenerationState) -> None:
    job = priced(a_job(state))
    assert (counted_images(job), counted_microusd(job)) == (1, 5 * CENT)


def test_an_order_with_an_unknown_outcome_counts() -> None:
    assert counted_microusd(priced(replace(a_job(), generations=(undecided(),)))) == 5 * CENT


@pytest.mark.parametrize(("cost_microusd", "images"), [(0, 0), (3 * CENT, 1)])
def test_what_oxens_own_row_says_counts_in_place_of_the_price(cost_microusd: int, images: int) -> None:
    failed = replace(priced(a_job(S.FAILED)).generations[0], cost_microusd=cost_microusd)
    job = replace(a_job(), generations=(failed,))
    assert (counted_images(job), counted_microusd(job)) == (images, cost_microusd)


def test_a_second_try_is_the_same_picture_and_costs_again() -> None:
    first = a_generation(S.FAILED)
    second = replace(first, id="again", attempt=2, state=S.QUEUED, remote_id="r-again")
    job = priced(replace(a_job(), generations=(first, second)))
    assert (counted_images(job), counted_microusd(job)) == (1, 10 * CENT)


def test_a_job_whose_answer_was_missed_counts_nothing() -> None:
    job = priced(replace(a_job(S.PLANNED, S.PLANNED), answer=Answer.MISSED))
    assert (counted_images(job), counted_microusd(job)) == (0, 0)


def test_a_job_that_is_taken_joins_the_line_and_the_money() -> None:
    joined = EVERYBODY.joined_by(priced(a_job(S.PLANNED, S.QUEUED, S.FAILED)))
    assert joined == Everybody(slots_taken=1, jobs_in_line=1, images_in_line=1, microusd_of_day=15 * CENT)


def test_what_ended_or_was_abandoned_is_in_no_line() -> None:
    abandoned = replace(a_job(), answer=Answer.MISSED)
    assert EVERYBODY.joined_by(abandoned).joined_by(a_job(S.SUCCEEDED)).ahead(1) == 0
