"""What every test shares: hypothesis without a deadline, since the machines of CI are slow and shared; and the rig."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.fakes import ManualClock
from tests.service.memory_store import MemoryStore
from tests.service.rig import Rig, open_rig, sqlite_store

settings.register_profile("easel", deadline=None)
settings.load_profile("easel")


@pytest.fixture(params=["memory", pytest.param("sqlite", marks=pytest.mark.e2e)])
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    """Give the whole service around fakes; each test that asks for it holds for the real store, too."""
    clock = ManualClock()
    store = sqlite_store(tmp_path, clock) if request.param == "sqlite" else MemoryStore(clock)
    async with open_rig(store, clock) as opened:
        yield opened
