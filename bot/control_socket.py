"""The line between a running bot and a program beside it: its verbs, both ends of each; knows no SQL and no path in it.

An SQLite file is the bot's alone while it runs, so that whoever wants something of it asks the bot: to hold the file
still for a backup, to forget a person, or what was spent.
"""

import asyncio
import logging
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Protocol

from bot.core.keeping import LARGEST_PERSON_ID, Forgotten
from bot.errors import EaselError

log = logging.getLogger(__name__)

OWNER_ONLY = 0o600
"""Who may read the database may ask the bot for what is in it, and nobody else."""
HELD_AT_MOST_S = 600.0
"""The log beside the database grows while it is held still; a copy that takes longer is given up."""
ANSWER_S = 30.0
"""How long either end waits for the other's next word; what another program has in hand is waited for as long."""
FORGETTING_S = 600.0
"""A hundred thousand jobs of one person go in some minutes, a few at a time."""
LONGEST_WORD_BYTES = 64

BACKUP, STILL, COPIED, GOOD, SPOILT = b"backup\n", b"still\n", b"copied\n", b"good\n", b"spoilt\n"
"""What is said, in this order: asked for a backup, the bot holds its file still, and says after the copy how it was."""
FORGET, FORGOT = b"forget", b"forgot"
"""Asked to forget a person, the bot says how many jobs it removed, and how many are still under way."""
SPENT = b"spent"
"""Asked for it, the bot says how many micro-dollars everybody spent or reserved in 24 h."""


class Database(Protocol):
    """The database of a running bot."""

    async def freeze_file(self) -> None:
        """Leave the file as it is, a whole database, until it is thawed."""
        ...

    async def thaw_file(self) -> bool:
        """Write into the file again, and tell whether it stood still."""
        ...

    async def forget_person(self, person_id: int) -> Forgotten:
        """Remove what is kept about a person."""
        ...

    async def spent_microusd(self) -> int:
        """Sum what everybody spent or reserved in 24 h."""
        ...


class BotNotThereError(EaselError):
    """No bot listens: it does not run, or is just starting or stopping."""


class CopySpoiltError(EaselError):
    """The file may have changed during the copy, which is worth nothing therefore."""


def socket_path(database: Path) -> Path:
    """Give the place where the bot that uses a database listens: beside it."""
    return database.with_name(f"{database.name}.sock")


class NoAnswerError(EaselError):
    """The bot went away, has something else in hand, or is of another version."""


