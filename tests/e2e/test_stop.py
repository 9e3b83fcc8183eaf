"""A stop when everything else goes wrong: the bot ends, with 0, in time."""

import pytest

from tests.e2e.town import Town

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


async def test_g6_a_stop_in_the_moment_in_which_both_services_are_lost_ends_the_bot(own_town: Town) -> None:
    await own_town.bot.start()
    own_town.discord.gateway.accepting = False
    own_town.discord.gateway.drop_all()
    own_town.oxen.drop_streams()
    assert await own_town.bot.stop() == 0
