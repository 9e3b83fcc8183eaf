"""What Discord's client lets people do, and what it holds back."""

import pytest

from sandbox.discord import ClientRefusedError, LocalDiscord, Message, Permission, Upload
from sandbox.discord.client_rules import OptionValue
from sandbox.discord.jsontypes import Json, JsonObject
from tests.sandbox.discord.samples import IMAGINE, answered, button, card, picture, quiet_discord, row


@pytest.fixture
def discord() -> LocalDiscord:
    return quiet_discord()


def card_with_button(discord: LocalDiscord, **extra: Json) -> Message:
    message = discord.message_of(answered(discord, card(row(button() | extra))))
    assert message
    return message


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"prompt": ""},
        {"prompt": "a" * 101},
        {"prompt": "a", "count": 5},
        {"prompt": "a", "count": "2"},
        {"seed": 1},
    ],
)
def test_the_client_holds_back_wrong_options(discord: LocalDiscord, options: dict[str, OptionValue]) -> None:
    with pytest.raises(ClientRefusedError):
        discord.people.command(discord.scene.robin, discord.scene.pictures, "imagine", options)
    assert discord.world.interactions == {}


def test_options_arrive_with_type_and_value(discord: LocalDiscord) -> None:
    scene = discord.scene
    sent = discord.people.command(scene.robin, scene.pictures, "imagine", {"prompt": "a cube", "count": 2})
    assert sent.data["options"] == [
        {"name": "prompt", "type": 3, "value": "a cube"},
        {"name": "count", "type": 4, "value": 2},
    ]


def test_a_file_of_a_command_is_resolved_and_ephemeral(discord: LocalDiscord) -> None:
    scene = discord.scene
    files = {"image": picture("my cat.png")}
    sent = discord.people.command(scene.robin, scene.pictures, "imagine", {"prompt": "a"}, files)
    resolved = sent.data["resolved"]
    assert isinstance(resolved, dict)
    assert isinstance(resolved["attachments"], dict)
    (file,) = resolved["attachments"].values()
    assert isinstance(file, dict)
    assert (file["filename"], file["width"], file["ephemeral"]) == ("my_cat.png", 8, True)
    assert "/ephemeral-attachments/" in str(file["url"])


def test_a_file_beyond_the_persons_limit_is_not_sent(discord: LocalDiscord) -> None:
    discord.circumstances.limit_uploads(10)
    with pytest.raises(ClientRefusedError):
        discord.people.command(
            discord.scene.robin, discord.scene.pictures, "imagine", {"prompt": "a"}, {"image": picture()}
        )
    assert discord.world.files == {}


def test_a_disabled_button_cannot_be_pressed(discord: LocalDiscord) -> None:
    with pytest.raises(ClientRefusedError):
        discord.people.press(discord.scene.sam, card_with_button(discord, disabled=True), "easel:again:1")


def test_nobody_presses_a_button_of_anothers_private_answer(discord: LocalDiscord) -> None:
    message = discord.message_of(answered(discord, card(row(button())) | {"flags": (1 << 15) | (1 << 6)}))
    assert message
    assert discord.people.press(discord.scene.robin, message, "easel:again:1")
    with pytest.raises(ClientRefusedError):
        discord.people.press(discord.scene.sam, message, "easel:again:1")


def test_a_press_is_judged_by_the_message_as_it_is_now(discord: LocalDiscord) -> None:
    message = card_with_button(discord)
    discord.circumstances.delete_message(message)
    with pytest.raises(ClientRefusedError):
        discord.people.press(discord.scene.robin, message, "easel:again:1")


def test_members_delete_their_own_and_moderators_all(discord: LocalDiscord) -> None:
    scene = discord.scene
    own = discord.people.say(scene.robin, scene.team, "hello")
    with pytest.raises(ClientRefusedError):
        discord.people.delete(scene.sam, own)
    discord.people.delete(scene.robin, own)
    discord.people.delete(scene.max, card_with_button(discord))
    assert discord.world.messages == {}


@pytest.mark.parametrize(
    ("extra", "offered"),
    [
        ({"contexts": [1]}, False),
        ({"contexts": [0]}, True),
        ({"default_member_permissions": str(int(Permission.MANAGE_MESSAGES))}, False),
        ({"default_member_permissions": "0"}, False),
        ({"nsfw": True}, False),
    ],
)
def test_the_picker_offers_what_fits_place_and_person(extra: JsonObject, *, offered: bool) -> None:
    discord = quiet_discord({**IMAGINE, **extra})
    assert bool(discord.people.commands(discord.scene.robin, discord.scene.pictures)) is offered


def test_a_direct_message_offers_only_what_is_meant_for_it() -> None:
    scene = (
        discord := quiet_discord({**IMAGINE, "contexts": [0]}, {**IMAGINE, "name": "edit", "contexts": [0, 1]})
    ).scene
    assert [command["name"] for command in discord.people.commands(scene.robin, scene.dm)] == ["edit"]
    assert discord.people.commands(scene.sam, scene.dm) == ()


def test_without_the_permission_there_are_no_commands(discord: LocalDiscord) -> None:
    scene = discord.scene
    discord.circumstances.deny(scene.pictures, scene.robin, Permission.USE_APPLICATION_COMMANDS)
    assert discord.people.commands(scene.robin, scene.pictures) == ()
    assert discord.people.commands(scene.robin, scene.thread) == ()
    assert discord.people.commands(scene.sam, scene.pictures)


def test_where_the_bot_was_thrown_out_nothing_reaches_it(discord: LocalDiscord) -> None:
    discord.circumstances.remove_bot(discord.scene.guild)
    assert discord.people.commands(discord.scene.robin, discord.scene.pictures) == ()


def test_subcommands_are_found_by_their_path() -> None:
    leaf: JsonObject = {
        "type": 1,
        "name": "set",
        "description": "d",
        "options": [{"type": 6, "name": "who", "description": "d", "required": True}],
    }
    group: JsonObject = {"type": 2, "name": "limit", "description": "d", "options": [leaf]}
    discord = quiet_discord({"name": "admin", "description": "d", "options": [group]})
    scene = discord.scene
    sent = discord.people.command(scene.robin, scene.pictures, "admin limit set", {"who": scene.sam.id})
    value: JsonObject = {"name": "who", "type": 6, "value": str(scene.sam.id)}
    assert sent.data["options"] == [
        {"type": 2, "name": "limit", "options": [{"type": 1, "name": "set", "options": [value]}]}
    ]
    assert f"'{scene.sam.id}'" in str(sent.data["resolved"])


def test_a_menu_command_carries_its_target() -> None:
    discord = quiet_discord({"name": "Edit this", "type": 3})
    scene = discord.scene
    target = discord.people.say(scene.sam, scene.pictures, "look", [Upload(filename="a.png", data=b"x")])
    sent = discord.people.use_on(scene.robin, scene.pictures, "Edit this", target)
    assert sent.data["target_id"] == str(target.id)
    assert "a.png" in str(sent.data["resolved"])


def test_a_choice_from_a_menu_arrives_as_values(discord: LocalDiscord) -> None:
    menu: JsonObject = {"type": 3, "custom_id": "easel:m", "options": [{"label": "A", "value": "a"}]}
    message = discord.message_of(answered(discord, card(row(menu))))
    assert message
    assert discord.people.choose(discord.scene.sam, message, "easel:m", ["a"]).data["values"] == ["a"]
    with pytest.raises(ClientRefusedError):
        discord.people.choose(discord.scene.sam, message, "easel:m", ["b"])
