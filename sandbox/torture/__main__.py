"""`python -m sandbox.torture`: every scenario on both databases, one table, exit code 1 for any broken promise."""

import argparse
import asyncio
import logging
import os
import platform
import random
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.torture.arena import CutShortError
from sandbox.torture.cuts import cuts
from sandbox.torture.databases import Engine
from sandbox.torture.kills import kills
from sandbox.torture.outcome import Outcome
from sandbox.torture.restart import restart
from sandbox.torture.sizes import sizes
from sandbox.torture.storm import draw_storm
from sandbox.torture.table import complaints, markdown, troubles_of
from sandbox.torture.tokens import tokens

ASKS, KILLS = 1_250, 110
OPEN_JOBS, OLD_JOBS, LARGE_RESULTS, CUT_S = 2_000, 200, 8, 60
SEEDS = 1_000_000

Play = Callable[[Engine], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of everything."""

    seed: int
    asks: int
    kills: int
    open_jobs: int
    old_jobs: int
    large_results: int
    cut_s: int


def scenarios(size: Size) -> Mapping[str, Play]:
    """Give every scenario by its name on the command line."""
    storm = draw_storm(size.seed, asks=size.asks, kills=size.kills)
    return {
        "kills": lambda engine: kills(storm, engine),
        "restart": lambda engine: restart(size.open_jobs, engine),
        "tokens": lambda engine: tokens(size.old_jobs, engine),
        "sizes": lambda engine: sizes(size.large_results, engine),
        "cuts": lambda engine: cuts(size.cut_s, engine),
    }


@dataclass(slots=True, kw_only=True)
class Report:
    """What came of the scenarios that were played; `broken` says each broken promise in a line."""

    outcomes: list[Outcome] = field(default_factory=list[Outcome])
    broken: list[str] = field(default_factory=list[str])


async def played(chosen: Mapping[str, Play], engines: Sequence[Engine]) -> Report:
    """Play one after the other, so that each has the machine for itself."""
    report = Report()
    for name, play in chosen.items():
        for engine in engines:
            began = time.monotonic()
            try:
                report.outcomes.append(await play(engine))
            except CutShortError as error:
                report.broken.append(f"{name}, {engine}: cut short. {error}")
            print(f"{name}, {engine}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    report.broken += complaints(report.outcomes)
    return report


def main() -> int:
    """Run what was asked for, print what came of it, and give the exit code."""
    parser = _parser()
    arguments = parser.parse_args()
    # What a server says of a client that hung up is no news here: it was killed.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    every = scenarios(_size(arguments))
    unknown = [name for name in arguments.scenario if name not in every]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; choose from {', '.join(every)}")
    chosen = {name: play for name, play in every.items() if name in (arguments.scenario or every)}
    report = asyncio.run(played(chosen, [Engine(name) for name in arguments.database] or list(Engine)))
    print(f"seed {arguments.seed}; {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}\n")
    print(markdown(report.outcomes))
    print(f"\nBeside the kills: {troubles_of(report.outcomes) or 'nothing'}.")
    if report.broken:
        print("\nNot as promised:", *report.broken, sep="\n")
    else:
        print("\nEvery promise was kept.")
    return 1 if report.broken else 0


def _size(arguments: argparse.Namespace) -> Size:
    scale: float = arguments.scale

    def scaled(count: int) -> int:
        return max(1, round(count * scale))

    return Size(
        seed=arguments.seed,
        asks=scaled(ASKS),
        kills=scaled(KILLS),
        open_jobs=scaled(OPEN_JOBS),
        old_jobs=scaled(OLD_JOBS),
        large_results=scaled(LARGE_RESULTS),
        cut_s=scaled(CUT_S),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.torture",
        description="Kill the real bot again and again among all other trouble, and count what became of every job.",
    )
    names = ("kills", "restart", "tokens", "sizes", "cuts")
    parser.add_argument("scenario", nargs="*", help=f"which to play: {', '.join(names)} (default: all)")
    parser.add_argument("--seed", type=int, default=random.randrange(SEEDS), help="what the storm is drawn from")
    parser.add_argument("--scale", type=float, default=1.0, help="how much of everything, 1 = as published")
    parser.add_argument(
        "--database",
        action="append",
        default=[],
        choices=[engine.value for engine in Engine],
        help="which database (default: both)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
