"""The database of a run: SQLite in memory, without threads, keeping what was committed when a process dies.

The store's own SQL runs on it unchanged, through the very adapter that it has for aiosqlite: what a real connection
does in a thread of its own, this one does at once, so that nothing but virtual time decides the order of things.
"""

import asyncio
import contextvars
import sqlite3
from collections.abc import Callable
from functools import cache
from typing import Any, Self, cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from bot.store.migrate import migrate
from tests.simulation.clock import virtual_loop
from tests.simulation.effects import Effects, Life, Phase
from tests.simulation.faults import Fault, Faults, Place

AWAY_S = 8.0
"""How long a database stays away that went in the middle of a commit: a server that starts again."""
SLOW_COMMIT_S = 1.0
"""A disk that is busy with something else: long enough for a picture to be shown before it is written."""

_open_database: contextvars.ContextVar[Callable[[], "_Connection"]] = contextvars.ContextVar("open_database")


class Database:
    """What is committed in a run; outlives the processes."""

    def __init__(self, effects: Effects, faults: Faults) -> None:
        self._raw = _emptied()
        self._effects = effects
        self._faults = faults
        self._commit_observers: list[Callable[[], None]] = []
        self._back_at_s = 0.0
        self.commits = 0

    def observe(self, observer: Callable[[], None]) -> None:
        """Call `observer` after each commit."""
        self._commit_observers.append(observer)

    @property
    def is_writing(self) -> bool:
        return self._raw.in_transaction

    def one(self, statement: str) -> Any:
        """Look at one number, from outside of every process."""
        return self._raw.execute(statement).fetchone()[0]

    def column(self, statement: str) -> list[Any]:
        return [row[0] for row in self._raw.execute(statement)]

    def engine_for(self, life: Life) -> AsyncEngine:
        """Give an engine for one process; to be called inside of it."""
        life.at_end(self._roll_back)
        _open_database.set(lambda: _Connection(self, self._raw, life))
        return _fresh_engine()

    def _roll_back(self) -> None:
        if self._raw.in_transaction:
            self._raw.rollback()

    def come_back(self) -> None:
        """End whatever keeps the database away."""
        self._back_at_s = 0.0

    def reach(self) -> None:
        """Raise what asyncpg raises while the server is away."""
        if virtual_loop().time() < self._back_at_s:
            raise ConnectionRefusedError

    async def commit(self, life: Life) -> None:
        """Commit what the open transaction wrote; this is where a process may die."""
        fault = self._faults.draw(Place.COMMIT)
        number = self._effects.begin(life, f"commit ({fault})" if fault else "commit")
        await asyncio.sleep(SLOW_COMMIT_S if fault is Fault.SLOW else self._faults.commit_s())
        if fault is Fault.DOWN:
            raise sqlite3.OperationalError("database or disk is full")
        self._raw.commit()
        self.commits += 1
        for observer in self._commit_observers:
            observer()
        if fault in {Fault.RESET, Fault.AWAY}:
            if fault is Fault.AWAY:
                self._back_at_s = virtual_loop().time() + AWAY_S
            raise sqlite3.OperationalError("the connection broke")
        self._effects.strike(life, number, Phase.INSIDE)
        life.check()
        asyncio.get_running_loop().call_soon(self._effects.strike, life, number, Phase.AFTER)


class _Connection:
    """What SQLAlchemy's adapter needs of an aiosqlite connection; in a dead process it does nothing any more."""

    def __init__(self, database: Database, raw: sqlite3.Connection, life: Life) -> None:
        self._database = database
        self._connection = raw
        self._life = life
        self._unchanged = raw.total_changes

    def begin(self) -> None:
        self._life.check()
        self._database.reach()
        self._unchanged = self._connection.total_changes
        self._connection.execute("BEGIN IMMEDIATE")

    def cursor(self) -> "_Cursor":
        return _Cursor(self._connection.cursor(), self._life)

    async def create_function(self, *arguments: Any, **options: Any) -> None:
        self._connection.create_function(*arguments, **options)

    async def execute_fetchall(self, statement: str, parameters: Any = ()) -> list[Any]:
        self._life.check()
        return self._connection.execute(statement, parameters).fetchall()

    async def commit(self) -> None:
        self._life.check()
        if self._connection.total_changes != self._unchanged:
            await self._database.commit(self._life)
        elif self._connection.in_transaction:
            self._connection.rollback()

    async def rollback(self) -> None:
        if not self._life.ended and self._connection.in_transaction:
            self._connection.rollback()

    async def close(self) -> None:
        await self.rollback()

    def stop(self) -> None: ...


class _Cursor:
    def __init__(self, raw: sqlite3.Cursor, life: Life) -> None:
        self._raw = raw
        self._life = life

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:
        return self._raw.description

    @property
    def rowcount(self) -> int:
        return self._raw.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._raw.lastrowid

    async def execute(self, statement: str, parameters: Any = ()) -> None:
        self._life.check()
        self._raw.execute(statement, parameters)

    async def executemany(self, statement: str, parameters: Any) -> None:
        self._life.check()
        self._raw.executemany(statement, parameters)

    async def fetchall(self) -> list[Any]:
        return self._raw.fetchall()

    async def close(self) -> None:
        self._raw.close()


@cache
def _engine() -> AsyncEngine:
    """Make the one engine of all runs: it keeps the compiled statements, which take longer than running them."""

    async def connect() -> _Connection:
        return _open_database.get()()

    def begin(connection: sa.Connection) -> None:
        cast("_Connection", connection.connection.driver_connection).begin()

    engine = create_async_engine(
        "sqlite+aiosqlite:///simulated",
        async_creator=connect,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0,
    )
    event.listen(engine.sync_engine, "begin", begin)
    return engine


def _fresh_engine() -> AsyncEngine:
    engine = _engine()
    # Gives it a pool of its own: the old one belongs to a process, and perhaps to a loop, that is gone.
    engine.sync_engine.dispose(close=False)
    return engine


def _emptied() -> sqlite3.Connection:
    """Give the one database of all runs, without a job: it, too, keeps the statements that it has prepared."""
    raw = _migrated()
    if raw.in_transaction:
        raw.rollback()
    raw.execute("DELETE FROM jobs")
    return raw


@cache
def _migrated() -> sqlite3.Connection:
    raw = sqlite3.connect(":memory:", isolation_level=None)
    engine = sa.create_engine("sqlite://", creator=lambda: raw, poolclass=sa.StaticPool)
    with engine.begin() as connection:
        migrate(connection)
    raw.execute("PRAGMA foreign_keys=ON")
    return raw
