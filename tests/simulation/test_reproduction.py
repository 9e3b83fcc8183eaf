from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.simulation.schedule import random_schedule
from tests.simulation.world import Report, simulate

pytestmark = pytest.mark.simulation

SEEDS = range(8)


def report_of(seed: int) -> Report:
    return simulate(random_schedule(seed))


def test_a_seed_makes_the_same_run_line_by_line_in_another_process(pool: ProcessPoolExecutor) -> None:
    """Other processes have other addresses and other hashes, so that no order may hang on them."""
    assert list(pool.map(report_of, SEEDS)) == [report_of(seed) for seed in SEEDS]
