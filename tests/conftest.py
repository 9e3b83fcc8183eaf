"""What every test shares: how many inputs hypothesis tries, what the garbage collector may skip, and the rig."""

import gc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import is_hypothesis_test, settings

from tests.fakes import ManualClock
from tests.fuzz_report import PROFILE, FuzzReport
from tests.service.memory_store import MemoryStore
from tests.service.rig import Rig, open_rig, sqlite_store

# No deadline, since the machines of CI are slow and shared. `make test` and CI ask for the thorough profile, by
# --hypothesis-profile, and `make fuzz` for one of its own.
settings.register_profile("quick", max_examples=25, deadline=None)
settings.register_profile("thorough", max_examples=200, deadline=None)
settings.register_profile(PROFILE, max_examples=2_000, deadline=None, print_blob=True)
settings.load_profile("quick")

GARBAGE_THRESHOLD = 20_000
"""Objects made between two collections. Python waits for 700 only, and a tenth of the run went into that."""

gc.set_threshold(GARBAGE_THRESHOLD)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--schedules", type=int, default=500, help="random schedules that the simulator runs; CI: 2000")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--hypothesis-profile") == PROFILE:
        config.pluginmanager.register(FuzzReport())


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what hypothesis makes inputs for, so that `make fuzz` can leave none of it out."""
    if isinstance(item, pytest.Function) and is_hypothesis_test(item.obj):
        item.add_marker(PROFILE)


def pytest_collection_finish() -> None:
    """Leave out of every later collection what lives to the end anyway: the libraries and the tests themselves."""
    gc.freeze()


@pytest.fixture(params=["memory", pytest.param("sqlite", marks=pytest.mark.e2e)])
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    """Give the whole service around fakes; each test that asks for it holds for the real store, too."""
    clock = ManualClock()
    store = sqlite_store(tmp_path, clock) if request.param == "sqlite" else MemoryStore(clock)
    async with open_rig(store, clock) as opened:
        yield opened
