"""The storm: one process after another is killed among all other trouble, then everything is counted."""

import asyncio
from collections.abc import Sequence

from sandbox.oxen import Knobs
from sandbox.torture.arena import SMALL_PX, Arena, open_arena
from sandbox.torture.databases import Engine
from sandbox.torture.outcome import Outcome, outcome_of
from sandbox.torture.storm import Ask, Life, Storm, Stroke, Trouble
from sandbox.torture.troubles import Troubles

NAME = "kills in a storm"
PAINTING_S = (0.1, 1.2)
GRACE_S = 6
SLOTS = 64
PATIENCE_S = 90.0
"""For what an order may take that was lost twice: twice the grace, and the sweeps in between."""


async def kills(storm: Storm, engine: Engine, *, grace_s: int = GRACE_S) -> Outcome:
    """Play a storm on one engine."""
    settings = {"RECONCILE_GRACE_S": str(grace_s), "MAX_RUNNING_GENERATIONS": str(SLOTS)}
    knobs = Knobs(painting_s=PAINTING_S, usual_long_side_px=SMALL_PX)
    async with open_arena(engine, knobs=knobs, settings=settings) as arena:
        troubles = Troubles(arena)
        for life in storm.lives:
            await _live(arena, troubles, life)
        troubles.calm()
        began = arena.discord.core.clock.now()
        await arena.start()
        await arena.ready()
        await arena.settle(patience_s=PATIENCE_S)
        await arena.end()
        struck = troubles.struck
        # What is too dear to be sent again is told as unknown: its order was lost, or its process before it sent it.
        excuses = struck[Trouble.ORDER_LOST] + arena.kills
        return outcome_of(arena, NAME, engine, since=began, troubles=struck, excuses=excuses)


async def _live(arena: Arena, troubles: Troubles, life: Life) -> None:
    await arena.start()
    if life.starting:
        await asyncio.sleep(life.dies_s)
    else:
        await arena.ready()
        await _play(arena, troubles, life)
    await arena.kill()


async def _play(arena: Arena, troubles: Troubles, life: Life) -> None:
    """Let a life's moments come, each at its time, and end with the last second of the life."""
    moments: Sequence[asyncio.Task[None]] = [
        *(asyncio.create_task(_ask(arena, each)) for each in life.asks),
        *(asyncio.create_task(_strike(troubles, each)) for each in life.strokes),
    ]
    await asyncio.sleep(life.dies_s)
    await _end_all(moments)


async def _ask(arena: Arena, ask: Ask) -> None:
    await asyncio.sleep(ask.at_s)
    arena.crowd.ask(ask)


async def _strike(troubles: Troubles, stroke: Stroke) -> None:
    await asyncio.sleep(stroke.at_s)
    await troubles.strike(stroke)


async def _end_all(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel what is not over, and raise what went wrong in the rest."""
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result
