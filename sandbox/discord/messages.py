"""Create, edit and delete messages: the state, its history, the events that the bot gets of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sandbox.discord.changes import ChangeKind, Changes
from sandbox.discord.errors import DiscordError, Problem
from sandbox.discord.jsontypes import JsonObject, encode
from sandbox.discord.message_payloads import MessagePayloads
from sandbox.discord.sessions import Intent, Session, Sessions
from sandbox.discord.state import Contents, Message, Version, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """Every change of a message goes through here."""

    world: World
    changes: Changes
    sessions: Sessions
    payloads: MessagePayloads
    now: Callable[[], datetime]

    def create(self, message: Message) -> Message:
        self._filter(message.contents, message)
        self._keep(message)
        if not message.ephemeral:
            self.world.last_message_ids[message.channel_id] = message.id
        self._dispatch("MESSAGE_CREATE", message)
        self.changes.publish(ChangeKind.MESSAGE_CREATED, message.id)
        return message

    def edit(self, message: Message, contents: Contents) -> Message:
        """Store a new version; files that it no longer has are gone from the CDN, too."""
        self._filter(contents, message, had=message.contents)
        edited = replace(message, contents=contents, edited_at=self.now())
        self._discard_files(message, kept=contents)
        self._keep(edited)
        self._dispatch("MESSAGE_UPDATE", edited)
        self.changes.publish(ChangeKind.MESSAGE_EDITED, edited.id)
        return edited

    def delete(self, message: Message) -> None:
        if self.world.messages.pop(message.id, None) is None:
            return
        self._discard_files(message, kept=Contents())
        channel = self.world.channels.get(message.channel_id)
        if channel is not None:
            data: JsonObject = {"id": str(message.id), "channel_id": str(channel.id)}
            if channel.guild_id and not message.ephemeral:
                data["guild_id"] = str(channel.guild_id)
            intent = self._intent(message)
            self.sessions.dispatch("MESSAGE_DELETE", lambda _: data, guild_id=channel.guild_id, intent=intent)
        self.changes.publish(ChangeKind.MESSAGE_DELETED, message.id)

    def _filter(self, contents: Contents, message: Message, *, had: Contents | None = None) -> None:
        """Refuse what Discord's filters refuse of a bot. Raises DiscordError 240000 and 20009."""
        if message.author_id != self.world.application.bot_id:
            return
        words = encode([contents.content, *contents.components])
        if any(encode(word).strip(b'"') in words for word in self.world.harmful_words):
            raise DiscordError(Problem.HARMFUL_LINK)
        known = {file.id for file in had.attachments} if had else set[int]()
        if not self.world.takes_pictures and any(file.id not in known for file in contents.attachments):
            raise DiscordError(Problem.EXPLICIT_CONTENT)

    def _keep(self, message: Message) -> None:
        self.world.messages[message.id] = message
        self.world.history.setdefault(message.id, []).append(Version(at=self.now(), message=message))
        self.world.files.update({file.id: file for file in message.contents.attachments})

    def _discard_files(self, message: Message, *, kept: Contents) -> None:
        keep = {file.id for file in kept.attachments}
        for file in message.contents.attachments:
            if file.id not in keep:
                self.world.files.pop(file.id, None)

    def _intent(self, message: Message) -> Intent:
        channel = self.world.channels[message.channel_id]
        return Intent.GUILD_MESSAGES if channel.guild_id and not message.ephemeral else Intent.DIRECT_MESSAGES

    def _dispatch(self, event: str, message: Message) -> None:
        channel = self.world.channels[message.channel_id]
        payload = self.payloads.event(message)

        def for_session(session: Session) -> JsonObject:
            readable = Intent.MESSAGE_CONTENT in session.intents or channel.guild_id is None
            return payload if readable else without_content(self.world, message, payload)

        self.sessions.dispatch(event, for_session, guild_id=channel.guild_id, intent=self._intent(message))


def without_content(world: World, message: Message, payload: JsonObject) -> JsonObject:
    """Empty what the message content intent guards, unless the bot wrote the message or is mentioned in it."""
    bot_id = world.application.bot_id
    if message.author_id == bot_id or bot_id in message.contents.mentions.user_ids:
        return payload
    return {**payload, "content": "", "embeds": [], "attachments": [], "components": []}
