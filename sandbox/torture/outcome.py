"""What came of a scenario: its figures, its broken promises, the seconds to its end."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.torture.arena import Arena
from sandbox.torture.databases import Engine
from sandbox.torture.judgement import Figures, Violation, figures, violations
from sandbox.torture.reading import Identify
from sandbox.torture.storm import Trouble

TRACEBACK = "Traceback (most recent call last)"


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
    log_tail: str = field(default="", repr=False)


def outcome_of(
    arena: Arena,
    scenario: str,
    engine: Engine,
    *,
    since: datetime | None = None,
    troubles: Mapping[Trouble, int] | None = None,
    identify: Identify | None = None,
    also: tuple[Violation, ...] = (),
    note: str = "",
) -> Outcome:
    """Judge what an arena's servers recorded; `since` is when the bot was started last, for the time to settle."""
    books = arena.books(identify)
    history = books.history(arena.crowd.requests)
    last = books.last_edit_at()
    return Outcome(
        scenario=scenario,
        engine=engine,
        figures=figures(history),
        violations=(*violations(history), *arena.violations, *also),
        kills=arena.kills,
        troubles=troubles or Counter(),
        settled_s=(last - since).total_seconds() if since and last else None,
        note=note,
        tracebacks=arena.bot.log.count(TRACEBACK),
        log_tail=arena.bot.log_tail(),
    )
