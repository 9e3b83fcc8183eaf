"""The people, roles and places that a person chose, as interactions carry them beside their ids. Reads the state."""

from collections.abc import Iterable

from sandbox.discord import payloads
from sandbox.discord.commands import OptionType
from sandbox.discord.components import ComponentType
from sandbox.discord.jsontypes import Json, JsonObject
from sandbox.discord.state import Channel, World

_PEOPLE = (OptionType.USER, OptionType.MENTIONABLE)
_ROLES = (OptionType.ROLE, OptionType.MENTIONABLE)
_OPTION_BY_SELECT: dict[Json, OptionType] = {
    ComponentType.USER_SELECT: OptionType.USER,
    ComponentType.ROLE_SELECT: OptionType.ROLE,
    ComponentType.MENTIONABLE_SELECT: OptionType.MENTIONABLE,
    ComponentType.CHANNEL_SELECT: OptionType.CHANNEL,
}


def resolved_by_select(world: World, channel: Channel, chosen: Iterable[tuple[Json, str]]) -> JsonObject:
    """Return what select menus chose, given as (component type, value)."""
    named = [(int(_OPTION_BY_SELECT[kind]), value) for kind, value in chosen if kind in _OPTION_BY_SELECT]
    return resolved_by_option(world, channel, named)


def resolved_by_option(world: World, channel: Channel, chosen: Iterable[tuple[Json, str]]) -> JsonObject:
    """Return what options name, given as (option type, value)."""
    listed = tuple(chosen)
    people = {value for kind, value in listed if kind in _PEOPLE}
    roles = {value for kind, value in listed if kind in _ROLES}
    places = {value for kind, value in listed if kind == OptionType.CHANNEL}
    guild = world.guilds.get(channel.guild_id) if channel.guild_id else None
    users = [user for user in world.users.values() if str(user.id) in people]
    members = [guild.members[user.id] for user in users if user.id in guild.members] if guild else []
    found: dict[str, JsonObject] = {
        "users": {str(user.id): payloads.user(user) for user in users},
        "members": {str(each.user_id): payloads.interaction_member(world, each, channel) for each in members},
        "roles": {str(role.id): payloads.role(role) for role in guild.roles if str(role.id) in roles} if guild else {},
        "channels": {
            str(place.id): payloads.channel(world, place)
            for place in world.channels.values()
            if str(place.id) in places
        },
    }
    return {key: value for key, value in found.items() if value}
