"""A JobStore in memory: fast enough for hundreds of tests; the same tests run on the real one, too (see conftest)."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.core.admission import (
    DAY,
    Admission,
    Admitted,
    Change,
    Limits,
    UsedOfDay,
    admit,
    counted_images,
    counted_microusd,
)
from bot.core.job import HOLDS_SLOT, Answer, Generation, GenerationState, Job, JobState, Place, is_uncharged
from bot.core.turns import AtOxen, Line
from bot.errors import RemoteIdTakenError, StoreUnavailableError
from tests.store.model import is_asked_for, is_missing, situation_of


class MemoryStore:
    """Satisfies ports.JobStore. Every call lets the loop take a turn, as a database would."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._jobs: dict[str, Job] = {}
        self._closed = False

    async def add(self, job: Job, *, limits: Limits, slots: int) -> Admission:
        await self._turn()
        admission = admit(situation_of(self._jobs, job, self._clock()), job, limits, slots=slots)
        if isinstance(admission, Admitted):
            self._jobs[job.id] = replace(job, ahead=admission.ahead)
        return admission

    async def get(self, job_id: str) -> Job | None:
        await self._turn()
        return self._jobs.get(job_id)

    async def change(self, job_id: str, transition: Callable[[Job], Job]) -> Change | None:
        await self._turn()
        before = self._jobs.get(job_id)
        if before is None:
            return None
        after = transition(before)
        if after == before:
            return Change(before=before, after=before)
        self._check_remote_ids(after)
        self._jobs[job_id] = replace(after, version=before.version + 1)
        return Change(before=before, after=self._jobs[job_id])

    def _check_remote_ids(self, changed: Job) -> None:
        others = [g for job in self._jobs.values() if job.id != changed.id for g in job.generations]
        names = [g.remote_id for g in (*changed.generations, *others) if g.remote_id is not None]
        if len(names) != len(set(names)):
            raise RemoteIdTakenError("another generation owns this remote id")

    async def find_by_remote_id(self, remote_id: str) -> str | None:
        await self._turn()
        owners = (job.id for job in self._jobs.values() if any(g.remote_id == remote_id for g in job.generations))
        return next(owners, None)

    async def taken_remote_ids(self, remote_ids: Sequence[str]) -> frozenset[str]:
        await self._turn()
        owned = {g.remote_id for job in self._jobs.values() for g in job.generations}
        return frozenset(remote_id for remote_id in remote_ids if remote_id in owned)

    async def unanswered(self, before: datetime) -> Sequence[Job]:
        return await self._which(lambda job: job.answer is Answer.OWED and job.created_at < before)

    async def startable(self, limit: int) -> Sequence[Job]:
        found = await self._which(
            lambda job: job.answer is Answer.GIVEN and job.under_way and bool(_in(job, {GenerationState.PLANNED}))
        )
        return found[:limit]

    async def next_in_line(self, line: Line) -> Sequence[Job]:
        waiting = [job for job in await self.startable(len(self._jobs)) if is_asked_for(job, line)]
        before = Counter[int]()
        turns = dict[str, int]()
        for job in waiting:
            turns[job.id] = before[job.owner_id]
            before[job.owner_id] += 1
        chosen = {job.id for job in sorted(waiting, key=lambda job: turns[job.id])[: line.limit]}
        return [job for job in waiting if job.id in chosen]

    async def at_oxen(self) -> Sequence[AtOxen]:
        await self._turn()
        held = [(job, len(_in(job, {GenerationState.QUEUED}))) for job in self._jobs.values()]
        return [AtOxen(owner_id=job.owner_id, job_id=job.id, images=images) for job, images in held if images]

    async def open_jobs(self) -> Sequence[Job]:
        return await self._which(lambda job: bool(_in(job, HOLDS_SLOT)))

    async def missing_since(self, since: datetime, *, after: str, limit: int) -> Sequence[Job]:
        found = await self._which(lambda job: job.id > after and is_missing(job, since))
        first = sorted(job.id for job in found)[:limit]
        return [job for job in found if job.id in first]

    async def waiting_since(self, before: datetime, limit: int) -> Sequence[Job]:
        return [job for job in await self.startable(len(self._jobs)) if job.created_at < before][:limit]

    async def uncharged_since(self, since: datetime) -> Sequence[Job]:
        return await self._which(
            lambda job: any(is_uncharged(g) and g.ended_at is not None and g.ended_at >= since for g in job.generations)
        )

    async def holding_words(self, before: datetime, limit: int) -> Sequence[Job]:
        return (await self._which(lambda job: _holds_words(job) and job.created_at < before))[:limit]

    async def remove_emptied(self, before: datetime) -> int:
        old = await self._which(lambda job: job.emptied_at is not None and job.created_at < before)
        for job in old:
            del self._jobs[job.id]
        return len(old)

    async def owed(self, limit: int) -> Sequence[Job]:
        return (await self._which(lambda job: job.card_owed))[:limit]

    async def forget_tokens(self, now: datetime) -> None:
        await self._turn()
        for job in [job for job in self._jobs.values() if job.token_expires_at <= now]:
            self._jobs[job.id] = replace(job, token=None)

    async def renewals_due(self, now: datetime) -> Sequence[Job]:
        return await self._which(lambda job: job.renewal_at is not None and job.renewal_at <= now)

    async def inbox(self, owner_id: int, limit: int) -> Sequence[Job]:
        found = await self._which(
            lambda job: job.owner_id == owner_id and job.place is Place.INBOX and job.state is not JobState.CANCELLED
        )
        return found[::-1][:limit]

    async def finished_since(self, owner_id: int, since: datetime, limit: int) -> Sequence[Job]:
        found = await self._which(
            lambda job: (
                job.owner_id == owner_id
                and job.created_at >= since
                and job.place is Place.MESSAGE
                and job.state in {JobState.DONE, JobState.PARTLY_DONE}
            )
        )
        return found[::-1][:limit]

    async def used_of_day(self, owner_id: int) -> UsedOfDay:
        since = self._clock() - DAY
        found = await self._which(lambda job: job.owner_id == owner_id and job.created_at > since)
        return UsedOfDay(images=sum(map(counted_images, found)), microusd=sum(map(counted_microusd, found)))

    async def durations_s(self, model: str, limit: int) -> Sequence[float]:
        await self._turn()
        made = [g for job in self._jobs.values() if job.plan and job.plan.model == model for g in job.generations]
        ended = [(g.ended_at, g.accepted_at) for g in made if g.state is GenerationState.SUCCEEDED]
        times = [(end, begin) for end, begin in ended if end is not None and begin is not None]
        return [(end - begin).total_seconds() for end, begin in sorted(times, reverse=True)][:limit]

    async def close(self) -> None:
        self._closed = True

    async def _which(self, wanted: Callable[[Job], bool]) -> list[Job]:
        await self._turn()
        return sorted((job for job in self._jobs.values() if wanted(job)), key=lambda job: (job.created_at, job.id))

    async def _turn(self) -> None:
        if self._closed:
            raise StoreUnavailableError("The database is closed.")
        await asyncio.sleep(0)


def _holds_words(job: Job) -> bool:
    return job.emptied_at is None and not job.under_way and not job.card_owed


def _in(job: Job, states: set[GenerationState] | frozenset[GenerationState]) -> list[Generation]:
    return [g for g in job.generations if g.state in states]
