"""From the start of the process to "ready": the bot with a database that it knows, beside discord.py alone."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from bench.clients import READY_S
from bench.machine import MEASURED, on_core
from bench.standins import StandIns, stand_ins
from bench.table import Rival, Row
from sandbox.bot_process import BOT, BotProcess

DISCORD_PY_PATIENCE_S = 2.0
"""Its default for `guild_ready_timeout`."""
NO_PATIENCE_S = 0.0
"""As Easel has it: it keeps no servers, so there is none to wait for."""
LOOK_EVERY_S = 0.002


def _bare(patience_s: float) -> Sequence[str]:
    return (sys.executable, "-m", "bench.bare_client", str(patience_s))


async def rows(*, starts: int) -> AsyncIterator[Row]:
    commands = (BOT, _bare(NO_PATIENCE_S), _bare(DISCORD_PY_PATIENCE_S))
    async with stand_ins() as standins:
        with TemporaryDirectory(prefix="easel-bench-") as folder:
            await _start_to_ready_s(standins, BOT, Path(folder))
            turns = [
                [await _start_to_ready_s(standins, each, Path(folder)) for each in commands] for _ in range(starts)
            ]
    easel, floor, unchanged = (median(times) for times in zip(*turns, strict=True))
    yield Row(
        what="start to ready",
        unit="s",
        easel=easel,
        floor=floor,
        rivals=(Rival(name="discord.py as it comes", value=unchanged),),
    )


async def _start_to_ready_s(standins: StandIns, command: Sequence[str], folder: Path) -> float:
    oxen = standins.oxen
    variables = {**standins.discord.environment(), "OXEN_API_URL": oxen.api_url, "OXEN_API_KEY": oxen.account.key}
    start = perf_counter()
    with on_core(MEASURED):
        process = await BotProcess.start(variables, folder=folder, command=command)
    try:
        known = len(process.log)
        await process.while_running(_ready(process, known))
        return perf_counter() - start
    finally:
        await process.stop()


async def _ready(process: BotProcess, known: int) -> None:
    """Wait for the word in what this life of the process logs; lives before it logged `known` characters."""
    async with asyncio.timeout(READY_S):
        while "ready" not in process.log[known:]:  # noqa: ASYNC110 - a file rings no bell
            await asyncio.sleep(LOOK_EVERY_S)
