"""What a database's error means to us: which named error, in which words, and whether trying again may help."""

import sqlite3
from socket import gaierror
from typing import Final

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from bot.errors import ConfigurationError, DatabaseInUseError, EaselError, RemoteIdTakenError, StoreUnavailableError
from bot.store.location import Location, PostgresServer

_PRIMARY_CODE_MASK: Final = 0xFF
"""SQLite puts its primary result code into the low byte (https://www.sqlite.org/rescode.html)."""

_SQLITE_WORDS: Final = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_BUSY: "another process holds the file",
    sqlite3.SQLITE_LOCKED: "another process holds the file",
    sqlite3.SQLITE_READONLY: "the file cannot be written",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_PERM: "the file cannot be opened",
    sqlite3.SQLITE_IOERR: "the disk reports an error",
    sqlite3.SQLITE_CORRUPT: "the file is damaged",
    sqlite3.SQLITE_NOTADB: "the file is not an SQLite database",
}
_SQLITE_WRONG_SETTING: Final = frozenset(
    {
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_NOTADB,
    }
)

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES_TRY_AGAIN: Final = frozenset({"40001", "40P01"})
"""serialization_failure, deadlock_detected."""
_POSTGRES_WRONG_SETTING: Final = ("28", "3D", "3F", "42")
"""Classes: authorization, unknown database, unknown schema, access rules (a missing privilege, an unknown option)."""

DATABASE_PROBLEMS = (DBAPIError, PoolTimeoutError, OSError)
"""What a database that cannot be used raises; TimeoutError is an OSError."""


class VersionConflictError(EaselError):
    """Another process changed a job between our read and our write: load again and apply again."""


def is_conflict(error: Exception) -> bool:
    """Tell whether the same write may well succeed when it is made again at once."""
    return isinstance(error, VersionConflictError) or _sqlstate(error) in _POSTGRES_TRY_AGAIN


def concerns_all(error: Exception) -> bool:
    """Tell whether the database as a whole is in trouble, so that no write fares better on its own."""
    if isinstance(error, OperationalError | PoolTimeoutError | OSError):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def named(error: Exception) -> Exception:
    """Give the error that a caller of the store was promised; what is no database's doing stays as it is."""
    if isinstance(error, IntegrityError) and "remote_id" in str(error.orig):
        return RemoteIdTakenError("another generation owns this remote id")
    if isinstance(error, VersionConflictError):
        return StoreUnavailableError(
            "The database cannot be used just now: other processes keep changing the same job."
        )
    if isinstance(error, DATABASE_PROBLEMS):
        return StoreUnavailableError(f"The database cannot be used just now: {reason(error)}.")
    if isinstance(error, StatementError) and isinstance(error.orig, Exception):
        return error.orig
    return error


def explained(error: Exception, location: Location) -> EaselError:
    """Give the error with which opening a database ends, as a sentence that says what to do."""
    if isinstance(location, PostgresServer):
        return _postgres_explained(error, location)
    code = _sqlite_code(error)
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return DatabaseInUseError(
            f"The database in {location} is in use by another process. "
            "Stop the other Easel first, or give this one a DATABASE_URL of its own."
        )
    if code in _SQLITE_WRONG_SETTING or isinstance(error, OSError):
        problem = f"The database in {location} cannot be used: {reason(error)}."
        return ConfigurationError((f"{problem} Name a file that Easel may write in DATABASE_URL.",))
    return StoreUnavailableError(f"The database in {location} cannot be used just now: {reason(error)}.")


def _postgres_explained(error: Exception, server: PostgresServer) -> EaselError:
    sqlstate = _sqlstate(error)
    if sqlstate is not None and sqlstate.startswith(_POSTGRES_WRONG_SETTING):
        return ConfigurationError(
            (f"Easel cannot use {server}: {reason(error)}. Correct DATABASE_URL, or the rights of its user.",)
        )
    return StoreUnavailableError(
        f"Easel cannot reach {server}: {reason(error)}. Check that it runs and that DATABASE_URL names it."
    )


def reason(error: Exception) -> str:
    """Say in a few words what the database complains about, without a full stop."""
    code = _sqlite_code(error)
    if code in _SQLITE_WORDS:
        return _SQLITE_WORDS[code]
    if isinstance(error, PoolTimeoutError | TimeoutError):
        return "it does not answer in time"
    if isinstance(error, gaierror):
        return "its host name is unknown"
    if isinstance(error, ConnectionRefusedError):
        return "nothing answers there"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror} ({error.filename})" if error.filename else error.strerror
    source = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    lines = str(source).splitlines() or [type(source).__name__]
    # SQLAlchemy prefixes what the driver said with the driver's class in angle brackets.
    return lines[0].rpartition(">: ")[2].rstrip(".")


def _sqlite_code(error: Exception) -> int | None:
    orig = error.orig if isinstance(error, DBAPIError) else None
    code: object = getattr(orig, "sqlite_errorcode", None)
    return code & _PRIMARY_CODE_MASK if isinstance(code, int) else None


def _sqlstate(error: Exception) -> str | None:
    orig = error.orig if isinstance(error, DBAPIError) else None
    sqlstate: object = getattr(orig, "sqlstate", None)
    return sqlstate if isinstance(sqlstate, str) else None
