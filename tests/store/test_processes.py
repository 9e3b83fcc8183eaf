"""The store against kill -9 and against a second process, with real processes."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest

from tests.store.conftest import Opener

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]

ADDS_FOR_EVER = """
import asyncio, sys
from bot.store import open_store
from tests.store.values import NO_LIMITS, SECRET, StoppedClock, a_job

async def main():
    store = await open_store(sys.argv[1], secret=SECRET, clock=StoppedClock())
    async def add(number):
        await store.add(a_job(number, count=4), limits=NO_LIMITS, slots=16)
        print(number, flush=True)
    for start in range(0, 10**9, 10):
        await asyncio.gather(*(add(number) for number in range(start, start + 10)))

asyncio.run(main())
"""


async def start(url: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", ADDS_FOR_EVER, url, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdout=PIPE, stderr=PIPE
    )


async def lines(process: Process, number: int) -> list[str]:
    assert process.stdout is not None
    return [(await process.stdout.readline()).decode().strip() for _ in range(number)]


async def killed(process: Process) -> str:
    """Kill it and give what it still said on stdout."""
    process.kill()
    said, _ = await process.communicate()
    return said.decode()


async def test_g1_every_acknowledged_job_is_there_after_a_kill(database: str, opened: Opener) -> None:
    process = await start(database)
    acknowledged = await lines(process, 205)
    acknowledged += (await killed(process)).split()
    store = await opened(database)
    found = [await store.get(number) for number in acknowledged]
    assert all(job is not None and len(job.generations) == 4 for job in found)
