"""What 10,000 open jobs take: the bot with them in its store, beside itself with one, and scripts that hold them."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from bench.clients import Sample, bare_script, bot_client, sample_of
from bench.machine import resident_bytes
from bench.standins import StandIns, stand_ins
from bench.table import Rival, Row
from bot.core.job import Generation, GenerationState, Job
from bot.store import open_store
from bot.store.engine import open_engine
from bot.store.location import locate
from bot.store.rows import generation_rows, job_row
from bot.store.seal import TokenSeal
from bot.store.tables import generations, jobs
from sandbox.bot_process import ROOT
from sandbox.oxen import Stick

MB = 1e6
SETTLING_S = 8.0
"""More than a round of the bot's sweep, which looks at every job that is at Oxen."""
USUAL_SLOTS = 16
"""The default of MAX_RUNNING_GENERATIONS: the other jobs wait their turn."""

Arrange = Callable[[Generation, int], Generation]


async def rows(*, count: int) -> AsyncIterator[Row]:
    async with stand_ins() as standins:
        async with bot_client(standins) as bot:
            sample = await sample_of(bot)
        rivals = (Rival(name="a task and a view for each", value=await _of_bare_views(count) / MB),)
        floor = await _of_bare_script(standins, sample, count) / MB
    for what, slots in (("16 at Oxen, the rest waiting", USUAL_SLOTS), ("all at Oxen", count)):
        yield Row(
            what=f"{count:,} open jobs, {what}",
            unit="MB",
            easel=await _of_bot(count, slots) / MB,
            floor=floor,
            rivals=rivals,
        )


async def _of_bot(count: int, slots: int) -> int:
    with TemporaryDirectory(prefix="easel-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'easel.db'}"
        async with stand_ins() as standins:
            standins.oxen.faults.add(Stick(), times=None)
            started = partial(bot_client, standins, DATABASE_URL=url, MAX_RUNNING_GENERATIONS=str(slots))
            async with started() as bot:
                await bot.begin("the one that is copied")
                await standins.oxen.wait_for(lambda: bool(standins.oxen.ledger.generations))
                await asyncio.sleep(SETTLING_S)
                alone = resident_bytes(bot.process.pid)
            await _multiply(standins, url, count, slots)
            async with started() as bot:
                await asyncio.sleep(SETTLING_S)
                return resident_bytes(bot.process.pid) - alone


async def _multiply(standins: StandIns, url: str, count: int, slots: int) -> None:
    """Make `count` of the one open job, in the bot's store and in Oxen's ledger; beyond `slots`, they wait."""
    store = await open_store(url, secret=standins.discord.token, clock=_now)
    (job,) = await store.open_jobs()
    await store.close()
    copies = [_copied(job, number, waits=number >= slots) for number in range(1, count)]
    await _insert(url, copies, TokenSeal(standins.discord.token))
    ledger = standins.oxen.ledger
    (row,) = ledger.generations
    for copy in copies:
        for generation in copy.generations:
            if generation.remote_id is not None:
                ledger.put(replace(row, generation_id=generation.remote_id))


def _copied(job: Job, number: int, *, waits: bool) -> Job:
    job_id = str(int(job.id) + number)
    (generation,) = job.generations
    copy = replace(generation, id=f"{job_id}-1", remote_id=f"{generation.remote_id}-{number}", accepted_at=_now())
    if waits:
        copy = Generation(id=copy.id, position=0, seed=copy.seed, state=GenerationState.PLANNED)
    return replace(job, id=job_id, message_id=(job.message_id or 0) + number, generations=(copy,))


async def _insert(url: str, copies: Sequence[Job], seal: TokenSeal) -> None:
    """Write all rows at once: through the store's own door each would be counted against all others."""
    engine = open_engine(locate(url))
    async with engine.begin() as connection:
        await connection.execute(sa.insert(jobs), [job_row(job, seal) for job in copies])
        await connection.execute(
            sa.insert(generations), [row for job in copies for row in generation_rows(job).values()]
        )
    await engine.dispose()


async def _of_bare_script(standins: StandIns, sample: Sample, count: int) -> int:
    """Tell the floor of so many jobs, each with its edit, and give how much it grew."""
    async with bare_script(standins, sample) as script:
        before = resident_bytes(script.process.pid)
        for number in range(count):
            await script.tell(f"{number:036}", f"{standins.discord.api_url}/webhooks/1/{number:0200}/messages/1")
        await asyncio.sleep(1)
        return resident_bytes(script.process.pid) - before


async def _of_bare_views(count: int) -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.bare_views", str(count), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    return int(told)


def _now() -> datetime:
    return datetime.now(UTC)
