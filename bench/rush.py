"""A hundred jobs at once: commands in one breath, then all events in one breath."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from bench.clients import Client, bare_script, bot_client, finished, sample_of
from bench.standins import stand_ins
from bench.table import Rival, Row

ROUNDS = 3
ALL_PAINTED_S = 60.0
DISCORD_WAITS_MS = 3000.0
"""After that an interaction takes no answer (developer documentation, "Receiving and Responding")."""


async def rows(*, jobs: int) -> AsyncIterator[Row]:
    async with AsyncExitStack() as opened:
        ours = await opened.enter_async_context(stand_ins())
        bares = await opened.enter_async_context(stand_ins())
        # All of them under way at Oxen; by default it is 16, and the rest wait their turn.
        bot = await opened.enter_async_context(bot_client(ours, MAX_RUNNING_GENERATIONS=str(jobs)))
        bare = await opened.enter_async_context(bare_script(bares, await sample_of(bot)))
        turns = [[await _rush(client, jobs, number) for client in (bot, bare)] for number in range(ROUNDS)]
    easel, floor = (_middle(rushes) for rushes in zip(*turns, strict=True))
    yield Row(what=f"{jobs} events at once to half of the edits", unit="ms", easel=easel.half_ms, floor=floor.half_ms)
    yield Row(what=f"{jobs} events at once to the last edit", unit="ms", easel=easel.last_ms, floor=floor.last_ms)
    yield Row(
        what=f"{jobs} commands at once to the last answer",
        unit="ms",
        easel=easel.last_answer_ms,
        floor=None,
        rivals=(Rival(name="Discord's limit", value=DISCORD_WAITS_MS),),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rush:
    """How long the last command waited for its answer, and the edits for their events."""

    last_answer_ms: float
    half_ms: float
    last_ms: float


def _middle(rushes: Sequence[Rush]) -> Rush:
    return Rush(
        last_answer_ms=median(rush.last_answer_ms for rush in rushes),
        half_ms=median(rush.half_ms for rush in rushes),
        last_ms=median(rush.last_ms for rush in rushes),
    )


async def _rush(client: Client, jobs: int, turn: int) -> Rush:
    standins = client.standins
    standins.hold_events()
    painted_before = len(standins.oxen.ledger.generations)
    prompts = [f"rush {turn}, {number}" for number in range(jobs)]
    start = perf_counter()
    asked = await asyncio.gather(*(client.begin(prompt) for prompt in prompts))
    last_answer_ms = (perf_counter() - start) * 1000
    await standins.oxen.wait_for(
        lambda: sum(row.file is not None for row in standins.oxen.ledger.generations) == painted_before + jobs,
        timeout_s=ALL_PAINTED_S,
    )
    standins.gate.open()
    await asyncio.gather(*(finished(client, prompt, each) for prompt, each in zip(prompts, asked, strict=True)))
    edits_ms = [standins.timing(prompt, each).to_edit_ms for prompt, each in zip(prompts, asked, strict=True)]
    return Rush(last_answer_ms=last_answer_ms, half_ms=median(edits_ms), last_ms=max(edits_ms))
