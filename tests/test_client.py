"""What holds for everything that goes through the one client, before any feature sees it."""

from collections.abc import AsyncIterator

import pytest

from bot.client import EaselBot
from bot.core import words
from bot.core.job import GenerationState
from bot.refusals import Refusals
from sandbox.discord.jsontypes import JsonObject
from tests.core.jobs import a_job
from tests.fakes import ManualClock
from tests.fuzz.discord_line import COMMAND, Line, connected, interaction, option, press, words_of
from tests.service.memory_store import MemoryStore
from tests.service.rig import Rig, open_rig

ELSEWHERE = 11
"""A server that is not the one of the made-up interactions."""
COMMANDED: JsonObject = {"id": "1", "name": "imagine", "type": 1, "options": [option("prompt", 3, "a cat")]}


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    clock = ManualClock()
    async with open_rig(MemoryStore(clock), clock) as opened:
        yield opened


@pytest.fixture
async def line(rig: Rig) -> AsyncIterator[Line]:
    async with connected(rig, allowed_guilds=[ELSEWHERE]) as opened:
        yield opened


@pytest.mark.parametrize("payload", [interaction(COMMAND, COMMANDED), press("easel:cancel:1")])
async def test_in_a_server_that_is_not_allowed_nothing_is_done(line: Line, rig: Rig, payload: JsonObject) -> None:
    await rig.keep(a_job(GenerationState.PLANNED))
    (call,) = await line.hand_over(payload)
    assert call.is_private
    assert words.NOT_HERE in words_of(call)
    assert await rig.get() == a_job(GenerationState.PLANNED)
    assert await rig.store.get(str(payload["id"])) is None


async def test_what_names_no_mentions_of_its_own_pings_nobody_either() -> None:
    refusals = Refusals(monotonic=ManualClock().monotonic)
    bot = EaselBot(sync_to_guild=None, allowed_guilds=frozenset(), refusals=refusals)
    assert bot.allowed_mentions is not None
    assert bot.allowed_mentions.to_dict() == {"parse": []}
