"""Keeps jobs in SQLite or PostgreSQL, one code for both; knows nothing of Discord and Oxen, and makes no transition."""

from bot.store.check import DatabaseCondition, DatabaseReport, check_database
from bot.store.location import Location, PostgresServer, SqliteFile, locate
from bot.store.snapshot import DamagedCopyError, copy_closed, finish_copy
from bot.store.sql import SqlStore, open_store

__all__ = [
    "DamagedCopyError",
    "DatabaseCondition",
    "DatabaseReport",
    "Location",
    "PostgresServer",
    "SqlStore",
    "SqliteFile",
    "check_database",
    "copy_closed",
    "finish_copy",
    "locate",
    "open_store",
]