class ControlSocket:
    """The bot's end. It serves one program at a time; others wait in line."""

    def __init__(self, database: Database, path: Path, *, held_at_most_s: float = HELD_AT_MOST_S) -> None:
        self._database = database
        self._path = path
        self._held_at_most_s = held_at_most_s

    async def run(self) -> None:
        """Serve until cancelled. Where no socket can be had, say so and give up: a bot without one is a bot."""
        try:
            with _listen(self._path) as listening:
                await self._serve(listening)
        except OSError as error:
            log.warning("neither backup nor forget is possible while the bot runs: %s", error.strerror or error)
        finally:
            # One that stays is in nobody's way: nobody answers on it.
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    async def _serve(self, listening: socket.socket) -> None:
        while True:
            client, _ = await asyncio.get_running_loop().sock_accept(listening)
            reader, writer = await asyncio.open_unix_connection(sock=client, limit=LONGEST_WORD_BYTES)
            try:
                await self._answer(reader, writer)
            except (OSError, ValueError, EaselError) as error:
                # Whoever asked went away, said nothing for too long, or nothing that we know.
                log.warning("a request came to nothing: %s", str(error) or type(error).__name__)
            finally:
                writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await _heard(reader, within_s=ANSWER_S)
        match asked.split():
            case [b"backup"]:
                await self._backup(reader, writer)
            case [b"forget", person_id] if person_id.isdigit() and int(person_id) <= LARGEST_PERSON_ID:
                forgotten = await self._database.forget_person(int(person_id))
                writer.write(b"%b %d %d\n" % (FORGOT, forgotten.removed, forgotten.under_way))
                log.info("forgot a person: %d jobs removed, %d under way", forgotten.removed, forgotten.under_way)
            case [b"spent"]:
                writer.write(b"%b %d\n" % (SPENT, await self._database.spent_microusd()))
            case _:
                raise ValueError(f"{asked!r} is nothing that we know")
        await writer.drain()

    async def _backup(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._database.freeze_file()
            writer.write(STILL)
            await _expect(reader, COPIED, within_s=self._held_at_most_s)
        finally:
            stood_still = await self._database.thaw_file()
        writer.write(GOOD if stood_still else SPOILT)
        log.info("backup made" if stood_still else "backup spoilt: the database was opened anew meanwhile")


def _listen(path: Path) -> socket.socket:
    """Listen at a path, in place of what a killed process left there; raises OSError."""
    # Whoever comes here holds the database, so that no other bot can own this socket.
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    try:
        listening.setblocking(False)
        listening.bind(str(path))
        # Nobody can connect before `listen`, so there is no moment at which others could.
        path.chmod(OWNER_ONLY)
        listening.listen()
    except OSError:
        listening.close()
        raise
    return listening


async def ask_to_forget(path: Path, person_id: int, *, answer_s: float = FORGETTING_S) -> Forgotten:
    """Have the bot forget a person.

    Raises BotNotThereError, NoAnswerError, and PermissionError where we may not ask.
    """
    removed, under_way = await _ask(path, b"%b %d\n" % (FORGET, person_id), FORGOT, numbers=2, answer_s=answer_s)
    return Forgotten(removed=removed, under_way=under_way)


async def ask_what_is_spent(path: Path, *, answer_s: float = ANSWER_S) -> int:
    """Ask the bot how many micro-dollars are spent; raises as `ask_to_forget`."""
    (spent,) = await _ask(path, SPENT + b"\n", SPENT, numbers=1, answer_s=answer_s)
    return spent


async def _ask(path: Path, word: bytes, answer: bytes, *, numbers: int, answer_s: float) -> list[int]:
    async with _connected(path) as (reader, writer):
        try:
            writer.write(word)
            heard = (await _heard(reader, within_s=answer_s)).split()
        except (OSError, ValueError) as error:
            raise NoAnswerError("The bot stopped, or has something else in hand. Try again.") from error
    if heard[:1] != [answer] or len(heard) != 1 + numbers:
        raise NoAnswerError("The bot did not do it: its log says why.")
    return [int(number) for number in heard[1:]]


@asynccontextmanager
async def _connected(path: Path) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    try:
        reader, writer = await asyncio.open_unix_connection(str(path), limit=LONGEST_WORD_BYTES)
    except PermissionError:
        raise
    except OSError as error:
        raise BotNotThereError(f"Nobody listens at {path}.") from error
    try:
        yield reader, writer
    finally:
        writer.close()


@asynccontextmanager
async def held_still(path: Path, *, answer_s: float = ANSWER_S) -> AsyncGenerator[None]:
    """Have the bot hold its database file still for the length of a block, in which the file is read.

    Raises BotNotThereError before the block, CopySpoiltError also after it; PermissionError where we may not ask.
    """
    async with _connected(path) as (reader, writer):
        await _say(reader, writer, BACKUP, answer=STILL, answer_s=answer_s)
        yield
        await _say(reader, writer, COPIED, answer=GOOD, answer_s=answer_s)


async def _say(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, word: bytes, *, answer: bytes, answer_s: float
) -> None:
    try:
        writer.write(word)
        await _expect(reader, answer, within_s=answer_s)
    except (OSError, ValueError) as error:
        raise CopySpoiltError("The bot stopped, or has another backup in hand. Try again.") from error


async def _expect(reader: asyncio.StreamReader, word: bytes, *, within_s: float) -> None:
    """Read the next word; raises TimeoutError (an OSError), or ValueError for another word and for none."""
    heard = await _heard(reader, within_s=within_s)
    if heard != word:
        raise ValueError(f"{heard!r} came in place of {word!r}")


async def _heard(reader: asyncio.StreamReader, *, within_s: float) -> bytes:
    async with asyncio.timeout(within_s):
        return await reader.readline()
