"""A scripted event stream: a transport that plays one connection after another and then stays silent."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.errors import TransientError
from bot.oxen.stream import EVENT_STREAM, Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One connection: its answer, its chunks, and then a clean end, a break (with a reason) or silence."""

    chunks: Sequence[bytes] = ()
    status: int = 200
    content_type: str = EVENT_STREAM
    retry_after_s: float | None = None
    breaks: str | None = None
    stays_open: bool = False


NO_ANSWER = None
"""The connection cannot be made at all."""


class ScriptedTransport:
    """Satisfies Transport; `opened` and `open_now` count, and `most_open` tells whether there ever were two at once."""

    def __init__(self, *lines: Line | None) -> None:
        self._lines = list(lines)
        self.opened = 0
        self.open_now = 0
        self.most_open = 0

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Answer, None]:
        line = self._lines.pop(0) if self._lines else Line(stays_open=True)
        self.opened += 1
        if line is None:
            raise TransientError("no answer")
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            yield Answer(
                status=line.status,
                content_type=line.content_type,
                retry_after_s=line.retry_after_s,
                chunks=_play(line),
            )
        finally:
            self.open_now -= 1


async def _play(line: Line) -> AsyncIterator[bytes]:
    for chunk in line.chunks:
        yield chunk
    if line.breaks is not None:
        raise TransientError(line.breaks)
    if line.stays_open:
        await asyncio.Event().wait()
