"""Virtual time for asyncio: where a real loop would wait for a socket or a timer, this one moves its clock instead."""

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

BEGINNING = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
"""The moment at which the loop's clock shows 0."""


class NothingWillHappenError(Exception):
    """Everybody waits and no timer runs: in a simulation that is for ever."""


class _TimerSelector(selectors.SelectSelector):
    """Holds the loop's own pipe, which nobody writes to: signals and threads have no place in virtual time."""

    now_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise NothingWillHappenError
        self.now_s += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop that never waits; tasks and timers run in the same order in every run."""

    def __init__(self) -> None:
        self._timers = _TimerSelector()
        super().__init__(self._timers)

    def time(self) -> float:
        return self._timers.now_s

    def now(self) -> datetime:
        """Give the virtual moment as an aware UTC time."""
        return BEGINNING + timedelta(seconds=self._timers.now_s)


def run_virtually(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end on a loop of its own, as `asyncio.run` does on a real one."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(work)
    finally:
        # They hold the whole run, which a pool's finalizer may keep alive for longer.
        loop.set_exception_handler(None)
        loop.set_task_factory(None)
        loop.close()


def virtual_loop() -> VirtualLoop:
    """Give the running loop; raises TypeError outside of `run_virtually`."""
    loop = asyncio.get_running_loop()
    if not isinstance(loop, VirtualLoop):
        raise TypeError("only for simulations")
    return loop
