"""A model of Oxen's queue: rows, history, presigned links and events without replay, with all its documented moods.

Everything here belongs to the world: it happens whether or not a process is alive to see it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.json_value import Json
from bot.core.remote import INLINE, QueuePost, RemoteRow
from bot.errors import Cause, NotFoundError
from tests.simulation.clock import virtual_loop
from tests.simulation.effects import Trace
from tests.simulation.faults import Fault, Faults, Place
from tests.simulation.shop import whole_png

GRACE_S = 30.0
"""RECONCILE_GRACE_S in a run: shorter than the real one, so that runs are short; the rest is scaled to it."""
ROW_LAG_S = 6.0
"""How long a replica may not know a row."""
PAINTING_S = 4.0
SLOW_PAINTING_S = 40.0
EVENT_S = 0.05
EVENT_LATE_S = 8.0
LINK_LIFE_S = 20.0

FOREIGN = "another tool's prompt"
Marker = tuple[str, Json]
"""Prompt and seed: what tells the pictures of a run apart, up to requests that are equal anyway."""

PNG = whole_png()
RESULTS = "https://results.oxen.test/"


@dataclass(slots=True, kw_only=True)
class Row:
    """A generation at Oxen; it exists, and is paid, from `enqueued_s` on."""

    remote_id: str
    post: QueuePost
    enqueued_s: float
    visible_s: float
    echoes: bool
    status: str = "queued"
    ending: str = "succeeded"
    ends_s: float | None = None
    cause: Cause | None = None
    links_die_s: list[float] = field(default_factory=list[float])

    @property
    def active(self) -> bool:
        return self.status in {"queued", "processing"}

    @property
    def marker(self) -> Marker:
        """Name the picture that this row paints."""
        return marker_of(self.post)

    @property
    def inline(self) -> bool:
        return any(_starts(value, INLINE) for value in self.post.parameters.values())


def marker_of(post: QueuePost) -> Marker:
    return post.prompt, post.parameters.get("seed")


def _starts(value: Json, prefix: str) -> bool:
    first = value[0] if isinstance(value, list) and value else value
    return isinstance(first, str) and first.startswith(prefix)


Subscriber = Callable[[str, Mapping[str, str]], None]


@dataclass(slots=True, kw_only=True)
class Oxen:
    """The service: what it has and what it does by itself."""

    faults: Faults
    trace: Trace
    echoes: bool = True
    rows: dict[str, Row] = field(default_factory=dict[str, Row])
    sent: list[QueuePost] = field(default_factory=list[QueuePost])
    """Paid POSTs that reached it."""
    denied: list[QueuePost] = field(default_factory=list[QueuePost])
    """Those of which a process was told that they surely were not accepted."""
    subscribers: list[Subscriber] = field(default_factory=list[Subscriber])

    def accept_from_another_tool(self, number: int) -> None:
        """Take a POST of somebody else who uses the same key."""
        prompt = f"{FOREIGN} {number}"
        self.accept(QueuePost(model="seeded", prompt=prompt, num_generations=1, parameters={"seed": number}), 1)

    def accept(self, post: QueuePost, count: int) -> list[str]:
        """Take a POST: from here on its pictures are paid."""
        ids = [self._new_row(post) for _ in range(count)]
        self.trace.note(f"Oxen accepted {', '.join(ids)}: {post.prompt!r}")
        return ids

    def _new_row(self, post: QueuePost) -> str:
        now_s = virtual_loop().time()
        lag_s = ROW_LAG_S if self.faults.draw(Place.ROW) is Fault.LATE else 0.0
        row = Row(
            remote_id=f"r{len(self.rows) + 1}",
            post=post,
            enqueued_s=now_s,
            visible_s=now_s + lag_s,
            echoes=self.echoes,
        )
        self.rows[row.remote_id] = row
        self._paint(row)
        return row.remote_id

    def _paint(self, row: Row) -> None:
        fault = self.faults.draw(Place.PAINTING)
        if fault is Fault.STUCK:
            row.status = "processing"
            return
        if fault is Fault.REFUSED:
            row.ending, row.cause = "failed", Cause.SAFETY
        if fault is Fault.NOT_FETCHED and _has_links(row.post):
            row.ending, row.cause = "failed", Cause.REFERENCE_NOT_FETCHED
        loop = virtual_loop()
        row.ends_s = loop.time() + (SLOW_PAINTING_S if fault is Fault.SLOW else PAINTING_S)
        loop.call_later(PAINTING_S / 2, self._start, row)
        loop.call_at(row.ends_s, self._finish, row)

    @staticmethod
    def _start(row: Row) -> None:
        if row.status == "queued":
            row.status = "processing"

    def _finish(self, row: Row) -> None:
        if not row.active:
            return
        row.status = row.ending
        self.trace.note(f"Oxen ended {row.remote_id}: {row.status}")
        self._announce(row)

    def _announce(self, row: Row) -> None:
        body = {"generation_id": row.remote_id, "status": row.status, "media_type": "image"}
        if row.status == "succeeded":
            body |= {"model": row.post.model, "url": self.sign(row)}
        else:
            body |= {"error": _reason(row)}
        fault = self.faults.draw(Place.EVENT)
        if fault is Fault.LOST:
            return
        loop = virtual_loop()
        loop.call_later(EVENT_LATE_S if fault is Fault.LATE else EVENT_S, self.broadcast, row.remote_id, body)
        if fault is Fault.TWICE:
            loop.call_later(2 * EVENT_S, self.broadcast, row.remote_id, body)

    def broadcast(self, remote_id: str, body: Mapping[str, str]) -> None:
        """Tell who listens now; nobody else ever hears of it."""
        for subscriber in list(self.subscribers):
            subscriber(remote_id, body)

    def sign(self, row: Row) -> str:
        """Give a link to the result that works for a while."""
        row.links_die_s.append(virtual_loop().time() + LINK_LIFE_S)
        return f"{RESULTS}{row.remote_id}?oxen_signature={len(row.links_die_s)}"

    def cancel(self, remote_id: str, fault: Fault | None) -> None:
        row = self.rows.get(remote_id)
        if row is not None and row.active and fault is not Fault.IGNORED:
            row.status = "cancelled"
            self.trace.note(f"Oxen cancelled {remote_id}")

    def ours(self) -> list[Row]:
        """Give the rows that our bot's POSTs made."""
        return [row for row in self.rows.values() if not row.post.prompt.startswith(FOREIGN)]

    def visible(self) -> list[Row]:
        now_s = virtual_loop().time()
        return [row for row in self.rows.values() if row.visible_s <= now_s]

    def shown(self, row: Row, *, compact: bool) -> RemoteRow:
        """Give a row as a list shows it; "compact" ones lack what was asked for."""
        moment = virtual_loop().now().timestamp() - virtual_loop().time() + row.enqueued_s
        return RemoteRow(
            remote_id=row.remote_id,
            status=row.status,
            model=row.post.model,
            enqueued_at=datetime.fromtimestamp(int(moment), tz=virtual_loop().now().tzinfo),
            url=self.sign(row) if row.status == "succeeded" else None,
            cause=row.cause if row.status == "failed" else None,
            error=_reason(row) if row.status == "failed" else None,
            echo={} if compact else {"prompt": row.post.prompt, **row.post.parameters},
        )

    def file(self, url: str) -> bytes:
        """Give a result; NotFoundError for a link that has died."""
        remote_id, _, signature = url.removeprefix(RESULTS).partition("?oxen_signature=")
        if virtual_loop().time() > self.rows[remote_id].links_die_s[int(signature) - 1]:
            raise NotFoundError("the link has expired", status=403)
        return PNG + remote_id.encode()


def _has_links(post: QueuePost) -> bool:
    return any(_starts(value, "https:") for value in post.parameters.values())


def _reason(row: Row) -> str:
    if row.cause is Cause.REFERENCE_NOT_FETCHED:
        return "Failed to download image from url"
    return "flagged by the safety checker"
