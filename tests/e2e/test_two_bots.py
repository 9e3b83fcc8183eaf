"""Two processes with one token and a database each: one order, one card, and a loud line in the log of the second."""

from pathlib import Path

import pytest

from tests.e2e.bot_process import Bot
from tests.e2e.town import Town

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


async def test_h6_of_two_processes_one_orders_and_the_other_says_so(
    own_town: Town, tmp_path_factory: pytest.TempPathFactory
) -> None:
    second_home: Path = tmp_path_factory.mktemp("second")
    async with Bot(own_town.bot.environment, second_home) as second:
        await own_town.bot.start()
        await second.start()
        message = await own_town.paint("a lighthouse in two houses")
        loud = "another process answers with the same token"
        await own_town.discord.wait_for(lambda: loud in own_town.bot.log() + second.log() or None)
    assert (len(own_town.orders), len(own_town.pictures(message))) == (1, 1)
    assert len(own_town.discord.messages(own_town.scene.pictures)) == 1
