"""Thousands of jobs are at Oxen when the bot is killed, and painted before it is back: how soon is all shown."""

from sandbox.oxen import Knobs
from sandbox.torture.arena import SMALL_PX, open_arena
from sandbox.torture.crowd import spread
from sandbox.torture.databases import Engine
from sandbox.torture.outcome import Outcome, outcome_of

NAME = "restart with open jobs"
AT_ONCE = 40
PAINTING_S = (0.01, 0.02)
PATIENCE_S = 120.0


async def restart(jobs: int, engine: Engine) -> Outcome:
    """Play it on one engine; the seconds count from the start of the process to the last edit."""
    knobs = Knobs(painting_s=PAINTING_S, usual_long_side_px=SMALL_PX)
    async with open_arena(engine, knobs=knobs, settings={"MAX_RUNNING_GENERATIONS": str(jobs)}) as arena:
        arena.gate.shut()
        await arena.fill(spread(jobs), at_once=AT_ONCE, patience_s=PATIENCE_S)
        await arena.kill()
        await arena.painted(patience_s=PATIENCE_S)
        began = arena.discord.core.clock.now()
        await arena.start()
        await arena.settle(patience_s=PATIENCE_S)
        await arena.end()
        return outcome_of(arena, NAME, engine, since=began)
