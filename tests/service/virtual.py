"""The rig and its deliverer on virtual time: hours of waiting pass in milliseconds, with the loop as it runs."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from bot.deliverer import Deliverer
from tests.fakes import ManualClock
from tests.service.memory_store import MemoryStore
from tests.service.rig import Rig
from tests.simulation.clock import run_virtually, virtual_loop

T = TypeVar("T")


class VirtualClock(ManualClock):
    """The clock of a virtual loop: a sleep is one of the loop's."""

    def __call__(self) -> datetime:
        return virtual_loop().now()

    def monotonic(self) -> float:
        return virtual_loop().time()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(seconds)


def virtually(story: Callable[[Rig], Awaitable[T]], *, rig: Callable[[VirtualClock], Rig] | None = None) -> T:
    """Run a story beside the deliverer's loop, and return what it returns."""

    async def play() -> T:
        clock = VirtualClock()
        built = rig(clock) if rig else Rig(MemoryStore(clock), clock)
        deliverer = Deliverer(store=built.store, delivering=built.delivering, sleep=clock.sleep)
        built.ledger.observe(deliverer.notice)
        built.ledger.preview_with(deliverer.preview)
        loop = asyncio.create_task(deliverer.run())
        try:
            return await story(built)
        finally:
            assert not loop.done(), "the deliverer's loop has ended"
            loop.cancel()
            await asyncio.wait({loop})
            await built.results.close()

    return run_virtually(play())


async def never() -> None:
    """Hang for ever."""
    await asyncio.Event().wait()


async def passes(condition: Callable[[], object], *, every_s: float) -> None:
    """Let time pass until something holds."""
    while not condition():  # noqa: ASYNC110 - on virtual time nobody waits
        await asyncio.sleep(every_s)
