"""The life of an interaction: three seconds, fifteen minutes, one answer, and who sees what."""

from datetime import timedelta

import pytest

from sandbox.discord import (
    Change,
    ChangeKind,
    DiscordError,
    Interaction,
    LocalDiscord,
    Message,
    MessageFlag,
    Problem,
    Progress,
)
from sandbox.discord.body import Body
from sandbox.discord.jsontypes import Json, JsonObject
from sandbox.discord.snowflake import made_at
from tests.sandbox.discord.samples import (
    EPHEMERAL,
    V2,
    answer,
    answered,
    asked,
    button,
    card,
    codes,
    picture,
    quiet_discord,
    refusal,
    row,
    shown,
    text,
)

MODAL: JsonObject = {
    "custom_id": "w",
    "title": "Again",
    "components": [{"type": 18, "label": "Prompt", "component": {"type": 4, "custom_id": "p", "style": 1}}],
}


@pytest.fixture
def discord() -> LocalDiscord:
    return quiet_discord()


def reply(discord: LocalDiscord, to: Interaction, kind: int, data: Json = None) -> object:
    return discord.core.interactions.answer(to.id, to.token, answer(kind, data))


def original(discord: LocalDiscord, interaction: Interaction) -> Message:
    found = discord.core.interactions.by_token(discord.application_id, interaction.token)
    return discord.core.interactions.message(found, "@original")


def pressed(discord: LocalDiscord) -> Interaction:
    message = discord.message_of(answered(discord, card(row(button()))))
    assert message
    return discord.people.press(discord.scene.sam, message, "easel:again:1")


def test_an_answer_after_three_seconds_is_too_late(discord: LocalDiscord) -> None:
    interaction = asked(discord)
    discord.circumstances.advance(3.1)
    assert refusal(lambda: reply(discord, interaction, 4, card())).problem is Problem.UNKNOWN_INTERACTION
    assert discord.progress(interaction) is Progress.FAILED


def test_a_wrong_token_is_an_unknown_interaction(discord: LocalDiscord) -> None:
    answers = discord.core.interactions
    late = refusal(lambda: answers.answer(asked(discord).id, "wrong", answer(4, card())))
    assert late.problem is Problem.UNKNOWN_INTERACTION


def test_the_second_answer_is_refused(discord: LocalDiscord) -> None:
    interaction = answered(discord, card())
    assert refusal(lambda: reply(discord, interaction, 4, card())).problem is Problem.ALREADY_ACKNOWLEDGED


def test_a_refused_answer_leaves_the_interaction_open(discord: LocalDiscord) -> None:
    interaction = asked(discord)
    assert refusal(lambda: reply(discord, interaction, 4, {"content": "a" * 2001})).problem is Problem.INVALID_FORM
    reply(discord, interaction, 4, card())
    assert len(discord.messages(discord.scene.pictures)) == 1


def test_before_its_answer_a_token_opens_nothing(discord: LocalDiscord) -> None:
    assert refusal(lambda: original(discord, asked(discord))).problem is Problem.UNKNOWN_WEBHOOK


def test_a_token_dies_after_fifteen_minutes(discord: LocalDiscord) -> None:
    interaction = answered(discord, card())
    discord.circumstances.advance(899)
    assert original(discord, interaction)
    discord.circumstances.advance(1)
    assert refusal(lambda: original(discord, interaction)).problem is Problem.INVALID_WEBHOOK_TOKEN


@pytest.mark.parametrize(
    ("unknown", "problem"), [(False, Problem.INVALID_WEBHOOK_TOKEN), (True, Problem.UNKNOWN_WEBHOOK)]
)
def test_a_token_can_die_early_in_two_ways(discord: LocalDiscord, *, unknown: bool, problem: Problem) -> None:
    interaction = answered(discord, card())
    discord.circumstances.expire_token(interaction, unknown=unknown)
    assert refusal(lambda: original(discord, interaction)).problem is problem


def test_a_deferred_answer_thinks_until_its_edit(discord: LocalDiscord) -> None:
    interaction = asked(discord)
    reply(discord, interaction, 5, {"flags": EPHEMERAL | V2})
    message = original(discord, interaction)
    assert message.contents.flags == MessageFlag.LOADING | MessageFlag.EPHEMERAL
    assert discord.progress(interaction) is Progress.THINKING
    discord.core.interactions.edit(interaction, message, Body(json=card()))
    assert discord.progress(interaction) is Progress.ANSWERED


def test_the_first_follow_up_of_a_deferred_answer_becomes_that_answer(discord: LocalDiscord) -> None:
    interaction = asked(discord)
    reply(discord, interaction, 5)
    message = discord.core.interactions.follow_up(interaction, Body(json=card()))
    assert message.id == original(discord, interaction).id
    assert discord.follow_ups_of(interaction) == ()


def test_later_follow_ups_are_messages_of_their_own(discord: LocalDiscord) -> None:
    interaction = answered(discord, card())
    message = discord.core.interactions.follow_up(interaction, Body(json=card(text("more"))))
    assert discord.follow_ups_of(interaction) == (message,)
    assert message.reply_to_id == original(discord, interaction).id


def test_a_token_does_not_open_the_messages_of_another(discord: LocalDiscord) -> None:
    one, other = answered(discord, card()), answered(discord, card())
    name = str(original(discord, other).id)
    assert refusal(lambda: discord.core.interactions.message(one, name)).problem is Problem.UNKNOWN_MESSAGE


def test_a_deleted_answer_is_an_unknown_message(discord: LocalDiscord) -> None:
    interaction = answered(discord, card())
    message = original(discord, interaction)
    discord.people.delete(discord.scene.max, message)
    assert refusal(lambda: original(discord, interaction)).problem is Problem.UNKNOWN_MESSAGE
    assert [version.message for version in discord.versions(message)] == [message]


