"""Keeps events whose generation nobody knows yet: an event may come before the answer of the POST that made it."""

from collections import OrderedDict
from collections.abc import Callable

from bot.core.events import Failed, Succeeded

CAPACITY = 100_000
"""Events of other tools on the same key come here too; at 200 bytes each this is 20 MB at most."""
KEEP_S = 900.0
"""Far longer than the slowest POST may take (120 s)."""


class EarlyEvents:
    """A bounded, expiring map from remote id to its event."""

    def __init__(self, monotonic: Callable[[], float], *, capacity: int = CAPACITY) -> None:
        self._monotonic = monotonic
        self._capacity = capacity
        self._events: OrderedDict[str, tuple[float, Succeeded | Failed]] = OrderedDict()

    def put(self, event: Succeeded | Failed) -> None:
        self._events[event.remote_id] = (self._monotonic(), event)
        self._events.move_to_end(event.remote_id)
        while self._events and (len(self._events) > self._capacity or self._oldest_age_s() > KEEP_S):
            self._events.popitem(last=False)

    def _oldest_age_s(self) -> float:
        put_at, _ = next(iter(self._events.values()))
        return self._monotonic() - put_at

    def take(self, remote_id: str) -> Succeeded | Failed | None:
        """Give and forget the event of a generation."""
        kept = self._events.pop(remote_id, None)
        return kept[1] if kept and self._monotonic() - kept[0] <= KEEP_S else None
