"""Applies transitions to stored jobs, many in one transaction, each write guarded by the job's version."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.admission import Change
from bot.core.job import Job
from bot.store.faults import VersionConflictError
from bot.store.rows import JOBS_WITH_GENERATIONS, Values, generation_rows, job_row, read_jobs
from bot.store.seal import TokenSeal
from bot.store.tables import generations, jobs
from bot.store.transaction import CommitUnclearError, transaction

Transition = Callable[[Job], Job]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobChange:
    job_id: str
    transition: Transition


LOAD = JOBS_WITH_GENERATIONS.where(jobs.c.id.in_(sa.bindparam("job_ids", expanding=True)))

# Keys that no column has: SQLAlchemy keeps the columns' names for the values to set.
_UPDATE_JOB = sa.update(jobs).where(
    jobs.c.id == sa.bindparam("loaded_id"),
    jobs.c.version == sa.bindparam("loaded_version"),
)
_UPDATE_GENERATION = sa.update(generations).where(
    generations.c.job_id == sa.bindparam("loaded_job_id"),
    generations.c.id == sa.bindparam("loaded_id"),
)


class Changing:
    """Commits batches of changes."""

    def __init__(self, engine: AsyncEngine, seal: TokenSeal) -> None:
        self._engine = engine
        self._seal = seal

    async def __call__(self, writes: Sequence[JobChange]) -> Sequence[Change | Exception | None]:
        """Apply each in order, in one transaction; changes of one job build on one another.

        What a transition raises is its own outcome and harms no other. Raises VersionConflictError when another
        process changed one of the jobs meanwhile, and whatever the database raises; then nothing is written.
        """
        outcomes: list[Change | Exception | None] = []
        changed: list[tuple[Job, Job]] = []
        try:
            async with transaction(self._engine) as connection:
                loaded = await self._load(connection, {write.job_id for write in writes})
                latest = dict(loaded)
                outcomes = [_apply(latest, write) for write in writes]
                changed = [(job, latest[job.id]) for job in loaded.values() if latest[job.id] is not job]
                await self._write(connection, changed)
        except CommitUnclearError as unclear:
            if not await self._are_there([after for _, after in changed]):
                raise unclear.cause from unclear
        return outcomes

    async def _are_there(self, written: list[Job]) -> bool:
        """Tell whether jobs are stored as they were written; they went in one transaction, so one speaks for all.

        The version is enough. Should another process have made one of that number in this moment, then the next
        change starts from what is stored all the same, and the sweep sees to what was not written.
        """
        if not written:
            return True
        async with self._engine.connect() as connection:
            stored = await self._load(connection, {written[0].id})
        return [job.version for job in stored.values()] == [written[0].version]

    async def _load(self, connection: AsyncConnection, job_ids: Iterable[str]) -> dict[str, Job]:
        result = await connection.execute(LOAD, {"job_ids": sorted(job_ids)})
        return {job.id: job for job in read_jobs(result.mappings(), self._seal)}

    async def _write(self, connection: AsyncConnection, pairs: Iterable[tuple[Job, Job]]) -> None:
        # In the order of their ids, so that two processes never wait for one another.
        changed = sorted(pairs, key=lambda pair: pair[0].id)
        if not changed:
            return
        await _compare_and_set(connection, [_guarded(before, job_row(after, self._seal)) for before, after in changed])
        new: list[Values] = []
        old: list[Values] = []
        for before, after in changed:
            known = generation_rows(before)
            for generation_id, row in generation_rows(after).items():
                if generation_id not in known:
                    new.append(row)
                elif row != known[generation_id]:
                    old.append({**row, "loaded_job_id": after.id, "loaded_id": generation_id})
        if old:
            await connection.execute(_UPDATE_GENERATION, old)
        if new:
            await connection.execute(sa.insert(generations), new)


def _apply(latest: dict[str, Job], write: JobChange) -> Change | Exception | None:
    before = latest.get(write.job_id)
    if before is None:
        return None
    try:
        after = _next(before, write.transition)
    except Exception as error:  # noqa: BLE001 - it is the caller's function, and the caller gets what it raised
        return error
    latest[write.job_id] = after
    return Change(before=before, after=after)


def _next(before: Job, transition: Transition) -> Job:
    after = transition(before)
    if after == before:
        return before
    if after.id != before.id or {g.id for g in before.generations} - {g.id for g in after.generations}:
        raise ValueError("a transition may neither rename a job nor drop a generation")
    return replace(after, version=before.version + 1)


def _guarded(loaded: Job, row: Values) -> Values:
    return {**row, "loaded_id": loaded.id, "loaded_version": loaded.version}


async def _compare_and_set(connection: AsyncConnection, rows: list[Values]) -> None:
    if connection.dialect.supports_sane_multi_rowcount:
        written = (await connection.execute(_UPDATE_JOB, rows)).rowcount
    else:
        # asyncpg does not count the rows of many statements sent together.
        written = sum([(await connection.execute(_UPDATE_JOB, row)).rowcount for row in rows])
    if written != len(rows):
        raise VersionConflictError("a job changed between its read and its write")
