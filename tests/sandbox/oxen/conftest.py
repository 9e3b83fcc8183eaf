"""A running local Oxen that paints small and at once, and a client of it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.oxen import Knobs, LocalOxen
from tests.sandbox.oxen.client import Client


@pytest.fixture
async def oxen() -> AsyncIterator[LocalOxen]:
    knobs = Knobs(painting_s=(0, 0), usual_long_side_px=64, noisy_stream=False)
    async with LocalOxen(knobs=knobs) as running:
        yield running


@pytest.fixture
async def client(oxen: LocalOxen) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession(headers={"User-Agent": "easel-tests/1"}) as session:
        yield Client(oxen=oxen, session=session)
