"""Opens engines: drivers, pools, pragmas and locks of the two databases; knows no tables."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from errno import EISDIR
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry

from bot.store.location import Location, PostgresServer, SqliteFile

LOCK_WAIT_S = 1.0
"""How long a second process waits for the file: long enough for one that is just closing it, short for a person."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long PostgreSQL may be silent before its connections count as dead.

    A server that is gone without a word closes nothing: only time tells. A statement of ours is an index search; one
    that takes longer hangs, and with it all writers.
    """

    connect_s: int = 5
    ping_s: float = 3
    statement_s: float = 10


USUAL = Patience()

MIGRATION = Patience(statement_s=300)
"""A migration may rewrite a table, or wait for another process's."""

POSTGRES_CONNECTIONS = 5
"""One writes, the others read; a server allows 100 by default and may serve several processes."""

_NUMBER = "number"
_FRESH = "fresh"

OWNER_ONLY = 0o600
"""The file holds people's prompts."""


def open_engine(location: Location, *, durable: bool = True, patience: Patience = USUAL) -> AsyncEngine:
    """Make an engine; nothing is connected yet. Without `durable` a power cut may lose commits: for tests only."""
    if isinstance(location, PostgresServer):
        return _postgres_engine(location, patience)
    return _sqlite_engine(location, durable=durable)


def prepare_file(file: SqliteFile) -> None:
    """Make the folder and the empty file, readable by nobody else, unless they are there; raises OSError."""
    path = file.path
    if path.is_dir():
        raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=OWNER_ONLY)


async def lock_for_transaction(connection: AsyncConnection, keys: Iterable[int]) -> None:
    """Hold PostgreSQL's advisory locks until the transaction ends; an SQLite file is ours alone anyway.

    The keys are taken in order, so that two processes never wait for one another.
    """
    if connection.dialect.name != "postgresql":
        return
    for key in sorted(set(keys)):
        await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def _postgres_engine(server: PostgresServer, patience: Patience) -> AsyncEngine:
    def connect(*_: object, **__: object) -> object:
        # asyncpg reads the DSN itself: it knows sslmode and its kin, which SQLAlchemy would hand on as unknown words.
        # It ships no annotations.
        return asyncpg.connect(  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            server.dsn,
            timeout=patience.connect_s,
            command_timeout=patience.statement_s,
            statement_cache_size=0,
        )

    engine = create_async_engine(
        "postgresql+asyncpg://",
        connect_args={
            "async_creator_fn": connect,
            # A pooler such as PgBouncer gives each transaction another server, which knows no statement by the name
            # that it has at the last one. Without names and caches each transaction brings its statements along.
            "prepared_statement_cache_size": 0,
            "prepared_statement_name_func": lambda: "",
        },
        pool_size=POSTGRES_CONNECTIONS,
        max_overflow=0,
        hide_parameters=True,
    )
    _DeadConnections(patience).leave(engine.sync_engine)
    return engine


class _DeadConnections:
    """Makes one connection that is silent or lost condemn all that were made before it, each when it is used next.

    SQLAlchemy's own ping would take a statement's time for each connection, and keeps one that did not answer.
    """

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._made = 0
        self._condemned = 0

    def leave(self, engine: sa.Engine) -> None:
        """Look after an engine from now on."""
        event.listen(engine, "connect", self._after_connect)
        event.listen(engine, "checkout", self._before_use)
        event.listen(engine, "handle_error", self._after_error)
        event.listen(engine, "close", self._before_close)

    def _condemn(self, connection: asyncpg.Connection) -> None:
        self._condemned = self._made
        connection.terminate()

    async def _ping(self, connection: asyncpg.Connection) -> None:
        try:
            await connection.execute(  # pyright: ignore[reportUnknownMemberType]
                "SELECT 1", timeout=self._patience.ping_s
            )
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
            # The third is what a connection says that is in the middle of reading its server's farewell.
            self._condemn(connection)
            raise InvalidatePoolError from error

    def _after_connect(self, _connection: object, record: ConnectionPoolEntry) -> None:
        self._made += 1
        record.info[_NUMBER] = self._made
        record.info[_FRESH] = True

    def _before_use(self, connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        # What is fresh has just answered; where it hangs all the same, its first statement says so by name.
        if not record.info.pop(_FRESH, False):
            connection.run_async(self._ping)

    def _after_error(self, context: ExceptionContext) -> None:
        if isinstance(context.original_exception, TimeoutError) and context.connection is not None:
            driver: asyncpg.Connection | None = context.connection.connection.driver_connection
            if driver is not None:
                self._condemn(driver)
            context.is_disconnect = True

    def _before_close(self, connection: Any, record: ConnectionPoolEntry | None) -> None:
        if record is not None and record.info.get(_NUMBER, self._made) <= self._condemned:
            # It would be told goodbye otherwise, and its answer waited for.
            connection.driver_connection.terminate()


def _sqlite_engine(file: SqliteFile, *, durable: bool) -> AsyncEngine:
    engine = create_async_engine(
        sa.URL.create("sqlite+aiosqlite", database=str(file.path.absolute())),
        # One connection that everybody waits for. A StaticPool would hand it to all at once, and one task's
        # rollback would undo another's commit.
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0,
        connect_args={"isolation_level": None, "timeout": LOCK_WAIT_S},
        hide_parameters=True,
    )
    pragmas = (
        # Before the journal mode: the lock is then taken with the first access and no shared memory is used
        # (https://www.sqlite.org/wal.html#use_of_wal_without_shared_memory).
        "locking_mode=EXCLUSIVE",
        "journal_mode=WAL",
        f"synchronous={'FULL' if durable else 'OFF'}",
        "foreign_keys=ON",
    )

    def set_pragmas(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        try:
            for pragma in pragmas:
                cursor.execute(f"PRAGMA {pragma}")
        except BaseException:
            connection.close()
            raise
        cursor.close()

    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine.sync_engine, "connect", set_pragmas)
    event.listen(engine.sync_engine, "begin", begin)
    return engine
