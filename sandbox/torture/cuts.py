"""A stream that is cut every second for a minute: what it loses, and what it costs."""

import asyncio
from collections.abc import Iterator

from sandbox.oxen import Knobs
from sandbox.torture.arena import SMALL_PX, Arena, open_arena
from sandbox.torture.crowd import spread
from sandbox.torture.databases import Engine
from sandbox.torture.judgement import Broken, Violation
from sandbox.torture.outcome import Outcome, outcome_of

NAME = "stream cut every second"
PAINTING_S = (0.2, 4.0)
SLOTS = 64
ASKS_A_SECOND = 4
PATIENCE_S = 30.0
STREAM, LIST, ROW = "GET /events", "GET /ai/queue", "GET /ai/queue/{generation_id}"


async def cuts(seconds: int, engine: Engine) -> Outcome:
    """Cut it, while members go on asking; then compare the calls with what the cuts can excuse."""
    knobs = Knobs(painting_s=PAINTING_S, usual_long_side_px=SMALL_PX)
    async with open_arena(engine, knobs=knobs, settings={"MAX_RUNNING_GENERATIONS": str(SLOTS)}) as arena:
        await arena.start()
        await arena.ready()
        asking = asyncio.create_task(_ask(arena, seconds))
        for _ in range(seconds):
            await arena.bot.while_running(asyncio.sleep(1.0))
            arena.oxen.drop_streams()
        await asking
        await arena.settle(patience_s=PATIENCE_S)
        await arena.end()
        count, missed = arena.oxen.log.count, len(arena.oxen.announcer.unheard)
        note = (
            f"{count(STREAM) - 1} reconnects: {count(LIST)} lists; {missed} events missed: {count(ROW)} rows asked for"
        )
        return outcome_of(arena, NAME, engine, note=note, also=tuple(_extravagance(arena)))


async def _ask(arena: Arena, seconds: int) -> None:
    for ask in spread(seconds * ASKS_A_SECOND):
        arena.crowd.ask(ask)
        await asyncio.sleep(1 / ASKS_A_SECOND)


def _extravagance(arena: Arena) -> Iterator[Violation]:
    count, missed = arena.oxen.log.count, len(arena.oxen.announcer.unheard)
    if count(LIST) > count(STREAM) - 1:
        yield Violation(kind=Broken.EXTRAVAGANCE, where=f"{count(LIST)} lists for {count(STREAM) - 1} reconnects")
    if count(ROW) > missed:
        yield Violation(kind=Broken.EXTRAVAGANCE, where=f"{count(ROW)} rows asked for, {missed} events missed")
