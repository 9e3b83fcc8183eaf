"""The one door through which jobs change: applies an event, logs the change of state, tells who waits for it."""

import logging
from collections.abc import Awaitable, Callable, Sequence

from bot.core.admission import Admission, Admitted, Change, Limits
from bot.core.advance import advance
from bot.core.job import HOLDS_SLOT, Job, Place
from bot.core.job_events import JobEvent, PictureReady
from bot.ports import JobStore

log = logging.getLogger(__name__)

Observer = Callable[[Change], None]

Write = Callable[[], Awaitable[Job | None]]
"""Writes a change that was foreseen, and gives the job as it is then; None when there is no such job."""

Previewer = Callable[[Job, PictureReady, Write], bool]
"""Shows what becomes of a job beside the write, and sees to it that the write happens; False if it does neither."""


class Ledger:
    """Applies events to jobs and remembers which remote generation belongs to which job."""

    def __init__(self, store: JobStore) -> None:
        self._store = store
        self._observers: list[Observer] = []
        self._previewer: Previewer = lambda _job, _event, _write: False
        self._owners: dict[str, Job] = {}
        self._foreseen: set[str] = set()

    def observe(self, observer: Observer) -> None:
        """Call `observer` after each committed change, in order of registration; it must not block."""
        self._observers.append(observer)

    def preview_with(self, previewer: Previewer) -> None:
        """Let `previewer` show a finished picture while its row is written."""
        self._previewer = previewer

    async def add(self, job: Job, *, limits: Limits, slots: int) -> Admission:
        """Commit a new job; see JobStore.add."""
        admission = await self._store.add(job, limits=limits, slots=slots)
        if isinstance(admission, Admitted):
            log.info("job %s", job.state.value, extra={"job_id": job.id})
        return admission

    async def apply(self, job_id: str, event: JobEvent) -> Change | None:
        """Apply an event; None when there is no such job. Raises RemoteIdTakenError (see JobStore.change)."""
        change = await self._store.change(job_id, lambda job: advance(job, event))
        if change is not None and change.after is not change.before:
            self._settle(change)
        return change

    async def apply_picture(self, job_id: str, event: PictureReady) -> None:
        """Apply a picture that is ready; where nothing can be lost by it, its card is shown beside the write.

        That is so for a job of one picture: its edit takes nothing off the message that another one has put there.
        """
        if event.remote_id in self._foreseen:
            # The event came twice; the first sees to the write, and a second one would belie what it has foreseen.
            return
        known = self._owners.get(event.remote_id)
        shown_ahead = (
            known is not None
            and _may_be_shown_ahead(known)
            and self._previewer(known, event, lambda: self._written(job_id, event))
        )
        if shown_ahead:
            self._foreseen.add(event.remote_id)
        else:
            await self.apply(job_id, event)

    async def _written(self, job_id: str, event: PictureReady) -> Job | None:
        try:
            change = await self.apply(job_id, event)
        finally:
            self._foreseen.discard(event.remote_id)
        return change.after if change else None

    def _settle(self, change: Change) -> None:
        self._remember(change.after)
        if change.after.state is not change.before.state:
            log.info("job %s", change.after.state.value, extra={"job_id": change.after.id})
        for observer in self._observers:
            observer(change)

    def remind(self, jobs: Sequence[Job]) -> None:
        """Tell the observers of jobs whose last change they may have missed, since its commit seemed to fail."""
        for job in jobs:
            for observer in self._observers:
                observer(Change(before=job, after=job))

    def _remember(self, job: Job) -> None:
        for generation in job.generations:
            if generation.remote_id is None:
                continue
            if generation.state in HOLDS_SLOT:
                self._owners[generation.remote_id] = job
            else:
                self._owners.pop(generation.remote_id, None)

    def remember(self, jobs: Sequence[Job]) -> None:
        """Learn the owners of what was open before this process started."""
        for job in jobs:
            self._remember(job)

    def expects(self, remote_id: str) -> bool:
        """Tell, without asking the store, whether a message of ours waits for this generation."""
        known = self._owners.get(remote_id)
        return known is not None and known.place is Place.MESSAGE

    async def owner_of(self, remote_id: str) -> str | None:
        """Give the job of a remote generation, also one that ended."""
        known = self._owners.get(remote_id)
        return known.id if known else await self._store.find_by_remote_id(remote_id)


def _may_be_shown_ahead(job: Job) -> bool:
    return job.place is Place.MESSAGE and len(job.current) == 1
