"""Where the stores of made-up histories live: in memory, in a file, on a server."""

from itertools import count
from pathlib import Path
from shutil import copyfile

from bot.ports import JobStore
from bot.store import SqlStore
from bot.store.engine import open_engine
from bot.store.location import locate
from bot.store.seal import TokenSeal
from tests.service.memory_store import MemoryStore
from tests.store.blank import blank_sqlite_url
from tests.store.conftest import Runner
from tests.store.values import SECRET, StoppedClock

HANG_UP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL"


def _opened(url: str, clock: StoppedClock) -> JobStore:
    """Open the real store where the schema is there already: Alembic would take most of a history's time."""
    return SqlStore(open_engine(locate(url), durable=False), seal=TokenSeal(SECRET), clock=clock)


class Memory:
    """Satisfies Host; nothing outlives it."""

    outlives = False

    def __init__(self, clock: StoppedClock) -> None:
        self._clock = clock

    async def open(self) -> JobStore:
        return MemoryStore(self._clock)

    async def kill(self, store: JobStore) -> JobStore:
        return store


class File:
    """Satisfies Host with a file in a folder of its own; what a killed process leaves is what lies there then."""

    outlives = True

    def __init__(self, folder: Path, clock: StoppedClock) -> None:
        self._folder = folder
        self._clock = clock
        self._lives = count(1)
        folder.mkdir()
        self._file = Path(blank_sqlite_url(folder).removeprefix("sqlite:///"))

    async def open(self) -> JobStore:
        return _opened(f"sqlite:///{self._file}", self._clock)

    async def kill(self, store: JobStore) -> JobStore:
        """Go on with a copy of the files as they are at this moment, in the middle of whatever is being written.

        The file before its log: so few pages are not brought into the file before it is closed, so that meanwhile the
        log alone grows, and what is torn at its end has no valid checksum.
        """
        killed, self._file = self._file, self._folder / f"life-{next(self._lives)}.db"
        for side in ("", "-wal"):
            beside = killed.with_name(killed.name + side)
            if beside.exists():
                copyfile(beside, self._file.with_name(self._file.name + side))
        await store.close()
        return await self.open()


class Server:
    """Satisfies Host with a schema of a PostgreSQL, emptied before; a killed process is cut off there."""

    outlives = True

    def __init__(self, url: str, run: Runner, clock: StoppedClock) -> None:
        self._url = url
        self._run = run
        self._clock = clock
        self._emptied = False

    async def open(self) -> JobStore:
        if not self._emptied:
            self._emptied = True
            await self._run(f"TRUNCATE {self._url.rpartition('=')[2]}.jobs CASCADE")
        return _opened(self._url, self._clock)

    async def kill(self, store: JobStore) -> JobStore:
        await self._run(HANG_UP)
        await store.close()
        return await self.open()
