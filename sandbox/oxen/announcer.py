"""Tells the open streams that a generation ended, once, unless a fault says otherwise."""

import random
import uuid
from collections.abc import Awaitable, Callable

from sandbox.oxen import jsontext
from sandbox.oxen.faults import DelayEvent, DropEvent, Faults, GarbleEvent, HugeEvent, RepeatEvent
from sandbox.oxen.jsontext import JsonObject
from sandbox.oxen.knobs import Knobs
from sandbox.oxen.ledger import Generation
from sandbox.oxen.rows import completed_event
from sandbox.oxen.streams import COMPLETED, StreamHub

Sleep = Callable[[float], Awaitable[None]]
DEPLOYMENT_UPDATED = "deployment_updated"
DEPLOYMENT_EVENT: JsonObject = {"deployment_id": "dep-sandbox-1", "status": "active", "model": "claude-text-only"}
_STRANGERS_LINK = "https://sandbox.invalid/api/repos/stranger/playground/file/main/clip.mp4"


class Announcer:
    """Sends completion events, and the noise that shares the stream with them."""

    def __init__(self, *, hub: StreamHub, faults: Faults, knobs: Knobs, sleep: Sleep, rng: random.Random) -> None:
        self._hub = hub
        self._faults = faults
        self._knobs = knobs
        self._sleep = sleep
        self._rng = rng
        self.unheard: set[str] = set()
        """The generations whose event went out while nobody listened."""

    async def announce(self, row: Generation, *, result_url: str | None) -> None:
        """Send the event of a generation that ended; returns when it is out, or will never be."""
        if self._faults.take(DropEvent, prompt=row.prompt):
            return
        delay = self._faults.take(DelayEvent, prompt=row.prompt)
        if delay:
            await self._sleep(delay.delay_s)
        if self._knobs.noisy_stream:
            self.announce_stranger()
        repeat = self._faults.take(RepeatEvent, prompt=row.prompt)
        if not self._hub.open_now:
            self.unheard.add(row.generation_id)
        data = self._data(row, completed_event(row, result_url=result_url))
        for _ in range(repeat.copies if repeat else 1):
            self._hub.broadcast(COMPLETED, data)

    def announce_stranger(self) -> None:
        """Send the event of a generation that another tool on the same key ordered."""
        event: JsonObject = {
            "generation_id": str(uuid.UUID(int=self._rng.getrandbits(128), version=4)),
            "status": "succeeded",
            "media_type": "video",
            "model": "sandbox-video",
            "url": _STRANGERS_LINK,
        }
        self._hub.broadcast(COMPLETED, event)

    def announce_deployment(self) -> None:
        """Send an event that has nothing to do with generations."""
        self._hub.broadcast(DEPLOYMENT_UPDATED, DEPLOYMENT_EVENT)

    def _data(self, row: Generation, event: JsonObject) -> JsonObject | bytes:
        huge = self._faults.take(HugeEvent, prompt=row.prompt)
        if huge:
            return {**event, "padding": "x" * huge.size_bytes}
        if self._faults.take(GarbleEvent, prompt=row.prompt):
            text = jsontext.write(event)
            return text[: len(text) // 2]
        return event
