"""What changes around the bot without its doing: tokens die, places vanish, limits shrink, time passes."""

from dataclasses import dataclass, replace

from sandbox.discord import payloads
from sandbox.discord.access import is_thread
from sandbox.discord.changes import ChangeKind
from sandbox.discord.core import Core
from sandbox.discord.errors import Problem
from sandbox.discord.jsontypes import JsonObject
from sandbox.discord.permissions import Overwrite, Permission
from sandbox.discord.sessions import Intent
from sandbox.discord.state import Channel, Guild, Interaction, Message, User

_MEMBER_OVERWRITE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    core: Core

    def advance(self, seconds: float) -> None:
        """Let time pass at once: tokens, links and answers in three seconds go by this clock."""
        self.core.clock.advance(seconds)
        self.core.changes.publish(ChangeKind.CLOCK_ADVANCED)

    def expire_token(self, interaction: Interaction, *, unknown: bool = False) -> None:
        """End an interaction's token now, with 401/50027, or with 404/10015 as Discord sometimes does early."""
        problem = Problem.UNKNOWN_WEBHOOK if unknown else Problem.INVALID_WEBHOOK_TOKEN
        self.core.world.dead_tokens[interaction.token] = problem

    def limit_uploads(self, size_bytes: int) -> None:
        """Change what anybody may upload without Nitro or boosts. Interactions under way keep their limit."""
        self.core.world.upload_limit_bytes = size_bytes

    def refuse_words(self, *words: str) -> None:
        """Let the filter for harmful links refuse every message of the bot's with one of these words (240000)."""
        self.core.world.harmful_words = set(words)

    def refuse_pictures(self, *, refused: bool = True) -> None:
        """Let the filter for explicit content refuse every new file of the bot's (20009)."""
        self.core.world.takes_pictures = not refused

    def forget_uploads(self) -> None:
        """Remove the files that people gave to commands and windows, as Discord does after a time it does not state."""
        files = self.core.world.files
        for file in [file for file in files.values() if file.ephemeral]:
            del files[file.id]

    def delete_message(self, message: Message) -> None:
        """Delete a message, private ones included, as if Discord had done it."""
        self.core.messages.delete(message)

    def deny(self, channel: Channel, user: User, denied: Permission) -> None:
        """Take permissions in a channel from a person or from the bot; for a thread, in the channel that it is in."""
        current = self.core.world.channels[channel.parent_id or channel.id]
        overwrite = Overwrite(target_id=user.id, kind=_MEMBER_OVERWRITE, deny=denied)
        kept = tuple(each for each in current.overwrites if each.target_id != user.id)
        self._change(replace(current, overwrites=(*kept, overwrite)))

    def close_thread(self, thread: Channel, *, archived: bool = True, locked: bool = False) -> None:
        self._change(replace(self.core.world.channels[thread.id], archived=archived, locked=locked))

    def delete_channel(self, channel: Channel) -> None:
        """Delete a channel with its threads and all messages in them."""
        world = self.core.world
        for thread in [each for each in world.channels.values() if each.parent_id == channel.id]:
            self.delete_channel(thread)
        payload = payloads.channel(world, channel)
        self._forget_messages(channel)
        world.channels.pop(channel.id, None)
        event = "THREAD_DELETE" if is_thread(channel) else "CHANNEL_DELETE"
        self._tell(event, payload, channel.guild_id)

    def delete_guild(self, guild: Guild) -> None:
        """Delete a server with everything in it."""
        world = self.core.world
        for channel in [each for each in world.channels.values() if each.guild_id == guild.id]:
            self._forget_messages(channel)
            del world.channels[channel.id]
        world.guilds.pop(guild.id, None)
        self._tell("GUILD_DELETE", {"id": str(guild.id)}, guild.id)

    def remove_bot(self, guild: Guild) -> None:
        """Throw the bot out: what is there stays, but its token reaches none of it (403/50001)."""
        world = self.core.world
        current = world.guilds[guild.id]
        members = {each: member for each, member in current.members.items() if each != world.application.bot_id}
        world.guilds[guild.id] = replace(current, members=members)
        self._tell("GUILD_DELETE", {"id": str(guild.id)}, guild.id)

    def _forget_messages(self, channel: Channel) -> None:
        world = self.core.world
        for message in [each for each in world.messages.values() if each.channel_id == channel.id]:
            del world.messages[message.id]
            for file in message.contents.attachments:
                world.files.pop(file.id, None)

    def _change(self, channel: Channel) -> None:
        self.core.world.channels[channel.id] = channel
        event = "THREAD_UPDATE" if is_thread(channel) else "CHANNEL_UPDATE"
        self._tell(event, payloads.channel(self.core.world, channel), channel.guild_id)

    def _tell(self, event: str, payload: JsonObject, guild_id: int | None) -> None:
        self.core.hub.sessions.dispatch(event, lambda _: payload, guild_id=guild_id, intent=Intent.GUILDS)
        self.core.changes.publish(ChangeKind.PLACES_CHANGED)
