"""The line between the bot and a backup beside it: what is said on it, who may, and what happens when it breaks."""

import asyncio
import logging
import socket
import stat
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.control_socket import BotNotThereError, ControlSocket, CopySpoiltError, held_still, socket_path
from bot.core.keeping import Forgotten
from bot.errors import StoreUnavailableError

pytestmark = pytest.mark.e2e  # real databases and a real socket


class FakeDatabase:
    """Notes what it was told; `spoilt` and `broken` say what goes wrong."""

    def __init__(self, *, spoilt: bool = False, broken: bool = False) -> None:
        self.told: list[str] = []
        self._spoilt = spoilt
        self._broken = broken

    async def freeze_file(self) -> None:
        self.told.append("freeze")
        if self._broken:
            raise StoreUnavailableError("The disk is full.")

    async def thaw_file(self) -> bool:
        self.told.append("thaw")
        return not self._spoilt

    async def forget_person(self, person_id: int) -> Forgotten:
        return Forgotten(removed=person_id, under_way=0)

    async def spent_microusd(self) -> int:
        return 0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return socket_path(tmp_path / "easel.db")


@asynccontextmanager
async def listening(database: FakeDatabase, path: Path, *, held_at_most_s: float = 5.0) -> AsyncGenerator[None]:
    task = asyncio.create_task(ControlSocket(database, path, held_at_most_s=held_at_most_s).run())
    await asyncio.sleep(0)
    yield
    task.cancel()
    await asyncio.wait({task})


def modes_in(folder: Path) -> list[int]:
    return [stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()]


def left_by_a_kill(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(path))


async def told(database: FakeDatabase, *words: str) -> None:
    async with asyncio.timeout(5):
        while database.told != list(words):  # noqa: ASYNC110 - the fake rings no bell
            await asyncio.sleep(0.001)


async def test_the_file_is_held_still_for_the_length_of_the_block(path: Path) -> None:
    database = FakeDatabase()
    async with listening(database, path):
        async with held_still(path):
            assert database.told == ["freeze"]
        assert database.told == ["freeze", "thaw"]


async def test_backups_take_turns(path: Path) -> None:
    database = FakeDatabase()

    async def backup() -> None:
        async with held_still(path):
            await asyncio.sleep(0)

    async with listening(database, path):
        await asyncio.gather(backup(), backup(), backup())
    assert database.told == ["freeze", "thaw"] * 3


async def test_only_the_owner_may_ask_and_the_socket_goes_with_the_bot(path: Path) -> None:
    async with listening(FakeDatabase(), path):
        assert modes_in(path.parent) == [0o600]
    assert modes_in(path.parent) == []


async def test_a_file_that_was_written_meanwhile_is_no_backup(path: Path) -> None:
    async with listening(FakeDatabase(spoilt=True), path):
        with pytest.raises(CopySpoiltError, match="Try again"):
            async with held_still(path):
                pass


async def test_a_database_that_cannot_be_held_still_is_let_go_and_the_bot_goes_on(path: Path) -> None:
    database = FakeDatabase(broken=True)
    async with listening(database, path):
        for _ in range(2):
            with pytest.raises(CopySpoiltError):
                async with held_still(path):
                    pass
    assert database.told == ["freeze", "thaw"] * 2


async def test_a_backup_that_goes_away_lets_the_file_go(path: Path) -> None:
    database = FakeDatabase()
    async with listening(database, path):
        with pytest.raises(KeyError):
            async with held_still(path):
                raise KeyError
        await told(database, "freeze", "thaw")


async def test_a_backup_that_takes_too_long_lets_the_file_go_and_is_none(path: Path) -> None:
    database = FakeDatabase()
    async with listening(database, path, held_at_most_s=0.01):
        with pytest.raises(CopySpoiltError):
            async with held_still(path):
                await told(database, "freeze", "thaw")


async def test_a_bot_that_stops_lets_the_file_go_and_the_copy_is_none(path: Path) -> None:
    database = FakeDatabase()
    held = held_still(path)
    async with listening(database, path):
        await held.__aenter__()
    assert database.told == ["freeze", "thaw"]
    with pytest.raises(CopySpoiltError):
        await held.__aexit__(None, None, None)


@pytest.mark.parametrize("said", [b"", b"restore\n", b"x" * 1000])
async def test_a_stranger_on_the_line_changes_nothing(path: Path, said: bytes) -> None:
    database = FakeDatabase()
    async with listening(database, path):
        _, writer = await asyncio.open_unix_connection(str(path))
        writer.write(said)
        writer.close()
        async with held_still(path):
            pass
    assert database.told == ["freeze", "thaw"]


async def test_nobody_listens_where_no_bot_runs_or_was_killed(path: Path) -> None:
    with pytest.raises(BotNotThereError):
        async with held_still(path):
            pass
    left_by_a_kill(path)
    with pytest.raises(BotNotThereError):
        async with held_still(path):
            pass


async def test_what_a_killed_bot_left_is_in_nobodys_way(path: Path) -> None:
    left_by_a_kill(path)
    async with listening(FakeDatabase(), path), held_still(path):
        pass


async def test_without_a_socket_the_bot_goes_on_and_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        await ControlSocket(FakeDatabase(), tmp_path / ("long" * 40)).run()
    assert "neither backup nor forget is possible while the bot runs: AF_UNIX path too long" in caplog.text


async def test_whoever_says_nothing_is_told_by_the_name_of_the_error(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = FakeDatabase()
    async with listening(database, path, held_at_most_s=0.01):
        with pytest.raises(CopySpoiltError):
            async with held_still(path):
                await told(database, "freeze", "thaw")
    assert "a request came to nothing: TimeoutError" in caplog.text
