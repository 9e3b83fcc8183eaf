"""The one table: measurements as values, and as Markdown; knows no stand-in and measures nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEAD = ("measurement", "Easel", "floor", "Easel / floor", "rivals (/ floor)")
FEW = 10
MANY = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """Another way of doing it; `value` in the unit of its row, None where it could not be measured here."""

    name: str
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measurement, with None where there is nothing that a floor could do.

    Less is better, but for a `speed`: there the ratio says how many times slower than the floor.
    """

    what: str
    unit: str
    easel: float
    floor: float | None
    rivals: tuple[Rival, ...] = ()
    speed: bool = False

    def ratio(self, value: float) -> str:
        """Give a value beside the floor; a dash where there is none."""
        if not self.floor:
            return "-"
        return f"{number(self.floor / value if self.speed else value / self.floor)} x"


def number(value: float) -> str:
    """Write a number with as many digits as a measurement on a shared machine deserves."""
    if abs(value) >= MANY:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= FEW else f"{value:.2f}"


def cells(row: Row) -> tuple[str, ...]:
    floor = "-" if row.floor is None else number(row.floor)
    return (f"{row.what}, {row.unit}", number(row.easel), floor, row.ratio(row.easel), _rivals(row))


def _rivals(row: Row) -> str:
    measured = [_rival(row, rival.name, rival.value) for rival in row.rivals if rival.value is not None]
    absent = ", ".join(rival.name for rival in row.rivals if rival.value is None)
    return "; ".join([*measured, f"not installed: {absent}"] if absent else measured)


def _rival(row: Row, name: str, value: float) -> str:
    return f"{name}: {number(value)}" + (f" ({row.ratio(value)})" if row.floor else "")


def markdown(rows: Iterable[Row]) -> str:
    """Give the table with its columns in line, so that it can be read in a terminal too."""
    lines = [HEAD, *(cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    head, *body = (_line(line, widths) for line in lines)
    rule = _line(["-" * (widths[0]), *("-" * (width - 1) + ":" for width in widths[1:-1]), "-" * widths[-1]], widths)
    return "\n".join([head, rule, *body])


def _line(parts: Sequence[str], widths: Sequence[int]) -> str:
    first, *numbers, last = zip(parts, widths, strict=True)
    inner = [f"{part:>{width}}" for part, width in numbers]
    return f"| {' | '.join([first[0].ljust(first[1]), *inner, last[0].ljust(last[1])])} |"
