"""Lets somebody wait until a predicate holds, looking only when something changed."""

import asyncio
from collections.abc import Callable

Predicate = Callable[[], bool]


class Changes:
    """One bell that every part of the server rings after it changed something."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.Future[None], Predicate] = {}

    def ring(self) -> None:
        """Look at every predicate that is waited for."""
        for future, predicate in list(self._waiting.items()):
            if future.done():
                continue
            try:
                holds = predicate()
            except Exception as error:  # noqa: BLE001 - whoever wrote the predicate gets it, not whoever rang
                future.set_exception(error)
                continue
            if holds:
                future.set_result(None)

    def fail(self, error: BaseException) -> None:
        """End every wait with this error: nothing will change any more."""
        for future in self._waiting:
            if not future.done():
                future.set_exception(error)

    async def wait_for(self, predicate: Predicate, *, timeout_s: float) -> None:
        """Return when the predicate holds; raise TimeoutError when it does not within `timeout_s`."""
        if predicate():
            return
        future = asyncio.get_running_loop().create_future()
        self._waiting[future] = predicate
        try:
            async with asyncio.timeout(timeout_s):
                await future
        finally:
            del self._waiting[future]
