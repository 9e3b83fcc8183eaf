"""Outcomes as one Markdown table, and in words what was broken and what went wrong on purpose."""

from collections import Counter
from collections.abc import Iterator, Sequence

from sandbox.torture.judgement import DOUBLES, LOSSES, Broken
from sandbox.torture.outcome import Outcome
from sandbox.torture.storm import Trouble

COLUMNS = (
    "scenario",
    "database",
    "SIGKILLs",
    "asked",
    "accepted",
    "pictures painted",
    "in their message",
    "told in words",
    "messages a job, at most",
    "paid orders an image, at most",
    "lost",
    "double",
    "other",
    "settled, s",
    "note",
)


def markdown(outcomes: Sequence[Outcome]) -> str:
    """Give the table."""
    rows = [COLUMNS, *(_cells(outcome) for outcome in outcomes)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    ruler = [("-" * width) for width in widths]
    lines = [_line(COLUMNS, widths), _line(ruler, widths), *(_line(row, widths) for row in rows[1:])]
    return "\n".join(lines)


def troubles_of(outcomes: Sequence[Outcome]) -> str:
    """Say what went wrong on purpose beside the kills, and how often."""
    struck = Counter[Trouble]()
    for outcome in outcomes:
        struck.update(outcome.troubles)
    return "; ".join(f"{trouble.value} {times}" for trouble, times in struck.most_common())


def complaints(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Say each broken promise in a line."""
    for outcome in outcomes:
        for violation in outcome.violations:
            yield f"{outcome.scenario}, {outcome.engine}: {violation}"
        if outcome.tracebacks:
            yield f"{outcome.scenario}, {outcome.engine}: {outcome.tracebacks} tracebacks in the bot's log"
        yield from (f"    {line}" for line in outcome.evidence)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"


def _cells(outcome: Outcome) -> tuple[str, ...]:
    figures = outcome.figures
    kinds = Counter(violation.kind for violation in outcome.violations)
    lost, double = _count(kinds, LOSSES), _count(kinds, DOUBLES)
    return (
        outcome.scenario,
        outcome.engine.value,
        f"{outcome.kills:,}",
        f"{figures.asked:,}",
        f"{figures.accepted:,}",
        f"{figures.painted:,}",
        f"{figures.delivered:,}",
        f"{figures.told_in_words:,}",
        f"{figures.messages_at_most}",
        f"{figures.payments_at_most:g}",
        f"{lost}",
        f"{double}",
        f"{kinds.total() - lost - double}",
        "-" if outcome.settled_s is None else f"{outcome.settled_s:.1f}",
        outcome.note,
    )


def _count(kinds: Counter[Broken], wanted: frozenset[Broken]) -> int:
    return sum(kinds[kind] for kind in wanted)
