"""Requests for one job that takes as long as a picture usually does, and how late those who ask notice its end."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from statistics import median

from bench.clients import Client, bare_script, bot_client, finish, poll, sample_of
from bench.standins import Calls, stand_ins
from bench.table import Rival, Row

PAINTING_S = (8.0, 16.0)
"""Images take 5 to 30 s (Oxen's page on the queue); by chance, so that no poll falls in step with the ends."""
INTERVALS_S = (1.0, 5.0)
FIRST_ANSWER = 1
"""The answer to the command, which is made for the scripts and counted for them all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One client: requests per job, and the median from event to edit."""

    discord: float
    oxen: float
    to_edit_ms: float


async def rows(*, jobs: int) -> AsyncIterator[Row]:
    names = [f"ask every {interval_s:.0f} s" for interval_s in INTERVALS_S]
    bot, floor, *polls = await _side_by_side(jobs)

    def row(what: str, unit: str, easel: float, least: float, others: Iterable[float]) -> Row:
        rivals = tuple(Rival(name=name, value=value) for name, value in zip(names, others, strict=True))
        return Row(what=what, unit=unit, easel=easel, floor=least, rivals=rivals)

    yield row("calls to Oxen for a job of 12 s", "requests", bot.oxen, floor.oxen, [each.oxen for each in polls])
    yield row("calls to Discord for a job", "requests", bot.discord, floor.discord, [each.discord for each in polls])
    late = [each.to_edit_ms for each in polls]
    yield row("event to edit, all four on one core", "ms", bot.to_edit_ms, floor.to_edit_ms, late)


async def _side_by_side(jobs: int) -> list[Measured]:
    """Let everybody work at the same time, each before stand-ins of its own."""
    async with AsyncExitStack() as opened:
        ours, *others = [await opened.enter_async_context(stand_ins()) for _ in range(2 + len(INTERVALS_S))]
        # A job that must wait for others is told so, and shown once more when it begins: that is not a plain one.
        bot = await opened.enter_async_context(bot_client(ours, MAX_RUNNING_GENERATIONS=str(jobs)))
        sample = await sample_of(bot)
        bare = await opened.enter_async_context(bare_script(others[0], sample))
        polls = [
            await opened.enter_async_context(poll(place, sample, interval_s))
            for place, interval_s in zip(others[1:], INTERVALS_S, strict=True)
        ]
        measured = await asyncio.gather(
            _measure(bot, jobs), *(_measure(script, jobs, made_for_it=FIRST_ANSWER) for script in (bare, *polls))
        )
    return list(measured)


async def _measure(client: Client, jobs: int, *, made_for_it: int = 0) -> Measured:
    standins = client.standins
    standins.oxen.knobs.painting_s = PAINTING_S
    before = standins.count_calls()
    prompts = [f"long {number}" for number in range(jobs)]
    asked = await asyncio.gather(*(finish(client, prompt) for prompt in prompts))
    timings = [standins.timing(prompt, each) for prompt, each in zip(prompts, asked, strict=True)]
    sent = _difference(standins.count_calls(), before)
    return Measured(
        discord=sent.discord / jobs + made_for_it,
        oxen=sent.oxen / jobs,
        to_edit_ms=median(timing.to_edit_ms for timing in timings),
    )


def _difference(after: Calls, before: Calls) -> Calls:
    return Calls(discord=after.discord - before.discord, oxen=after.oxen - before.oxen)
