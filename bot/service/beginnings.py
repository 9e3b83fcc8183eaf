"""Holds back the news that painting began, since many a picture is there sooner; knows no message."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bot.core.admission import Change
from bot.core.job import Job

TOLD_AFTER_S = 1.5
"""What is ready by then needs two calls to Discord, the answer and the edit with the picture."""


class Beginnings:
    """Keeps the jobs that owe a card for nothing but their beginning, as they are by the last change."""

    def __init__(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._sleep = sleep
        self._held: dict[str, Job] = {}
        self._some = asyncio.Event()

    def hold(self, change: Change) -> bool:
        """Return whether the card of a changed job can wait; another visible change ends the waiting."""
        before, after = change.before, change.after
        held = self._held.pop(after.id, None) is not None
        # A card that says "waiting for a free place" is put right at once.
        begins = after.begun and not before.begun and after.card_owed and after.ahead == 0
        if begins or (held and after.revision == before.revision and change.after is not change.before):
            self._held[after.id] = after
            self._some.set()
            return True
        # What Oxen did not take is queued again, just as its card says.
        return held and before.begun and not after.begun

    async def due(self) -> Sequence[Job]:
        """Wait for jobs whose beginning is worth telling, and give them."""
        await self._some.wait()
        self._some.clear()
        waited = tuple(self._held)
        await self._sleep(TOLD_AFTER_S)
        due = [self._held.pop(job_id) for job_id in waited if job_id in self._held]
        if self._held:
            self._some.set()
        return due
