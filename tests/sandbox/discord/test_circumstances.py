"""What happens to people, places and files when the world around the bot changes."""

import pytest

from sandbox.discord import ClientRefusedError, LocalDiscord, Permission
from sandbox.discord.errors import DiscordError
from tests.sandbox.discord.samples import answered, asked, card, picture, quiet_discord, shown, text


@pytest.fixture
def discord() -> LocalDiscord:
    return quiet_discord()


def test_a_channel_goes_with_its_threads_messages_and_files(discord: LocalDiscord) -> None:
    answered(discord, card(shown("a.png")), picture())
    discord.circumstances.delete_channel(discord.scene.pictures)
    assert set(discord.world.channels) == {discord.scene.team.id, discord.scene.dm.id}
    assert (discord.world.messages, discord.world.files) == ({}, {})


def test_a_server_goes_with_everything_in_it(discord: LocalDiscord) -> None:
    answered(discord, card())
    discord.circumstances.delete_guild(discord.scene.guild)
    assert list(discord.world.channels) == [discord.scene.dm.id]
    assert (discord.world.guilds, discord.world.messages) == ({}, {})


def test_throwing_the_bot_out_leaves_its_messages(discord: LocalDiscord) -> None:
    answered(discord, card())
    discord.circumstances.remove_bot(discord.scene.guild)
    assert len(discord.messages(discord.scene.pictures, seen_by=discord.scene.sam)) == 1


def test_uploads_of_people_are_forgotten_but_not_the_bots_files(discord: LocalDiscord) -> None:
    answered(discord, card(shown("a.png")), picture())
    scene = discord.scene
    discord.people.command(scene.robin, scene.pictures, "imagine", {"prompt": "a"}, {"image": picture()})
    discord.circumstances.forget_uploads()
    assert [file.ephemeral for file in discord.world.files.values()] == [False]


def test_an_interaction_keeps_the_limit_that_it_stated(discord: LocalDiscord) -> None:
    before = asked(discord)
    discord.circumstances.limit_uploads(5)
    assert (before.attachment_size_limit, asked(discord).attachment_size_limit) == (10 << 20, 5)


def test_denying_one_person_leaves_the_others_alone(discord: LocalDiscord) -> None:
    scene = discord.scene
    discord.circumstances.deny(scene.team, scene.robin, Permission.SEND_MESSAGES)
    with pytest.raises(ClientRefusedError):
        discord.people.say(scene.robin, scene.team, "hi")
    assert discord.people.say(scene.sam, scene.team, "hi")


def test_a_second_denial_replaces_the_first(discord: LocalDiscord) -> None:
    scene = discord.scene
    discord.circumstances.deny(scene.team, scene.robin, Permission.SEND_MESSAGES)
    discord.circumstances.deny(scene.team, scene.robin, Permission.ATTACH_FILES)
    assert discord.people.say(scene.robin, scene.team, "hi")


def test_a_filter_for_words_refuses_the_bots_messages_and_nobody_elses(discord: LocalDiscord) -> None:
    discord.circumstances.refuse_words("fox")
    with pytest.raises(DiscordError, match="240000"):
        answered(discord, card(text("a fox")))
    assert answered(discord, card(text("a cat")))
    assert discord.people.say(discord.scene.robin, discord.scene.pictures, "a fox")


def test_a_filter_for_pictures_refuses_new_files_alone(discord: LocalDiscord) -> None:
    discord.circumstances.refuse_pictures()
    with pytest.raises(DiscordError, match="20009"):
        answered(discord, card(shown("a.png")), picture())
    assert answered(discord, card())
