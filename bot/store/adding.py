"""Commits new jobs, each admitted by core's rule in the same transaction; knows no limit and no queue of writers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.admission import DAY, Admission, Admitted, Everybody, Limits, Situation, admit
from bot.core.job import Job
from bot.store.engine import lock_for_transaction
from bot.store.queries import SLOTS_TAKEN
from bot.store.rows import generation_rows, job_row
from bot.store.seal import TokenSeal
from bot.store.tables import generations, jobs, planned, under_way
from bot.store.transaction import CommitUnclearError, transaction

EVERYBODYS_MONEY_LOCK = 2
"""Advisory lock for the ceiling that all members share; the migrations' is 1, and members' are Discord ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    job: Job
    limits: Limits
    slots: int


def _count_of(condition: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).where(condition).scalar_subquery()


def _sum_of(column: sa.ColumnElement[int], *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    # PostgreSQL sums 64 bits as a decimal.
    total = sa.cast(sa.func.coalesce(sa.func.sum(column), 0), sa.BigInteger)
    return sa.select(total).where(*conditions).scalar_subquery()


_OF_OWNER = jobs.c.owner_id == sa.bindparam("owner_id")
_OF_DAY = jobs.c.created_at > sa.bindparam("day_began", type_=jobs.c.created_at.type)

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

OF_OWNER = sa.select(
    _IS_THERE.label("already_there"),
    _count_of(sa.and_(_OF_OWNER, under_way)).label("under_way"),
    _sum_of(jobs.c.counted_images, _OF_OWNER, _OF_DAY).label("images_of_day"),
    _sum_of(jobs.c.counted_microusd, _OF_OWNER, _OF_DAY).label("microusd_of_day"),
)
"""A new job's own part of its situation, read in one go."""

QUEUE = sa.select(
    SLOTS_TAKEN.scalar_subquery().label("slots_taken"),
    _LINE.c.jobs.label("jobs_in_line"),
    _LINE.c.images.label("images_in_line"),
)
"""What is before a new job. This one counts through all that are under way, so it is asked once a transaction."""

MONEY_OF_DAY = sa.select(_sum_of(jobs.c.counted_microusd, _OF_DAY).label("microusd_of_day"))
"""What everybody spent or reserved; asked once a transaction, and only where it is limited."""


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
                await lock_for_transaction(connection, _locks(writes))
                everybody = await self._everybody(connection, writes)
                for new in writes:
                    admission = await self._admit(connection, new, everybody)
                    admissions.append(admission)
                    if isinstance(admission, Admitted):
                        everybody = everybody.joined_by(new.job)
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

    async def _everybody(self, connection: AsyncConnection, writes: Sequence[NewJob]) -> Everybody:
        line = await self._read(connection, QUEUE, {})
        if not any(new.limits.microusd_per_day for new in writes):
            return Everybody(**line)
        return Everybody(**line, **await self._read(connection, MONEY_OF_DAY, {"day_began": self._clock() - DAY}))

    async def _admit(self, connection: AsyncConnection, new: NewJob, everybody: Everybody) -> Admission:
        of_owner = {"job_id": new.job.id, "owner_id": new.job.owner_id, "day_began": self._clock() - DAY}
        situation = Situation(**await self._read(connection, OF_OWNER, of_owner), everybody=everybody)
        admission = admit(situation, new.job, new.limits, slots=new.slots)
        if isinstance(admission, Admitted):
            await self._insert(connection, replace(new.job, ahead=admission.ahead))
        return admission

    @staticmethod
    async def _read(connection: AsyncConnection, query: sa.Executable, values: dict[str, Any]) -> sa.RowMapping:
        return (await connection.execute(query, values)).mappings().one()

    async def _insert(self, connection: AsyncConnection, job: Job) -> None:
        await connection.execute(sa.insert(jobs), job_row(job, self._seal))
        rows = list(generation_rows(job).values())
        if rows:
            await connection.execute(sa.insert(generations), rows)


def _locks(writes: Sequence[NewJob]) -> Iterator[int]:
    """Name what two processes must not judge at the same moment: a member's limits, and everybody's money."""
    for new in writes:
        yield new.job.owner_id
        if new.limits.microusd_per_day:
            yield EVERYBODYS_MONEY_LOCK
