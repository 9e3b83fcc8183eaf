"""Deals, once, with a database that came back from a backup: what it shows as never sent may have been paid since."""

import logging
from collections.abc import Callable
from typing import Protocol

from bot.core.job import Job
from bot.core.job_events import AnswerMissed, Intended, Planned, Refused
from bot.core.posts import groups
from bot.ports import Clock, JobStore
from bot.service.ledger import Ledger

log = logging.getLogger(__name__)

JOBS_AT_MOST = 1_000_000
"""More than can wait in any line: all of them are meant."""
NOT_KNOWN = (
    "Easel came back from a backup, which does not tell what became of this job, so it is not paid again. "
    "Ask once more if there is no picture."
)


class Copy(Protocol):
    """The mark that a backup carries."""

    async def is_copy(self) -> bool:
        """Tell whether the database came back from a backup, and nobody has dealt with that yet."""
        ...

    async def become_original(self) -> None:
        """Take the mark off."""
        ...


class Restoration:
    """Makes what waits in a copy a POST whose outcome nobody saw, so that Oxen's own lists decide before it is paid.

    The original went on after the backup: it may have sent what waits here, and been answered on what was just asked.
    """

    def __init__(self, *, copy: Copy, store: JobStore, ledger: Ledger, clock: Clock, new_id: Callable[[], str]) -> None:
        self._copy = copy
        self._store = store
        self._ledger = ledger
        self._clock = clock
        self._new_id = new_id

    async def run(self) -> None:
        """Do this before the first POST; nothing happens to an original, and a crash in between is harmless."""
        if not await self._copy.is_copy():
            return
        unanswered = await self._store.unanswered(self._clock())
        for job in unanswered:
            await self._ledger.apply(job.id, AnswerMissed())
        waiting = await self._store.startable(JOBS_AT_MOST)
        for job in waiting:
            await self._doubt(job)
        await self._copy.become_original()
        log.warning(
            "the database came back from a backup: %d waiting jobs are looked for at Oxen first, %d are given up",
            len(waiting),
            len(unanswered),
        )

    async def _doubt(self, job: Job) -> None:
        """Treat what waits as sent at the earliest moment at which it can have been: when the job was made."""
        if job.plan is None:
            await self._ledger.apply(job.id, Refused(text=NOT_KNOWN, at=self._clock()))
            return
        await self._ledger.apply(job.id, Planned(plan=job.plan))
        for group in groups(job, free_slots=len(job.generations)):
            ids = tuple(generation.id for generation in group)
            intended = Intended(generation_ids=ids, intent_id=self._new_id(), at=job.created_at)
            await self._ledger.apply(job.id, intended)
