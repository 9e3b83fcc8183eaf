"""Brings a database to the newest schema, all or nothing; knows no rows."""

from functools import cache
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.errors import ConfigurationError

MIGRATIONS = Path(__file__).parent / "migrations"

MIGRATION_LOCK = 1
"""Advisory lock; members' locks are Discord ids, which are far larger."""


def migrate(connection: sa.Connection, folder: Path = MIGRATIONS) -> None:
    """Apply what is missing, in the caller's transaction, so that a failure half-way leaves nothing behind.

    Raises ConfigurationError for a database that a newer Easel has written.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
    revision = known_revision(connection, folder)
    if revision == _revisions(folder)[0]:
        return
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def is_newest(connection: sa.Connection) -> bool:
    """Tell whether a database has the schema of this version; raises ConfigurationError as `known_revision` does."""
    return known_revision(connection) == _revisions(MIGRATIONS)[0]


def known_revision(connection: sa.Connection, folder: Path = MIGRATIONS) -> str | None:
    """Give the schema's revision, None in an empty database; raises ConfigurationError for one from the future."""
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None or revision in _revisions(folder):
        return revision
    problem = "The database was written by a newer Easel than this one."
    raise ConfigurationError((f"{problem} Start that version again, or restore the copy from before its update.",))


@cache
def _revisions(folder: Path) -> tuple[str, ...]:
    """Give the revisions of all migrations, newest first."""
    return tuple(step.revision for step in ScriptDirectory(str(folder)).walk_revisions())
