"""What Oxen charged for what it did not paint is asked of its own row, once it has ended, until it is known."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.admission import DAY, counted_images, counted_microusd
from bot.core.job import GenerationState, Job
from bot.core.job_events import Charged
from bot.errors import Cause, TransientError
from bot.service.charges import ASK_AGAIN, GETS_AT_ONCE
from tests.core.jobs import a_job
from tests.service.rig import Rig

S = GenerationState
FIVE_CENTS = 50_000


def priced(*states: GenerationState, number: int = 1) -> Job:
    job = a_job(*states, number=number)
    return replace(job, generations=tuple(replace(g, price_microusd=FIVE_CENTS) for g in job.generations))


async def failed(rig: Rig, cost_usd: float | None) -> Job:
    """Return a job whose one picture Oxen took and failed to paint, at a cost that its row states."""
    await rig.post(priced())
    rig.api.fail("r-1", Cause.SAFETY)
    rig.api.rows["r-1"] = replace(rig.api.rows["r-1"], cost_usd=cost_usd)
    await rig.settlement.read("1", rig.api.rows["r-1"])
    return await rig.get()


async def test_a_failure_counts_until_its_row_shows_it_as_free(rig: Rig) -> None:
    assert counted_microusd(await failed(rig, cost_usd=0)) == FIVE_CENTS
    await rig.charges.look_up()
    given_back = await rig.get()
    assert (counted_microusd(given_back), counted_images(given_back)) == (0, 0)
    await rig.charges.look_up()
    assert rig.api.called("charge") == ["charge r-1"]


async def test_a_failure_that_was_charged_counts_as_what_it_cost(rig: Rig) -> None:
    await failed(rig, cost_usd=0.03)
    await rig.charges.look_up()
    assert (counted_microusd(await rig.get()), counted_images(await rig.get())) == (30_000, 1)


async def test_what_its_owner_cancelled_is_asked_for_too(rig: Rig) -> None:
    await rig.post(priced())
    await rig.cancellation.cancel("1", 7)
    rig.api.rows["r-1"] = replace(rig.api.rows["r-1"], cost_usd=0)
    await rig.charges.look_up()
    assert counted_microusd(await rig.get()) == 0


async def test_a_picture_costs_no_call_more(rig: Rig) -> None:
    await rig.painted(priced())
    await rig.charges.look_up()
    assert not rig.api.called("charge")


async def test_a_row_that_does_not_say_is_asked_again_later_and_for_a_day_at_most(rig: Rig) -> None:
    await failed(rig, cost_usd=None)
    for _ in range(3):
        await rig.charges.look_up()
    assert len(rig.api.called("charge")) == 1
    rig.clock.now += ASK_AGAIN
    await rig.charges.look_up()
    assert len(rig.api.called("charge")) == 2
    rig.clock.now += DAY
    await rig.charges.look_up()
    assert len(rig.api.called("charge")) == 2
    assert counted_microusd(await rig.get()) == FIVE_CENTS


async def test_a_clock_that_was_set_back_asks_again(rig: Rig) -> None:
    await failed(rig, cost_usd=None)
    await rig.charges.look_up()
    rig.clock.now -= timedelta(minutes=1)
    await rig.charges.look_up()
    assert len(rig.api.called("charge")) == 2


async def test_a_private_failure_that_was_told_is_not_told_again_in_the_inbox_for_a_late_bill(rig: Rig) -> None:
    job = priced(S.FAILED)
    await rig.keep(replace(job, ask=replace(job.ask, private=True), token=None))
    await rig.ledger.apply("1", Charged(remote_id="r-1-1", cost_microusd=30_000))
    billed = await rig.get()
    assert (counted_microusd(billed), billed.card_owed) == (30_000, False)


async def test_a_row_that_is_not_there_is_no_trouble(rig: Rig) -> None:
    await failed(rig, cost_usd=0)
    del rig.api.rows["r-1"]
    await rig.charges.look_up()
    assert counted_microusd(await rig.get()) == FIVE_CENTS


async def test_while_oxen_is_away_a_few_are_tried_and_all_of_them_later(rig: Rig) -> None:
    jobs = [priced(S.FAILED, number=n) for n in range(1, 21)]
    await rig.keep(*jobs)
    rig.api.faults = {f"charge r-{job.id}-1": TransientError("502", status=502) for job in jobs}
    with pytest.raises(TransientError):
        await rig.charges.look_up()
    assert len(rig.api.called("charge")) == GETS_AT_ONCE
    rig.api.faults.clear()
    await rig.charges.look_up()
    rig.clock.now += ASK_AGAIN
    await rig.charges.look_up()
    assert len(set(rig.api.called("charge"))) == len(jobs)
    assert len(rig.api.called("charge")) == 2 * len(jobs)


async def test_rows_that_oxen_never_tells_of_stand_before_no_other(rig: Rig) -> None:
    jobs = [priced(S.FAILED, number=n) for n in range(1, 21)]
    await rig.keep(*jobs)
    rig.api.faults = {f"charge r-{job.id}-1": TransientError("500", status=500) for job in jobs[:GETS_AT_ONCE]}
    for _ in range(3):
        with suppress(TransientError):
            await rig.charges.look_up()
    assert len(rig.api.called("charge")) == len(jobs)


async def test_a_picture_that_turns_up_after_all_counts_again(rig: Rig) -> None:
    await rig.post(priced())
    await rig.cancellation.cancel("1", 7)
    rig.api.rows["r-1"] = replace(rig.api.rows["r-1"], cost_usd=0)
    await rig.charges.look_up()
    await rig.finish("r-1")
    assert counted_microusd(await rig.get()) == FIVE_CENTS
