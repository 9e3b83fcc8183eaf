"""Histories that hypothesis makes up: every store, also the one that the unit tests trust, answers like the model."""

import asyncio
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from bot.store import open_store
from tests.store.conftest import Runner
from tests.store.histories import Host, StoreMachine, check_histories
from tests.store.hosts import File, Memory, Server
from tests.store.values import SECRET, StoppedClock

pytestmark = pytest.mark.fuzz


def history(host: Callable[[StoppedClock], Host]) -> StoreMachine:
    clock = StoppedClock()
    return StoreMachine(host(clock), clock)


def test_in_memory() -> None:
    check_histories(lambda: history(Memory), inputs_per_history=20)


def test_in_a_file(tmp_path: Path) -> None:
    numbers = count()
    check_histories(
        lambda: history(lambda clock: File(tmp_path / str(next(numbers)), clock)),
        inputs_per_history=40,
    )


@pytest.mark.e2e
def test_on_a_server(postgres_url: str, run_on_postgres: Runner) -> None:
    url = f"{postgres_url}&search_path=histories"

    async def make_schema() -> None:
        await run_on_postgres("CREATE SCHEMA histories")
        store = await open_store(url, secret=SECRET, clock=StoppedClock(), durable=False)
        await store.close()

    asyncio.run(make_schema())
    check_histories(
        lambda: history(lambda clock: Server(url, run_on_postgres, clock)),
        inputs_per_history=100,
    )
