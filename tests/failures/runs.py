"""Whole runs of the simulator in the words of the matrix: a story, what goes wrong in it, and what people see then."""

from collections.abc import Mapping
from dataclasses import replace

from tests.simulation.effects import KillPoint, Phase
from tests.simulation.faults import Fault, Place
from tests.simulation.schedule import Asks, Deed, Schedule
from tests.simulation.stories import ASKED_S
from tests.simulation.world import Report, simulate

COMMIT, ANSWER, POST, DOWNLOAD, EDIT = "commit", "answer", "POST /queue", "GET https://results", "edit"
"""What a process does to the world, by the first words of its name."""
ADDED, RECORDED, INTENT, ACCEPTED = 1, 2, 3, 4
"""The commits of a plain job, in order: its row, that it was answered, the intent, and Oxen's id."""

ONE_PICTURE = ({"done": 1}, 1)
"""What should come of nearly everything: the picture is there, and paid once."""
ABANDONED = ({"abandoned": 1}, 0)
"""Who was shown "did not respond" pays nothing."""
UNPAINTED_AND_UNPAID = ({"not painted": 1}, 0)

Script = Mapping[tuple[Place, int], Fault]


def story(*deeds: Deed) -> Schedule:
    """Give a run in which people do this; if nothing is said, one asks for one picture."""
    return Schedule(deeds=deeds or (Asks(at_s=ASKED_S),))


def troubled(script: Script, of: Schedule | None = None) -> Report:
    """Run a story with faults, each at the n-th time at its place."""
    return simulate(replace(of or story(), script=script))


def always(place: Place, fault: Fault, *, times: int) -> Script:
    """Let the same go wrong the first so many times."""
    return {(place, nth): fault for nth in range(1, times + 1)}


def killed(phase: Phase, call: str, nth: int = 1, *, of: Schedule | None = None) -> Report:
    """Run a story whose process dies before, inside or after its n-th call of a kind, and is started again."""
    uncut = of or story()
    numbers = [number for number, name in _numbered(simulate(uncut)) if name.startswith(call)]
    report = simulate(replace(uncut, kills=(KillPoint(number=numbers[nth - 1], phase=phase),)))
    assert report.lives > 1, f"nobody died: {report.trace}"
    return report


def _numbered(report: Report) -> list[tuple[int, str]]:
    effects = [line.split("  #", 1)[1].partition(" ") for line in report.trace if "  #" in line]
    return [(int(number), name) for number, _, name in effects]


def calls(report: Report, kind: str = "") -> list[str]:
    """Give the names of what was done to the world, of one kind or of all, in order."""
    return [name for _, name in _numbered(report) if name.startswith(kind)]


def moments(report: Report, kind: str) -> list[float]:
    """Give the seconds at which something was done."""
    return [float(line.split()[0]) for line in report.trace if "  #" in line and line.split(" ", 1)[1].find(kind) > 0]


def came(report: Report) -> tuple[dict[str, int], int]:
    """Say what came of a run that kept every promise: how many jobs ended how, and how many pictures were paid."""
    assert report.violations == (), report.trace
    return dict(report.states), report.paid


def words(report: Report) -> str:
    """Give what the one message of a run says below its header."""
    (card,) = report.cards
    return "\n".join(card.lines)
