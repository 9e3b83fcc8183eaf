"""Oxen's event stream as bytes: the transport under the bot's real stream, with cuts, silences and foreign pages."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from bot.errors import TransientError
from bot.oxen.stream import EVENT_STREAM, IDLE_TIMEOUT_S, Answer
from tests.simulation.clock import virtual_loop
from tests.simulation.effects import Effects, Life
from tests.simulation.faults import Fault, Place
from tests.simulation.oxen_model import Oxen

DEAF_S = 1.5
"""How long after the headers a slow server subscribes us; the bot asks again after 3 s."""


class Line:
    """One open connection; the world may cut or freeze it."""

    def __init__(self, oxen: Oxen) -> None:
        self._oxen = oxen
        self._chunks: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._frozen = False

    def subscribe(self) -> None:
        self._oxen.subscribers.append(self._hear)

    def leave(self) -> None:
        if self._hear in self._oxen.subscribers:
            self._oxen.subscribers.remove(self._hear)

    def _hear(self, remote_id: str, body: Mapping[str, str]) -> None:
        if not self._frozen:
            self._oxen.trace.note(f"event for {remote_id}: {body['status']}")
            self._chunks.put_nowait(_frame(body))

    def cut(self) -> None:
        """Break in the middle of an event, whose first half is there."""
        self.leave()
        self._chunks.put_nowait(b'event: media_generation_completed\ndata: {"generation_id":"r1","sta')
        self._chunks.put_nowait(None)

    def freeze(self) -> None:
        """Fall silent without a word; the client's own patience ends it."""
        self._frozen = True
        self.leave()
        virtual_loop().call_later(IDLE_TIMEOUT_S, self._chunks.put_nowait, None)

    async def chunks(self) -> AsyncIterator[bytes]:
        while (chunk := await self._chunks.get()) is not None:
            yield chunk
        raise TransientError("the line broke")


def _frame(body: Mapping[str, str]) -> bytes:
    return f"event: media_generation_completed\ndata: {json.dumps(body)}\n\n".encode()


class Feed:
    """Satisfies the stream's Transport for one process; `opened` tells the world of each line."""

    def __init__(self, oxen: Oxen, effects: Effects, life: Life, *, opened: Callable[[Line], None]) -> None:
        self._oxen = oxen
        self._effects = effects
        self._life = life
        self._opened = opened

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Answer, None]:
        faults = self._oxen.faults
        fault = faults.draw(Place.STREAM)
        line = Line(self._oxen)
        self._life.at_end(line.leave)
        status = await self._effects.call(
            self._life,
            f"GET /events ({fault})" if fault else "GET /events",
            lambda: self._accept(line, fault),
            there_s=faults.there_s(),
            back_s=faults.back_s(),
        )
        is_page = fault is Fault.PROXY_PAGE
        try:
            yield Answer(
                status=status,
                content_type="text/html" if is_page else EVENT_STREAM,
                retry_after_s=None,
                chunks=line.chunks(),
            )
        finally:
            line.leave()

    def _accept(self, line: Line, fault: Fault | None) -> int:
        if fault is Fault.DOWN:
            raise TransientError("no connection")
        if fault is Fault.PROXY_PAGE:
            return 503
        if not self._life.ended:
            self._opened(line)
            if fault is Fault.DEAF:
                virtual_loop().call_later(DEAF_S, self._subscribe_late, line)
            else:
                line.subscribe()
        return 200

    def _subscribe_late(self, line: Line) -> None:
        if not self._life.ended:
            line.subscribe()
