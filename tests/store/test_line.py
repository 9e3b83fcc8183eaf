"""A line to PostgreSQL that breaks when told to, and hears what is said on it: in front of a real server."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from enum import Enum
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.core.admission import Admitted
from bot.errors import StoreUnavailableError
from bot.store import SqlStore, open_store
from bot.store.engine import POSTGRES_CONNECTIONS, Patience
from tests.store.conftest import Opener
from tests.store.values import NO_LIMITS, SECRET, SLOTS, StoppedClock, a_job, revised

pytestmark = pytest.mark.e2e

CHUNK_BYTES = 64 * 1024
COMMIT = b"COMMIT;"


class Break(Enum):
    """When the line breaks at the next COMMIT, once."""

    BEFORE = "the server never sees it"
    AFTER = "the server commits, and nobody hears it"


class Line:
    """A TCP port that leads to the server's socket."""

    def __init__(self, socket: Path) -> None:
        self.breaks: Break | None = None
        self.stays_down = False
        self.falls_silent_at_commit = False
        self.url = ""
        self.said = bytearray()
        """All that the client sent, connection after connection."""
        self._silent = set[asyncio.Event]()
        self._socket = socket

    def fall_silent(self) -> None:
        """Let every connection of now carry nothing any more, without closing it; those to come are sound."""
        for silence in self._silent:
            silence.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.stays_down:
            from_server, to_server = await asyncio.open_unix_connection(str(self._socket))
            deaf = asyncio.Event()
            silence = asyncio.Event()
            self._silent.add(silence)
            up = asyncio.create_task(self._up(reader, to_server, deaf, silence))
            down = asyncio.create_task(_down(from_server, writer, deaf))
            await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
            up.cancel()
            down.cancel()
            to_server.close()
        writer.close()

    async def _up(
        self,
        reader: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
        deaf: asyncio.Event,
        silence: asyncio.Event,
    ) -> None:
        while data := await reader.read(CHUNK_BYTES):
            if silence.is_set():
                continue
            self.said += data
            if COMMIT in data and self.falls_silent_at_commit:
                self.falls_silent_at_commit = False
                self.fall_silent()
                continue
            if COMMIT in data and self.breaks is not None:
                deaf.set()
                when, self.breaks = self.breaks, None
                if when is Break.BEFORE:
                    return
            to_server.write(data)


async def _down(from_server: asyncio.StreamReader, writer: asyncio.StreamWriter, deaf: asyncio.Event) -> None:
    while (data := await from_server.read(CHUNK_BYTES)) and not deaf.is_set():
        writer.write(data)


@pytest.fixture
async def line(postgres: str) -> AsyncIterator[Line]:
    url = make_url(postgres)
    line = Line(Path(str(url.query["host"])) / ".s.PGSQL.5432")
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    line.url = f"postgresql://postgres@127.0.0.1:{server.sockets[0].getsockname()[1]}/postgres?search_path={url.query['search_path']}"
    yield line
    server.close()


@pytest.fixture
async def store(line: Line, opened: Opener) -> SqlStore:
    return await opened(line.url)


async def test_a_job_that_was_committed_unheard_is_admitted(line: Line, store: SqlStore) -> None:
    line.breaks = Break.AFTER
    assert await store.add(a_job(), limits=NO_LIMITS, slots=SLOTS) == Admitted(ahead=0)
    assert await store.get("1") is not None


async def test_a_job_whose_commit_never_arrived_is_refused_and_not_there(line: Line, store: SqlStore) -> None:
    line.breaks = Break.BEFORE
    with pytest.raises(StoreUnavailableError):
        await store.add(a_job(), limits=NO_LIMITS, slots=SLOTS)
    assert await store.get("1") is None


async def test_a_change_that_was_committed_unheard_is_made_once_and_told(line: Line, store: SqlStore) -> None:
    await store.add(a_job(), limits=NO_LIMITS, slots=SLOTS)
    line.breaks = Break.AFTER
    change = await store.change("1", revised)
    assert change is not None
    assert change.after == await store.get("1")
    assert change.after.revision == change.before.revision + 1


async def test_while_nobody_can_be_asked_the_error_stands(line: Line, store: SqlStore) -> None:
    await store.add(a_job(), limits=NO_LIMITS, slots=SLOTS)
    line.breaks, line.stays_down = Break.AFTER, True
    with pytest.raises(StoreUnavailableError):
        await store.change("1", revised)
    line.stays_down = False
    job = await store.get("1")
    assert job is not None
    assert job.revision == a_job().revision + 1


async def test_no_statement_has_a_name_that_another_server_behind_a_pooler_would_not_know(
    line: Line, store: SqlStore
) -> None:
    await store.add(a_job(), limits=NO_LIMITS, slots=SLOTS)
    await store.change("1", revised)
    # Parse: its kind, four bytes of length, the name (here empty) up to a NUL, then the statement
    # (https://www.postgresql.org/docs/current/protocol-message-formats.html).
    parsed = re.findall(rb"P\x00.{3}([^\x00]*)\x00(?:SELECT|INSERT|UPDATE)", bytes(line.said), re.DOTALL)
    assert len(parsed) > 5
    assert set(parsed) == {b""}


QUICK = Patience(connect_s=1, ping_s=0.3, statement_s=0.6)
MUCH_S = 1.5
"""Less than a goodbye to one dead connection takes, or a ping for each of the five."""


async def test_a_server_that_is_gone_without_a_word_holds_up_no_more_than_one_admission(
    line: Line, clock: StoppedClock
) -> None:
    store = await open_store(line.url, secret=SECRET, clock=clock, patience=QUICK)
    # All five connections are open and idle.
    await asyncio.gather(*(store.open_jobs() for _ in range(POSTGRES_CONNECTIONS)))
    line.fall_silent()
    began = time.monotonic()
    assert await store.add(a_job(), limits=NO_LIMITS, slots=SLOTS) == Admitted(ahead=0)
    await asyncio.gather(*(store.open_jobs() for _ in range(POSTGRES_CONNECTIONS)))
    assert time.monotonic() - began < MUCH_S
    await store.close()


async def test_a_statement_that_hangs_condemns_every_connection_made_before_it(line: Line, clock: StoppedClock) -> None:
    store = await open_store(line.url, secret=SECRET, clock=clock, patience=QUICK)
    await asyncio.gather(*(store.open_jobs() for _ in range(POSTGRES_CONNECTIONS)))
    line.falls_silent_at_commit = True
    with pytest.raises(StoreUnavailableError):
        await store.add(a_job(), limits=NO_LIMITS, slots=SLOTS)
    began = time.monotonic()
    assert await store.add(a_job(), limits=NO_LIMITS, slots=SLOTS) == Admitted(ahead=0)
    await asyncio.gather(*(store.open_jobs() for _ in range(POSTGRES_CONNECTIONS)))
    assert time.monotonic() - began < MUCH_S
    await store.close()
