"""Asks Oxen about every open generation: after each connect, and slowly in between, since the stream is only a hint."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.admission import Change
from bot.core.adoption import CLOCK_SLACK
from bot.core.job import MISSING, Generation, GenerationState, Job
from bot.core.job_events import DeadlinePassed, LostThere
from bot.core.remote import RemoteRow
from bot.errors import Cause, NotFoundError, PermanentError, RemoteError
from bot.ports import Clock, ImageApi
from bot.service.ledger import Ledger
from bot.service.settlement import Settlement
from bot.service.side_by_side import CALL_S, side_by_side, within

log = logging.getLogger(__name__)

MANY = 50
"""From here on Oxen's history, with up to 1,000 rows a page, is cheaper for both sides than a call for each."""
HISTORY_S = 15.0
BELIEVED_AFTER = timedelta(seconds=30)
"""A refusal that comes twice with so much time between is no weather."""


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
        self._ended: set[str] | None = None
        self._refused_at: dict[str, datetime] = {}
        ledger.observe(self._notice)

    async def settle(self, open_now: Sequence[Open]) -> frozenset[str]:
        """Settle these by one list call and a GET for each that is not in it, and return the ids that had their turn.

        Where many are missing, the history tells of most in a few pages. What somebody cancelled and Oxen still has is
        cancelled there once more. Raises RemoteError without the list.
        """
        if not open_now:
            return frozenset()
        self._ended = set()
        try:
            active = {row.remote_id for row in await within(CALL_S, self._api.list_open())}
            missing = [each for each in open_now if each.remote_id not in active]
            told = await self._history_of(missing)
            unwanted = [each for each in open_now if each.remote_id in active and each.job.cancelled_by is not None]
            todo = [*missing, *unwanted]
            begun = await side_by_side(todo, lambda each: self._settle_one(each, active, told))
        finally:
            self._ended = None
        left = {each.remote_id for each in todo[begun:]}
        return frozenset(each.remote_id for each in open_now if each.remote_id not in left)

    async def _history_of(self, missing: Sequence[Open]) -> Mapping[str, RemoteRow]:
        """Give the rows of generations from Oxen's history, if they are many; none of them when it cannot be had."""
        if len(missing) < MANY:
            return {}
        since = min(each.accepted_at for each in missing) - CLOCK_SLACK
        try:
            return {row.remote_id: row for row in await within(HISTORY_S, self._api.history(since))}
        except RemoteError as error:
            log.warning("history not read: %s", error)
            return {}

    async def _settle_one(self, each: Open, active: set[str], told: Mapping[str, RemoteRow]) -> None:
        # Its event may have come while the list was read.
        if self._ended is not None and each.remote_id in self._ended:
            return
        if each.remote_id in active:
            await self._settlement.cancel(each.job.id, each.remote_id)
            return
        row = told.get(each.remote_id)
        if row is None or not await self._settlement.read(each.job.id, row):
            await self._ask(each)

    def _notice(self, change: Change) -> None:
        """Learn what ends while a list is read and gone through."""
        for before, after in zip(change.before.generations, change.after.generations, strict=False):
            ended = before.state is GenerationState.QUEUED and after.state is not GenerationState.QUEUED
            if not ended or before.remote_id is None:
                continue
            self._refused_at.pop(before.remote_id, None)
            if self._ended is not None:
                self._ended.add(before.remote_id)

    async def _ask(self, each: Open) -> None:
        try:
            row = await within(CALL_S, self._api.get(each.remote_id))
        except NotFoundError:
            await self._not_found(each)
        except PermanentError as error:
            _put_off(error, each.job, each.remote_id)
            await self._refused(each, error)
        except RemoteError as error:
            _put_off(error, each.job, each.remote_id)
        else:
            await self._settlement.read(each.job.id, row)

    async def _refused(self, each: Open, error: PermanentError) -> None:
        """Take a row of which Oxen refuses to tell, twice and not in one bad moment, for one that it does not know."""
        if error.cause is Cause.KEY_REFUSED:
            return
        first = self._refused_at.setdefault(each.remote_id, self._clock())
        if self._clock() - first >= BELIEVED_AFTER:
            await self._not_found(each)

    async def _not_found(self, each: Open) -> None:
        """Call a generation lost only after the grace: a replica of Oxen's may not have heard of it yet."""
        if self._clock() - each.accepted_at > self._grace:
            await self._ledger.apply(each.job.id, LostThere(remote_id=each.remote_id, at=self._clock()))

    async def end_overdue(self, open_now: Sequence[Open]) -> None:
        """Cancel at Oxen what is past its deadline, and believe the row that it shows then.

        One that Oxen neither cancels nor tells of ends after the grace all the same: it must not hold its slot, and
        the person, for ever. It is still looked for during a day.
        """
        overdue = [each for each in open_now if self._clock() - each.accepted_at > self._deadline]
        await side_by_side(overdue, self._end)

    async def _end(self, each: Open) -> None:
        log.warning("generation past its deadline", extra={"job_id": each.job.id, "generation_id": each.remote_id})
        at_last = self._clock() - each.accepted_at > self._deadline + self._grace
        row: RemoteRow | None = None
        try:
            await within(CALL_S, self._api.cancel(each.remote_id))
        except RemoteError as error:
            _put_off(error, each.job, each.remote_id)
            if not at_last:
                return
        try:
            row = await within(CALL_S, self._api.get(each.remote_id))
        except NotFoundError:
            row = None
        except RemoteError as error:
            _put_off(error, each.job, each.remote_id)
            if not at_last:
                return
        ended = row is not None and row.status != "cancelled" and await self._settlement.read(each.job.id, row)
        if not ended:
            await self._ledger.apply(each.job.id, DeadlinePassed(remote_id=each.remote_id, at=self._clock()))

    async def look_again(self, jobs: Sequence[Job]) -> int:
        """Look whether generations that timed out or were lost have their pictures after all.

        Returns how many of the jobs had their turn, from the first on.
        """
        return await side_by_side(jobs, self._look_at)

    async def _look_at(self, job: Job) -> None:
        for generation in job.generations:
            if generation.state in MISSING and generation.remote_id:
                await self._look(job, generation.remote_id)

    async def _look(self, job: Job, remote_id: str) -> None:
        try:
            row = await within(CALL_S, self._api.get(remote_id))
        except NotFoundError:
            return
        except RemoteError as error:
            _put_off(error, job, remote_id)
            return
        await self._settlement.read(job.id, row)


def _put_off(error: RemoteError, job: Job, remote_id: str) -> None:
    """Let the next sweep try again; the other generations do not wait for this one."""
    log.warning("put off: %s", error, extra={"job_id": job.id, "generation_id": remote_id})
