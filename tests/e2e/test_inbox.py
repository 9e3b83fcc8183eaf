"""What could not be placed waits for its owner: nobody else sees it, and it comes back only where the owner asks."""

import pytest

from sandbox.discord import Interaction, Message
from tests.e2e.town import Town

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


def open_inbox(town: Town) -> Interaction:
    return town.discord.people.command(town.scene.robin, town.scene.team, "inbox")


async def listed(town: Town) -> Message:
    asked = open_inbox(town)
    await town.private_words(asked)
    return await town.answer(asked)


async def left_its_message(town: Town, prompt: str, *, private: bool = False) -> None:
    """Paint a picture whose private answer runs out of time, or whose message a moderator deletes meanwhile."""
    town.oxen.knobs.painting_s = (0.3, 0.3)
    asked = town.ask(prompt, private=private)
    message = await town.answer(asked)
    since = town.bot.lines
    if private:
        town.discord.circumstances.expire_token(asked)
    else:
        town.discord.people.delete(town.scene.max, message)
    await town.bot.says("job leaves its message", since=since)


async def test_a_picture_whose_message_was_deleted_comes_back_to_its_owner_alone(town: Town) -> None:
    await left_its_message(town, "deleted while it was painted")
    inbox = await listed(town)
    assert "deleted while it was painted" in town.discord.text(inbox)
    assert "Its message was removed by" in town.discord.text(inbox)
    assert town.discord.messages(town.scene.team, seen_by=town.scene.sam) == ()
    placed = await town.shows(town.press(inbox, "Show here"), "AI-generated")
    placed = await town.discord.wait_for(lambda: placed if town.pictures(placed) else None)
    assert town.pictures(placed) == town.served
    assert (placed.channel_id, placed.ephemeral) == (town.scene.team.id, True)
    assert "Its message was removed by" in town.discord.text(await listed(town))


async def test_a_private_picture_is_shown_to_nobody_else(town: Town) -> None:
    await left_its_message(town, "between us two", private=True)
    placed = await town.answer(town.press(await listed(town), "Show here"))
    await town.discord.wait_for(lambda: town.pictures(placed))
    assert placed.ephemeral


async def test_a_button_from_before_a_restart_still_shows_it_and_a_second_press_says_so(town: Town) -> None:
    await left_its_message(town, "shown after a restart", private=True)
    inbox = await listed(town)
    await town.bot.kill()
    await town.bot.start()
    placed = await town.answer(town.press(inbox, "Show here"))
    await town.discord.wait_for(lambda: town.pictures(placed))
    assert "not in your inbox any more" in await town.private_words(town.press(inbox, "Show here"))


async def test_what_was_deleted_on_purpose_is_not_in_the_inbox(town: Town) -> None:
    message = await town.paint("deleted on purpose")
    asked = town.press(message, "Delete")
    town.press(await town.answer(asked), "Delete it")
    await town.discord.wait_for(lambda: town.discord.current(message) is None)
    assert "deleted on purpose" not in town.discord.text(await listed(town))


async def test_h9_a_private_picture_that_was_dismissed_is_had_again(town: Town) -> None:
    message = await town.paint("dismissed at once", private=True)
    town.discord.circumstances.delete_message(message)
    inbox = await listed(town)
    assert "dismissed at once" in town.discord.text(inbox)
    placed = await town.answer(town.press(inbox, "Show here"))
    await town.discord.wait_for(lambda: town.pictures(placed))
    assert placed.ephemeral
