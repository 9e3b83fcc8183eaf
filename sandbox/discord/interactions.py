"""The life of an interaction: asked, answered within three seconds, followed up for fifteen minutes."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sandbox.discord.access import installed, interaction_limit_bytes
from sandbox.discord.body import Body
from sandbox.discord.changes import ChangeKind, Changes
from sandbox.discord.choices import read_choices
from sandbox.discord.compose import Draft, compose
from sandbox.discord.errors import DiscordError, Problem
from sandbox.discord.form import Form, Node
from sandbox.discord.jsontypes import Json, JsonObject
from sandbox.discord.mentions import USERS_ONLY
from sandbox.discord.message_payloads import MessagePayloads
from sandbox.discord.messages import Messages
from sandbox.discord.modals import read_modal
from sandbox.discord.sessions import Sessions
from sandbox.discord.snowflake import lowest_at
from sandbox.discord.state import (
    Answer,
    CallbackType,
    Channel,
    Contents,
    Interaction,
    InteractionType,
    Message,
    MessageFlag,
    MessageType,
    Progress,
    User,
    World,
)

# https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-callback
ANSWER_WITHIN = timedelta(seconds=3)
TOKEN_LIFETIME = timedelta(minutes=15)
_CHAT_INPUT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Interactions:
    """Make interactions, take their answers, and say what a token still opens."""

    world: World
    changes: Changes
    sessions: Sessions
    messages: Messages
    payloads: MessagePayloads
    now: Callable[[], datetime]
    new_id: Callable[[], int]

    def create(
        self,
        kind: InteractionType,
        user: User,
        channel: Channel,
        data: JsonObject,
        *,
        message_id: int | None = None,
        parent_id: int | None = None,
        aged: timedelta = timedelta(),
    ) -> Interaction:
        """Let a person interact, and tell the bot, unless it was thrown out."""
        interaction = Interaction(
            id=lowest_at(self.now() - aged) if aged else self.new_id(),
            token=secrets.token_urlsafe(48),
            type=kind,
            user_id=user.id,
            channel_id=channel.id,
            guild_id=channel.guild_id,
            created_at=self.now() - aged,
            aged=aged,
            data=data,
            attachment_size_limit=interaction_limit_bytes(self.world, user.id, channel),
            message_id=message_id,
            parent_id=parent_id,
        )
        self.world.interactions[interaction.id] = interaction
        if installed(self.world, channel):
            event = self.payloads.interaction(interaction)
            self.sessions.dispatch("INTERACTION_CREATE", lambda _: event, guild_id=channel.guild_id)
        self.changes.publish(ChangeKind.INTERACTION_CREATED, interaction.id)
        return interaction

    def progress(self, interaction: Interaction) -> Progress:
        """Return what the person sees of it now."""
        answer = self.world.answers.get(interaction.id)
        age = self.now() - interaction.created_at
        if answer is None:
            return Progress.FAILED if age - interaction.aged > ANSWER_WITHIN else Progress.WAITING
        message = self.world.messages.get(answer.message_id or 0)
        if message is None or MessageFlag.LOADING not in message.contents.flags:
            return Progress.ANSWERED
        return Progress.FAILED if age > TOKEN_LIFETIME else Progress.THINKING

    def answer(self, interaction_id: int, token: str, body: Body) -> tuple[Interaction, Answer]:
        """Take the one answer to an interaction. Raises DiscordError (10062, 40060, 50035, ...)."""
        interaction = self.world.interactions.get(interaction_id)
        if interaction is None or interaction.token != token:
            raise DiscordError(Problem.UNKNOWN_INTERACTION)
        if interaction_id in self.world.answers:
            raise DiscordError(Problem.ALREADY_ACKNOWLEDGED)
        if self.now() - interaction.asked_at > ANSWER_WITHIN or token in self.world.dead_tokens:
            raise DiscordError(Problem.UNKNOWN_INTERACTION)
        answer = self._take(interaction, body)
        self.world.answers[interaction_id] = answer
        self.changes.publish(ChangeKind.INTERACTION_ANSWERED, interaction_id)
        return interaction, answer

    def _take(self, interaction: Interaction, body: Body) -> Answer:
        form = Form()
        node = Node(body.json, form)
        kind = _callback_type(node["type"], interaction)
        data = node["data"]
        match kind:
            case CallbackType.MESSAGE:
                message = self._create(interaction, body, data.value)
                return self._answered(kind, message)
            case CallbackType.DEFERRED_MESSAGE:
                return self._answered(kind, self._think(interaction, data))
            case CallbackType.DEFERRED_UPDATE:
                return self._answered(kind, self._source(interaction))
            case CallbackType.UPDATE_MESSAGE:
                return self._answered(kind, self._update(interaction, data.value))
            case CallbackType.AUTOCOMPLETE:
                choices = read_choices(data["choices"], _focused_type(interaction.data.get("options")))
                form.check()
                return replace(self._answered(kind, None), choices=choices)
            case CallbackType.MODAL:
                modal = read_modal(data)
                form.check()
                return replace(self._answered(kind, None), modal=modal)

    def _answered(self, kind: CallbackType, message: Message | None) -> Answer:
        return Answer(
            type=kind,
            at=self.now(),
            message_id=message.id if message else None,
            ephemeral=message is not None and message.ephemeral,
        )

    def _draft(self, interaction: Interaction, body: Body, fields: Json) -> Draft:
        return Draft(
            fields={} if fields is None else fields,
            uploads=body.uploads,
            folder_id=interaction.channel_id,
            file_limit_bytes=interaction.attachment_size_limit,
            default_mentions=USERS_ONLY,
            new_id=self.new_id,
        )

    def _create(self, interaction: Interaction, body: Body, fields: Json) -> Message:
        contents = compose(replace(self._draft(interaction, body, fields), path=("data",)))
        return self._post(interaction, contents, private=_asks_private(fields))

    def _think(self, interaction: Interaction, data: Node) -> Message:
        """Of the flags, a deferred answer takes only the private one; the rest comes with the edit."""
        contents = Contents(flags=MessageFlag.LOADING)
        return self._post(interaction, contents, private=_asks_private(data.value))

    def _post(
        self, interaction: Interaction, contents: Contents, *, private: bool, reply_to_id: int | None = None
    ) -> Message:
        if interaction.channel_id not in self.world.channels:
            raise DiscordError(Problem.UNKNOWN_CHANNEL)
        flags = contents.flags | MessageFlag.EPHEMERAL if private else contents.flags
        return self.messages.create(
            Message(
                id=self.new_id(),
                channel_id=interaction.channel_id,
                author_id=self.world.application.bot_id,
                type=_message_type(interaction, reply_to_id),
                contents=replace(contents, flags=flags),
                interaction_id=interaction.id,
                reply_to_id=reply_to_id or interaction.message_id,
                viewer_id=interaction.user_id if private else None,
            )
        )

    def _source(self, interaction: Interaction) -> Message:
        message = self.world.messages.get(interaction.message_id or 0)
        if message is None:
            raise DiscordError(Problem.UNKNOWN_MESSAGE)
        return message

    def _update(self, interaction: Interaction, fields: Json) -> Message:
        """Change the message of the pressed button. New files in such an answer are lost."""
        without_files = Body(json=fields)
        message = self._source(interaction)
        draft = replace(self._draft(interaction, without_files, fields), before=message.contents, path=("data",))
        return self.messages.edit(message, compose(draft))

    def by_token(self, application_id: int, token: str) -> Interaction:
        """Return the interaction whose token this is. Raises DiscordError 10015, or 50027 once it is over."""
        found = next((each for each in self.world.interactions.values() if each.token == token), None)
        if found is None or application_id != self.world.application.id:
            raise DiscordError(Problem.UNKNOWN_WEBHOOK)
        if token in self.world.dead_tokens:
            raise DiscordError(self.world.dead_tokens[token])
        if self.now() - found.created_at >= TOKEN_LIFETIME:
            raise DiscordError(Problem.INVALID_WEBHOOK_TOKEN)
        if found.id not in self.world.answers:
            raise DiscordError(Problem.UNKNOWN_WEBHOOK)
        return found

    def message(self, interaction: Interaction, name: str) -> Message:
        """Return one of an interaction's messages, by id or as "@original". Raises DiscordError 10008."""
        answer = self.world.answers[interaction.id]
        named = answer.message_id if name == "@original" else int(name) if name.isdecimal() else None
        message = self.world.messages.get(named or 0)
        if message is None or named not in (answer.message_id, *answer.followup_ids):
            raise DiscordError(Problem.UNKNOWN_MESSAGE)
        return message

    def edit(self, interaction: Interaction, message: Message, body: Body) -> Message:
        draft = replace(self._draft(interaction, body, body.json), before=message.contents)
        return self.messages.edit(message, compose(draft))

    def follow_up(self, interaction: Interaction, body: Body) -> Message:
        """Post another message; the first one after a deferred answer becomes that answer, as of old."""
        answer = self.world.answers[interaction.id]
        original = self.world.messages.get(answer.message_id or 0)
        if original is not None and MessageFlag.LOADING in original.contents.flags:
            return self.edit(interaction, original, body)
        contents = compose(self._draft(interaction, body, body.json))
        private = _asks_private(body.json)
        message = self._post(interaction, contents, private=private, reply_to_id=answer.message_id)
        followups = (*answer.followup_ids, message.id)
        self.world.answers[interaction.id] = replace(answer, followup_ids=followups)
        return message


