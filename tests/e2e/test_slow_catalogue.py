"""A start while Oxen says nothing of its models: people are answered at once, and their jobs wait for the models."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from sandbox.oxen import Hold
from tests.e2e.town import Town

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

MODELS = "GET /ai/models"
WITHIN_S = 1.0


@pytest_asyncio.fixture(loop_scope="module")
async def town(own_town: Town) -> AsyncGenerator[Town]:
    own_town.oxen.faults.add(Hold(route=MODELS, before_s=60))
    own_town.oxen.faults.add(Hold(route=MODELS, before_s=4))
    await own_town.bot.start()
    yield own_town


async def test_without_a_catalogue_people_are_answered_at_once_and_painted_for_later(town: Town) -> None:
    scene = town.scene
    async with asyncio.timeout(WITHIN_S):
        offered = await town.discord.people.autocomplete(scene.robin, scene.pictures, "imagine", "model", "flux")
    assert offered == ()
    refused = town.ask("cannot be painted --ar banana")
    asked = town.ask("painted once the models are known")
    await town.answer(asked, timeout_s=WITHIN_S)
    message = await town.done(asked)
    assert town.pictures(message) == town.served
    assert "takes --ar" in town.discord.text(await town.shows(refused, "**Failed**"))
