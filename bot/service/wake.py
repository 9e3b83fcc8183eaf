"""A bell that one loop waits for: rings that come while it is busy are one ring, and none is lost."""

import asyncio


class Bell:
    """Wake a loop at a ring, or when its patience ends."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, patience_s: float) -> bool:
        """Return True at the next ring, at once if one came since the last wait; False after `patience_s`."""
        try:
            async with asyncio.timeout(patience_s):
                await self._rung.wait()
        except TimeoutError:
            return False
        self._rung.clear()
        return True