def _callback_type(node: Node, interaction: Interaction) -> CallbackType:
    allowed = {CallbackType.MESSAGE, CallbackType.DEFERRED_MESSAGE}
    if interaction.type is InteractionType.AUTOCOMPLETE:
        allowed = {CallbackType.AUTOCOMPLETE}
    elif interaction.type is not InteractionType.MODAL_SUBMIT:
        allowed |= {CallbackType.MODAL}
    if interaction.message_id is not None:
        allowed |= {CallbackType.DEFERRED_UPDATE, CallbackType.UPDATE_MESSAGE}
    number = node.choice(allowed)
    node.form.check()
    return CallbackType(number or 0)


def _asks_private(fields: Json) -> bool:
    flags = fields.get("flags") if isinstance(fields, dict) else None
    return isinstance(flags, int) and MessageFlag.EPHEMERAL in MessageFlag(flags)


def _message_type(interaction: Interaction, reply_to_id: int | None) -> MessageType:
    if reply_to_id is not None or interaction.message_id is not None:
        return MessageType.REPLY
    if interaction.type is not InteractionType.COMMAND:
        return MessageType.DEFAULT
    is_chat_input = interaction.data.get("type") == _CHAT_INPUT
    return MessageType.CHAT_INPUT_COMMAND if is_chat_input else MessageType.CONTEXT_MENU_COMMAND


def _focused_type(options: Json) -> int:
    """Return the type of the option that is being completed, also inside a subcommand."""
    for option in options if isinstance(options, list) else []:
        if not isinstance(option, dict):
            continue
        kind = option.get("type")
        if option.get("focused") and isinstance(kind, int):
            return kind
        inner = _focused_type(option.get("options"))
        if inner:
            return inner
    return 0
