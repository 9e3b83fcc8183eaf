"""From "Oxen wrote the event" to "Discord has the edit": the bot beside the bare script, turn by turn."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from statistics import median

from bench.clients import Client, bare_script, bot_client, finish, sample_of
from bench.standins import Timing, stand_ins
from bench.table import Row

WARM_UP = 5
PICTURES = (("5 kB", 0), ("1 MB", 1_000_000))


async def rows(*, jobs: int) -> AsyncIterator[Row]:
    for size, result_bytes in PICTURES:
        bot, floor = await turn_by_turn(jobs=jobs, result_bytes=result_bytes)
        yield Row(
            what=f"event to edit, {size}",
            unit="ms",
            easel=median(timing.to_edit_ms for timing in bot),
            floor=median(timing.to_edit_ms for timing in floor),
        )
        yield Row(
            what=f"event to answered edit, {size}",
            unit="ms",
            easel=median(timing.to_answer_ms for timing in bot),
            floor=median(timing.to_answer_ms for timing in floor),
        )


async def turn_by_turn(*, jobs: int, result_bytes: int) -> tuple[list[Timing], list[Timing]]:
    async with AsyncExitStack() as opened:
        ours = await opened.enter_async_context(stand_ins(result_bytes=result_bytes))
        bares = await opened.enter_async_context(stand_ins(result_bytes=result_bytes))
        bot = await opened.enter_async_context(bot_client(ours))
        bare = await opened.enter_async_context(bare_script(bares, await sample_of(bot)))
        pairs = [(await _timed(bot, f"cube {n}"), await _timed(bare, f"cube {n}")) for n in range(WARM_UP + jobs)]
    measured = pairs[WARM_UP:]
    return [bot for bot, _ in measured], [floor for _, floor in measured]


async def _timed(client: Client, prompt: str) -> Timing:
    return client.standins.timing(prompt, await finish(client, prompt))
