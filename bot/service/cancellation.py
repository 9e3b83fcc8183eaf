"""Cancels a job for who may: what was not sent ends here, what is at Oxen is cancelled there."""

from bot.core.job import Job
from bot.core.job_events import CancelAsked
from bot.ports import Clock
from bot.service.ledger import Ledger
from bot.service.settlement import Settlement


class Cancellation:
    """Ends what is under way of a job."""

    def __init__(self, *, ledger: Ledger, settlement: Settlement, clock: Clock) -> None:
        self._ledger = ledger
        self._settlement = settlement
        self._clock = clock

    async def cancel(self, job_id: str, by: int) -> Job | None:
        """Cancel a job and give it as it is then; None when there is no such job. The caller checked who asks."""
        change = await self._ledger.apply(job_id, CancelAsked(by=by, at=self._clock()))
        if change is None:
            return None
        await self._settlement.cancel_all(change.after)
        return change.after
