from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.simulation.many import single_deaths
from tests.simulation.stories import STORIES
from tests.simulation.world import simulate

pytestmark = pytest.mark.simulation


@pytest.mark.parametrize("name", STORIES)
def test_a_story_keeps_every_promise_when_nobody_dies(name: str) -> None:
    assert simulate(STORIES[name]).violations == ()


@pytest.mark.parametrize("name", STORIES)
def test_a_story_keeps_every_promise_wherever_its_process_dies(name: str, pool: ProcessPoolExecutor) -> None:
    assert single_deaths(pool, STORIES[name]).broken == ()
