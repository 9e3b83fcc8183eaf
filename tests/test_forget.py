"""`python -m bot forget`: beside a running bot, without one, and with nonsense."""

import argparse
import asyncio
import io
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import forget
from bot.control_socket import ControlSocket, NoAnswerError, ask_to_forget, ask_what_is_spent, socket_path
from bot.core.keeping import Forgotten
from bot.settings import DatabaseSettings
from bot.store import open_store
from tests.core.jobs import NOW
from tests.store.blank import blank_sqlite_url
from tests.store.values import SECRET

pytestmark = pytest.mark.e2e  # real databases and a real socket
PERSON = 2**62 + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    code: int
    out: str
    err: str


def said(person: str, url: str) -> Said:
    out, err = io.StringIO(), io.StringIO()
    settings = DatabaseSettings.from_mapping({"DATABASE_URL": url})
    code = forget.run(argparse.Namespace(user_id=person), settings, clock=lambda: NOW, out=out, err=err)
    return Said(code=code, out=out.getvalue(), err=err.getvalue())


class FakeDatabase:
    """Answers what it is told to."""

    def __init__(self, forgotten: Forgotten) -> None:
        self.forgotten = forgotten
        self.asked: list[int] = []

    async def freeze_file(self) -> None: ...

    async def thaw_file(self) -> bool:
        return True

    async def forget_person(self, person_id: int) -> Forgotten:
        self.asked.append(person_id)
        return self.forgotten

    async def spent_microusd(self) -> int:
        return 16_400_000


@asynccontextmanager
async def running(database: FakeDatabase, path: Path) -> AsyncGenerator[None]:
    task = asyncio.create_task(ControlSocket(database, socket_path(path)).run())
    await asyncio.sleep(0)
    yield
    task.cancel()
    await asyncio.wait({task})


async def test_beside_a_running_bot_the_bot_does_it(tmp_path: Path) -> None:
    database = FakeDatabase(Forgotten(removed=412, under_way=2))
    path = tmp_path / "easel.db"
    path.touch()
    async with running(database, path):
        told = await asyncio.to_thread(said, str(PERSON), f"sqlite:///{path}")
        assert await ask_what_is_spent(socket_path(path)) == 16_400_000
    assert database.asked == [PERSON]
    assert told == Said(
        code=1,
        out=f"412 jobs of {PERSON} removed. 2 are still under way: run this again in an hour, when they have ended.\n",
        err="",
    )


async def test_without_a_bot_the_database_is_asked_itself(tmp_path: Path) -> None:
    url = blank_sqlite_url(tmp_path)
    told = await asyncio.to_thread(said, str(PERSON), url)
    removed = f"0 jobs of {PERSON} removed. Nothing is kept about this person any more.\n"
    assert told == Said(code=0, out=removed, err="")


WIDE = "".join(chr(ord("\uff10") + digit) for digit in (1, 2, 3, 4, 5, 6, 7, 8, 9) * 2)


@pytest.mark.parametrize("nonsense", ["", "Robin", "@robin", "1", "-5", "9" * 20, "1" * 99, "1e17", WIDE])
async def test_nonsense_is_answered_in_one_sentence(tmp_path: Path, nonsense: str) -> None:
    told = await asyncio.to_thread(said, nonsense, f"sqlite:///{tmp_path}/none.db")
    assert (told.code, told.out) == (1, "")
    assert told.err.endswith("is not a person's id: give 17 to 20 digits, from Copy User ID in Discord.\n")


async def test_where_there_is_no_database_nothing_is_made(tmp_path: Path) -> None:
    told = await asyncio.to_thread(said, str(PERSON), f"sqlite:///{tmp_path}/none.db")
    assert told.code == 1
    assert told.err.startswith("Nothing was removed. There is no database in")
    assert not (tmp_path / "none.db").exists()


async def test_a_database_that_another_program_has_open_is_named(tmp_path: Path) -> None:
    url = blank_sqlite_url(tmp_path)
    holder = await open_store(url, secret=SECRET, clock=lambda: NOW)
    told = await asyncio.to_thread(said, str(PERSON), url)
    await holder.close()
    assert told.code == 1
    assert told.err.startswith("Nothing was removed. ")


async def test_a_bot_that_cannot_do_it_is_told_apart_from_one_that_did(tmp_path: Path) -> None:
    class Broken(FakeDatabase):
        async def forget_person(self, person_id: int) -> Forgotten:
            raise OSError(f"no disk for {person_id}")

    path = tmp_path / "easel.db"
    async with running(Broken(Forgotten(removed=0, under_way=0)), path):
        with pytest.raises(NoAnswerError):
            await ask_to_forget(socket_path(path), PERSON, answer_s=5)
