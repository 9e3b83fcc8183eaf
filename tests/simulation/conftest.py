"""One pool of workers for all simulations."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.simulation.many import pool_of_workers


@pytest.fixture(scope="session")
def pool() -> Iterator[ProcessPoolExecutor]:
    with pool_of_workers() as pool:
        yield pool
