from collections.abc import Iterator

import pytest

from tests.simulation.naive import NAIVE
from tests.simulation.process import Strategy
from tests.simulation.schedule import Schedule, random_schedule
from tests.simulation.stories import DEAR_AND_LOST, LATE, PLAIN, UNHEARD, killed_at, points
from tests.simulation.world import simulate

pytestmark = pytest.mark.simulation

RANDOM_TRIES = 100


def trials() -> Iterator[Schedule]:
    """Give what is tried on a strategy until it breaks a promise: stories, deaths in the plainest of them, chance."""
    yield from (UNHEARD, LATE, DEAR_AND_LOST)
    yield from (killed_at(PLAIN, kill) for kill in points(1, simulate(PLAIN).effects))
    yield from map(random_schedule, range(RANDOM_TRIES))


def objections(strategy: Strategy) -> Iterator[str]:
    for schedule in trials():
        yield from simulate(schedule, strategy).violations


@pytest.mark.parametrize("name", NAIVE)
def test_a_strategy_without_one_precaution_breaks_the_promise_that_it_guards(name: str) -> None:
    """If one of them passes, it is the harness that is broken."""
    strategy, words = NAIVE[name]
    assert any(words in objection for objection in objections(strategy))
