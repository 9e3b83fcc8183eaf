"""The one table: measurements as values, and as Markdown; knows no stand-in and measures nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEAD = ("measurement, and rivals", "measured", "floor", "/ floor")
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


def lines(row: Row) -> list[tuple[str, ...]]:
    """Return the cells of a measurement, then of each of its rivals: a line each, so that a terminal can show them."""
    floor = "-" if row.floor is None else number(row.floor)
    measured = (f"{row.what}, {row.unit}", number(row.easel), floor, row.ratio(row.easel))
    return [measured, *(_rival(row, rival) for rival in row.rivals)]


def _rival(row: Row, rival: Rival) -> tuple[str, ...]:
    name = f"- {rival.name}"
    if rival.value is None:
        return (name, "not installed", "", "")
    return (name, number(rival.value), "", row.ratio(rival.value) if row.floor else "")


def markdown(rows: Iterable[Row]) -> str:
    """Return the table with its columns in line, so that it can be read in a terminal too."""
    body = [HEAD, *(line for row in rows for line in lines(row))]
    widths = [max(len(line[column]) for line in body) for column in range(len(HEAD))]
    rule = ("-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:]))
    return "\n".join(_line(line, widths) for line in (body[0], rule, *body[1:]))


def _line(parts: Sequence[str], widths: Sequence[int]) -> str:
    first, *numbers = zip(parts, widths, strict=True)
    return f"| {' | '.join([first[0].ljust(first[1]), *(f'{part:>{width}}' for part, width in numbers)])} |"
