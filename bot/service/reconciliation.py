"""Asks Oxen about every open generation: after each connect, and slowly in between, since the stream is only a hint."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.admission import Change
from bot.core.adoption import CLOCK_SLACK
from bot.core.job import Generation, GenerationState, Job
from bot.core.job_events import DeadlinePassed, LostThere
from bot.core.remote import RemoteRow
from bot.errors import NotFoundError, RemoteError
from bot.ports import Clock, ImageApi
from bot.service.ledger import Ledger
from bot.service.settlement import Settlement

log = logging.getLogger(__name__)

GETS_AT_ONCE = 8
MANY = 50
"""From here on Oxen's history, with up to 1,000 rows a page, is cheaper for both sides than a call for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A generation that Oxen accepted and that has not ended here."""

    job: Job
    generation: Generation
    remote_id: str
    accepted_at: datetime


def open_generations(jobs: Iterable[Job]) -> list[Open]:
    """Give the queued generations of jobs."""
    return [
        Open(job=job, generation=g, remote_id=g.remote_id, accepted_at=g.accepted_at)
        for job in jobs
        for g in job.generations
        if g.state is GenerationState.QUEUED and g.remote_id and g.accepted_at
    ]


class Reconciliation:
    """Settles open generations by Oxen's rows."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        api: ImageApi,
        settlement: Settlement,
        clock: Clock,
        deadline: timedelta,
        grace: timedelta,
    ) -> None:
        self._ledger = ledger
        self._api = api
        self._settlement = settlement
        self._clock = clock
        self._deadline = deadline
        self._grace = grace
        self._gets = asyncio.Semaphore(GETS_AT_ONCE)
        self._ended: set[str] = set()
        ledger.observe(self._notice)

    async def settle(self, open_now: Sequence[Open]) -> None:
        """Settle these by one list call and a GET for each that is not in it; raises RemoteError without the list.

        Where many are missing, the history tells of most in a few pages. What somebody cancelled and Oxen still has is
        cancelled there once more.
        """
        if not open_now:
            return
        self._ended.clear()
        active = {row.remote_id for row in await self._api.list_open()}
        missing = [each for each in open_now if each.remote_id not in active]
        told = await self._history_of(missing)
        await asyncio.gather(*(self._settle_one(each, told.get(each.remote_id)) for each in missing))
        for each in open_now:
            if each.remote_id in active and each.job.cancelled_by is not None:
                await self._settlement.cancel(each.job.id, each.remote_id)

    async def _history_of(self, missing: Sequence[Open]) -> Mapping[str, RemoteRow]:
        """Give the rows of generations from Oxen's history, if they are many; none of them when it cannot be had."""
        if len(missing) < MANY:
            return {}
        since = min(each.accepted_at for each in missing) - CLOCK_SLACK
        try:
            return {row.remote_id: row for row in await self._api.history(since)}
        except RemoteError as error:
            log.warning("history not read: %s", error)
            return {}

    async def _settle_one(self, each: Open, told: RemoteRow | None) -> None:
        async with self._gets:
            # Its event may have come while the list was read.
            if each.remote_id in self._ended:
                return
            if told is None or not await self._settlement.read(each.job.id, told):
                await self._ask(each)

    def _notice(self, change: Change) -> None:
        """Learn what ends while a list is read and gone through."""
        for before, after in zip(change.before.generations, change.after.generations, strict=False):
            ended = before.state is GenerationState.QUEUED and after.state is not GenerationState.QUEUED
            if ended and before.remote_id is not None:
                self._ended.add(before.remote_id)

    async def _ask(self, each: Open) -> None:
        try:
            row = await self._api.get(each.remote_id)
        except NotFoundError:
            await self._not_found(each)
        except RemoteError as error:
            _put_off(error, each.job, each.remote_id)
        else:
            await self._settlement.read(each.job.id, row)

    async def _not_found(self, each: Open) -> None:
        """Call a generation lost only after the grace: a replica of Oxen's may not have heard of it yet."""
        if self._clock() - each.accepted_at > self._grace:
            await self._ledger.apply(each.job.id, LostThere(remote_id=each.remote_id, at=self._clock()))

    async def end_overdue(self, open_now: Sequence[Open]) -> None:
        """Cancel at Oxen what is past its deadline and believe only the row that it shows then."""
        for each in open_now:
            if self._clock() - each.accepted_at > self._deadline:
                try:
                    await self._end(each)
                except RemoteError as error:
                    _put_off(error, each.job, each.remote_id)

    async def _end(self, each: Open) -> None:
        log.warning("generation past its deadline", extra={"job_id": each.job.id, "generation_id": each.remote_id})
        try:
            await self._api.cancel(each.remote_id)
        except RemoteError as error:
            _put_off(error, each.job, each.remote_id)
            # One that cannot even be cancelled must not hold its slot, and the person, for ever.
            if self._clock() - each.accepted_at <= self._deadline + self._grace:
                return
        try:
            row = await self._api.get(each.remote_id)
        except NotFoundError:
            row = None
        ended = row is not None and row.status != "cancelled" and await self._settlement.read(each.job.id, row)
        if not ended:
            await self._ledger.apply(each.job.id, DeadlinePassed(remote_id=each.remote_id, at=self._clock()))

    async def look_again(self, jobs: Iterable[Job]) -> None:
        """Look whether a generation that timed out or was lost has its picture after all."""
        for job in jobs:
            for generation in job.generations:
                if generation.state in {GenerationState.TIMED_OUT, GenerationState.UNKNOWN} and generation.remote_id:
                    await self._look(job, generation.remote_id)

    async def _look(self, job: Job, remote_id: str) -> None:
        try:
            row = await self._api.get(remote_id)
        except NotFoundError:
            return
        except RemoteError as error:
            _put_off(error, job, remote_id)
            return
        await self._settlement.read(job.id, row)


def _put_off(error: RemoteError, job: Job, remote_id: str) -> None:
    """Let the next sweep try again; the other generations do not wait for this one."""
    log.warning("put off: %s", error, extra={"job_id": job.id, "generation_id": remote_id})
