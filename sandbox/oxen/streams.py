"""The event streams that are open now. An event reaches those and nobody else: nothing is kept for later."""

import asyncio
from collections.abc import Callable

from sandbox.oxen import jsontext
from sandbox.oxen.changes import Changes
from sandbox.oxen.jsontext import JsonObject

KEEP_ALIVE = b": keep-alive\n\n"
COMPLETED = "media_generation_completed"


def event_bytes(name: str, data: JsonObject | bytes) -> bytes:
    """Write one event as the stream carries it; bytes go out as they are, broken or not."""
    text = data if isinstance(data, bytes) else jsontext.write(data)
    return b"event: %s\ndata: %s\n\n" % (name.encode(), text)


class Stream:
    """One listener. `abort` breaks its connection off; a frozen one stays open and says nothing ever again."""

    def __init__(self, *, abort: Callable[[], object], is_frozen: bool) -> None:
        self.abort = abort
        self.is_frozen = is_frozen
        self._chunks: asyncio.Queue[bytes | None] = asyncio.Queue()

    def send(self, chunk: bytes) -> None:
        if not self.is_frozen:
            self._chunks.put_nowait(chunk)

    def end(self) -> None:
        """Let the connection end in good order once everything is sent."""
        self._chunks.put_nowait(None)

    async def next_chunk(self, *, keep_alive_s: float) -> bytes | None:
        """Wait for something to send, at most until a keep-alive is due; None = the stream is over."""
        while True:
            try:
                async with asyncio.timeout(keep_alive_s):
                    return await self._chunks.get()
            except TimeoutError:
                if not self.is_frozen:
                    return KEEP_ALIVE


class StreamHub:
    """All streams; broadcasts, counts and breaks them."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._open: set[Stream] = set()
        self._is_freezing = False
        self.opened_ever = 0
        self.events_sent = 0

    @property
    def open_now(self) -> int:
        """How many streams are connected, frozen ones among them."""
        return len(self._open)

    def join(self, *, abort: Callable[[], object]) -> Stream:
        """Take in a listener: from here on it gets every event."""
        stream = Stream(abort=abort, is_frozen=self._is_freezing)
        self._open.add(stream)
        self.opened_ever += 1
        self._changes.ring()
        return stream

    def leave(self, stream: Stream) -> None:
        self._open.discard(stream)
        self._changes.ring()

    def broadcast(self, name: str, data: JsonObject | bytes) -> None:
        """Send one event to everybody who listens now."""
        chunk = event_bytes(name, data)
        self.events_sent += 1
        for stream in self._open:
            stream.send(chunk)
        self._changes.ring()

    def drop(self) -> None:
        """Break every connection off, as a dying proxy does."""
        dropped, self._open = self._open, set()
        for stream in dropped:
            stream.abort()
        self._changes.ring()

    def freeze(self) -> None:
        """Leave the streams open and silent; new ones are accepted and stay silent too."""
        self._is_freezing = True
        for stream in self._open:
            stream.is_frozen = True

    def thaw(self) -> None:
        """Let new streams work again. Those that were frozen stay so, as a half-open connection does."""
        self._is_freezing = False

    def end_all(self) -> None:
        """End every stream in good order."""
        for stream in self._open:
            stream.end()
