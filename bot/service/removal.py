"""Deletes a job's message because somebody who may asked for it, and cancels what is unfinished."""

from bot.core.job import Job, Place
from bot.core.job_events import Replaced
from bot.ports import Delivery
from bot.service.cancellation import Cancellation
from bot.service.ledger import Ledger


class Removal:
    """Takes a job off its message for good."""

    def __init__(self, *, ledger: Ledger, cancellation: Cancellation, delivery: Delivery) -> None:
        self._ledger = ledger
        self._cancellation = cancellation
        self._delivery = delivery

    async def remove(self, job: Job, by: int) -> None:
        """Delete the message; nothing of the job is shown again. The caller checked who asks.

        Raises TransientError when Discord did not do it: the message and its job go on as they were.
        """
        # First, since nobody looks again at a message that is written down as gone: one that stayed would show an old
        # card for ever. A crash after it does no harm: the next edit finds the message deleted and cancels the rest.
        await self._delivery.remove(job)
        await self._ledger.apply(job.id, Replaced(place=Place.GONE))
        await self._cancellation.cancel(job.id, by)
