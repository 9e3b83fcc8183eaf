from dataclasses import replace
from datetime import timedelta

from bot.core.job import GenerationState, Job
from bot.service.estimates import MEMORY_S
from tests.core.jobs import NOW, a_job
from tests.service.rig import Rig

MODEL = "flux-2-dev"


def painted_in(seconds: float, number: int) -> Job:
    job = a_job(GenerationState.SUCCEEDED, number=number)
    (generation,) = job.generations
    return replace(job, generations=(replace(generation, ended_at=NOW + timedelta(seconds=seconds)),))


async def test_without_history_there_is_no_guess(rig: Rig) -> None:
    await rig.estimates.refresh(MODEL)
    assert rig.estimates.usual_s(MODEL) is None
    assert rig.estimates.usual_s(None) is None


async def test_the_guess_is_the_median_of_the_last_pictures(rig: Rig) -> None:
    await rig.keep(painted_in(10, 1), painted_in(12, 2), painted_in(500, 3))
    await rig.estimates.refresh(MODEL)
    assert rig.estimates.usual_s(MODEL) == 12


async def test_a_guess_is_believed_for_a_minute(rig: Rig) -> None:
    await rig.keep(painted_in(10, 1))
    await rig.estimates.refresh(MODEL)
    await rig.keep(painted_in(30, 2))
    rig.clock.advance(MEMORY_S - 1)
    await rig.estimates.refresh(MODEL)
    assert rig.estimates.usual_s(MODEL) == 10
    rig.clock.advance(1)
    await rig.estimates.refresh(MODEL)
    assert rig.estimates.usual_s(MODEL) == 20
