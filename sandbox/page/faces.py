"""What one person sees, as JSON for the browser: places, messages, what they wait for. Changes nothing."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from sandbox.discord import Channel, Interaction, InteractionType, LocalDiscord, Message, MessageFlag, Progress, User
from sandbox.discord.access import permissions, visible
from sandbox.discord.commands import OptionType
from sandbox.discord.jsontypes import Json, JsonObject
from sandbox.discord.permissions import Permission
from sandbox.discord.snowflake import made_at
from sandbox.discord.state import Attachment, ChannelType

KEPT_MESSAGES = 200
"""So many messages of a channel are shown; a sandbox that runs for days must not grow in the browser."""
_KINDS = {ChannelType.TEXT: "text", ChannelType.DM: "direct"}
_FILE_PATH = re.compile(r"/(?:media/)?(?:ephemeral-)?attachments/\d+/(?P<id>\d+)/(?P<name>[^/?]+)")
_LINKS = ("url", "proxy_url")


def file_url(file: Attachment) -> str:
    """Return where the page serves a file. It never changes, so a picture does not flicker when its message does."""
    return f"/files/{file.id}/{quote(file.filename)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Faces:
    """The local Discord as a person's client shows it."""

    discord: LocalDiscord

    def person(self, user: User) -> JsonObject:
        return {"id": str(user.id), "name": user.display_name, "username": user.username, "bot": user.bot}

    def role(self, user: User) -> str:
        """Say in one word what somebody is in the sandbox."""
        world = self.discord.world
        rights = [permissions(world, user.id, channel) for channel in world.channels.values()]
        return "moderator" if any(right & Permission.MANAGE_MESSAGES for right in rights) else "member"

    def channels(self, viewer: User) -> list[Channel]:
        """Return the places that a person sees, a thread after the channel that it is in, direct messages last."""
        world = self.discord.world
        mine = [
            channel
            for channel in world.channels.values()
            if permissions(world, viewer.id, channel) & Permission.VIEW_CHANNEL
        ]
        return sorted(mine, key=lambda each: (each.guild_id is None, each.parent_id or each.id, each.id))

    def channel(self, channel: Channel, viewer: User) -> JsonObject:
        others = [self.discord.world.users[each].display_name for each in channel.recipient_ids if each != viewer.id]
        bot = self.discord.world.users[self.discord.world.application.bot_id]
        return {
            "id": str(channel.id),
            "name": channel.name or ", ".join((*others, bot.display_name)),
            "kind": _KINDS.get(channel.type, "thread"),
            "parent": str(channel.parent_id) if channel.parent_id else None,
            "closed": channel.archived or channel.locked,
            "offered": [str(command["id"]) for command in self.discord.people.commands(viewer, channel)],
        }

    def commands(self, viewer: User, channels: Iterable[Channel]) -> list[Json]:
        """Return every command that is offered to a person in any of these places."""
        found = {
            str(command["id"]): command
            for channel in channels
            for command in self.discord.people.commands(viewer, channel)
        }
        return list(found.values())

    def messages(self, channel: Channel, viewer: User, *, since: int = 0) -> list[Json]:
        """Return what a client shows that was opened at `since`, an id: private messages live as long as it does."""
        here = self.discord.messages(channel, seen_by=viewer)
        seen = [message for message in here if not message.ephemeral or message.id >= since]
        return [self.message(message, viewer) for message in seen[-KEPT_MESSAGES:]]

    def seen(self, message_id: int, viewer: User, *, since: int = 0) -> Message | None:
        """Return a message if it is still there and this person sees it in a client that was opened at `since`."""
        message = self.discord.world.messages.get(message_id)
        if message is None or not visible(self.discord.world, message, viewer.id):
            return None
        return None if message.ephemeral and message.id < since else message

    def message(self, message: Message, viewer: User) -> JsonObject:
        payload = self.discord.payload(message)
        channel = self.discord.world.channels[message.channel_id]
        moderates = Permission.MANAGE_MESSAGES in permissions(self.discord.world, viewer.id, channel)
        return {
            "id": str(message.id),
            "channel": str(message.channel_id),
            "author": self.person(self.discord.world.users[message.author_id]),
            "at": made_at(message.id).isoformat(),
            "content": message.contents.content,
            "components": self._at_home(payload["components"]),
            "files": self._at_home(payload["attachments"]),
            "thinking": MessageFlag.LOADING in message.contents.flags,
            "private": message.ephemeral,
            "asked": self._asked(message),
            "reply_to": str(message.reply_to_id) if message.reply_to_id else None,
            "may_delete": not message.ephemeral and (moderates or message.author_id == viewer.id),
        }

    def _asked(self, message: Message) -> JsonObject | None:
        """Say whose command a message answers; a button says that by the message that it hangs on."""
        interaction = self.discord.world.interactions.get(message.interaction_id or 0)
        if interaction is None or interaction.type is not InteractionType.COMMAND:
            return None
        return {
            "by": self.person(self.discord.world.users[interaction.user_id]),
            "command": interaction.data.get("name"),
        }

    def _at_home(self, value: Json, key: str = "") -> Json:
        """Return a payload with every link to a file of this Discord turned into one of the page."""
        if isinstance(value, list):
            return [self._at_home(item) for item in value]
        if isinstance(value, dict):
            return {name: self._at_home(member, name) for name, member in value.items()}
        if key in _LINKS and isinstance(value, str) and value.startswith(self.discord.origin):
            found = _FILE_PATH.match(value.removeprefix(self.discord.origin))
            return f"/files/{found['id']}/{found['name']}" if found else value
        return value

    def interaction(self, interaction: Interaction) -> JsonObject:
        """What a person waits for: how far it is, and the window that it opened, if it did."""
        answer = self.discord.answer_of(interaction)
        return {
            "id": str(interaction.id),
            "channel": str(interaction.channel_id),
            "type": interaction.type.name.lower(),
            "command": interaction.data.get("name"),
            "custom_id": interaction.data.get("custom_id"),
            "message": str(interaction.message_id) if interaction.message_id else None,
            "parent": str(interaction.parent_id) if interaction.parent_id else None,
            "progress": self.discord.progress(interaction).name.lower(),
            "modal": answer.modal if answer else None,
            "typed": _typed(interaction),
        }

    def waiting(self, viewer: User) -> list[Json]:
        """Return what a person still waits for, autocompletion aside."""
        return [
            self.interaction(each)
            for each in self.discord.world.interactions.values()
            if each.user_id == viewer.id
            and each.type is not InteractionType.AUTOCOMPLETE
            and self.discord.progress(each) is Progress.WAITING
        ]


def _typed(interaction: Interaction) -> JsonObject:
    """Return what was filled into a command, so that nothing is lost when it gets no answer; files cannot come back."""
    options = interaction.data.get("options")
    given = [option for option in options if isinstance(option, dict)] if isinstance(options, list) else []
    return {
        str(option.get("name")): option.get("value") for option in given if option.get("type") != OptionType.ATTACHMENT
    }
