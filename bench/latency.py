"""From "Oxen wrote the event" to "Discord has the edit": the bot beside the bare script, turn by turn."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from statistics import median, quantiles

from bench.clients import Client, bare_script, bot_client, finish, sample_of
from bench.standins import Timing, stand_ins
from bench.table import Row

WARM_UP = 5
PICTURES = (("5 kB", 0), ("1 MB", 1_000_000))


def _middle_edit_ms(timings: list[Timing]) -> float:
    return median(timing.to_edit_ms for timing in timings)


def _best_tenth_edit_ms(timings: list[Timing]) -> float:
    """Give what one job in ten was faster than: the least disturbed by whatever else the machine did."""
    return quantiles((timing.to_edit_ms for timing in timings), n=10)[0]


def _middle_answer_ms(timings: list[Timing]) -> float:
    return median(timing.to_answer_ms for timing in timings)


FIGURES: tuple[tuple[str, Callable[[list[Timing]], float]], ...] = (
    ("event to edit", _middle_edit_ms),
    ("event to edit, best tenth", _best_tenth_edit_ms),
    ("event to answered edit", _middle_answer_ms),
)


async def rows(*, jobs: int) -> AsyncIterator[Row]:
    for size, result_bytes in PICTURES:
        bot, floor = await turn_by_turn(jobs=jobs, result_bytes=result_bytes)
        for what, figure in FIGURES:
            yield Row(what=f"{what}, {size}", unit="ms", easel=figure(bot), floor=figure(floor))


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
