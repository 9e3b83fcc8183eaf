"""How roles, overwrites and threads add up to what one may do."""

from sandbox.discord import LocalDiscord, Permission
from sandbox.discord.access import guild_limit_bytes, interaction_limit_bytes, permissions
from sandbox.discord.permissions import MEMBER, NONE, Overwrite, in_channel
from tests.sandbox.discord.samples import quiet_discord

EVERYONE, ROLE, MEMBER_ID = 1, 2, 3
ORDER = (frozenset({EVERYONE}), frozenset({ROLE}), frozenset({MEMBER_ID}))
SEND = Permission.SEND_MESSAGES


def allow(target_id: int) -> Overwrite:
    return Overwrite(target_id=target_id, kind=0, allow=SEND)


def deny(target_id: int) -> Overwrite:
    return Overwrite(target_id=target_id, kind=0, deny=SEND)


def test_a_roles_overwrite_beats_everyones() -> None:
    assert SEND in in_channel(MEMBER, [deny(EVERYONE), allow(ROLE)], order=ORDER)


def test_the_members_own_overwrite_comes_last() -> None:
    assert SEND not in in_channel(MEMBER, [deny(MEMBER_ID), allow(ROLE)], order=ORDER)


def test_an_administrator_may_do_everything() -> None:
    assert SEND in in_channel(Permission.ADMINISTRATOR, [deny(MEMBER_ID)], order=ORDER)


def test_who_cannot_see_a_channel_can_do_nothing_there() -> None:
    hidden = Overwrite(target_id=EVERYONE, kind=0, deny=Permission.VIEW_CHANNEL)
    assert in_channel(MEMBER, [hidden], order=ORDER) == NONE


def at(discord: LocalDiscord, user_id: int) -> Permission:
    return permissions(discord.world, user_id, discord.scene.thread)


def test_a_thread_follows_the_channel_that_it_is_in() -> None:
    discord = quiet_discord()
    discord.circumstances.deny(discord.scene.pictures, discord.scene.sam, Permission.ATTACH_FILES)
    assert Permission.ATTACH_FILES not in at(discord, discord.scene.sam.id)
    assert Permission.ATTACH_FILES in at(discord, discord.scene.robin.id)


def test_the_moderator_may_manage_messages_and_the_owner_everything() -> None:
    discord = quiet_discord()
    assert Permission.MANAGE_MESSAGES in at(discord, discord.scene.max.id)
    assert Permission.MANAGE_MESSAGES not in at(discord, discord.scene.robin.id)
    assert Permission.ADMINISTRATOR in at(discord, discord.scene.guild.owner_id)


def test_an_interaction_allows_the_best_of_nitro_and_boosts() -> None:
    discord = quiet_discord()
    rich = discord.builder.person("Rich", discord.scene.guild, nitro_limit_bytes=500)
    discord.circumstances.limit_uploads(100)
    assert interaction_limit_bytes(discord.world, rich.id, discord.scene.pictures) == 500
    assert guild_limit_bytes(discord.world, discord.scene.pictures) == 100
