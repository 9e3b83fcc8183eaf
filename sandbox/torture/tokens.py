"""Jobs that take longer than an answer's token lives, with a kill in between: every picture has to come another way."""

from sandbox.oxen import Knobs
from sandbox.torture.arena import SMALL_PX, Arena, open_arena
from sandbox.torture.crowd import spread
from sandbox.torture.databases import Engine
from sandbox.torture.outcome import Outcome, outcome_of

NAME = "jobs that outlive their token"
AT_ONCE = 40
PAINTING_S = (0.01, 0.5)
PATIENCE_S = 60.0


async def tokens(jobs: int, engine: Engine) -> Outcome:
    """Let every token die while its job is painted; half answer 401 afterwards, half 404, as Discord does."""
    knobs = Knobs(painting_s=PAINTING_S, usual_long_side_px=SMALL_PX)
    async with open_arena(engine, knobs=knobs, settings={"MAX_RUNNING_GENERATIONS": str(jobs)}) as arena:
        arena.gate.shut()
        await arena.fill(spread(jobs), at_once=AT_ONCE)
        _kill_tokens(arena)
        await arena.kill()
        began = arena.discord.core.clock.now()
        await arena.start()
        await arena.ready()
        arena.gate.open()
        await arena.settle(patience_s=PATIENCE_S)
        await arena.end()
        return outcome_of(arena, NAME, engine, since=began)


def _kill_tokens(arena: Arena) -> None:
    interactions = arena.discord.world.interactions
    for number, request in enumerate(arena.crowd.requests):
        arena.discord.circumstances.expire_token(interactions[request.job_id], unknown=number % 2 == 1)
