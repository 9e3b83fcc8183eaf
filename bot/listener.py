"""The one reader of the event stream: an event settles its generation, a connection asks for a reconcile."""

import asyncio
import logging
from contextlib import aclosing

from bot.core.events import Connected, Dropped, Failed, Other, Succeeded
from bot.ports import EventStream
from bot.service.settlement import Settlement
from bot.service.stream_health import StreamHealth

log = logging.getLogger(__name__)

EVENTS_AT_ONCE = 64
"""Writes of events that end together share commits in the store, so they are handed over together."""


class Listener:
    """Consumes the stream for as long as the bot runs."""

    def __init__(self, *, stream: EventStream, settlement: Settlement, health: StreamHealth) -> None:
        self._stream = stream
        self._settlement = settlement
        self._health = health
        self._room = asyncio.Semaphore(EVENTS_AT_ONCE)

    async def run(self) -> None:
        """Listen until cancelled."""
        # Closed at once, so that a listener that starts anew finds no other consumer.
        async with aclosing(self._stream.events()) as stream, asyncio.TaskGroup() as events:
            async for event in stream:
                match event:
                    case Connected():
                        self._health.connected()
                    case Dropped():
                        self._health.dropped(was_silent=event.was_silent)
                    case Succeeded() | Failed():
                        self._health.told_an_end()
                        self._settlement.foretell(event)
                        await self._room.acquire()
                        events.create_task(self._hear(event))
                    case Other():
                        self._health.heard()
                        log.debug("event of another kind: %s", event.name)

    async def _hear(self, event: Succeeded | Failed) -> None:
        try:
            await self._settlement.hear(event)
        except Exception:
            # One event that cannot be handled must not end the stream for all; the sweep settles its generation.
            log.exception("event not handled", extra={"generation_id": event.remote_id})
        finally:
            self._room.release()
