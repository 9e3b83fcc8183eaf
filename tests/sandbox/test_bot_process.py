"""Lives and deaths of a process, played by programs of one line."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from sandbox.bot_process import ROOT, BotEndedError, BotProcess, running_bot

pytestmark = pytest.mark.e2e

SLEEPS = "import time; open('up', 'w').close(); time.sleep(60)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPS}"
TELLS = "import os; print(os.getcwd(), os.environ.get('A'), os.environ.get('SECRET'), os.environ['PYTHONPATH'])"


async def started(folder: Path, program: str, **variables: str) -> BotProcess:
    return await BotProcess.start(variables, folder=folder, command=(sys.executable, "-c", program))


async def asleep(folder: Path, program: str) -> BotProcess:
    """Start a program that opens the pipe `up` when it has come so far."""
    os.mkfifo(folder / "up")
    bot = await started(folder, program)
    await asyncio.to_thread((folder / "up").read_bytes)
    return bot


async def test_it_gets_its_own_folder_and_variables_and_nobody_elses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "theirs")
    bot = await started(tmp_path, TELLS, A="ours")
    with pytest.raises(BotEndedError, match="exit code 0"):
        await bot.while_running(asyncio.Event().wait())
    assert bot.log == f"{tmp_path} ours None {ROOT}\n"


async def test_a_kill_ends_it_at_once(tmp_path: Path) -> None:
    bot = await asleep(tmp_path, SLEEPS)
    assert await bot.kill() == -9
    assert await bot.stop() == -9


async def test_one_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    bot = await asleep(tmp_path, DEAF)
    assert await bot.stop(patience_s=0.05) == -9


async def test_a_second_life_writes_on_in_the_same_log(tmp_path: Path) -> None:
    for life in ("first\n", "first\nsecond\n"):
        bot = await started(tmp_path, f"print({life.split()[-1]!r})")
        with pytest.raises(BotEndedError):
            await bot.while_running(asyncio.Event().wait())
        assert bot.log == life


async def test_who_is_interrupted_takes_it_along(tmp_path: Path) -> None:
    inside = asyncio.Event()
    bots: list[BotProcess] = []

    async def play() -> None:
        async with running_bot({}, folder=tmp_path, command=(sys.executable, "-c", SLEEPS)) as bot:
            bots.append(bot)
            inside.set()
            await bot.while_running(asyncio.Event().wait())

    task = asyncio.create_task(play())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await bots[0].kill() in {-15, -9}
