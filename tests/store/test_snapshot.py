"""Copies of the SQLite file: one that is held still under commits, one of a closed database, and what is no copy."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import DatabaseInUseError
from bot.store import DamagedCopyError, SqliteFile, SqlStore, copy_closed, finish_copy, locate, snapshot
from bot.store.engine import open_engine
from bot.store.snapshot import PAGES_PER_CHECKPOINT
from tests.store.conftest import Opener, Runner
from tests.store.values import NO_LIMITS, SLOTS, a_job

LONG = "word " * 20_000
"""Sixty such prompts fill more of the log than SQLite lets stand."""


@pytest.fixture
def file(sqlite: str) -> Path:
    return Path(sqlite.removeprefix("sqlite:///"))


@pytest.fixture
async def store(opened: Opener, sqlite: str) -> SqlStore:
    return await opened(sqlite)


async def add(store: SqlStore, *numbers: int, prompt: str = "a red cube") -> None:
    jobs = [replace(job, ask=replace(job.ask, prompt=prompt)) for job in map(a_job, numbers)]
    await asyncio.gather(*(store.add(job, limits=NO_LIMITS, slots=SLOTS) for job in jobs))


def content(path: Path) -> bytes:
    # Closing it drops SQLite's lock, as these are one process; nobody else wants it here.
    return path.read_bytes()


def jobs_in(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM jobs ORDER BY id")]


async def test_a_frozen_file_stands_still_while_jobs_are_added(store: SqlStore, file: Path, tmp_path: Path) -> None:
    await add(store, 1)
    await store.freeze_file()
    before = content(file)
    await add(store, *range(2, 60), prompt=LONG)
    assert content(file) == before
    shutil.copy(file, tmp_path / "copy.db")
    assert finish_copy(tmp_path / "copy.db") == 1
    assert await store.thaw_file()


class BusyEngine:
    """Stands for an engine whose one connection is not free the first times that it is asked for."""

    def __init__(self, engine: AsyncEngine, times: int) -> None:
        self._engine = engine
        self._times = times

    def connect(self) -> AsyncConnection:
        self._times -= 1
        if self._times >= 0:
            raise PoolTimeoutError("QueuePool limit of size 1 overflow 0 reached")
        return self._engine.connect()


async def test_a_thaw_that_finds_no_connection_at_first_lets_checkpoints_happen_all_the_same(sqlite: str) -> None:
    engine = open_engine(locate(sqlite))
    await snapshot.freeze(engine)
    assert await snapshot.thaw(cast("AsyncEngine", BusyEngine(engine, times=2)))
    async with engine.connect() as connection:
        assert (await connection.exec_driver_sql("PRAGMA wal_autocheckpoint")).scalar() == PAGES_PER_CHECKPOINT
    await engine.dispose()


async def test_after_the_thaw_commits_reach_the_file_again(store: SqlStore, file: Path) -> None:
    await store.freeze_file()
    before = content(file)
    await store.thaw_file()
    await add(store, *range(60), prompt=LONG)
    await add(store, 60)
    assert content(file) != before


async def test_a_connection_that_was_opened_anew_spoils_the_copy(sqlite: str) -> None:
    engine = open_engine(locate(sqlite))
    await snapshot.freeze(engine)
    await engine.dispose()
    assert not await snapshot.thaw(engine)
    await engine.dispose()


async def test_a_copy_of_a_closed_database_has_what_a_kill_left_in_its_log(
    store: SqlStore, file: Path, tmp_path: Path
) -> None:
    await add(store, 1, 2)
    killed = tmp_path / "killed"
    killed.mkdir()
    for side in ("", "-wal"):
        shutil.copy(f"{file}{side}", killed / f"easel.db{side}")
    copy = tmp_path / "copy.db"
    copy.touch()
    await copy_closed(SqliteFile(path=killed / "easel.db"), copy)
    assert finish_copy(copy) == 2


@pytest.mark.e2e  # SQLite waits a second for the lock
@pytest.mark.usefixtures("store")
async def test_a_database_in_use_is_not_copied_behind_its_users_back(file: Path, tmp_path: Path) -> None:
    with pytest.raises(DatabaseInUseError):
        await copy_closed(SqliteFile(path=file), tmp_path / "copy.db")


async def test_only_a_copy_says_that_it_is_one_until_it_is_dealt_with(
    store: SqlStore, opened: Opener, file: Path
) -> None:
    assert not await store.is_copy()
    await store.close()
    finish_copy(file)
    restored = await opened(f"sqlite:///{file}")
    assert await restored.is_copy()
    await restored.become_original()
    assert not await restored.is_copy()


@pytest.mark.e2e
async def test_a_restored_dump_says_so_where_the_operator_marked_it(
    postgres: str, run_on_postgres: Runner, opened: Opener
) -> None:
    restored = await opened(postgres)
    assert not await restored.is_copy()
    schema = postgres.rpartition("=")[2]
    await run_on_postgres(f"COMMENT ON TABLE {schema}.jobs IS 'copy'")
    assert await restored.is_copy()
    await restored.become_original()
    assert not await restored.is_copy()


async def test_a_copy_is_one_file(store: SqlStore, file: Path, tmp_path: Path) -> None:
    await add(store, 1)
    await store.freeze_file()
    folder = tmp_path / "copies"
    folder.mkdir()
    shutil.copy(file, folder / "copy.db")
    finish_copy(folder / "copy.db")
    assert jobs_in(folder / "copy.db") == ["1"]
    assert [path.name for path in folder.iterdir()] == ["copy.db"]


@pytest.mark.parametrize("damage", [slice(4096, 8192), slice(100), slice(20_000, None)])
def test_what_is_damaged_is_no_copy(file: Path, damage: slice) -> None:
    damaged = bytearray(content(file))
    damaged[damage] = b"\xff" * len(damaged[damage]) if damage.stop else b""
    file.write_bytes(damaged)
    with pytest.raises(DamagedCopyError):
        finish_copy(file)


def test_an_empty_file_is_no_copy(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    with pytest.raises(DamagedCopyError, match="holds no jobs"):
        finish_copy(tmp_path / "empty.db")
