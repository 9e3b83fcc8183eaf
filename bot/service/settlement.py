"""Turns what Oxen says of a generation, by event or by row, into what happens to its job."""

import logging

from bot.core.events import Failed, Succeeded
from bot.core.job import GenerationState, Job
from bot.core.job_events import CancelledThere, JobEvent, PaintingFailed, PictureReady
from bot.core.remote import RemoteRow
from bot.errors import Cause, RemoteError
from bot.ports import Clock, ImageApi
from bot.service.early import EarlyEvents
from bot.service.ledger import Ledger
from bot.service.results import Results

log = logging.getLogger(__name__)


class Settlement:
    """Settles generations; the same door for events, for rows of a list and for single GETs."""

    def __init__(self, *, ledger: Ledger, api: ImageApi, results: Results, early: EarlyEvents, clock: Clock) -> None:
        self._ledger = ledger
        self._api = api
        self._results = results
        self._early = early
        self._clock = clock

    def foretell(self, event: Succeeded | Failed) -> None:
        """Begin what need not wait until an event is heard: the download of a picture that is ours."""
        if isinstance(event, Succeeded) and self._ledger.expects(event.remote_id):
            self._results.prefetch(event.remote_id, event.url)

    async def hear(self, event: Succeeded | Failed) -> None:
        """Settle what the stream says; an event for a generation that nobody knows yet is kept."""
        # Kept first and looked up after: an event and the answer of its POST may cross, and either side must see it.
        self._early.put(event)
        self.foretell(event)
        job_id = await self._ledger.owner_of(event.remote_id)
        if job_id is not None:
            await self.settle_early(job_id, event.remote_id)

    async def settle_early(self, job_id: str, remote_id: str) -> None:
        """Settle a generation by the event that is kept for it, if there is one."""
        event = self._early.take(remote_id)
        match event:
            case None:
                return
            case Succeeded():
                ready = PictureReady(remote_id=remote_id, url=event.url, at=self._clock())
                await self._ledger.apply_picture(job_id, ready)
            case Failed(cause=Cause.REFERENCE_NOT_FETCHED):
                await self._ask(job_id, event)
            case Failed():
                await self._ledger.apply(job_id, self._failed(event))

    async def _ask(self, job_id: str, event: Failed) -> None:
        """Believe a failure that leads to a second paid POST only when Oxen's own row says the same."""
        try:
            await self.read(job_id, await self._api.get(event.remote_id))
        except RemoteError as error:
            # The sweep asks again; nothing is lost by waiting for it.
            log.warning("row not read: %s", error, extra={"job_id": job_id, "generation_id": event.remote_id})

    def _failed(self, event: Failed) -> JobEvent:
        return PaintingFailed(remote_id=event.remote_id, cause=event.cause, text=event.text, at=self._clock())

    async def read(self, job_id: str, row: RemoteRow) -> bool:
        """Settle a generation by Oxen's row; tells whether the row says that it ended."""
        event = self._event_of(row)
        if event is None:
            return False
        await self._ledger.apply(job_id, event)
        return True

    def _event_of(self, row: RemoteRow) -> JobEvent | None:
        match row.status:
            case "succeeded" if row.url:
                return PictureReady(remote_id=row.remote_id, url=row.url, at=self._clock())
            case "failed":
                cause, text = row.cause or Cause.OTHER, row.error or "no reason given"
                return PaintingFailed(remote_id=row.remote_id, cause=cause, text=text, at=self._clock())
            case "cancelled":
                return CancelledThere(remote_id=row.remote_id, at=self._clock())
            case _:
                return None

    async def cancel_all(self, job: Job) -> None:
        """Ask Oxen to cancel what it still has of a job, and believe only its rows afterwards."""
        for generation in job.generations:
            if generation.state is GenerationState.QUEUED and generation.remote_id:
                await self.cancel(job.id, generation.remote_id)

    async def cancel(self, job_id: str, remote_id: str) -> None:
        """Ask Oxen to cancel one generation; what its row says afterwards counts."""
        try:
            await self._api.cancel(remote_id)
            await self.read(job_id, await self._api.get(remote_id))
        except RemoteError as error:
            # The job remembers that it is to be cancelled, so the sweep asks again.
            log.warning("not cancelled yet: %s", error, extra={"job_id": job_id, "generation_id": remote_id})
