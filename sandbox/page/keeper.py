"""Keeps the one bot process of the sandbox: starts, kills and watches it, and says how it is. Knows no HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic
from typing import Protocol, TypeVar

from sandbox.bot_process import BotEndedError
from sandbox.page.bell import Bell, Topic

T = TypeVar("T")


class Life(Protocol):
    """One bot process, as far as the keeper needs it; `BotProcess` is one."""

    @property
    def pid(self) -> int: ...

    async def while_running(self, awaited: Awaitable[T]) -> T: ...

    async def stop(self) -> int: ...

    async def kill(self) -> int: ...


class BotState(StrEnum):
    STARTING = "starting"
    RUNNING = "running"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class BotStatus:
    """How the bot is. `exit_code` is of the last life that ended; `ready_after_s` of the present one."""

    state: BotState
    pid: int | None = None
    exit_code: int | None = None
    ready_after_s: float | None = None


class BotKeeper:
    """At most one bot runs. `ready` returns when a bot that was just started can be used."""

    def __init__(
        self,
        *,
        start: Callable[[], Awaitable[Life]],
        ready: Callable[[], Awaitable[object]],
        bell: Bell,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._start = start
        self._ready = ready
        self._bell = bell
        self._clock = clock
        self._life: Life | None = None
        self._watch: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()
        self.status = BotStatus(state=BotState.STOPPED)

    async def start(self) -> None:
        """Start the bot and wait until it is ready; nothing happens if it runs.

        Raises BotEndedError, or what `ready` raises; no bot runs then.
        """
        async with self._one_at_a_time:
            if self._life is not None:
                return
            since = self._clock()
            life = self._life = await self._start()
            self._tell(BotStatus(state=BotState.STARTING, pid=life.pid))
            try:
                await life.while_running(self._ready())
            except BaseException:
                # Whatever kept it from being ready: one that cannot be used must not run on.
                self._ended(await life.kill())
                raise
            self._tell(BotStatus(state=BotState.RUNNING, pid=life.pid, ready_after_s=self._clock() - since))
            self._watch = asyncio.create_task(self._notice_end(life), name="watch over the bot")

    async def kill(self) -> int | None:
        """Kill the bot with SIGKILL and return its process id; None if none runs."""
        return await self._end(lambda life: life.kill())

    async def stop(self) -> None:
        """Ask the bot to stop, and wait until it did."""
        await self._end(lambda life: life.stop())

    async def _end(self, way: Callable[[Life], Awaitable[int]]) -> int | None:
        async with self._one_at_a_time:
            if self._watch is not None:
                self._watch.cancel()
                self._watch = None
            if self._life is None:
                return None
            pid = self._life.pid
            self._ended(await way(self._life))
            return pid

    async def _notice_end(self, life: Life) -> None:
        """Tell when the bot ends by itself, which it never should."""
        try:
            await life.while_running(asyncio.Event().wait())
        except BotEndedError as ended:
            self._ended(ended.exit_code)

    def _ended(self, exit_code: int) -> None:
        self._life = None
        self._tell(BotStatus(state=BotState.STOPPED, exit_code=exit_code))

    def _tell(self, status: BotStatus) -> None:
        self.status = status
        self._bell.ring(Topic.BOT)
