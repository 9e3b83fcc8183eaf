from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.simulation.many import pairs_of_deaths
from tests.simulation.stories import PLAIN

pytestmark = pytest.mark.simulation

PAIRS = 500
"""A plain job has more than so many; if it has fewer, the effects are no longer counted."""


def test_a_plain_job_survives_every_pair_of_deaths(pool: ProcessPoolExecutor) -> None:
    pairs = pairs_of_deaths(pool, PLAIN)
    assert pairs.broken == ()
    assert pairs.runs > PAIRS
