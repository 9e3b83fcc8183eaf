from concurrent.futures import ProcessPoolExecutor

import pytest

from bot.core.job import JobState
from tests.simulation.faults import POSSIBLE
from tests.simulation.many import Summary, random_runs

pytestmark = pytest.mark.simulation

SEEDS = range(2000)
ENDINGS = {
    JobState.DONE,
    JobState.PARTLY_DONE,
    JobState.NOT_PAINTED,
    JobState.CANCELLED,
    JobState.ABANDONED,
}


@pytest.fixture(scope="module")
def runs(pool: ProcessPoolExecutor) -> Summary:
    return random_runs(pool, SEEDS)


def test_no_random_schedule_breaks_a_promise(runs: Summary) -> None:
    assert runs.broken == ()
    assert runs.runs == len(SEEDS)


def test_the_schedules_meet_every_kind_of_trouble(runs: Summary) -> None:
    """A fault that is never drawn would let its remedy rot unseen."""
    assert {(place, fault) for place, faults in POSSIBLE.items() for fault in faults} == set(runs.faults)


def test_the_schedules_bring_jobs_to_every_ending(runs: Summary) -> None:
    assert set(runs.states) == ENDINGS
