import asyncio

from sandbox.discord import ChangeKind
from sandbox.discord.body import Body
from sandbox.discord.jsontypes import JsonObject
from sandbox.page.bell import Topic
from sandbox.page.feed import Feed
from sandbox.page.scenery import Scenery


async def begun(scenery: Scenery, name: str = "robin") -> Feed:
    """Give a feed that has told everything there was."""
    feed = Feed(scenery, scenery.backstage.person(name))
    await feed.news()
    return feed


async def told(feed: Feed) -> list[str]:
    return [name for name, _ in await feed.news()]


async def test_a_feed_begins_with_everything(scenery: Scenery) -> None:
    feed = Feed(scenery, scenery.backstage.person(""))
    ((name, state),) = await feed.news()
    assert name == "state"
    assert isinstance(state, dict)
    assert {"me", "people", "channels", "commands", "messages", "bot", "troubles"} <= set(state)
    feed.close()


async def test_of_a_thing_that_changed_twice_only_the_latest_is_told(scenery: Scenery) -> None:
    discord, feed = scenery.backstage.discord, await begun(scenery)
    message = discord.people.say(discord.scene.sam, discord.scene.pictures, "one")
    discord.people.delete(discord.scene.sam, message)
    assert await feed.news() == [("gone", {"id": str(message.id)})]
    feed.close()


async def test_what_others_wait_for_is_nobody_elses_business(scenery: Scenery) -> None:
    discord, robin, sam = scenery.backstage.discord, await begun(scenery), await begun(scenery, "sam")
    discord.people.command(discord.scene.sam, discord.scene.pictures, "imagine", {"prompt": "a cat"})
    assert await told(sam) == ["interaction"]
    scenery.backstage.bell.ring(Topic.BOT)
    assert await told(robin) == ["bot"]
    robin.close()
    sam.close()


async def test_a_private_message_is_told_to_its_viewer_alone(scenery: Scenery) -> None:
    discord, feed = scenery.backstage.discord, await begun(scenery, "max")
    asked = discord.people.command(discord.scene.sam, discord.scene.pictures, "imagine", {"prompt": "a cat"})
    data: JsonObject = {"type": 4, "data": {"content": "a secret", "flags": 64}}
    answer_by_hand(scenery, asked.id, asked.token, data)
    assert [name for name, value in await feed.news() if "a secret" in str(value)] == []
    feed.close()


async def test_a_private_message_is_gone_once_its_client_was_opened_anew(scenery: Scenery) -> None:
    discord, sam = scenery.backstage.discord, scenery.backstage.person("sam")
    asked = discord.people.command(sam, discord.scene.pictures, "imagine", {"prompt": "a cat"})
    opened = Feed(scenery, sam)
    answer_by_hand(scenery, asked.id, asked.token, {"type": 4, "data": {"content": "a secret", "flags": 64}})
    assert "a secret" in str(await opened.news())
    reloaded = Feed(scenery, sam)
    assert "a secret" not in str(await reloaded.news())
    discord.changes.publish(ChangeKind.MESSAGE_EDITED, discord.world.answers[asked.id].message_id or 0)
    assert [name for name, _ in await opened.news()] == ["message"]
    assert [name for name, _ in await reloaded.news()] == ["gone"]
    opened.close()
    reloaded.close()


async def test_a_closed_feed_hears_nothing(scenery: Scenery) -> None:
    discord, feed = scenery.backstage.discord, await begun(scenery)
    feed.close()
    news = asyncio.create_task(feed.news())
    discord.people.say(discord.scene.sam, discord.scene.pictures, "hello")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not news.done()
    news.cancel()


def answer_by_hand(scenery: Scenery, interaction_id: int, token: str, data: JsonObject) -> None:
    scenery.backstage.discord.core.interactions.answer(interaction_id, token, Body(json=data))
