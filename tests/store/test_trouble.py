"""A database in trouble: those who wait are told with a named error, and afterwards the store goes on."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.admission import Change
from bot.errors import StoreUnavailableError
from bot.store.engine import open_engine
from bot.store.location import locate
from bot.store.seal import TokenSeal
from bot.store.sql import SqlStore
from tests.store.conftest import Opener, Runner
from tests.store.values import NO_LIMITS, SECRET, SLOTS, StoppedClock, a_job, revised


@pytest.fixture
async def engine(sqlite: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(locate(sqlite), durable=False)
    yield engine
    await engine.dispose()


@pytest.fixture
def store(engine: AsyncEngine) -> SqlStore:
    return SqlStore(engine, seal=TokenSeal(SECRET), clock=StoppedClock())


async def allow_pages(engine: AsyncEngine, pages: int) -> None:
    async with engine.connect() as connection:
        await connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")


async def test_a_full_disk_fails_a_new_job_in_words_without_its_prompt(store: SqlStore, engine: AsyncEngine) -> None:
    long = replace(a_job(), ask=replace(a_job().ask, prompt="x" * 100_000))
    await allow_pages(engine, 1)
    with pytest.raises(StoreUnavailableError, match="the disk is full") as caught:
        await store.add(long, limits=NO_LIMITS, slots=SLOTS)
    assert "xxx" not in f"{caught.value} {caught.value.__cause__}"
    assert await store.get("1") is None
    await allow_pages(engine, 2**30)
    await store.add(long, limits=NO_LIMITS, slots=SLOTS)
    assert await store.get("1") == long


async def test_a_full_disk_fails_all_changes_that_wait_and_writes_none(store: SqlStore, engine: AsyncEngine) -> None:
    for number in range(3):
        await store.add(a_job(number), limits=NO_LIMITS, slots=SLOTS)
    await allow_pages(engine, 1)
    outcomes = await asyncio.gather(
        *(store.change(str(n), lambda job: replace(job, refusal="x" * 100_000)) for n in range(3)),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [StoreUnavailableError] * 3
    await allow_pages(engine, 2**30)
    assert [await store.get(str(n)) for n in range(3)] == [a_job(n) for n in range(3)]


async def test_a_failing_read_says_so_in_words(store: SqlStore, engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.exec_driver_sql("DROP TABLE generations")
    with pytest.raises(StoreUnavailableError, match="no such table"):
        await store.get("1")


async def test_a_reader_who_leaves_costs_no_connection_and_with_it_the_lock(
    store: SqlStore, engine: AsyncEngine
) -> None:
    connections: list[object] = []
    asked = asyncio.Event()

    def count(connection: object, _record: object) -> None:
        connections.append(connection)

    def notice(*_: object) -> None:
        asked.set()

    event.listen(engine.sync_engine, "connect", count)
    event.listen(engine.sync_engine, "before_cursor_execute", notice)
    reader = asyncio.create_task(store.get("1"))
    await asked.wait()
    reader.cancel()
    await store.add(a_job(), limits=NO_LIMITS, slots=SLOTS)
    assert (reader.cancelled(), len(connections)) == (True, 1)


HANG_UP = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL"


@pytest.mark.e2e
async def test_a_server_that_hung_up_is_called_again(postgres: str, run_on_postgres: Runner, opened: Opener) -> None:
    store = await opened(postgres)
    await store.add(a_job(), limits=NO_LIMITS, slots=SLOTS)
    await run_on_postgres(HANG_UP)
    assert await store.change("1", revised)
    assert await store.get("1") == replace(revised(a_job()), version=1)


@pytest.mark.e2e
async def test_a_server_that_hangs_up_in_the_middle_halves_nothing(
    postgres: str, run_on_postgres: Runner, opened: Opener
) -> None:
    store = await opened(postgres)
    await store.add(a_job(), limits=NO_LIMITS, slots=SLOTS)
    writes = [asyncio.create_task(store.change("1", revised)) for _ in range(300)]
    await asyncio.sleep(0)
    await run_on_postgres(HANG_UP)
    outcomes = await asyncio.gather(*writes, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} <= {Change, StoreUnavailableError}
    found = await store.get("1")
    assert found is not None
    assert found.version >= sum(isinstance(outcome, Change) for outcome in outcomes)
    assert found.revision == found.version + 1


@pytest.mark.e2e
async def test_two_processes_that_change_one_job_lose_nothing(postgres: str, opened: Opener) -> None:
    stores = [await opened(postgres), await opened(postgres)]
    await stores[0].add(a_job(), limits=NO_LIMITS, slots=SLOTS)
    for _ in range(50):
        await asyncio.gather(*(store.change("1", revised) for store in stores))
    found = await stores[0].get("1")
    assert found is not None
    assert (found.version, found.revision) == (100, 101)
