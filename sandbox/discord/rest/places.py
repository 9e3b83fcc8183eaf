"""Servers, members, channels and direct messages, as the bot may look at them."""

from sandbox.discord import payloads
from sandbox.discord.access import channel_for_bot, from_roles
from sandbox.discord.errors import DiscordError, Problem
from sandbox.discord.form import Form, Node
from sandbox.discord.rest.calls import Call, Reply, Route
from sandbox.discord.state import Channel, ChannelType, Guild


def get_channel(call: Call) -> Reply:
    world = call.core.world
    return Reply(json=payloads.channel(world, channel_for_bot(world, call.id("channel_id"))))


def _guild(call: Call) -> Guild:
    """Return a server that the bot is in. Raises DiscordError 10004."""
    guild = call.core.world.guilds.get(call.id("guild_id"))
    if guild is None or call.core.world.application.bot_id not in guild.members:
        raise DiscordError(Problem.UNKNOWN_GUILD)
    return guild


def list_guilds(call: Call) -> Reply:
    """Return the bot's servers, with what its roles allow it in each."""
    world = call.core.world
    bot_id = world.application.bot_id
    return Reply(
        json=[
            {
                "id": str(guild.id),
                "name": guild.name,
                "icon": None,
                "owner": guild.owner_id == bot_id,
                "permissions": str(int(from_roles(guild, guild.members[bot_id]))),
                "features": [],
            }
            for guild in world.guilds.values()
            if bot_id in guild.members
        ]
    )


def get_guild(call: Call) -> Reply:
    return Reply(json=payloads.guild(_guild(call)))


def get_member(call: Call) -> Reply:
    guild, user_id = _guild(call), call.id("user_id")
    if user_id not in call.core.world.users:
        raise DiscordError(Problem.UNKNOWN_USER)
    if user_id not in guild.members:
        raise DiscordError(Problem.UNKNOWN_MEMBER)
    return Reply(json=payloads.member(call.core.world, guild.members[user_id]))


def open_direct_message(call: Call) -> Reply:
    """Return the direct message with a person, making it at the first time."""
    world, form = call.core.world, Form()
    user_id = Node(call.body.json, form)["recipient_id"].integer(required=True)
    form.check()
    if user_id is None or user_id not in world.users:
        raise DiscordError(Problem.UNKNOWN_USER)
    if world.users[user_id].bot:
        raise DiscordError(Problem.CANNOT_DM)
    direct = next((each for each in world.channels.values() if each.recipient_ids == (user_id,)), None)
    if direct is None:
        direct = Channel(id=call.core.new_id(), type=ChannelType.DM, recipient_ids=(user_id,))
        world.channels[direct.id] = direct
    return Reply(json=payloads.channel(world, direct))


ROUTES = (
    Route(method="GET", template="/channels/{channel_id}", endpoint=get_channel),
    Route(method="GET", template="/users/@me/guilds", endpoint=list_guilds),
    Route(method="GET", template="/guilds/{guild_id}", endpoint=get_guild),
    Route(method="GET", template="/guilds/{guild_id}/members/{user_id}", endpoint=get_member),
    Route(method="POST", template="/users/@me/channels", endpoint=open_direct_message),
)
