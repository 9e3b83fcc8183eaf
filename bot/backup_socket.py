"""The line between a running bot and a backup beside it: one verb, both ends; knows neither SQL nor what is copied."""

import asyncio
import logging
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Protocol

from bot.errors import EaselError

log = logging.getLogger(__name__)

OWNER_ONLY = 0o600
"""Who may read the database may ask for its backup, and nobody else."""
HELD_AT_MOST_S = 600.0
"""The log beside the database grows while it is held still; a copy that takes longer is given up."""
ANSWER_S = 30.0
"""How long either end waits for the other's next word; a backup that is under way is waited for as long."""
LONGEST_WORD_BYTES = 64

BACKUP, STILL, COPIED, GOOD, SPOILT = b"backup\n", b"still\n", b"copied\n", b"good\n", b"spoilt\n"
"""What is said, in this order: asked for a backup, the bot holds its file still, and says after the copy how it was."""


class Database(Protocol):
    """The database of a running bot."""

    async def freeze_file(self) -> None:
        """Leave the file as it is, a whole database, until it is thawed."""
        ...

    async def thaw_file(self) -> bool:
        """Write into the file again, and tell whether it stood still."""
        ...


class BotNotThereError(EaselError):
    """No bot listens: it does not run, or is just starting or stopping."""


class CopySpoiltError(EaselError):
    """The file may have changed during the copy, which is worth nothing therefore."""


def socket_path(database: Path) -> Path:
    """Give the place where the bot that uses a database listens: beside it."""
    return database.with_name(f"{database.name}.sock")


class BackupSocket:
    """The bot's end. It serves one backup at a time; others wait in line."""

    def __init__(self, database: Database, path: Path, *, held_at_most_s: float = HELD_AT_MOST_S) -> None:
        self._database = database
        self._path = path
        self._held_at_most_s = held_at_most_s

    async def run(self) -> None:
        """Serve until cancelled. Where no socket can be had, say so and give up: a bot without backups is a bot."""
        try:
            with _listen(self._path) as listening:
                await self._serve(listening)
        except OSError as error:
            log.warning("no backup is possible while the bot runs: %s", error.strerror or error)
        finally:
            # One that stays is in nobody's way: nobody answers on it.
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    async def _serve(self, listening: socket.socket) -> None:
        while True:
            client, _ = await asyncio.get_running_loop().sock_accept(listening)
            reader, writer = await asyncio.open_unix_connection(sock=client, limit=LONGEST_WORD_BYTES)
            try:
                await self._backup(reader, writer)
            except (OSError, ValueError, EaselError) as error:
                # Whoever asked went away, said nothing for too long, or nothing that we know.
                log.warning("a backup came to nothing: %s", str(error) or type(error).__name__)
            finally:
                writer.close()

    async def _backup(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _expect(reader, BACKUP, within_s=ANSWER_S)
        try:
            await self._database.freeze_file()
            writer.write(STILL)
            await _expect(reader, COPIED, within_s=self._held_at_most_s)
        finally:
            stood_still = await self._database.thaw_file()
        writer.write(GOOD if stood_still else SPOILT)
        await writer.drain()
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


@asynccontextmanager
async def held_still(path: Path, *, answer_s: float = ANSWER_S) -> AsyncGenerator[None]:
    """Have the bot hold its database file still for the length of a block, in which the file is read.

    Raises BotNotThereError before the block, CopySpoiltError also after it; PermissionError where we may not ask.
    """
    try:
        reader, writer = await asyncio.open_unix_connection(str(path), limit=LONGEST_WORD_BYTES)
    except PermissionError:
        raise
    except OSError as error:
        raise BotNotThereError(f"Nobody listens at {path}.") from error
    try:
        await _say(reader, writer, BACKUP, answer=STILL, answer_s=answer_s)
        yield
        await _say(reader, writer, COPIED, answer=GOOD, answer_s=answer_s)
    finally:
        writer.close()


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
    async with asyncio.timeout(within_s):
        heard = await reader.readline()
    if heard != word:
        raise ValueError(f"{heard!r} came in place of {word!r}")
