"""Who may do what where, and how large a file may be: questions to the state, without side effects."""

from sandbox.discord.errors import DiscordError, Problem
from sandbox.discord.permissions import ALL, DIRECT_MESSAGE, NONE, Permission, in_channel
from sandbox.discord.state import Channel, ChannelType, Guild, Member, Message, World

_THREADS = (ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD)


def is_thread(channel: Channel) -> bool:
    return channel.type in _THREADS


def permissions(world: World, user_id: int, channel: Channel) -> Permission:
    """Return what a user may do in a channel as it is now; nothing for a stranger. A thread follows its parent."""
    channel = world.channels.get(channel.id, channel)
    if channel.guild_id is None:
        known = (*channel.recipient_ids, world.application.bot_id)
        return DIRECT_MESSAGE if user_id in known else NONE
    guild = world.guilds.get(channel.guild_id)
    member = guild.members.get(user_id) if guild else None
    if guild is None or member is None:
        return NONE
    if guild.owner_id == user_id:
        return ALL
    parent = world.channels.get(channel.parent_id) if channel.parent_id and is_thread(channel) else None
    order = (frozenset({guild.id}), frozenset(member.role_ids), frozenset({user_id}))
    return in_channel(from_roles(guild, member), (parent or channel).overwrites, order=order)


def from_roles(guild: Guild, member: Member) -> Permission:
    """Return what a member may do in a server before any channel says otherwise."""
    granted = NONE
    for role in guild.roles:
        if role.id == guild.id or role.id in member.role_ids:
            granted |= role.permissions
    return granted


def channel_for_bot(world: World, channel_id: int) -> Channel:
    """Return a channel that the bot can see. Raises DiscordError 10003 or 50001."""
    channel = world.channels.get(channel_id)
    if channel is None:
        raise DiscordError(Problem.UNKNOWN_CHANNEL)
    if not permissions(world, world.application.bot_id, channel) & Permission.VIEW_CHANNEL:
        raise DiscordError(Problem.MISSING_ACCESS)
    return channel


def installed(world: World, channel: Channel) -> bool:
    """Whether the app still is in the channel's server; in a direct message it always is."""
    guild = world.guilds.get(channel.guild_id) if channel.guild_id else None
    return channel.guild_id is None or (guild is not None and world.application.bot_id in guild.members)


def require(world: World, channel: Channel, needed: Permission) -> None:
    """Raise DiscordError 50013 unless the bot holds all of these permissions."""
    if permissions(world, world.application.bot_id, channel) & needed != needed:
        raise DiscordError(Problem.MISSING_PERMISSIONS)


def message_for_bot(world: World, channel: Channel, message_id: int) -> Message:
    """Return a message that the bot's token reaches; an ephemeral one never is. Raises DiscordError 10008."""
    message = world.messages.get(message_id)
    if message is None or message.channel_id != channel.id or message.ephemeral:
        raise DiscordError(Problem.UNKNOWN_MESSAGE)
    return message


def visible(world: World, message: Message, user_id: int) -> bool:
    """Whether a person sees a message in their client."""
    channel = world.channels.get(message.channel_id)
    if channel is None or not permissions(world, user_id, channel) & Permission.VIEW_CHANNEL:
        return False
    return message.viewer_id in (None, user_id)


def guild_limit_bytes(world: World, channel: Channel) -> int:
    """Return the largest file that the bot's own token may put there."""
    guild = world.guilds.get(channel.guild_id) if channel.guild_id else None
    return max(world.upload_limit_bytes, guild.boost_limit_bytes if guild else 0)


def interaction_limit_bytes(world: World, user_id: int, channel: Channel) -> int:
    """Return the largest file that an answer to this person may carry."""
    return max(guild_limit_bytes(world, channel), world.users[user_id].nitro_limit_bytes)
