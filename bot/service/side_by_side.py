"""Asking about many things at once, so that what hangs holds up neither the others nor the loop; knows no job."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from bot.errors import EaselError, TransientError

log = logging.getLogger(__name__)

AT_ONCE = 8
CALL_S = 8.0
"""Oxen tells of a row within a second or so; what takes longer is asked again later."""
BEGINNING_S = 20.0
"""After this time nothing more is begun, so that even two hanging calls in a row end within a step's limit."""

T = TypeVar("T")


async def within(seconds: float, call: Awaitable[T]) -> T:
    """Return what a call gives; raises TransientError when it gives nothing in time, and what the call raises."""
    try:
        async with asyncio.timeout(seconds):
            return await call
    except TimeoutError as error:
        raise TransientError(f"no answer within {seconds:.0f} s") from error


async def side_by_side(items: Iterable[T], work: Callable[[T], Awaitable[None]]) -> int:
    """Do the work for each item, a few at once, and return how many were begun before the time was up.

    What fails is logged and harms no other.
    """
    room = asyncio.Semaphore(AT_ONCE)
    begun = 0

    async def one(item: T) -> None:
        try:
            await work(item)
        except EaselError as error:
            log.warning("put off: %s", error)
        except Exception:
            log.exception("left for later")
        finally:
            room.release()

    async with asyncio.TaskGroup() as group:
        try:
            async with asyncio.timeout(BEGINNING_S):
                for item in items:
                    await room.acquire()
                    group.create_task(one(item))
                    begun += 1
        except TimeoutError:
            log.warning("out of time after %d; the rest has its turn later", begun)
    return begun
