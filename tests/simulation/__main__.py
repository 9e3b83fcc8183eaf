"""Replays a run and prints what happened, or hunts through many seeds for one that breaks a promise.

`python -m tests.simulation --seed 7` prints the run of one seed and its schedule as code, fit to be kept in
regressions.py; `--count 10000` tries as many seeds from there and prints only those that fail.
"""

import argparse
import sys

from tests.simulation.schedule import random_schedule
from tests.simulation.world import simulate


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, required=True, help="which random schedule to run")
    parser.add_argument("--count", type=int, default=1, help="how many seeds to try from that one")
    arguments = parser.parse_args()
    if arguments.count == 1:
        return replay(arguments.seed)
    return hunt(range(arguments.seed, arguments.seed + arguments.count))


def replay(seed: int) -> int:
    schedule = random_schedule(seed)
    report = simulate(schedule)
    tell(repr(schedule), *report.trace, *(f"broken: {violation}" for violation in report.violations))
    return 1 if report.violations else 0


def hunt(seeds: range) -> int:
    failed = 0
    for seed in seeds:
        violations = simulate(random_schedule(seed)).violations
        failed += bool(violations)
        tell(*(f"seed {seed}: {violation}" for violation in violations))
    tell(f"{len(seeds)} runs, {failed} failed")
    return 1 if failed else 0


def tell(*lines: str) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
