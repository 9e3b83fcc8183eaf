from concurrent.futures import ProcessPoolExecutor
from typing import cast

import pytest

from bot.core.job import JobState
from tests.simulation.faults import POSSIBLE
from tests.simulation.many import Summary, random_runs

pytestmark = pytest.mark.simulation

MANY = 2000
"""As many as CI asks for, by --schedules: so many draw even the rarest trouble."""
ENDINGS = {
    JobState.DONE,
    JobState.PARTLY_DONE,
    JobState.NOT_PAINTED,
    JobState.CANCELLED,
    JobState.ABANDONED,
}


@pytest.fixture(scope="module")
def schedules(pytestconfig: pytest.Config) -> int:
    return cast("int", pytestconfig.getoption("--schedules"))


@pytest.fixture(scope="module")
def runs(pool: ProcessPoolExecutor, schedules: int) -> Summary:
    return random_runs(pool, range(schedules))


def test_no_random_schedule_breaks_a_promise(runs: Summary, schedules: int) -> None:
    assert runs.broken == ()
    assert runs.runs == schedules


def test_many_schedules_meet_every_kind_of_trouble(runs: Summary, schedules: int) -> None:
    """A fault that is never drawn would let its remedy rot unseen."""
    if schedules < MANY:
        pytest.skip(f"needs --schedules={MANY}, as CI runs it")
    assert {(place, fault) for place, faults in POSSIBLE.items() for fault in faults} == set(runs.faults)


def test_the_schedules_bring_jobs_to_every_ending(runs: Summary) -> None:
    assert set(runs.states) == ENDINGS
