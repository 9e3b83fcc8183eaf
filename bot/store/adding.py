"""Commits new jobs, their members' limits checked in the same transaction; knows no queue of writers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.admission import Admission, Admitted, AlreadyThere, DayUsedUp, MemberLimits, TooManyUnderWay
from bot.core.job import HOLDS_SLOT, GenerationState, Job
from bot.store.engine import lock_for_transaction
from bot.store.rows import counted_images, generation_rows, job_row
from bot.store.seal import TokenSeal
from bot.store.tables import UNDER_WAY_STATES, generations, holds_slot, jobs, planned, under_way
from bot.store.transaction import CommitUnclearError, transaction

DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    job: Job
    limits: MemberLimits
    slots: int


def _count_of(condition: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).where(condition).scalar_subquery()


_OF_OWNER = jobs.c.owner_id == sa.bindparam("owner_id")

# Counted job by job: given a plain join, SQLite would start from all generations there ever were.
_PLANNED_OF_JOB = (
    sa.select(sa.func.count())
    .select_from(generations)
    .where(generations.c.job_id == jobs.c.id, planned)
    .correlate(jobs)
    .scalar_subquery()
)
_UNDER_WAY = sa.select(_PLANNED_OF_JOB.label("images")).select_from(jobs).where(under_way).subquery()
_LINE = (
    sa.select(sa.func.count().label("jobs"), sa.func.coalesce(sa.func.sum(_UNDER_WAY.c.images), 0).label("images"))
    .where(_UNDER_WAY.c.images > 0)
    .subquery("line")
)

_IS_THERE = sa.exists().where(jobs.c.id == sa.bindparam("job_id"))
IS_THERE = sa.select(_IS_THERE)

SITUATION = sa.select(
    _IS_THERE.label("already_there"),
    _count_of(sa.and_(_OF_OWNER, under_way)).label("under_way"),
    sa.select(sa.func.coalesce(sa.func.sum(jobs.c.counted_images), 0))
    .where(_OF_OWNER, jobs.c.created_at > sa.bindparam("day_began", type_=jobs.c.created_at.type))
    .scalar_subquery()
    .label("images_of_day"),
)
"""All that a member's limits depend on, read in one go."""

QUEUE = sa.select(
    _count_of(holds_slot).label("slots_taken"),
    _LINE.c.jobs.label("jobs_in_line"),
    _LINE.c.images.label("images_in_line"),
)
"""Who is before a new job. This one counts through all that are under way, so it is asked once a transaction."""


@dataclass(slots=True)
class _Queue:
    """Who is before the next new job of a transaction."""

    slots_taken: int
    jobs_in_line: int
    images_in_line: int

    def ahead(self, slots: int) -> int:
        """Count the jobs in line; 0 when a slot is left for a new one after all who came first.

        With all slots taken and nobody in line, somebody who is being painted is ahead.
        """
        if self.slots_taken + self.images_in_line < slots:
            return 0
        return max(1, self.jobs_in_line)

    def join(self, job: Job) -> None:
        """Count a job that was admitted."""
        self.slots_taken += sum(g.state in HOLDS_SLOT for g in job.generations)
        planned_images = sum(g.state is GenerationState.PLANNED for g in job.generations)
        if planned_images and job.state in UNDER_WAY_STATES:
            self.jobs_in_line += 1
            self.images_in_line += planned_images


class Adding:
    """Commits batches of new jobs."""

    def __init__(self, engine: AsyncEngine, seal: TokenSeal, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._seal = seal
        self._clock = clock

    async def __call__(self, writes: Sequence[NewJob]) -> Sequence[Admission]:
        """Admit or turn away each, in order, in one transaction; raises whatever the database raises."""
        admissions: list[Admission] = []
        try:
            async with transaction(self._engine) as connection:
                await lock_for_transaction(connection, (new.job.owner_id for new in writes))
                queue = _Queue(**(await connection.execute(QUEUE)).mappings().one())
                for new in writes:
                    admissions.append(await self._admit(connection, new, queue))  # noqa: PERF401 - needed after a failure
        except CommitUnclearError as unclear:
            admitted = [new.job.id for new, a in zip(writes, admissions, strict=True) if isinstance(a, Admitted)]
            if not await self._are_there(admitted):
                raise unclear.cause from unclear
        return admissions

    async def _are_there(self, job_ids: list[str]) -> bool:
        """Tell whether jobs that were new are in the database; they came in one transaction, so one speaks for all."""
        if not job_ids:
            return True
        async with self._engine.connect() as connection:
            return bool((await connection.execute(IS_THERE, {"job_id": job_ids[0]})).scalar())

    async def _admit(self, connection: AsyncConnection, new: NewJob, queue: _Queue) -> Admission:
        refusal = _refusal(await self._situation(connection, new.job), new)
        if refusal is not None:
            return refusal
        ahead = queue.ahead(new.slots)
        await self._insert(connection, replace(new.job, ahead=ahead))
        queue.join(new.job)
        return Admitted(ahead=ahead)

    async def _situation(self, connection: AsyncConnection, job: Job) -> sa.RowMapping:
        result = await connection.execute(
            SITUATION, {"job_id": job.id, "owner_id": job.owner_id, "day_began": self._clock() - DAY}
        )
        return result.mappings().one()

    async def _insert(self, connection: AsyncConnection, job: Job) -> None:
        await connection.execute(sa.insert(jobs), job_row(job, self._seal))
        rows = list(generation_rows(job).values())
        if rows:
            await connection.execute(sa.insert(generations), rows)


def _refusal(situation: sa.RowMapping, new: NewJob) -> AlreadyThere | TooManyUnderWay | DayUsedUp | None:
    limits = new.limits
    if situation["already_there"]:
        return AlreadyThere()
    if limits.jobs_under_way and situation["under_way"] >= limits.jobs_under_way:
        return TooManyUnderWay(under_way=situation["under_way"])
    left = max(0, limits.images_per_day - situation["images_of_day"])
    if limits.images_per_day and counted_images(new.job) > left:
        return DayUsedUp(left=left)
    return None
