"""What Discord does to a message while its picture is painted: the picture lands, or nothing is posted anywhere."""

import asyncio

import pytest

from sandbox.discord import Interaction
from sandbox.oxen import Status, Stick
from sandbox.oxen.jsontext import as_object
from tests.e2e.town import Town

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

EDIT = r"^/webhooks/\d+/.+/messages/"
EDIT_BY_BOT = "/channels/{channel_id}/messages/{message_id}"
CALLBACK = "/callback"
SMALL_LIMIT_BYTES = 20_000


async def asked_and_answered(town: Town, prompt: str, *, count: int = 1, private: bool = False) -> Interaction:
    """Give a command whose card is shown and whose picture takes a moment."""
    town.oxen.knobs.painting_s = (0.3, 0.3)
    asked = town.ask(prompt, count=count, private=private)
    await town.answer(asked)
    return asked


async def test_f2_a_dead_token_leaves_the_edit_to_the_bots_own(town: Town) -> None:
    asked = [await asked_and_answered(town, "for a dead token"), await asked_and_answered(town, "for an unknown one")]
    town.discord.circumstances.expire_token(asked[0])
    town.discord.circumstances.expire_token(asked[1], unknown=True)
    messages = [await town.done(each) for each in asked]
    assert sorted(town.pictures(messages[0]) + town.pictures(messages[1])) == sorted(town.served)
    edits = [call for call in town.calls if (call.method, call.template) == ("PATCH", EDIT_BY_BOT)]
    assert [(as_object(edit.body) or {})["allowed_mentions"] for edit in edits] == [{"parse": []}] * 2


async def test_a_picture_that_the_bots_own_token_has_shown_is_not_shown_again(town: Town) -> None:
    asked = await asked_and_answered(town, "shown once")
    town.discord.circumstances.expire_token(asked)
    await town.done(asked)
    # A second edit would come a second later, while this one is painted.
    town.oxen.knobs.painting_s = (1.3, 1.3)
    await town.paint("in the meantime")
    assert [call.status for call in town.calls] == [200, 401, 200, 200, 200]


async def test_a_token_that_died_is_not_tried_again(town: Town) -> None:
    asked = await asked_and_answered(town, "two for a dead token", count=2)
    town.discord.circumstances.expire_token(asked)
    message = await town.done(asked)
    assert len(town.pictures(message)) == 2
    assert [call.status for call in town.calls if "webhooks" in call.template] == [401]


async def test_an_edit_that_failed_wholly_is_made_later(town: Town) -> None:
    asked = await asked_and_answered(town, "for a dead token and a busy Discord")
    town.discord.circumstances.expire_token(asked)
    town.discord.faults.refuse(r"^/channels/\d+/messages/", 503, method="PATCH")
    message = await town.done(asked)
    assert town.pictures(message) == town.served
    assert [call.status for call in town.calls] == [200, 401, 503, 200]


async def test_f4_a_message_that_somebody_deleted_is_never_posted_again_and_the_rest_is_cancelled(town: Town) -> None:
    town.oxen.faults.add(Stick(), after=1)
    asked = await asked_and_answered(town, "deleted by a moderator", count=2)
    message = await town.answer(asked)
    town.discord.people.delete(town.scene.max, message)
    await town.oxen.wait_for(lambda: Status.CANCELLED in [each.status for each in town.generations])
    await town.paint("another, to see that nothing else comes")
    assert town.discord.current(message) is None
    assert town.call_names() == ["POST callback", "PATCH {message_id}"] * 2
    assert [call.status for call in town.calls] == [200, 404, 200, 200]


async def test_f7_an_edit_that_fails_at_discord_is_made_again(town: Town) -> None:
    for status in (500, 502, 503):
        town.discord.faults.refuse(EDIT, status, method="PATCH")
    messages = await asyncio.gather(*(town.paint(f"number {each} for a busy Discord") for each in range(3)))
    assert sorted(picture for message in messages for picture in town.pictures(message)) == sorted(town.served)
    assert len(town.orders) == 3


async def test_f7_an_edit_that_meets_a_rate_limit_waits_as_long_as_it_is_told(town: Town) -> None:
    town.discord.faults.rate_limit(EDIT, 0.3, method="PATCH")
    message = await town.paint("for a strict Discord")
    assert town.pictures(message) == town.served


async def test_f1_an_edit_whose_answer_was_lost_shows_its_picture_once(town: Town) -> None:
    town.discord.faults.lose_answer(EDIT, method="PATCH")
    message = await town.paint("for a forgetful Discord")
    assert town.pictures(message) == town.served


async def test_b3_an_answer_that_came_too_late_ends_the_job_unpaid(town: Town) -> None:
    held = town.discord.faults.hold(CALLBACK)
    asked = town.ask("too late")
    await held.reached()
    town.discord.circumstances.advance(4)
    held.release()
    await town.bot.says("job abandoned")
    await town.paint("in time")
    assert [order["prompt"] for order in town.orders] == ["in time"]
    assert town.discord.message_of(asked) is None


async def test_f6_a_picture_over_the_size_limit_is_made_smaller_and_the_card_says_so(town: Town) -> None:
    town.oxen.knobs.usual_long_side_px = 512
    town.discord.circumstances.limit_uploads(SMALL_LIMIT_BYTES)
    try:
        message = await town.paint("a large picture --format png")
    finally:
        town.discord.circumstances.limit_uploads(10 << 20)
    (shown,) = town.pictures(message)
    assert len(shown) <= SMALL_LIMIT_BYTES < len(town.served[0])
    assert "over the size limit here, so it was made smaller" in town.discord.text(message)


async def test_a_private_answer_with_a_dead_token_reaches_nobody_and_harms_nobody(town: Town) -> None:
    asked = await asked_and_answered(town, "between us", private=True)
    town.discord.circumstances.expire_token(asked)
    await town.bot.says("job leaves its message: MessageUnreachableError", since=town.bot.lines)
    await town.paint("the next one")


async def test_commands_are_answered_again_after_the_gateway_asked_to_reconnect(town: Town) -> None:
    asked = await asked_and_answered(town, "painted while the gateway is away")
    resumed = town.discord.hub.resumes
    town.discord.gateway.ask_to_reconnect()
    await town.done(asked)
    await town.discord.wait_for(lambda: town.discord.hub.resumes > resumed)
    await town.paint("asked after that")
