"""The JobStore over SQL: reads of its own, writes through lanes; knows no transition and no limit."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.admission import DAY, Admission, Change, Limits, UsedOfDay
from bot.core.job import Job
from bot.core.keeping import Forgotten
from bot.core.turns import AtOxen, Line
from bot.errors import StoreUnavailableError
from bot.store import faults, forgetting, queries, snapshot
from bot.store.adding import MONEY_OF_DAY, OF_OWNER, Adding, NewJob
from bot.store.changing import Changing, JobChange, Transition
from bot.store.engine import MIGRATION, USUAL, Patience, open_engine, prepare_file
from bot.store.lanes import Lane, Writer
from bot.store.location import Location, PostgresServer, SqliteFile, locate
from bot.store.migrate import migrate
from bot.store.rows import read_jobs
from bot.store.seal import TokenSeal

T = TypeVar("T")

IDS_PER_QUERY = 1000
"""Well below what one statement may bind: 32,766 in SQLite, 32,767 in asyncpg."""


async def open_store(
    url: str, *, secret: str, clock: Callable[[], datetime], durable: bool = True, patience: Patience = USUAL
) -> "SqlStore":
    """Open the database of a DATABASE_URL, bring its schema up to date, and give the store.

    `secret` seals the interaction tokens; with another one they are lost, and nothing else. Raises
    ConfigurationError, DatabaseInUseError or StoreUnavailableError, each with a sentence for the operator.
    """
    location = locate(url)
    engine = open_engine(location, durable=durable, patience=patience)
    try:
        if isinstance(location, SqliteFile):
            prepare_file(location)
        await _bring_up_to_date(engine, location)
        if isinstance(location, SqliteFile):
            # The sqlite3 tool deletes jobs without their generations; PostgreSQL never does.
            await forgetting.remove_orphans(engine)
    except faults.DATABASE_PROBLEMS as error:
        await engine.dispose()
        raise faults.explained(error, location) from error
    except BaseException:
        await engine.dispose()
        raise
    return SqlStore(engine, seal=TokenSeal(secret), clock=clock)


async def _bring_up_to_date(engine: AsyncEngine, location: Location) -> None:
    """Migrate over connections with a migration's patience where the engine's have less; SQLite's have no limit."""
    migrating = open_engine(location, patience=MIGRATION) if isinstance(location, PostgresServer) else engine
    try:
        async with migrating.begin() as connection:
            await connection.run_sync(migrate)
    finally:
        if migrating is not engine:
            await migrating.dispose()


