"""The schema's history: it ends at the tables that the code uses, and a step happens whole or not at all."""

import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import ConfigurationError
from bot.store import DatabaseCondition, check_database
from bot.store.engine import open_engine
from bot.store.location import locate
from bot.store.migrate import MIGRATIONS, known_revision, migrate
from bot.store.rows import JOBS_WITH_GENERATIONS, generation_rows, job_row, read_jobs
from bot.store.seal import TokenSeal
from bot.store.tables import generations, jobs, metadata
from tests.store.conftest import Opener
from tests.store.values import NO_LIMITS, SECRET, SLOTS, a_job

HALF_DONE = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("half", sa.Text))
    op.execute("SELECT * FROM nowhere")
"""

ADDED = frozenset(
    {"renewal_offered", "renewal_at", "card_number", "emptied_at", "counted_microusd", "message_removed"}
    | {"age_restricted"}
)
"""Columns that later steps brought."""
INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name",
    "postgresql": "SELECT indexname, regexp_replace(indexdef, ' ON \\w+\\.', ' ON ') FROM pg_indexes"
    " WHERE schemaname = current_schema() AND indexname NOT LIKE 'alembic%' ORDER BY indexname",
}


@pytest.fixture
async def engine(database: str, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """Give an engine on an empty database."""
    url = f"sqlite:///{tmp_path}/empty.db" if database.startswith("sqlite") else database
    engine = open_engine(locate(url), durable=False)
    yield engine
    await engine.dispose()


async def on(engine: AsyncEngine, work: Callable[[sa.Connection], object]) -> object:
    async with engine.begin() as connection:
        return await connection.run_sync(work)


def tables(connection: sa.Connection) -> set[str]:
    return set(sa.inspect(connection).get_table_names())


def indexes(connection: sa.Connection) -> list[tuple[str, str]]:
    rows = connection.exec_driver_sql(INDEXES[connection.dialect.name])
    return [(row[0], " ".join(row[1].replace(" \n", " ").split())) for row in rows]


def differences(connection: sa.Connection) -> object:
    return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)


async def test_the_migrations_make_the_tables_that_the_code_uses(engine: AsyncEngine) -> None:
    await on(engine, migrate)
    assert await on(engine, differences) == []


async def test_the_migrations_make_the_indexes_that_the_code_uses(engine: AsyncEngine) -> None:
    await on(engine, migrate)
    migrated = await on(engine, indexes)
    await on(engine, metadata.drop_all)
    await on(engine, metadata.create_all)
    assert await on(engine, indexes) == migrated


async def test_no_generation_without_its_job(engine: AsyncEngine) -> None:
    await on(engine, migrate)
    orphan = {**next(iter(generation_rows(a_job()).values())), "job_id": "stranger"}
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        await on(engine, lambda connection: connection.execute(sa.insert(generations), orphan))


async def test_a_migration_that_fails_half_way_leaves_nothing_behind(engine: AsyncEngine, tmp_path: Path) -> None:
    folder = shutil.copytree(MIGRATIONS, tmp_path / "migrations")
    (folder / "versions/9999_half_done.py").write_text(HALF_DONE)
    with pytest.raises(DBAPIError):
        await on(engine, lambda connection: migrate(connection, folder))
    assert await on(engine, tables) == set()
    await on(engine, migrate)
    assert await on(engine, known_revision) == "0005"


async def test_an_update_that_fails_half_way_leaves_the_old_schema_and_the_jobs(
    database: str, opened: Opener, tmp_path: Path
) -> None:
    store = await opened(database)
    await store.add(a_job(), limits=NO_LIMITS, slots=SLOTS)
    await store.close()
    folder = shutil.copytree(MIGRATIONS, tmp_path / "migrations")
    (folder / "versions/9999_half_done.py").write_text(HALF_DONE)
    engine = open_engine(locate(database))
    with pytest.raises(DBAPIError):
        await on(engine, lambda connection: migrate(connection, folder))
    await engine.dispose()
    assert await (await opened(database)).get("1") == a_job()


async def test_jobs_from_before_a_step_are_there_after_it(engine: AsyncEngine, tmp_path: Path) -> None:
    folder = shutil.copytree(MIGRATIONS, tmp_path / "migrations")
    for later in [path for path in (folder / "versions").glob("*.py") if not path.name.startswith("0001")]:
        later.unlink()
    await on(engine, lambda connection: migrate(connection, folder))
    row = {name: value for name, value in job_row(a_job(), TokenSeal(SECRET)).items() if name not in ADDED}
    await on(engine, lambda connection: connection.execute(sa.insert(jobs), row))
    await on(engine, migrate)
    async with engine.connect() as connection:
        (found,) = read_jobs((await connection.execute(JOBS_WITH_GENERATIONS)).mappings(), TokenSeal(SECRET))
    assert found == replace(a_job(), generations=(), age_restricted=None)


async def test_a_database_of_a_newer_easel_is_refused_in_a_sentence(database: str, opened: Opener) -> None:
    await (await opened(database)).close()
    engine = open_engine(locate(database))
    async with engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    await engine.dispose()
    with pytest.raises(ConfigurationError, match="newer Easel"):
        await opened(database)
    report = await check_database(database)
    assert report.condition is DatabaseCondition.PROBLEM
    assert "newer Easel" in report.sentence
