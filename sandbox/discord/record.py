"""What the bot sent: every request with its answer's status, for tests and for people who look on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sandbox.discord.jsontypes import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    field: str
    filename: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One request. `path` has `{token}` for an interaction's token; `template` is the path in Discord's OpenAPI file.

    `body` is the JSON body, or `payload_json` of a multipart one; `error` is the JSON of an answer from 400 on.
    """

    at: datetime
    method: str
    path: str
    template: str
    status: int
    ms: float
    body: Json
    files: tuple[SentFile, ...]
    error: Json = None


Hook: TypeAlias = Callable[[Recorded], None]


class RequestLog:
    """The requests in the order in which they were answered."""

    def __init__(self) -> None:
        self._requests: list[Recorded] = []
        self._hooks: list[Hook] = []

    def subscribe(self, hook: Hook) -> Callable[[], None]:
        """Call the hook with every request once it is answered; returns the way to stop that."""
        self._hooks.append(hook)
        return lambda: self._hooks.remove(hook)

    def add(self, request: Recorded) -> None:
        self._requests.append(request)
        for hook in tuple(self._hooks):
            hook(request)

    def all(self, method: str | None = None, template: str = "") -> tuple[Recorded, ...]:
        """Return requests of a method whose template ends with this text."""
        return tuple(
            request
            for request in self._requests
            if method in (None, request.method) and request.template.endswith(template)
        )

    def count(self, method: str | None = None, template: str = "") -> int:
        return len(self.all(method, template))

    def by_route(self) -> dict[str, int]:
        """Return how often each route was called, as {"PATCH /channels/{channel_id}/...": 2}."""
        counts: dict[str, int] = {}
        for request in self._requests:
            key = f"{request.method} {request.template}"
            counts[key] = counts.get(key, 0) + 1
        return counts

    def invalid(self) -> int:
        """Return how many answers were 401, 403 or 429: 10,000 in ten minutes get an address banned."""
        return sum(request.status in (401, 403, 429) for request in self._requests)

    def clear(self) -> None:
        self._requests.clear()

    def tail(self, count: int = 12) -> str:
        """Return the last requests as text, for the message of a failed test."""
        lines = (f"{each.method} {each.path} -> {each.status}" for each in self._requests[-count:])
        return "Last requests: " + ("; ".join(lines) or "none")
