"""Thousands of runs on all cores: every worker process runs schedules and sends back what came of them."""

import gc
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import repeat
from multiprocessing import get_context

from tests.simulation.effects import KillPoint
from tests.simulation.faults import Fault, Place
from tests.simulation.schedule import Schedule, random_schedule
from tests.simulation.stories import killed_at, points
from tests.simulation.world import simulate

OBJECTS_OF_SOME_RUNS = 50_000
AT_ONCE = 20
"""Runs that travel to a worker together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What came of some runs; `broken` says which run, which promise, and how to see it again."""

    runs: int
    effects: int
    broken: tuple[str, ...]
    faults: Counter[tuple[Place, Fault]]
    states: Counter[str]

    @classmethod
    def of(cls, parts: Iterable["Summary"]) -> "Summary":
        done = list(parts)
        return cls(
            runs=sum(part.runs for part in done),
            effects=sum(part.effects for part in done),
            broken=tuple(line for part in done for line in part.broken),
            faults=sum((part.faults for part in done), Counter[tuple[Place, Fault]]()),
            states=sum((part.states for part in done), Counter[str]()),
        )


def pool_of_workers() -> ProcessPoolExecutor:
    # Spawned, not forked: a fork would copy locks that the threads of other tests hold.
    return ProcessPoolExecutor(os.cpu_count() or 1, mp_context=get_context("spawn"), initializer=_collect_rarely)


def _collect_rarely() -> None:
    """Leave what the imports made alone, which outweighs what a run makes, and collect after runs, not within."""
    gc.freeze()
    gc.set_threshold(OBJECTS_OF_SOME_RUNS)


def summary_of(name: str, schedule: Schedule) -> Summary:
    """Run one schedule."""
    report = simulate(schedule)
    return Summary(
        runs=1,
        effects=report.effects,
        broken=tuple(f"{name}: {violation}" for violation in report.violations),
        faults=report.faults,
        states=report.states,
    )


def random_runs(pool: ProcessPoolExecutor, seeds: Sequence[int]) -> Summary:
    return Summary.of(pool.map(_random_run, seeds, chunksize=AT_ONCE))


def _random_run(seed: int) -> Summary:
    return summary_of(f"python -m tests.simulation --seed {seed}", random_schedule(seed))


def single_deaths(pool: ProcessPoolExecutor, story: Schedule) -> Summary:
    """Let the process die at every point of a story."""
    kills = points(1, simulate(story).effects)
    schedules = [killed_at(story, kill) for kill in kills]
    return Summary.of(pool.map(summary_of, map(str, kills), schedules, chunksize=AT_ONCE))


def unclear_commits(pool: ProcessPoolExecutor, story: Schedule, fault: Fault) -> Summary:
    """Let each commit of a story happen and yet end in an error, one a run."""
    numbers = range(1, simulate(story).commits + 1)
    schedules = [replace(story, script={**story.script, (Place.COMMIT, number): fault}) for number in numbers]
    names = [f"commit {number} {fault}" for number in numbers]
    return Summary.of(pool.map(summary_of, names, schedules, chunksize=AT_ONCE))


def pairs_of_deaths(pool: ProcessPoolExecutor, story: Schedule) -> Summary:
    """Let the process die at every point of a story, and the next one at every point of what is left of it."""
    return Summary.of(pool.map(_second_deaths, repeat(story), points(1, simulate(story).effects)))


def _second_deaths(story: Schedule, first: KillPoint) -> Summary:
    once = simulate(killed_at(story, first))
    seconds = points(first.number + 1, once.effects)
    return Summary.of(summary_of(f"{first}, {second}", killed_at(story, first, second)) for second in seconds)
