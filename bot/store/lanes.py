"""Lets waiting writes share commits: who goes first, what travels together, who retries alone; knows no SQL."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from bot.store import faults

W = TypeVar("W")
R = TypeVar("R")

BATCH_SIZE = 64
"""Writes that share one commit: enough to make the disk's sync cheap, few enough to keep a newcomer waiting for
some 20 ms only."""

MAX_TRIES = 20
"""Each conflict means that another process got on; so many in a row mean that something else is wrong."""


@dataclass(slots=True, eq=False)
class _Waiting(Generic[W, R]):
    write: W
    future: asyncio.Future[R]
    tries: int = 0

    def settle(self, outcome: R | Exception) -> None:
        if self.future.done():
            return
        if isinstance(outcome, StopIteration):
            # No future takes one; a coroutine would have made the same of it (PEP 479).
            outcome = RuntimeError("a write raised StopIteration")
        if isinstance(outcome, Exception):
            self.future.set_exception(outcome)
        else:
            self.future.set_result(outcome)


class Lane(Generic[W, R]):
    """Writes of one kind, first come first served, committed together by `commit`.

    `commit` makes one transaction of its writes and gives an outcome for each, in order; an exception among the
    outcomes is one write's own failure, one that it raises means that nothing was written.
    """

    def __init__(self, commit: Callable[[Sequence[W]], Awaitable[Sequence[R | Exception]]]) -> None:
        self._commit = commit
        self._waiting: deque[_Waiting[W, R]] = deque()
        # So many of the next writes go one by one, since together they failed.
        self._alone = 0

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def join(self, write: W) -> asyncio.Future[R]:
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(write, future))
        return future

    async def flush_once(self) -> None:
        """Commit the next batch and tell its callers, after the commit."""
        batch = self._take()
        if not batch:
            return
        try:
            outcomes = await self._commit([waiting.write for waiting in batch])
        except Exception as error:  # noqa: BLE001 - the task boundary: whatever it is, it belongs to those who wait
            self._retry_or_fail(batch, error)
            return
        except BaseException:
            self._cancel(batch)
            raise
        # Outside of the try: what is committed must never be tried again.
        for waiting, outcome in zip(batch, outcomes, strict=True):
            waiting.settle(outcome)

    def _take(self) -> list[_Waiting[W, R]]:
        size = 1 if self._alone else BATCH_SIZE
        self._alone = max(0, self._alone - 1)
        batch = [self._waiting.popleft() for _ in range(min(size, len(self._waiting)))]
        # Who was cancelled while waiting is gone, and nothing is written for him.
        return [waiting for waiting in batch if not waiting.future.done()]

    def _retry_or_fail(self, batch: list[_Waiting[W, R]], error: Exception) -> None:
        """Try each write on its own where that may help, so that one bad write harms no other."""
        spoiled = len(batch) > 1 and not faults.concerns_all(error)
        again = [w for w in batch if spoiled or (faults.is_conflict(error) and w.tries < MAX_TRIES)]
        for waiting in reversed(again):
            waiting.tries += 1
            self._waiting.appendleft(waiting)
        self._alone += len(again)
        for waiting in batch:
            if waiting not in again:
                waiting.settle(_caused(faults.named(error), error))

    @staticmethod
    def _cancel(batch: list[_Waiting[W, R]]) -> None:
        for waiting in batch:
            waiting.future.cancel()


class Flushable(Protocol):
    """A lane, whatever it carries; true while somebody waits in it."""

    def __bool__(self) -> bool: ...

    async def flush_once(self) -> None: ...


class Writer:
    """Flushes its lanes, an earlier one always before a later one, in a task that lives as long as there is work."""

    def __init__(self, *lanes: Flushable) -> None:
        self._lanes = lanes
        self._flushing: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """See to it that what waits now will be written."""
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush(), name="store writer")

    async def drained(self) -> None:
        """Wait until everything that waits now is written or refused; who stops waiting stops no write."""
        if self._flushing is not None:
            await asyncio.wait({self._flushing})

    async def _flush(self) -> None:
        while lane := next((lane for lane in self._lanes if lane), None):
            await lane.flush_once()


def _caused(error: Exception, cause: Exception) -> Exception:
    if error is not cause:
        error.__cause__ = cause
    return error