def test_a_private_answer_is_seen_by_its_person_alone(discord: LocalDiscord) -> None:
    answered(discord, card() | {"flags": V2 | EPHEMERAL})
    scene = discord.scene
    assert len(discord.messages(scene.pictures, seen_by=scene.robin)) == 1
    assert discord.messages(scene.pictures, seen_by=scene.max) == ()


def test_a_pressed_button_may_change_its_message(discord: LocalDiscord) -> None:
    interaction = pressed(discord)
    reply(discord, interaction, 7, {"components": [text("changed")]})
    assert discord.text(original(discord, interaction)) == "changed"


def test_new_files_in_an_update_of_a_message_are_lost(discord: LocalDiscord) -> None:
    interaction = pressed(discord)
    body = answer(7, {"components": [shown("a.png")], "attachments": [{"id": 0}]}, picture())
    lost = refusal(lambda: discord.core.interactions.answer(interaction.id, interaction.token, body))
    assert codes(lost) == ["UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"]


def test_a_deferred_update_makes_the_buttons_message_the_original(discord: LocalDiscord) -> None:
    interaction = pressed(discord)
    reply(discord, interaction, 6)
    assert original(discord, interaction).id == interaction.message_id


@pytest.mark.parametrize("kind", [6, 7, 8, 1, 99])
def test_a_command_cannot_be_answered_as_a_button_is(discord: LocalDiscord, kind: int) -> None:
    assert codes(refusal(lambda: reply(discord, asked(discord), kind))) == ["BASE_TYPE_CHOICES"]


def test_a_window_comes_back_with_what_was_typed(discord: LocalDiscord) -> None:
    interaction = pressed(discord)
    reply(discord, interaction, 9, MODAL)
    submitted = discord.people.submit(discord.scene.sam, interaction, {"p": "a cube"})
    assert (submitted.parent_id, submitted.message_id) == (interaction.id, interaction.message_id)
    assert "a cube" in str(submitted.data)


def test_a_window_does_not_open_a_window(discord: LocalDiscord) -> None:
    interaction = pressed(discord)
    reply(discord, interaction, 9, MODAL)
    submitted = discord.people.submit(discord.scene.sam, interaction, {"p": "a cube"})
    assert codes(refusal(lambda: reply(discord, submitted, 9, MODAL))) == ["BASE_TYPE_CHOICES"]


async def completed(discord: LocalDiscord, choices: list[Json]) -> tuple[JsonObject, ...]:
    """Type into an option, and answer with these choices as soon as the bot is asked."""

    def bot(change: Change) -> None:
        if change.kind is ChangeKind.INTERACTION_CREATED:
            reply(discord, discord.world.interactions[change.id], 8, {"choices": choices})

    stop = discord.changes.subscribe(bot)
    try:
        scene = discord.scene
        return await discord.people.autocomplete(scene.robin, scene.pictures, "imagine", "model", "fl")
    finally:
        stop()


async def test_a_person_gets_the_choices_that_the_bot_names(discord: LocalDiscord) -> None:
    choices: list[Json] = [{"name": "flux", "value": "flux-2-dev"}]
    assert list(await completed(discord, choices)) == choices


@pytest.mark.parametrize(
    "choices",
    [
        [{"name": "a", "value": "a"}] * 26,
        [{"name": "a" * 101, "value": "a"}],
        [{"name": "", "value": "a"}],
        [{"name": "a", "value": "a" * 101}],
        [{"name": "a", "value": 1}],
    ],
)
async def test_choices_have_their_limits(discord: LocalDiscord, choices: list[Json]) -> None:
    with pytest.raises(DiscordError):
        await completed(discord, choices)


def test_the_size_limit_is_what_the_interaction_stated(discord: LocalDiscord) -> None:
    discord.circumstances.limit_uploads(50)
    interaction = asked(discord)
    discord.circumstances.limit_uploads(10_000)
    large = answer(4, card(shown("a.png")), picture())
    refused = refusal(lambda: discord.core.interactions.answer(interaction.id, interaction.token, large))
    assert refused.problem is Problem.TOO_LARGE


def test_interactions_are_numbered_by_the_clock(discord: LocalDiscord) -> None:
    first = asked(discord)
    discord.circumstances.advance(60)
    assert (asked(discord).id >> 22) - (first.id >> 22) == 60_000


def test_an_answer_knows_what_it_answered(discord: LocalDiscord) -> None:
    message = discord.message_of(answered(discord, card()))
    assert message
    payload = discord.payload(message)
    metadata = payload["interaction_metadata"]
    assert isinstance(metadata, dict)
    assert (metadata["id"], metadata["name"]) == (str(message.interaction_id), "imagine")
    assert (payload["type"], payload["application_id"]) == (20, str(discord.application_id))


def test_a_command_that_is_aged_is_answered_in_time_and_its_token_dies_as_old_as_it_is(discord: LocalDiscord) -> None:
    scene = discord.scene
    aged = timedelta(minutes=14, seconds=30)
    interaction = discord.people.command(scene.sam, scene.pictures, "imagine", {"prompt": "a cube"}, aged=aged)
    assert timedelta(seconds=30) < made_at(discord.core.new_id()) - made_at(interaction.id)
    reply(discord, interaction, 4, card())
    discord.circumstances.advance(29)
    assert original(discord, interaction)
    discord.circumstances.advance(2)
    assert refusal(lambda: original(discord, interaction)).problem is Problem.INVALID_WEBHOOK_TOKEN
