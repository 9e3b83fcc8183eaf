"""The buttons under a card: who may press them, what they do, and that a restart of the bot changes nothing of it."""

from collections.abc import Mapping

import pytest

from sandbox.discord import Message
from sandbox.oxen import CancelTooLate, Status, Stick
from tests.e2e.files import picture
from tests.e2e.town import NO_LIMITS, Town

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

DELETE = "DELETE /ai/queue/{generation_id}"


@pytest.fixture(scope="module")
def environment() -> Mapping[str, str]:
    """Let one generation run at a time, so that a second job waits."""
    return {**NO_LIMITS, "MAX_RUNNING_GENERATIONS": "1"}


async def stuck(town: Town, prompt: str = "painted for ever") -> Message:
    """Give the card of a job that Oxen paints for ever."""
    town.oxen.faults.add(Stick())
    before = len(town.generations)
    asked = town.ask(prompt)
    await town.oxen.wait_for(
        lambda: len(town.generations) > before and town.generations[-1].status is Status.PROCESSING
    )
    return await town.answer(asked)


async def ended(town: Town, message: Message) -> None:
    town.press(message, "Cancel")
    await town.shows(message, "**Cancelled**")


async def test_cancel_while_painting_cancels_at_oxen(town: Town) -> None:
    message = await stuck(town)
    town.press(message, "Cancel")
    shown = await town.shows(message, "**Cancelled**")
    assert town.requests.count(DELETE) == 1
    assert [each.status for each in town.generations] == [Status.CANCELLED]
    assert [button.label for button in town.discord.buttons(shown)] == ["Again", "Info", "Delete"]


async def test_cancel_while_waiting_sends_nothing_to_oxen(town: Town) -> None:
    first = await stuck(town)
    waiting = await town.shows(town.ask("cancelled in line"), "**Queued**")
    town.press(waiting, "Cancel")
    await town.shows(waiting, "**Cancelled**")
    assert [order["prompt"] for order in town.orders] == ["painted for ever"]
    await ended(town, first)


async def test_a_picture_that_was_ready_before_the_cancel_is_shown(town: Town) -> None:
    town.oxen.faults.add(CancelTooLate())
    town.oxen.knobs.painting_s = (0.3, 0.3)
    asked = town.ask("nearly ready")
    await town.oxen.wait_for(lambda: len(town.generations) == 1)
    town.press(await town.answer(asked), "Cancel")
    message = await town.done(asked)
    assert town.pictures(message) == town.served


async def test_a_moderator_may_cancel_and_a_stranger_may_not(town: Town) -> None:
    message = await stuck(town)
    words = await town.private_words(town.press(message, "Cancel", by=town.scene.sam))
    assert "Only the person who requested this picture, or a member who can manage messages, can cancel it." in words
    assert DELETE not in town.requests
    town.press(message, "Cancel", by=town.scene.max)
    await town.shows(message, "**Cancelled**")


async def test_again_makes_a_job_of_who_presses_with_another_seed_and_credit(town: Town) -> None:
    scene = town.scene
    message = await town.paint("a tower --seed 3")
    pressed = town.press(message, "Again", by=scene.sam)
    repeated = await town.done(pressed)
    assert repeated.id != message.id
    assert f"<@{scene.sam.id}> \u00b7 again from <@{scene.robin.id}>'s picture" in town.discord.text(repeated)
    assert town.orders[0]["seed"] != town.orders[1]["seed"]
    assert {**town.orders[0], "seed": 0} == {**town.orders[1], "seed": 0}
    assert town.pictures(repeated) != town.pictures(message)


async def test_again_on_ones_own_picture_needs_no_credit(town: Town) -> None:
    pressed = town.press(await town.paint("a bridge"), "Again")
    assert "again from" not in town.discord.text(await town.done(pressed))


async def test_info_tells_anybody_privately_what_was_sent(town: Town) -> None:
    message = await town.paint("a harbour --seed 12")
    words = await town.private_words(town.press(message, "Info", by=town.scene.sam))
    told = words.replace("\\", "")
    assert "/imagine prompt: a harbour --model flux-2-dev" in told
    assert "safety" not in told
    for line in ("Model: flux-2-dev", "Shape: 16:9", "seed 12"):
        assert line in told


async def test_info_gives_a_long_prompt_as_a_file(town: Town) -> None:
    prompt = "long " * 700
    pressed = town.press(await town.paint(prompt), "Info")
    await town.private_words(pressed)
    assert town.files(pressed)["prompt.txt"].startswith(
        f"/imagine prompt: {prompt.strip()} --model flux-2-dev".encode()
    )


async def test_delete_asks_once_privately_and_then_deletes(town: Town) -> None:
    message = await town.paint("soon gone")
    asked = town.press(message, "Delete")
    assert "Delete this message with its pictures for everybody?" in await town.private_words(asked)
    assert town.discord.current(message) is not None
    question = await town.answer(asked)
    town.press(question, "Delete it")
    await town.discord.wait_for(lambda: town.discord.current(message) is None)
    await town.shows(question, "Deleted.")


async def test_a_moderator_may_delete_and_a_stranger_may_not(town: Town) -> None:
    message = await town.paint("under moderation")
    words = await town.private_words(town.press(message, "Delete", by=town.scene.sam))
    assert "Only the person who requested this picture, or a member who can manage messages, can delete it." in words
    question = await town.answer(town.press(message, "Delete", by=town.scene.max))
    town.press(question, "Delete it", by=town.scene.max)
    await town.discord.wait_for(lambda: town.discord.current(message) is None)


async def test_buttons_of_a_job_with_a_reference_work_like_the_others(town: Town) -> None:
    message = await town.paint("keep the colours", command="edit", pictures=[picture("kept.png")])
    repeated = await town.done(town.press(message, "Again"))
    assert town.orders[0]["input_image"] == town.orders[1]["input_image"]
    assert len(town.pictures(repeated)) == 1


async def test_every_button_works_after_a_restart(town: Town) -> None:
    done = await town.paint("from before the restart --seed 3")
    doomed = await town.paint("asked before the restart whether it may go")
    question = await town.answer(town.press(doomed, "Delete"))
    painting = await stuck(town)
    await town.bot.kill()
    await town.bot.start()

    for button, refused in (("Cancel", painting), ("Delete", done)):
        words = await town.private_words(town.press(refused, button, by=town.scene.sam))
        assert f"can {button.lower()} it" in words
    await ended(town, painting)
    repeated = await town.done(town.press(done, "Again", by=town.scene.sam))
    assert "again from" in town.discord.text(repeated)
    assert "seed 3" in await town.private_words(town.press(done, "Info"))
    town.press(question, "Delete it")
    await town.discord.wait_for(lambda: town.discord.current(doomed) is None)
