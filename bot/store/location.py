"""DATABASE_URL to a place, or to a sentence that says what is wrong with it; opens nothing, never shows a password."""

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import ConfigurationError

_EXAMPLES = "Write sqlite:///data/easel.db or postgresql://user:password@host/database."
_SECRET_OPTIONS = ("password", "sslpassword")
"""Options of an address that are secrets (https://www.postgresql.org/docs/current/libpq-connect.html)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SqliteFile:
    """A database in a file; a relative path counts from the folder in which the process was started."""

    path: Path

    def __str__(self) -> str:
        return f"the file {self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """A database on a server; `dsn` holds the password."""

    dsn: str = field(repr=False)
    name: str

    @property
    def url_without_password(self) -> str:
        """Give the address as it may stand on a terminal; the server's tools ask for the password."""
        url = make_url(self.dsn).difference_update_query(_SECRET_OPTIONS)
        shown = URL.create(url.drivername, url.username, None, url.host, url.port, url.database, url.query)
        return shown.render_as_string(hide_password=False)

    def __str__(self) -> str:
        return f"the PostgreSQL database {self.name}"


Location = SqliteFile | PostgresServer


def locate(url: str) -> Location:
    """Read a DATABASE_URL; raises ConfigurationError with one sentence about it."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # Their text may repeat the URL, and with it the password.
        raise _refusal("is not a database address") from None
    match parsed.drivername:
        case "sqlite":
            return _sqlite(parsed)
        case "postgresql" | "postgres":
            return _postgres(parsed)
        case _:
            raise _refusal("names a kind of database that Easel does not know")


def _sqlite(parsed: URL) -> SqliteFile:
    if parsed.host:
        raise _refusal("names a host for an SQLite file: a relative path has three slashes, an absolute one four")
    if not parsed.database or parsed.database.startswith((":", "file:")):
        raise _refusal("names no file, and jobs that live in memory only would be lost")
    if parsed.query:
        raise _refusal("has settings behind the file name, which Easel chooses itself")
    return SqliteFile(path=Path(parsed.database))


def _postgres(parsed: URL) -> PostgresServer:
    if not parsed.database:
        raise _refusal("names no database behind the host")
    host = parsed.host or parsed.query.get("host") or "the local socket"
    dsn = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    return PostgresServer(dsn=dsn, name=f"{parsed.database} on {host}")


def _refusal(what: str) -> ConfigurationError:
    return ConfigurationError((f"DATABASE_URL {what}. {_EXAMPLES}",))
