"""Build people and places; the default scene has one server and three people. Only fills the state."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sandbox.discord.permissions import MEMBER, NONE, Permission
from sandbox.discord.state import Channel, ChannelType, Guild, Member, Role, User, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """Add to a world what it does not have yet. Do it before the bot connects: no events are sent."""

    world: World
    new_id: Callable[[], int]
    now: Callable[[], datetime]

    def guild(self, name: str, *, boost_limit_bytes: int = 0) -> Guild:
        """Add a server that the bot is in and that belongs to nobody else."""
        guild_id = self.new_id()
        everyone = Role(id=guild_id, name="@everyone", permissions=MEMBER)
        owner = User(id=self.new_id(), username=f"owner-{guild_id}", display_name="Owner")
        self.world.users[owner.id] = owner
        guild = Guild(
            id=guild_id,
            name=name,
            owner_id=owner.id,
            roles=(everyone,),
            members={each: self._member(each) for each in (owner.id, self.world.application.bot_id)},
            boost_limit_bytes=boost_limit_bytes,
        )
        self.world.guilds[guild_id] = guild
        return guild

    def person(self, name: str, guild: Guild, *, extra: Permission = NONE, nitro_limit_bytes: int = 0) -> User:
        """Add a person to a server; `extra` is what a role of theirs allows beside what everyone may."""
        user = User(id=self.new_id(), username=name.lower(), display_name=name, nitro_limit_bytes=nitro_limit_bytes)
        self.world.users[user.id] = user
        current = self.world.guilds[guild.id]
        roles = (Role(id=self.new_id(), name=f"{name}'s role", permissions=extra),) if extra else ()
        members = {**current.members, user.id: self._member(user.id, *(role.id for role in roles))}
        self.world.guilds[guild.id] = replace(current, roles=(*current.roles, *roles), members=members)
        return user

    def channel(self, name: str, guild: Guild, *, nsfw: bool = False) -> Channel:
        channel = Channel(id=self.new_id(), type=ChannelType.TEXT, name=name, guild_id=guild.id, nsfw=nsfw)
        return self._place(channel)

    def thread(self, name: str, parent: Channel, owner: User) -> Channel:
        return self._place(
            Channel(
                id=self.new_id(),
                type=ChannelType.PUBLIC_THREAD,
                name=name,
                guild_id=parent.guild_id,
                parent_id=parent.id,
                owner_id=owner.id,
            )
        )

    def direct_message(self, user: User) -> Channel:
        return self._place(Channel(id=self.new_id(), type=ChannelType.DM, recipient_ids=(user.id,)))

    def _place(self, channel: Channel) -> Channel:
        self.world.channels[channel.id] = channel
        return channel

    def _member(self, user_id: int, *role_ids: int) -> Member:
        return Member(user_id=user_id, role_ids=role_ids, joined_at=self.now())


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The names of what is there at the start. Values as they were then: ask the world for how things are now."""

    guild: Guild
    robin: User
    sam: User
    max: User
    pictures: Channel
    team: Channel
    thread: Channel
    dm: Channel


def default_scene(builder: Builder) -> Scene:
    """Build "Sandbox": two members, one moderator, two channels, a thread in the first, and Robin's direct message."""
    guild = builder.guild("Sandbox")
    robin = builder.person("Robin", guild)
    sam = builder.person("Sam", guild)
    moderator = builder.person("Max", guild, extra=Permission.MANAGE_MESSAGES)
    pictures = builder.channel("pictures", guild)
    return Scene(
        guild=builder.world.guilds[guild.id],
        robin=robin,
        sam=sam,
        max=moderator,
        pictures=pictures,
        team=builder.channel("team", guild),
        thread=builder.thread("ideas", pictures, robin),
        dm=builder.direct_message(robin),
    )
