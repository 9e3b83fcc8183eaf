"""Copies of a database: holds an SQLite file still, copies a closed one, proves a copy, and knows one by its mark."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, cast

import aiosqlite
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import EaselError, StoreUnavailableError
from bot.store import faults
from bot.store.engine import open_engine
from bot.store.location import SqliteFile

PAGES_PER_CHECKPOINT = 1000
"""SQLite's own default (https://www.sqlite.org/pragma.html#pragma_wal_autocheckpoint)."""

THAW_TRIES = 10
"""Each waits up to 30 s for the one connection: longer than anything of ours holds it."""

COPY_MARK = 1
"""`user_version` of a copy. SQLite and Alembic leave this field alone, and an original has 0."""

COPY_COMMENT = "copy"
"""The comment on table `jobs` that marks a restored PostgreSQL database: docs/operating.md has the operator set it."""


class DamagedCopyError(EaselError):
    """A copy is not whole, or not a database of ours."""


async def freeze(engine: AsyncEngine) -> None:
    """Bring the file up to date, and write nothing into it until `thaw`, while commits go on.

    In WAL mode a commit is appended to the log beside the file, and only a checkpoint writes the file itself
    (https://www.sqlite.org/wal.html#how_wal_works). So one checkpoint and then none make it a whole database that
    stands still, however long its reader takes. Call `thaw` in any case. Raises StoreUnavailableError.
    """
    await _pragma(engine, "wal_autocheckpoint=0")
    was_busy, *_ = (await _pragma(engine, "wal_checkpoint(TRUNCATE)"))[0]
    if was_busy:
        raise StoreUnavailableError("The database cannot be brought up to date just now.")


async def thaw(engine: AsyncEngine) -> bool:
    """Let checkpoints happen again, and tell whether the file stood still since `freeze`.

    It did not when the connection was lost in between: a new one makes checkpoints as usual, and shows it here.
    """
    for _ in range(THAW_TRIES - 1):
        with suppress(StoreUnavailableError):
            return await _thaw_once(engine)
    return await _thaw_once(engine)


async def _thaw_once(engine: AsyncEngine) -> bool:
    """Set the pragma on the connection that then says what it was: a log without checkpoints grows without bound."""
    try:
        async with engine.connect() as connection:
            driver = await _driver(connection)
            try:
                held = await driver.execute_fetchall("PRAGMA wal_autocheckpoint")
            finally:
                await driver.execute_fetchall(f"PRAGMA wal_autocheckpoint={PAGES_PER_CHECKPOINT}")
    except faults.DATABASE_PROBLEMS as error:
        raise faults.named(error) from error
    except sqlite3.Error as error:
        raise StoreUnavailableError(f"The database cannot be used just now: {error}.") from error
    return [tuple(row) for row in held] == [(0,)]


async def is_copy(engine: AsyncEngine) -> bool:
    """Tell whether this database came back from a copy and nobody has dealt with that yet."""
    if engine.dialect.name == "sqlite":
        return await _pragma(engine, "user_version") == [(COPY_MARK,)]
    return await _postgres(engine, "SELECT obj_description('jobs'::regclass)") == COPY_COMMENT


async def become_original(engine: AsyncEngine) -> None:
    """Take the mark of a copy off."""
    if engine.dialect.name == "sqlite":
        await _pragma(engine, "user_version=0")
    else:
        await _postgres(engine, "COMMENT ON TABLE jobs IS NULL")


async def _postgres(engine: AsyncEngine, statement: str) -> object:
    """Run a statement and give the first column of its first row, where it has any."""
    try:
        async with engine.begin() as connection:
            result = await connection.execute(sa.text(statement))
            return cast("object", result.scalar()) if result.returns_rows else None
    except faults.DATABASE_PROBLEMS as error:
        raise faults.named(error) from error


async def _pragma(engine: AsyncEngine, text: str) -> Sequence[tuple[Any, ...]]:
    try:
        return await _run(engine, f"PRAGMA {text}")
    except faults.DATABASE_PROBLEMS as error:
        raise faults.named(error) from error
    except sqlite3.Error as error:
        raise StoreUnavailableError(f"The database cannot be used just now: {error}.") from error


async def _driver(connection: AsyncConnection) -> aiosqlite.Connection:
    return cast("aiosqlite.Connection", (await connection.get_raw_connection()).driver_connection)


async def _run(engine: AsyncEngine, statement: str, *values: str) -> Sequence[tuple[Any, ...]]:
    """Run what takes no transaction: SQLAlchemy would begin one first, so this goes through the driver."""
    async with engine.connect() as connection:
        driver = await _driver(connection)
        return [tuple(row) for row in await driver.execute_fetchall(statement, values)]


async def copy_closed(file: SqliteFile, target: Path) -> None:
    """Copy a database that nobody uses into an empty file, with all that a killed process left in its log.

    While it lasts nobody else can open the database. Raises DatabaseInUseError where somebody has it, and what opening
    a database raises.
    """
    engine = open_engine(file)
    try:
        await _run(engine, "VACUUM INTO ?", str(target))
    except faults.DATABASE_PROBLEMS as error:
        raise faults.explained(error, file) from error
    except sqlite3.Error as error:
        raise StoreUnavailableError(f"The database in {file} cannot be copied: {error}.") from error
    finally:
        await engine.dispose()


def finish_copy(path: Path) -> int:
    """Prove that a copy is whole, make it a single file, mark it as a copy, and give the number of its jobs.

    Raises DamagedCopyError.
    """
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
            problems = connection.execute("PRAGMA integrity_check(1)").fetchall()
            if problems != [("ok",)]:
                raise DamagedCopyError("The copy is damaged.")
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'jobs'").fetchone():
                raise DamagedCopyError("The database holds no jobs of Easel yet: start the bot once.")
            connection.execute(f"PRAGMA user_version={COPY_MARK}")
            return cast("int", connection.execute("SELECT count(*) FROM jobs").fetchone()[0])
    except sqlite3.Error as error:
        raise DamagedCopyError(f"The copy cannot be used: {error}.") from error
