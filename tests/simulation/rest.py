"""Tells when a run has come to rest: nothing is owed, nothing is painted, and nothing late can still turn up."""

from tests.simulation.clock import virtual_loop
from tests.simulation.database import Database
from tests.simulation.oxen_model import Oxen, Row

LATE_PICTURES_S = 330.0
"""The sweep looks for missing pictures every 300 s."""

_OWED = (
    "SELECT count(*) FROM jobs WHERE state IN ('received', 'acked', 'waiting', 'running') OR answer = 'owed'"
    " OR (answer = 'given' AND place = 'message' AND revision > shown_revision)"
)
_HELD = "SELECT remote_id FROM generations WHERE state = 'succeeded'"


def at_rest(database: Database, oxen: Oxen, *, calm_s: float) -> bool:
    if database.one(_OWED):
        return False
    held = frozenset(database.column(_HELD))
    return not any(_may_come(row, held, calm_s) for row in oxen.ours() if oxen.echoes or row.active)


def _may_come(row: Row, held: frozenset[str], calm_s: float) -> bool:
    """Tell whether a picture is on its way, or may yet be found by the slow look for missing ones."""
    if row.ends_s is None:
        return False
    found_until_s = max(calm_s, row.ends_s) + LATE_PICTURES_S
    missing = row.status == "succeeded" and row.remote_id not in held
    return row.active or (missing and virtual_loop().time() < found_until_s)
