"""The log that people read: what comes at every letter stands in one row, and pushes nothing else out."""

from datetime import UTC, datetime

from sandbox.discord import Recorded
from sandbox.discord.jsontypes import Json
from sandbox.page.scenery import Scenery

CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"


def answered(kind: int) -> Recorded:
    body: Json = {"type": kind, "data": {"choices": []}}
    return Recorded(
        at=datetime.now(UTC),
        method="POST",
        path="/interactions/7/{token}/callback",
        template=CALLBACK,
        status=204,
        ms=1.0,
        body=body,
        files=(),
    )


async def test_completions_in_a_row_are_one_row_and_what_comes_between_is_not_lost(scenery: Scenery) -> None:
    log = scenery.backstage.discord.log
    for kind in (8, 8, 8, 4, 8):
        log.add(answered(kind))
    rows = scenery.traffic.since(0)
    assert [(row.number, row.times) for row in rows] == [(1, 3), (2, 1), (3, 1)]
    seen = scenery.traffic.changes
    log.add(answered(8))
    assert [(row.number, row.times) for row in scenery.traffic.since(seen)] == [(3, 2)]
