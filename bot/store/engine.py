"""Opens engines: drivers, pools, pragmas and locks of the two databases; knows no tables."""

import os
from collections.abc import Iterable
from errno import EISDIR
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from bot.store.location import Location, PostgresServer, SqliteFile

LOCK_WAIT_S = 1.0
"""How long a second process waits for the file: long enough for one that is just closing it, short for a person."""

POSTGRES_CONNECT_S = 10
POSTGRES_STATEMENT_S = 30
"""Every statement of ours is an index search; one that takes longer hangs, and with it all writers."""

POSTGRES_CONNECTIONS = 5
"""One writes, the others read; a server allows 100 by default and may serve several processes."""

OWNER_ONLY = 0o600
"""The file holds people's prompts."""


def open_engine(location: Location, *, durable: bool = True) -> AsyncEngine:
    """Make an engine; nothing is connected yet. Without `durable` a power cut may lose commits: for tests only."""
    if isinstance(location, PostgresServer):
        return _postgres_engine(location)
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


def _postgres_engine(server: PostgresServer) -> AsyncEngine:
    def connect(*_: object, **__: object) -> object:
        # asyncpg reads the DSN itself: it knows sslmode and its kin, which SQLAlchemy would hand on as unknown words.
        # It ships no annotations.
        return asyncpg.connect(  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            server.dsn,
            timeout=POSTGRES_CONNECT_S,
            command_timeout=POSTGRES_STATEMENT_S,
            statement_cache_size=0,
        )

    return create_async_engine(
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
        pool_pre_ping=True,
        hide_parameters=True,
    )


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
