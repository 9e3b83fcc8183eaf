"""`python -m bot backup FILE`: a whole copy of the SQLite database, also beside a running bot; knows no Discord."""

import argparse
import asyncio
import os
import shlex
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, cast

from bot.control_socket import BotNotThereError, CopySpoiltError, held_still, socket_path
from bot.errors import DatabaseInUseError, EaselError, StoreUnavailableError
from bot.settings import DatabaseSettings
from bot.store import DamagedCopyError, PostgresServer, SqliteFile, copy_closed, finish_copy, locate

EXIT_DONE, EXIT_FAILED = 0, 1
SIDE_FILES = ("-wal", "-shm", "-journal")
"""What SQLite may put beside a database (https://www.sqlite.org/tempfiles.html)."""
BYTES_PER_MB = 1_000_000


class BackupError(EaselError):
    """No backup was made; the text says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """What was copied."""

    jobs: int
    size_bytes: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `backup`."""
    parser.add_argument("file", type=Path, metavar="FILE", help="where to put the copy")
    parser.add_argument("--force", action="store_true", help="replace FILE if it is there")


def run(values: argparse.Namespace, settings: DatabaseSettings, *, out: TextIO, err: TextIO) -> int:
    """Make the backup that the parsed arguments ask for and give the exit code; says on the terminal how it went.

    Raises ConfigurationError for a database that cannot be used at all.
    """
    location = locate(settings.database_url.get_secret_value())
    target = cast("Path", values.file)
    if isinstance(location, PostgresServer):
        words = ("pg_dump", "--format=custom", f"--file={target}", location.url_without_password)
        err.write(f"Jobs are kept in PostgreSQL, which makes its own backups. Run: {shlex.join(words)}\n")
        return EXIT_FAILED
    try:
        backup = asyncio.run(back_up(location, target, force=cast("bool", values.force)))
    except BackupError as error:
        err.write(f"{error}\n")
        return EXIT_FAILED
    except KeyboardInterrupt:
        err.write("Stopped. No backup was made.\n")
        return EXIT_FAILED
    out.write(f"{backup.jobs} jobs are safe in {target} ({backup.size_bytes / BYTES_PER_MB:.1f} MB).\n")
    return EXIT_DONE


async def back_up(database: SqliteFile, target: Path, *, force: bool = False) -> Backup:
    """Copy a database, beside the bot that uses it or while none does; `target` is whole or is not there.

    Raises BackupError, and ConfigurationError for a database that cannot be used at all.
    """
    _check(database, target, force=force)
    try:
        with _unfinished(target) as copy:
            await _copy(database, copy)
            return await asyncio.to_thread(_finish, copy, target, force=force)
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise BackupError(f"No backup was made: {error.strerror or 'no answer in time'}{where}.") from error
    except (CopySpoiltError, DamagedCopyError, StoreUnavailableError) as error:
        raise BackupError(f"No backup was made. {error}") from error


def _check(database: SqliteFile, target: Path, *, force: bool) -> None:
    """Refuse at once what cannot end well."""
    if not database.path.is_file():
        raise BackupError(f"There is no database in {database} yet, so there is nothing to back up.")
    live = {database.path.with_name(f"{database.path.name}{side}").resolve() for side in ("", *SIDE_FILES)}
    if target.resolve() in live:
        raise BackupError(f"{target} belongs to the database itself. Name another file.")
    if target.is_dir():
        raise BackupError(f"{target} is a folder. Name a file in it.")
    if target.exists() and not target.is_file():
        raise BackupError(f"{target} is not a file. Name one.")
    if target.exists() and not force:
        raise _taken(target)


def _taken(target: Path) -> BackupError:
    return BackupError(f"{target} is there already. Name another file, or add --force to replace it.")


@contextmanager
def _unfinished(target: Path) -> Generator[Path]:
    """Give an empty file beside the target, for the owner only; what is left of it afterwards is removed."""
    # Made with mode 0600 (https://docs.python.org/3/library/tempfile.html#tempfile.mkstemp).
    opened, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".unfinished")
    os.close(opened)
    copy = Path(name)
    try:
        yield copy
    finally:
        for side in ("", *SIDE_FILES):
            copy.with_name(f"{copy.name}{side}").unlink(missing_ok=True)


async def _copy(database: SqliteFile, copy: Path) -> None:
    socket = socket_path(database.path)
    try:
        async with held_still(socket):
            # A plain read, which the bot itself must not do: closing the file would drop its SQLite's lock on it
            # (https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
            await asyncio.to_thread(shutil.copyfile, database.path, copy)
    except BotNotThereError:
        await _copy_closed(database, copy)


async def _copy_closed(database: SqliteFile, copy: Path) -> None:
    try:
        await copy_closed(database, copy)
    except DatabaseInUseError as error:
        problem = f"Another process uses the database in {database}, and no bot answers beside it."
        advice = "If the bot is just starting or stopping, try again in a few seconds; else stop that process first."
        raise BackupError(f"{problem} {advice}") from error


def _finish(copy: Path, target: Path, *, force: bool) -> Backup:
    """Prove the copy and put it in its place, so that a power cut leaves it whole or not there."""
    backup = Backup(jobs=finish_copy(copy), size_bytes=copy.stat().st_size)
    _sync(copy)
    if force:
        copy.replace(target)
    else:
        _link(copy, target)
    _sync(target.parent)
    return backup


def _link(copy: Path, target: Path) -> None:
    """Give the copy its name unless another file has it: unlike a rename, a link never replaces."""
    try:
        target.hardlink_to(copy)
    except FileExistsError:
        raise _taken(target) from None
    except OSError:
        # A file system without links, on a USB stick for instance.
        if target.exists():
            raise _taken(target) from None
        copy.replace(target)


def _sync(path: Path) -> None:
    """Have the disk keep a file's content, or a folder's names, before anything else happens."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
