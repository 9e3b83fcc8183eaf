"""A bot process that is none: it lives until it is told to end, or ends by itself."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from sandbox.bot_process import BotEndedError

T = TypeVar("T")


class FakeLife:
    """Satisfies the keeper's port."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._end: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def end(self, exit_code: int) -> None:
        if not self._end.done():
            self._end.set_result(exit_code)

    async def while_running(self, awaited: Awaitable[T]) -> T:
        waiting = asyncio.ensure_future(awaited)
        await asyncio.wait({waiting, self._end}, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            waiting.cancel()
            raise BotEndedError(self._end.result())
        return waiting.result()

    async def stop(self) -> int:
        self.end(0)
        return await self._end

    async def kill(self) -> int:
        self.end(-9)
        return await self._end


class Lives:
    """Starts fakes; `latest` is the one that was started last."""

    def __init__(self) -> None:
        self.started = 0
        self.latest: FakeLife | None = None

    async def start(self) -> FakeLife:
        self.started += 1
        self.latest = FakeLife(self.started)
        return self.latest
