"""A person that speaks to the bot: who is answered, where, and how often; the real client and a Discord beside it."""

from collections.abc import AsyncIterator

import pytest

from bot.addressing import Address, read_address
from bot.core import words
from cogs.mention import CHANNELS_KEPT, PAUSE_S, Mentions
from sandbox.discord.jsontypes import Json, JsonObject
from tests.fuzz.discord_line import BOT_ID, MESSAGE, USER, Line, connected
from tests.service.rig import Rig

ALLOWED = 10
NAMED: JsonObject = {"content": f"<@{BOT_ID}> draw me a cat", "mentions": [{**USER, "id": str(BOT_ID)}]}


def written(**more: Json) -> JsonObject:
    return {**MESSAGE, "guild_id": str(ALLOWED), **NAMED, **more}


@pytest.fixture
async def line(rig: Rig) -> AsyncIterator[Line]:
    async with connected(rig, allowed_guilds=[ALLOWED]) as opened:
        yield opened


async def test_a_mention_gets_one_line_a_minute_that_pings_nobody(line: Line) -> None:
    (call,) = await line.hand_over(written(), "MESSAGE_CREATE")
    assert (call.method, call.path) == ("POST", "/channels/8/messages")
    assert call.body["content"] == words.MENTIONED
    assert call.body["allowed_mentions"] == {"parse": []}
    assert await line.hand_over(written(), "MESSAGE_CREATE") == []
    (elsewhere,) = await line.hand_over(written(channel_id="9"), "MESSAGE_CREATE")
    assert elsewhere.path == "/channels/9/messages"
    assert line.left == []


async def test_a_direct_message_is_told_where_the_commands_are(line: Line) -> None:
    direct = {**MESSAGE, "content": "draw me a cat"}
    (call,) = await line.hand_over(direct, "MESSAGE_CREATE")
    assert call.body["content"] == words.DIRECT_MESSAGE


async def test_a_server_that_is_not_allowed_gets_no_answer(line: Line) -> None:
    assert await line.hand_over(written(guild_id="11"), "MESSAGE_CREATE") == []


@pytest.mark.parametrize(
    "more",
    [
        {"author": {**USER, "bot": True}},
        {"author": {**USER, "system": True}},
        {"webhook_id": "5"},
        {"type": 7},
        {"content": "hello everyone", "mentions": [], "mention_everyone": True},
        {"content": "<@&12> look", "mentions": [], "mention_roles": ["12"]},
        {"content": "a reply pings without naming"},
        {"content": f"`<@{BOT_ID}>` in code", "mentions": []},
        {"content": "", "mentions": []},
        {"mentions": None},
        {"channel_id": None},
        {"author": None},
    ],
)
def test_what_is_not_written_to_the_bot_is_let_go(more: JsonObject) -> None:
    assert read_address(written(**more), own_id=BOT_ID) is None


@pytest.mark.parametrize("odd", [[1], None, "text", {}, {"channel_id": {}}])
def test_an_event_of_another_shape_is_let_go(odd: Json) -> None:
    assert read_address(odd, own_id=BOT_ID) is None


def test_the_old_way_to_write_a_mention_counts_too() -> None:
    assert read_address(written(content=f"<@!{BOT_ID}>"), own_id=BOT_ID) == Address(channel_id=8, guild_id=ALLOWED)


async def test_after_a_minute_a_channel_is_answered_again_and_a_flood_is_not_remembered(line: Line) -> None:
    mentions = Mentions(line.bot)
    takes_turn = mentions._takes_turn  # pyright: ignore[reportPrivateUsage]
    assert [takes_turn(1, at_s) for at_s in (0.0, PAUSE_S - 1, PAUSE_S)] == [True, False, True]
    assert sum(takes_turn(channel_id, PAUSE_S) for channel_id in range(2 * CHANNELS_KEPT)) == CHANNELS_KEPT - 1
