"""A private answer whose quarter of an hour is over before its picture is there: one press brings it."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from sandbox.discord import GatewaySettings, Interaction, LocalDiscord, Settings
from sandbox.oxen import Account, LocalOxen
from tests.e2e.conftest import OXEN_KEY
from tests.e2e.town import Town, usual_knobs

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

OLD = timedelta(minutes=14, seconds=5)
"""Tokens are as old as this for the bot when they are made, so that nobody waits a quarter of an hour."""
ASKS = "Press Get result"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def servers() -> AsyncGenerator[tuple[LocalDiscord, LocalOxen]]:
    """Give a Discord whose clock is behind the bot's."""
    settings = Settings(gateway=GatewaySettings(identify_spacing_s=0))
    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(LocalDiscord(settings, now=lambda: datetime.now(UTC) - OLD))
        oxen = await stack.enter_async_context(LocalOxen(account=Account(key=OXEN_KEY), knobs=usual_knobs()))
        yield discord, oxen


async def asking(town: Town, prompt: str) -> Interaction:
    """Give a private job under way whose card asks for a press."""
    town.oxen.knobs.painting_s = (7, 7)
    asked = town.ask(prompt, private=True)
    await town.shows(asked, ASKS)
    return asked


async def test_f3_a_press_brings_what_was_painted_after_the_token_s_end(town: Town) -> None:
    asked = await asking(town, "painted after the end")
    since = town.bot.lines
    town.discord.circumstances.expire_token(asked)
    await town.bot.says("job leaves its message", since=since)
    message = await town.answer(asked)
    town.press(message, "Get result")
    shown = await town.done(message)
    assert town.pictures(shown) == town.served
    assert shown.ephemeral
    assert [button.label for button in town.discord.buttons(shown)] == ["Again", "Info", "Delete"]


async def test_f3_a_press_in_time_lets_the_picture_land_by_itself(town: Town) -> None:
    asked = await asking(town, "renewed while it is painted")
    message = await town.answer(asked)
    pressed = town.press(message, "Get result")
    await town.discord.wait_for(lambda: town.discord.answer_of(pressed))
    town.discord.circumstances.expire_token(asked)
    shown = await town.done(message, timeout_s=12)
    assert town.pictures(shown) == town.served
