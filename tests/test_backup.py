"""`python -m bot backup`: the copy is whole and for its owner only, never half, and replaces nothing unasked."""

import argparse
import asyncio
import io
import sqlite3
import stat
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot import backup
from bot.backup import BackupError, back_up
from bot.control_socket import ControlSocket, socket_path
from bot.errors import ConfigurationError
from bot.settings import DatabaseSettings
from bot.store import SqliteFile, SqlStore
from bot.store.engine import open_engine
from bot.store.seal import TokenSeal
from tests.store.blank import blank_sqlite_url
from tests.store.values import NO_LIMITS, SECRET, SLOTS, StoppedClock, a_job

pytestmark = pytest.mark.e2e  # real databases and a real socket


@pytest.fixture
def database(tmp_path: Path) -> SqliteFile:
    """Give a database that nobody uses."""
    blank_sqlite_url(tmp_path)
    return SqliteFile(path=tmp_path / "easel.db")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "copies"
    folder.mkdir()
    return folder / "copy.db"


@pytest.fixture
async def store(database: SqliteFile) -> AsyncIterator[SqlStore]:
    """Give the store of a bot that runs and listens for backups."""
    opened = SqlStore(open_engine(database, durable=False), seal=TokenSeal(SECRET), clock=StoppedClock())
    serving = asyncio.create_task(ControlSocket(opened, socket_path(database.path)).run())
    yield opened
    serving.cancel()
    await asyncio.wait({serving})
    await opened.close()


async def add(store: SqlStore, number: int) -> None:
    await store.add(a_job(number), limits=NO_LIMITS, slots=SLOTS)


def jobs_in(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM jobs ORDER BY id")]


def files_in(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_ino, found.st_mtime_ns


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-8192])


def run(*arguments: str, url: str) -> tuple[int, str, str]:
    """Run the verb and give its exit code and what it said."""
    parser = argparse.ArgumentParser()
    backup.add_arguments(parser)
    settings = DatabaseSettings.from_mapping({"DATABASE_URL": url})
    out, err = io.StringIO(), io.StringIO()
    code = backup.run(parser.parse_args(arguments), settings, out=out, err=err)
    return code, out.getvalue(), err.getvalue()


async def test_beside_a_running_bot_the_copy_holds_all_and_the_bot_goes_on(
    store: SqlStore, database: SqliteFile, target: Path
) -> None:
    await add(store, 1)
    made = await back_up(database, target)
    await add(store, 2)
    assert (made.jobs, jobs_in(target)) == (1, ["1"])
    assert await store.get("2") is not None


async def test_jobs_that_are_added_during_the_copy_do_not_spoil_it(
    store: SqlStore, database: SqliteFile, target: Path
) -> None:
    await add(store, 1)
    adding = asyncio.gather(*(add(store, number) for number in range(2, 40)))
    made = await back_up(database, target)
    await adding
    assert len(jobs_in(target)) == made.jobs >= 1


async def test_a_copy_is_for_its_owner_and_nothing_lies_beside_it(database: SqliteFile, target: Path) -> None:
    await back_up(database, target)
    assert files_in(target.parent) == {"copy.db": 0o600}


async def test_a_file_that_is_there_stays_without_force(database: SqliteFile, target: Path) -> None:
    await back_up(database, target)
    before = identity(target)
    with pytest.raises(BackupError, match=r"is there already\. Name another file, or add --force"):
        await back_up(database, target)
    assert identity(target) == before
    await back_up(database, target, force=True)
    assert identity(target) != before


@pytest.mark.parametrize("name", ["easel.db", "easel.db-wal", "copies/../easel.db"])
@pytest.mark.usefixtures("target")
async def test_force_never_replaces_the_database_itself(database: SqliteFile, name: str) -> None:
    with pytest.raises(BackupError, match="belongs to the database itself"):
        await back_up(database, database.path.parent / name, force=True)
    assert jobs_in(database.path) == []


@pytest.mark.parametrize(("name", "told"), [("", "is a folder. Name a file in it"), ("none/x.db", "No such file")])
async def test_a_place_that_cannot_be_is_told(database: SqliteFile, target: Path, name: str, told: str) -> None:
    with pytest.raises(BackupError, match=told):
        await back_up(database, target.parent / name)


async def test_what_is_no_file_is_never_replaced(database: SqliteFile) -> None:
    with pytest.raises(BackupError, match="is not a file"):
        await back_up(database, Path("/dev/null"), force=True)


async def test_a_copy_that_fails_leaves_nothing(database: SqliteFile, target: Path) -> None:
    shorten(database.path)
    with pytest.raises(ConfigurationError, match="the file is damaged"):
        await back_up(database, target)
    assert files_in(target.parent) == {}


def test_the_verb_says_how_much_is_safe(database: SqliteFile, target: Path) -> None:
    code, out, err = run(str(target), url=f"sqlite:///{database.path}")
    assert (code, err) == (0, "")
    assert out == f"0 jobs are safe in {target} (0.1 MB).\n"


def test_the_verb_says_what_went_wrong_and_ends_with_1(tmp_path: Path, target: Path) -> None:
    code, out, err = run(str(target), url=f"sqlite:///{tmp_path}/none.db")
    assert (code, out) == (1, "")
    assert err == f"There is no database in the file {tmp_path}/none.db yet, so there is nothing to back up.\n"
    assert not (tmp_path / "none.db").exists()


def test_an_empty_file_is_told_to_hold_no_jobs(tmp_path: Path, target: Path) -> None:
    (tmp_path / "empty.db").touch()
    code, _, err = run(str(target), url=f"sqlite:///{tmp_path}/empty.db")
    assert (code, err) == (1, "No backup was made. The database holds no jobs of Easel yet: start the bot once.\n")
    assert not target.exists()


def test_for_postgresql_the_command_is_told_without_the_password() -> None:
    code, out, err = run("a b.dump", url="postgresql://easel:hunter2@db:5433/easel?sslmode=require")
    assert (code, out) == (1, "")
    assert err == (
        "Jobs are kept in PostgreSQL, which makes its own backups. Run: "
        "pg_dump --format=custom '--file=a b.dump' 'postgresql://easel@db:5433/easel?sslmode=require'\n"
    )


def test_a_backup_needs_neither_token_nor_key() -> None:
    assert set(DatabaseSettings.model_fields) == {"database_url"}
