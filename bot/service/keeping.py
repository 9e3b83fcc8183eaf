"""Lets go of what is kept no longer than KEEP_DAYS: first what people typed, later the row; a few jobs at a time."""

import asyncio
import logging
from datetime import datetime, timedelta

from bot.core.job_events import Emptied
from bot.core.keeping import KeepingRule
from bot.ports import Clock, JobStore
from bot.service.ledger import Ledger

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)
JOBS_A_STEP = 200
"""Hundreds of thousands a day, and some 100 ms of the database a minute."""
JOBS_AT_ONCE = 50
"""So many share a commit, and a new job waits behind no more than that."""


class Keeping:
    """Goes on with it whenever the sweep comes by."""

    def __init__(self, *, store: JobStore, ledger: Ledger, rule: KeepingRule, clock: Clock) -> None:
        self._store = store
        self._ledger = ledger
        self._rule = rule
        self._clock = clock
        self._looked_at: datetime | None = None

    async def let_go(self) -> None:
        """Empty the oldest ended jobs whose time has come, and remove rows that have been empty for long."""
        now = self._clock()
        words_end, rows_end = self._rule.words_end(now), self._rule.rows_end(now)
        if words_end is None or rows_end is None or not self._is_due(now):
            return
        self._looked_at = now
        jobs = await self._store.holding_words(words_end, JOBS_A_STEP)
        for start in range(0, len(jobs), JOBS_AT_ONCE):
            some = jobs[start : start + JOBS_AT_ONCE]
            await asyncio.gather(*(self._ledger.apply(job.id, Emptied(at=now)) for job in some))
        removed = await self._store.remove_emptied(rows_end)
        if jobs or removed:
            log.info("words of %d jobs and %d rows were let go for their age", len(jobs), removed)

    def _is_due(self, now: datetime) -> bool:
        return self._looked_at is None or not self._looked_at <= now < self._looked_at + EVERY
