"""What came of a scenario: its figures, its broken promises, the seconds to its end."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from sandbox.torture.arena import Arena
from sandbox.torture.databases import Engine
from sandbox.torture.judgement import Figures, Violation, excesses, figures, violations
from sandbox.torture.reading import Identify
from sandbox.torture.storm import Trouble

TRACEBACK = "Traceback (most recent call last)"
EVIDENCE_LINES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One row of the table. `settled_s` counts from the last start of the bot, None where nothing was restarted."""

    scenario: str
    engine: Engine
    figures: Figures
    violations: tuple[Violation, ...]
    kills: int
    troubles: Mapping[Trouble, int] = field(default_factory=Counter[Trouble])
    settled_s: float | None = None
    note: str = ""
    tracebacks: int = 0
    evidence: tuple[str, ...] = field(default=(), repr=False)
    """What the bot's log says of the jobs that are violated."""


def outcome_of(
    arena: Arena,
    scenario: str,
    engine: Engine,
    *,
    since: datetime | None = None,
    troubles: Mapping[Trouble, int] | None = None,
    identify: Identify | None = None,
    also: tuple[Violation, ...] = (),
    excuses: int = 0,
    note: str = "",
) -> Outcome:
    """Judge what an arena's servers recorded.

    `since` is when the bot was started last, for the time to settle; `excuses` is how many accepted jobs may have ended
    without an order.
    """
    books = arena.books(identify)
    history = books.history(arena.crowd.requests)
    counted = figures(history)
    last = books.last_edit_at()
    found = (*violations(history), *excesses(counted, excuses=excuses), *arena.violations, *also)
    log = arena.bot.log
    return Outcome(
        scenario=scenario,
        engine=engine,
        figures=counted,
        violations=found,
        kills=arena.kills,
        troubles=troubles or Counter(),
        settled_s=(last - since).total_seconds() if since and last else None,
        note=note,
        tracebacks=log.count(TRACEBACK),
        evidence=evidence(log, found),
    )


def evidence(log: str, found: Sequence[Violation]) -> tuple[str, ...]:
    """Pick the log's lines about violated jobs, the first ones only: the log itself is gone soon."""
    named = [str(each.job_id) for each in found if each.job_id is not None]
    lines = (line for line in log.splitlines() if any(name in line for name in named))
    return tuple(islice(lines, EVIDENCE_LINES))
