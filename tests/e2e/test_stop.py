"""A stop when everything else goes wrong: the bot ends, with 0, in time."""

import os
import signal

import pytest

from tests.e2e.town import Town

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

SMALL_LIMIT_BYTES = 20_000


async def test_g6_a_stop_in_the_moment_in_which_both_services_are_lost_ends_the_bot(own_town: Town) -> None:
    await own_town.bot.start()
    own_town.discord.gateway.accepting = False
    own_town.discord.gateway.drop_all()
    own_town.oxen.drop_streams()
    try:
        assert await own_town.bot.stop() == 0
    finally:
        own_town.discord.gateway.accepting = True


async def test_g6_a_stop_while_a_picture_is_made_smaller_ends_both_processes(own_town: Town) -> None:
    await own_town.bot.start()
    own_town.oxen.knobs.usual_long_side_px = 512
    own_town.discord.circumstances.limit_uploads(SMALL_LIMIT_BYTES)
    try:
        own_town.ask("a large picture --format png")
        shrinking = await own_town.bot.child()
        # It would take for ever.
        os.kill(shrinking, signal.SIGSTOP)
        assert await own_town.bot.stop() == 0
        with pytest.raises(ProcessLookupError):
            os.kill(shrinking, 0)
    finally:
        own_town.discord.circumstances.limit_uploads(10 << 20)
