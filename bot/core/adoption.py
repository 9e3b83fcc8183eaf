"""Decides which of Oxen's rows came from a POST whose answer nobody saw; knows no I/O and no job."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.echo import is_beginning, is_clearly_another, is_same, is_same_model, is_same_seed
from bot.core.remote import QueuePost, RemoteRow

CLOCK_SLACK = timedelta(seconds=120)
"""Oxen's clock and ours may differ by this much."""
CLOCK_SLACK_WITH_SEED = timedelta(hours=1)
"""And by this much where the row has our seed, which needs no help of a clock: it bounds how far lists are read."""
LEAST_DRAWN_SEED = 2**16
"""A seed below it may stand in others' rows by chance: it was drawn from few, or is one that people like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A POST without an answer, and when it was meant; `drawn` says that Easel chose its seed, not a person."""

    post: QueuePost
    intended_at: datetime
    drawn: bool

    @property
    def earliest(self) -> datetime:
        """Tell how early a row of this POST may seem to have been made."""
        return self.intended_at - (CLOCK_SLACK if self.seed is None else CLOCK_SLACK_WITH_SEED)

    @property
    def seed(self) -> object:
        return self.post.parameters.get("seed")

    @property
    def is_marked(self) -> bool:
        """Tell whether the seed alone tells its row from all others."""
        return self.drawn and isinstance(self.seed, int) and self.seed >= LEAST_DRAWN_SEED


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """These unclaimed rows are ours; equal requests are interchangeable, so any of them will do."""

    rows: tuple[RemoteRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Possible:
    """An unclaimed row may be ours, but nothing in it proves that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """No unclaimed row can be ours."""


def look_for(
    lost: Lost, rows: Sequence[RemoteRow], *, taken: frozenset[str], others: Sequence[QueuePost] = ()
) -> Found | Possible | Nothing:
    """Search the rows of both lists for the generations of one POST.

    `taken` are ids that jobs own already, and `others` the POSTs of ours that are open beside this one.
    """
    candidates = [row for row in _richest(rows) if row.remote_id not in taken and _in_time(row, lost.earliest)]
    verdicts = [(row, _compare(lost, row, others)) for row in candidates]
    certain = tuple(row for row, same in verdicts if same)
    if certain:
        return Found(rows=certain[: lost.post.num_generations])
    # What proves nothing is told from strangers' rows by its time alone.
    possible = any(same is None and _in_time(row, lost.intended_at - CLOCK_SLACK) for row, same in verdicts)
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


def _compare(lost: Lost, row: RemoteRow, others: Sequence[QueuePost]) -> bool | None:
    """Tell whether a row came from the POST: yes, no, or None where it may have, and nothing proves it.

    References are not compared, since the row may hold them in another form.
    """
    if lost.seed is None:
        return _compare_all(lost.post, row, others)
    if "seed" not in row.echo:
        return None if _may_be(lost.post, row) else False
    if not is_same_seed(lost.seed, row.echo["seed"]):
        return False
    rivals = [post for post in others if is_same_seed(lost.seed, post.parameters.get("seed"))]
    if lost.is_marked and not rivals:
        return True
    needed = {"prompt", *(name for rival in rivals for name in _differing(lost.post, rival))}
    told = row.model is not None and is_same_model(lost.post.model, row.model)
    return True if told and _agrees(lost.post, row, needed, others) else None


def _compare_all(post: QueuePost, row: RemoteRow, others: Sequence[QueuePost]) -> bool | None:
    """Compare a row with a POST without a seed: only if every parameter agrees is it surely ours."""
    if not _may_be(post, row):
        return False
    told = row.model is not None and is_same_model(post.model, row.model)
    return True if told and _agrees(post, row, {"prompt", *_comparable(post)}, others) else None


def _may_be(post: QueuePost, row: RemoteRow) -> bool:
    """Tell whether a row can have come from a POST: nothing in it is clearly of another one."""
    echoed = row.echo.get("prompt")
    if row.model is not None and not is_same_model(post.model, row.model):
        # Another name for the model, perhaps, where the words are the same.
        return echoed is not None and bool(post.prompt) and is_same(post.prompt, echoed)
    return echoed is None or not is_clearly_another(post.prompt, echoed)


def _agrees(post: QueuePost, row: RemoteRow, names: set[str], others: Sequence[QueuePost]) -> bool:
    """Tell whether a row repeats each of these fields of a POST; what was not sent need not be repeated.

    The words may have been cut off, if no other POST of ours begins with them.
    """
    sent = _comparable(post)
    return all(
        name in row.echo
        and (is_same(sent[name], row.echo[name]) or (name == "prompt" and _begins_alone(post, row.echo[name], others)))
        for name in names & sent.keys()
    )


def _begins_alone(post: QueuePost, echoed: object, others: Sequence[QueuePost]) -> bool:
    return is_beginning(post.prompt, echoed) and not any(
        is_beginning(other.prompt, echoed) and not is_same(post.prompt, other.prompt) for other in others
    )


def _differing(post: QueuePost, other: QueuePost) -> set[str]:
    ours, theirs = _comparable(post), _comparable(other)
    return {name for name in ours.keys() | theirs.keys() if not is_same(ours.get(name), theirs.get(name))}


def _comparable(post: QueuePost) -> dict[str, object]:
    plain = (str, int, float, bool)
    sent: dict[str, object] = {"prompt": post.prompt} if post.prompt else {}
    return sent | {n: value for n, value in post.parameters.items() if isinstance(value, plain) and not _is_link(value)}


def _is_link(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://", "data:"))