class SqlStore:
    """Jobs in a database. Every method may raise StoreUnavailableError; the store goes on afterwards.

    A caller who is cancelled while a write waits either wrote whole or not at all, and harms nobody else.
    """

    def __init__(self, engine: AsyncEngine, *, seal: TokenSeal, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._seal = seal
        self._clock = clock
        self._adds: Lane[NewJob, Admission] = Lane(Adding(engine, seal, clock))
        self._changes: Lane[JobChange, Change | None] = Lane(Changing(engine, seal))
        self._writer = Writer(self._adds, self._changes)
        self._reads = set[asyncio.Task[Any]]()
        self._closed = False

    async def add(self, job: Job, *, limits: Limits, slots: int) -> Admission:
        self._check_open()
        outcome = self._adds.join(NewJob(job=job, limits=limits, slots=slots))
        self._writer.wake()
        return await outcome

    async def change(self, job_id: str, transition: Transition) -> Change | None:
        self._check_open()
        outcome = self._changes.join(JobChange(job_id=job_id, transition=transition))
        self._writer.wake()
        return await outcome

    async def get(self, job_id: str) -> Job | None:
        found = await self._jobs(queries.BY_ID, {"job_id": job_id})
        return found[0] if found else None

    async def find_by_remote_id(self, remote_id: str) -> str | None:
        return (await self._owners([remote_id])).get(remote_id)

    async def taken_remote_ids(self, remote_ids: Sequence[str]) -> frozenset[str]:
        return frozenset(await self._owners(remote_ids))

    async def unanswered(self, before: datetime) -> Sequence[Job]:
        return await self._jobs(queries.UNANSWERED, {"moment": before})

    async def startable(self, limit: int) -> Sequence[Job]:
        return await self._jobs(queries.STARTABLE, {"limit": limit})

    async def next_in_line(self, line: Line) -> Sequence[Job]:
        values = {
            "checked": line.checked,
            "limit": line.limit,
            "without_jobs": list(line.without_jobs),
            "without_models": list(line.without_models),
        }
        return await self._jobs(queries.NEXT_IN_LINE, values)

    async def at_oxen(self) -> Sequence[AtOxen]:
        return [AtOxen(**row) for row in await self._rows(queries.AT_OXEN, {})]

    async def open_jobs(self) -> Sequence[Job]:
        return await self._jobs(queries.OPEN, {})

    async def missing_since(self, since: datetime, *, after: str, limit: int) -> Sequence[Job]:
        return await self._jobs(queries.MISSING_SINCE, {"moment": since, "after": after, "limit": limit})

    async def waiting_since(self, before: datetime, limit: int) -> Sequence[Job]:
        return await self._jobs(queries.WAITING_SINCE, {"moment": before, "limit": limit})

    async def uncharged_since(self, since: datetime) -> Sequence[Job]:
        return await self._jobs(queries.UNCHARGED_SINCE, {"moment": since})

    async def owed(self, limit: int) -> Sequence[Job]:
        return await self._jobs(queries.OWED, {"limit": limit})

    async def forget_tokens(self, now: datetime) -> None:
        # Looked for first: nearly always there are none, and a transaction that writes would hold up the others.
        if await self._rows(queries.ENDED_TOKENS, {"moment": now}):
            try:
                await self._unbroken(self._forget_tokens(now))
            except Exception as error:
                raise faults.named(error) from error

    async def _forget_tokens(self, now: datetime) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(queries.FORGET_TOKENS, {"moment": now})

    async def forget_person(self, person_id: int) -> Forgotten:
        """Remove what is kept about a person, a few rows at a time."""
        return await self._removing(forgetting.forget_person(self._engine, person_id))

    async def holding_words(self, before: datetime, limit: int) -> Sequence[Job]:
        return await self._jobs(queries.HOLDING_WORDS, {"moment": before, "limit": limit})

    async def remove_emptied(self, before: datetime) -> int:
        values = {"moment": before}
        return await self._removing(forgetting.step(self._engine, forgetting.DELETE_EMPTIED, values))

    async def _removing(self, work: Coroutine[Any, Any, T]) -> T:
        self._check_open()
        try:
            return await self._unbroken(work)
        except Exception as error:
            raise faults.named(error) from error

    async def spent_microusd(self) -> int:
        """Sum what everybody spent or reserved in 24 h."""
        rows = await self._rows(MONEY_OF_DAY, {"day_began": self._clock() - DAY})
        return rows[0]["microusd_of_day"]

    async def renewals_due(self, now: datetime) -> Sequence[Job]:
        return await self._jobs(queries.RENEWALS_DUE, {"moment": now})

    async def inbox(self, owner_id: int, limit: int) -> Sequence[Job]:
        return (await self._jobs(queries.INBOX, {"owner_id": owner_id, "limit": limit}))[::-1]

    async def finished_since(self, owner_id: int, since: datetime, limit: int) -> Sequence[Job]:
        values = {"owner_id": owner_id, "moment": since, "limit": limit}
        return (await self._jobs(queries.FINISHED_SINCE, values))[::-1]

    async def used_of_day(self, owner_id: int) -> UsedOfDay:
        values = {"job_id": "", "owner_id": owner_id, "day_began": self._clock() - DAY}
        (row,) = await self._rows(OF_OWNER, values)
        return UsedOfDay(images=row["images_of_day"], microusd=row["microusd_of_day"])

    async def durations_s(self, model: str, limit: int) -> Sequence[float]:
        rows = await self._rows(queries.DURATIONS, {"model": model, "limit": limit})
        return [(row["ended_at"] - row["accepted_at"]).total_seconds() for row in rows]

    async def freeze_file(self) -> None:
        """Bring the SQLite file up to date and leave it as it is until `thaw_file`, while everything goes on."""
        self._check_open()
        await self._unbroken(snapshot.freeze(self._engine))

    async def thaw_file(self) -> bool:
        """End what `freeze_file` began, and tell whether the file stood still all the time."""
        self._check_open()
        return await self._unbroken(snapshot.thaw(self._engine))

    async def is_copy(self) -> bool:
        """Tell whether this database came back from a backup, and nobody has dealt with that yet."""
        self._check_open()
        return await self._unbroken(snapshot.is_copy(self._engine))

    async def become_original(self) -> None:
        """Note that what a backup could not know is dealt with."""
        self._check_open()
        await self._unbroken(snapshot.become_original(self._engine))

    async def close(self) -> None:
        """Write what waits, then let go of the database; later calls raise StoreUnavailableError."""
        self._closed = True
        await self._writer.drained()
        await asyncio.gather(*self._reads, return_exceptions=True)
        await self._engine.dispose()

    async def _jobs(self, statement: sa.Executable, values: Mapping[str, object]) -> list[Job]:
        return read_jobs(await self._rows(statement, values), self._seal)

    async def _owners(self, remote_ids: Sequence[str]) -> dict[str, str]:
        owners: dict[str, str] = {}
        for start in range(0, len(remote_ids), IDS_PER_QUERY):
            some = list(remote_ids[start : start + IDS_PER_QUERY])
            rows = await self._rows(queries.OWNERS_OF_REMOTE_IDS, {"remote_ids": some})
            owners.update({row["remote_id"]: row["job_id"] for row in rows})
        return owners

    async def _rows(self, statement: sa.Executable, values: Mapping[str, object]) -> Sequence[sa.RowMapping]:
        self._check_open()
        try:
            return await self._unbroken(self._fetch(statement, values))
        except Exception as error:
            raise faults.named(error) from error

    async def _fetch(self, statement: sa.Executable, values: Mapping[str, object]) -> Sequence[sa.RowMapping]:
        async with self._engine.connect() as connection:
            return (await connection.execute(statement, values)).mappings().all()

    async def _unbroken(self, work: Coroutine[Any, Any, T]) -> T:
        """Finish the work even when the caller is cancelled, who gets away at once.

        A cancellation inside a driver makes SQLAlchemy throw the connection away, and with it SQLite's lock.
        """
        task = asyncio.create_task(work, name="store reader")
        self._reads.add(task)
        task.add_done_callback(self._reads.discard)
        return await asyncio.shield(task)

    def _check_open(self) -> None:
        if self._closed:
            raise StoreUnavailableError("The database is closed.")
