"""`python -m bench`: every measurement in one run, as one table; `python -m bench NAME ...` for some of them."""

import asyncio
import gc
import sys
import time
from collections.abc import AsyncIterator, Callable

from bench import calls, hardest, latency, memory, parsers, rush, starts
from bench.machine import STANDINS, described, on_core
from bench.table import Row, markdown

MEASUREMENTS: dict[str, Callable[[], AsyncIterator[Row]]] = {
    "latency": lambda: latency.rows(jobs=100),
    "calls": lambda: calls.rows(jobs=30),
    "rush": lambda: rush.rows(jobs=100),
    "memory": lambda: memory.rows(count=10_000),
    "hardest": lambda: hardest.rows(edits=8, results=16, side_px=4096),
    "starts": lambda: starts.rows(starts=5),
    "parsers": parsers.rows,
}


async def measured(names: list[str]) -> list[Row]:
    found: list[Row] = []
    for name in names:
        began = time.monotonic()
        found += [row async for row in MEASUREMENTS[name]()]
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    return found


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in MEASUREMENTS]
    if unknown:
        print(f"There is no {', '.join(unknown)}. Choose from: {', '.join(MEASUREMENTS)}.", file=sys.stderr)
        return 2
    machine = described()
    # The apparatus must not pause: its stand-ins keep what they saw, and a full collection would go through all of it.
    gc.disable()
    with on_core(STANDINS):
        rows = asyncio.run(measured(names or list(MEASUREMENTS)))
    print(f"{machine}\n\n{markdown(rows)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
