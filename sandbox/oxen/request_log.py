"""Remembers every request that was received and what was answered, with the key and the signatures hidden."""

import re
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sandbox.oxen import jsontext
from sandbox.oxen.changes import Changes

_KEPT_REQUESTS = 5000
_LONGEST_TEXT_CHARS = 8000
"""Longer texts are pictures that came inline; thousands of them would fill the memory."""
_SIGNATURE = re.compile(r"(oxen_signature=)[^&]*")
_SECRET_HEADERS = frozenset({"authorization", "cookie"})
_HIDDEN = "***"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecord:
    """One request. `status` and `duration_ms` are None until it is answered, and for ever if nothing was."""

    number: int
    method: str
    path: str
    route: str
    headers: Mapping[str, str]
    body: object
    received_at: float
    status: int | None = None
    duration_ms: float | None = None


class RequestLog:
    """The last few thousand requests, oldest first, and counts of all of them."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._kept: deque[int] = deque()
        self._records: dict[int, RequestRecord] = {}
        self._counts: Counter[str] = Counter()
        self._received = 0

    @property
    def requests(self) -> Sequence[RequestRecord]:
        return [self._records[number] for number in self._kept]

    def on(self, route: str) -> Sequence[RequestRecord]:
        """List the requests of one route, oldest first: "POST /ai/queue"."""
        return [record for record in self.requests if record.route == route]

    def count(self, route: str) -> int:
        """Say how many requests of this route were received since the start, answered or not."""
        return self._counts[route]

    @property
    def counts(self) -> Mapping[str, int]:
        return dict(self._counts)

    def received(
        self, *, method: str, path: str, route: str, headers: Mapping[str, str], body: object, now: float
    ) -> RequestRecord:
        """Write down a request as it comes in."""
        self._received += 1
        record = RequestRecord(
            number=self._received,
            method=method,
            path=_SIGNATURE.sub(rf"\g<1>{_HIDDEN}", path),
            route=route,
            headers=_without_secrets(headers),
            body=_shortened(body),
            received_at=now,
        )
        self._counts[route] += 1
        self._kept.append(record.number)
        self._records[record.number] = record
        if len(self._kept) > _KEPT_REQUESTS:
            del self._records[self._kept.popleft()]
        self._changes.ring()
        return record

    def answered(self, number: int, *, status: int, now: float) -> None:
        """Write down what a request was answered."""
        record = self._records.get(number)
        if record is None:
            return
        duration_ms = (now - record.received_at) * 1000
        self._records[number] = replace(record, status=status, duration_ms=duration_ms)
        self._changes.ring()


def _without_secrets(headers: Mapping[str, str]) -> Mapping[str, str]:
    return {name: _HIDDEN if name.lower() in _SECRET_HEADERS else value for name, value in headers.items()}


def _shortened(value: object) -> object:
    if isinstance(value, str) and len(value) > _LONGEST_TEXT_CHARS:
        return f"{value[:_LONGEST_TEXT_CHARS]}... ({len(value)} characters)"
    members, items = jsontext.as_object(value), jsontext.as_list(value)
    if members is not None:
        return {name: _shortened(member) for name, member in members.items()}
    return value if items is None else [_shortened(item) for item in items]
