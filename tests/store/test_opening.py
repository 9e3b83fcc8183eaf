"""Opening, checking and closing databases: what works, and what the operator is told when it does not."""

import os
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import ConfigurationError, StoreUnavailableError
from bot.store import DatabaseCondition, check_database, open_store
from tests.store.conftest import Opener, Runner
from tests.store.values import NO_LIMITS, SECRET, SLOTS, StoppedClock, a_job

NOBODY_LISTENS = "postgresql://easel:hunter2@127.0.0.1:1/easel"


def modes_in(folder: Path) -> set[int]:
    return {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def words_in(url: str, *words: bytes) -> list[bool]:
    content = Path(url.removeprefix("sqlite:///")).read_bytes()
    return [word in content for word in words]


async def test_the_folder_is_made_and_a_relative_path_counts_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opener
) -> None:
    monkeypatch.chdir(tmp_path)
    await opened("sqlite:///data/deep/easel.db")
    assert (tmp_path / "data/deep/easel.db").is_file()


async def test_nobody_else_may_read_the_file(tmp_path: Path, opened: Opener) -> None:
    await opened(f"sqlite:///{tmp_path}/easel.db")
    assert modes_in(tmp_path) == {0o600}


@pytest.mark.parametrize("path", ["file/easel.db", "folder", "text.db"])
async def test_a_file_that_cannot_be_used_is_named_in_a_sentence(tmp_path: Path, path: str, opened: Opener) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.db").write_text("this is no database" * 100)
    with pytest.raises(ConfigurationError, match=r"cannot be used: .+\. Name a file") as caught:
        await opened(f"sqlite:///{tmp_path}/{path}")
    assert f"{tmp_path}/{path}" in str(caught.value)
    report = await check_database(f"sqlite:///{tmp_path}/{path}")
    assert report.condition is DatabaseCondition.PROBLEM


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_that_may_not_be_written_is_named_in_a_sentence(tmp_path: Path, opened: Opener) -> None:
    os.chmod(tmp_path, 0o500)  # noqa: PTH101 - a tmp folder
    with pytest.raises(ConfigurationError, match="Permission denied"):
        await opened(f"sqlite:///{tmp_path}/easel.db")
    report = await check_database(f"sqlite:///{tmp_path}/easel.db")
    assert str(tmp_path) in report.sentence


async def test_a_server_that_does_not_answer_is_told_in_a_sentence_without_the_password(opened: Opener) -> None:
    with pytest.raises(StoreUnavailableError, match=r"easel on 127\.0\.0\.1: nothing answers there\.") as caught:
        await opened(NOBODY_LISTENS)
    assert "hunter2" not in str(caught.value)
    report = await check_database(NOBODY_LISTENS)
    assert report.condition is DatabaseCondition.PROBLEM
    assert report.sentence == str(caught.value)


@pytest.mark.e2e
@pytest.mark.parametrize(("word", "other"), [("/postgres?", "/nosuch?"), ("//postgres:", "//stranger:")])
async def test_a_server_that_does_not_know_us_is_told_in_a_sentence(
    postgres: str, word: str, other: str, opened: Opener
) -> None:
    with pytest.raises(ConfigurationError, match=r"does not exist\. Correct DATABASE_URL"):
        await opened(postgres.replace(word, other))


@pytest.mark.e2e
async def test_a_user_who_may_not_make_tables_is_told_so_by_the_check_too(
    postgres: str, run_on_postgres: Runner, opened: Opener
) -> None:
    schema = postgres.rpartition("=")[2]
    await run_on_postgres(f"CREATE ROLE guest_{schema} LOGIN; GRANT USAGE ON SCHEMA {schema} TO guest_{schema}")
    url = postgres.replace("//postgres:", f"//guest_{schema}:")
    with pytest.raises(ConfigurationError, match=r"permission denied for schema .+ rights of its user") as caught:
        await opened(url)
    assert (await check_database(url)).sentence == str(caught.value)


async def test_the_check_of_an_empty_database_leaves_it_empty(tmp_path: Path) -> None:
    path = tmp_path / "easel.db"
    path.touch()
    assert (await check_database(f"sqlite:///{path}")).condition is DatabaseCondition.OK
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []


async def test_the_check_of_a_file_that_is_not_there_makes_nothing(tmp_path: Path) -> None:
    report = await check_database(f"sqlite:///{tmp_path}/data/easel.db")
    assert report.condition is DatabaseCondition.OK
    assert modes_in(tmp_path) == set()


async def test_the_check_of_a_database_in_order_says_where_it_is(opened: Opener, database: str) -> None:
    await (await opened(database)).close()
    report = await check_database(database)
    assert report.condition is DatabaseCondition.OK
    assert "easel.db" in report.sentence or "PostgreSQL" in report.sentence


async def test_no_token_stands_in_the_file(sqlite: str, opened: Opener) -> None:
    store = await opened(sqlite)
    await store.add(a_job(), limits=NO_LIMITS, slots=SLOTS)
    await store.close()
    assert words_in(sqlite, b"a red cube", b"token of 1") == [True, False]


async def test_a_dead_token_is_removed(sqlite: str, opened: Opener) -> None:
    store = await opened(sqlite)
    await store.add(a_job(), limits=NO_LIMITS, slots=SLOTS)
    await store.change("1", lambda job: replace(job, token=None))
    await store.close()
    with closing(sqlite3.connect(sqlite.removeprefix("sqlite:///"))) as connection:
        assert connection.execute("SELECT sealed_token FROM jobs").fetchall() == [(None,)]


async def test_with_another_secret_only_the_tokens_are_lost(opened: Opener, database: str) -> None:
    store = await opened(database)
    await store.add(a_job(), limits=NO_LIMITS, slots=SLOTS)
    await store.close()
    other = await open_store(database, secret=SECRET + "!", clock=StoppedClock(), durable=False)
    found = await other.get("1")
    await other.close()
    assert found is not None
    assert (found.id, found.token) == ("1", None)
