"""`make torture` itself, made small: it plays, prints its table and tells by its exit code what it found."""

import asyncio
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
SMALL = ("kills", "--scale", "0.02", "--seed", "1", "--database", "SQLite")


async def test_a_small_storm_breaks_no_promise_and_ends_with_a_table() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox.torture", *SMALL, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()
    assert "| kills in a storm " in told.decode()
    assert told.decode().endswith("Every promise was kept.\n")
