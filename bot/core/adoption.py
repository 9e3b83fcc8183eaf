"""Decides which of Oxen's rows came from a POST whose answer nobody saw; knows no I/O and no job."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.remote import QueuePost, RemoteRow

CLOCK_SLACK = timedelta(seconds=120)
"""Oxen's clock and ours may differ by this much."""
CLOCK_SLACK_WITH_SEED = timedelta(hours=1)
"""And by this much where the row has our seed, which needs no help of a clock: it bounds how far lists are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """These unclaimed rows are ours; equal requests are interchangeable, so any of them will do."""

    rows: tuple[RemoteRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Possible:
    """An unclaimed row may be ours, but lacks the fields that would tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """No unclaimed row can be ours."""


def clock_slack(post: QueuePost) -> timedelta:
    """Tell how long before its intent a row of this POST may seem to have been made."""
    return CLOCK_SLACK_WITH_SEED if "seed" in post.parameters else CLOCK_SLACK


def look_for(
    post: QueuePost, rows: Sequence[RemoteRow], *, taken: frozenset[str], intended_at: datetime
) -> Found | Possible | Nothing:
    """Search the rows of both lists for the generations of one POST; `taken` are ids that jobs own already."""
    earliest = intended_at - clock_slack(post)
    candidates = [row for row in _richest(rows) if row.remote_id not in taken and _in_time(row, earliest)]
    verdicts = [(row, _compare(post, row)) for row in candidates]
    certain = tuple(row for row, same in verdicts if same)
    if certain:
        return Found(rows=certain[: post.num_generations])
    # What says too little is told from strangers' rows by its time alone.
    possible = any(same is None and _in_time(row, intended_at - CLOCK_SLACK) for row, same in verdicts)
    return Possible() if possible else Nothing()


def _richest(rows: Sequence[RemoteRow]) -> list[RemoteRow]:
    """Keep, of each generation, the row that echoes most: Oxen's OpenAPI 0.243.1 calls the queue's rows "compact"."""
    best: dict[str, RemoteRow] = {}
    for row in rows:
        known = best.get(row.remote_id)
        if known is None or len(row.echo) > len(known.echo):
            best[row.remote_id] = row
    return list(best.values())


def _in_time(row: RemoteRow, earliest: datetime) -> bool:
    return row.enqueued_at is None or row.enqueued_at >= earliest


def _compare(post: QueuePost, row: RemoteRow) -> bool | None:
    """Tell whether a row came from the POST: yes, no, or None where the row does not say enough.

    A seed is our marker: where there is one, it and the prompt are enough. Without one, every parameter must agree.
    References are not compared, since the row may hold them in another form.
    """
    if row.model is not None and row.model != post.model:
        return False
    sent = {**({"prompt": post.prompt} if post.prompt else {}), **_comparable(post)}
    if any(name in row.echo and row.echo[name] != value for name, value in sent.items()):
        return False
    needed = {"prompt", "seed"} & sent.keys() if "seed" in sent else sent.keys()
    return True if row.model is not None and needed <= row.echo.keys() else None


def _comparable(post: QueuePost) -> dict[str, object]:
    plain = (str, int, float, bool)
    return {name: value for name, value in post.parameters.items() if isinstance(value, plain) and not _is_link(value)}


def _is_link(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://", "data:"))
