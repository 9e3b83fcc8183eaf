"""`python -m bot forget USER_ID`: removes what is kept about a person, also beside a running bot; knows no Discord."""

import argparse
import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TextIO, cast

from bot.control_socket import BotNotThereError, NoAnswerError, ask_to_forget, socket_path
from bot.core.grammar import plural
from bot.core.keeping import LARGEST_PERSON_ID, Forgotten
from bot.errors import DatabaseInUseError, StoreUnavailableError
from bot.setting_values import is_snowflake
from bot.settings import DatabaseSettings
from bot.store import Location, SqliteFile, locate, open_store

EXIT_DONE, EXIT_LEFT = 0, 1
NO_SECRET = ""
"""Tokens stay sealed: nothing here needs one."""
_SHOWN_CHARS = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `forget`."""
    parser.add_argument("user_id", metavar="USER_ID", help="the person's id (17 to 20 digits, from Copy User ID)")


def run(
    values: argparse.Namespace,
    settings: DatabaseSettings,
    *,
    clock: Callable[[], datetime],
    out: TextIO,
    err: TextIO,
) -> int:
    """Remove what is kept about the person that the arguments name; 0 when nothing of it is left, else 1.

    Raises ConfigurationError for a database that cannot be used at all.
    """
    text = cast("str", values.user_id).strip()
    if not is_snowflake(text) or int(text) > LARGEST_PERSON_ID:
        shown = text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}…"
        err.write(f"{shown!r} is not a person's id: give 17 to 20 digits, from Copy User ID in Discord.\n")
        return EXIT_LEFT
    location = locate(settings.database_url.get_secret_value())
    try:
        forgotten = asyncio.run(_forget(location, int(text), settings, clock))
    except (DatabaseInUseError, StoreUnavailableError, NoAnswerError) as error:
        err.write(f"Nothing was removed. {error}\n")
        return EXIT_LEFT
    except KeyboardInterrupt:
        err.write("Stopped. Run this again to remove the rest.\n")
        return EXIT_LEFT
    except OSError as error:
        err.write(f"Nothing was removed: {error.strerror or 'no answer in time'}.\n")
        return EXIT_LEFT
    out.write(_told(text, forgotten))
    return EXIT_LEFT if forgotten.under_way else EXIT_DONE


async def _forget(
    location: Location, person_id: int, settings: DatabaseSettings, clock: Callable[[], datetime]
) -> Forgotten:
    """Ask the bot that holds an SQLite file; where none runs, and on PostgreSQL, go to the database itself."""
    if isinstance(location, SqliteFile):
        if not location.path.is_file():
            raise StoreUnavailableError(f"There is no database in {location}.")
        try:
            return await ask_to_forget(socket_path(location.path), person_id)
        except BotNotThereError:
            pass
    store = await open_store(settings.database_url.get_secret_value(), secret=NO_SECRET, clock=clock)
    try:
        return await store.forget_person(person_id)
    finally:
        await store.close()


def _told(person: str, forgotten: Forgotten) -> str:
    removed = f"{plural(forgotten.removed, 'job')} of {person} removed."
    if not forgotten.under_way:
        return f"{removed} Nothing is kept about this person any more.\n"
    left = "1 is" if forgotten.under_way == 1 else f"{forgotten.under_way} are"
    return f"{removed} {left} still under way: run this again in an hour, when they have ended.\n"
