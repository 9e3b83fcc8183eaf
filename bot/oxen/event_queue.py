"""The queue between the stream's reader, which may never wait, and its one consumer; knows no socket."""

import asyncio
import logging

from bot.core.events import Connected, Dropped, StreamEvent

_log = logging.getLogger(__name__)

_OVERFLOW = "our own queue overflowed"
_GAP = (Dropped(reason=_OVERFLOW, retry_in_s=0.0), Connected())
_ROOM_FOR_END = 1


class EventQueue:
    """Keeps at most `capacity` events; what is lost beyond them stands in the order as one Dropped and Connected.

    The consumer answers a Connected by reconciling, which it does after everything that was lost before it. Events are
    lost only while the pair still waits in the queue, so one pair covers them all.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._queue: asyncio.Queue[StreamEvent | None] = asyncio.Queue(capacity + len(_GAP) + _ROOM_FOR_END)
        self._gap_is_last = False

    def offer(self, event: StreamEvent) -> None:
        """Add an event without waiting, or mark the gap where there is no room."""
        if self._queue.qsize() < self._capacity:
            self._queue.put_nowait(event)
            self._gap_is_last = False
        elif not self._gap_is_last:
            _log.warning(
                "stream dropped: %s",
                _OVERFLOW,
                extra={"reason": _OVERFLOW, "retry_in_s": 0.0, "events": self._capacity},
            )
            for mark in _GAP:
                self._queue.put_nowait(mark)
            self._gap_is_last = True

    def end(self) -> None:
        """Let the consumer see the end after everything that is queued; nothing is offered after it."""
        self._queue.put_nowait(None)

    async def next(self) -> StreamEvent | None:
        """Wait for the next event, in order; None = the end."""
        return await self._queue.get()
