"""What a DATABASE_URL may be."""

from pathlib import Path

import pytest

from bot.errors import ConfigurationError
from bot.store.location import PostgresServer, SqliteFile, locate


def test_three_slashes_are_a_relative_path_and_four_an_absolute_one() -> None:
    assert locate("sqlite:///data/easel.db") == SqliteFile(path=Path("data/easel.db"))
    assert locate("sqlite:////var/lib/easel.db") == SqliteFile(path=Path("/var/lib/easel.db"))


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_both_names_of_postgresql_are_taken(scheme: str) -> None:
    server = locate(f"{scheme}://user:pass@host:5433/easel?sslmode=require")
    assert isinstance(server, PostgresServer)
    assert server.dsn == "postgresql://user:pass@host:5433/easel?sslmode=require"
    assert str(server) == "the PostgreSQL database easel on host"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "easel.db",
        "data/hunter2",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///file:easel.db?uri=true",
        "sqlite:///easel.db?mode=ro",
        "sqlite://data/easel.db",
        "mysql://user:hunter2@host/db",
        "sqlite+pysqlite:///hunter2.db",
        "postgresql://user:hunter2@host",
        "postgresql://user:hunter2@host:port/db",
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence_without_the_password(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        locate(url)
    assert len(caught.value.problems) == 1
    assert str(caught.value).startswith("DATABASE_URL ")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_place_never_shows_its_password() -> None:
    assert "hunter2" not in repr(locate("postgresql://user:hunter2@host/db"))
