"""Tells an operator whether a DATABASE_URL can be used, changing nothing but an empty file; knows no jobs."""

import os
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.errors import ConfigurationError, DatabaseInUseError, EaselError
from bot.store import faults
from bot.store.adding import MONEY_OF_DAY
from bot.store.engine import open_engine, prepare_file
from bot.store.location import Location, SqliteFile, locate
from bot.store.migrate import is_newest, known_revision, migrate


class DatabaseCondition(StrEnum):
    OK = "ok"
    IN_USE = "in use"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseReport:
    """What became of the check; in use is fine where the bot itself is the user. `sentence` is for the operator."""

    condition: DatabaseCondition
    sentence: str


async def check_database(url: str) -> DatabaseReport:
    """Try to use the database of a DATABASE_URL as the bot would; raises nothing."""
    try:
        sentence = await _try(locate(url))
    except DatabaseInUseError as error:
        return DatabaseReport(condition=DatabaseCondition.IN_USE, sentence=str(error))
    except EaselError as error:
        return DatabaseReport(condition=DatabaseCondition.PROBLEM, sentence=str(error))
    return DatabaseReport(condition=DatabaseCondition.OK, sentence=sentence)


async def _try(location: Location) -> str:
    if isinstance(location, SqliteFile) and not location.path.exists():
        return _try_folder(location)
    engine = open_engine(location)
    try:
        if isinstance(location, SqliteFile):
            prepare_file(location)
        async with engine.connect() as connection:
            if await connection.run_sync(known_revision) is None:
                # Never committed: it only tells whether we may make tables. Where there are some, a bot may be at work
                # with them, and a rehearsed update would lock it out.
                await connection.run_sync(migrate)
    except faults.DATABASE_PROBLEMS as error:
        raise faults.explained(error, location) from error
    finally:
        await engine.dispose()
    return f"Jobs are kept in {location}."


async def spent_since(url: str, day_began: datetime) -> int | None:
    """Sum the micro-dollars that everybody spent or reserved since a moment, changing nothing.

    None while there are no tables, or older ones; raises EaselError where the database cannot be used.
    """
    location = locate(url)
    if isinstance(location, SqliteFile) and not location.path.exists():
        return None
    engine = open_engine(location)
    try:
        async with engine.connect() as connection:
            if not await connection.run_sync(is_newest):
                return None
            return (await connection.execute(MONEY_OF_DAY, {"day_began": day_began})).scalar_one()
    except faults.DATABASE_PROBLEMS as error:
        raise faults.explained(error, location) from error
    finally:
        await engine.dispose()


def _try_folder(file: SqliteFile) -> str:
    folder = next(parent for parent in file.path.absolute().parents if parent.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise ConfigurationError(
            (f"The folder {folder} cannot be written, so {file} cannot be made. Choose another in DATABASE_URL.",)
        )
    return f"Jobs will be kept in {file}, made at the first start."
