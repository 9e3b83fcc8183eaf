"""What people do in their clients: commands, buttons, windows, deletions; no more than a client lets them do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from sandbox.discord import payloads
from sandbox.discord.access import installed, interaction_limit_bytes, is_thread, permissions, visible
from sandbox.discord.attachments import stored
from sandbox.discord.client_rules import Given, component, filled, nested, option_specs
from sandbox.discord.commands import CommandType, OptionType
from sandbox.discord.components import SELECTS, ButtonStyle, ComponentType
from sandbox.discord.compose import Draft, compose
from sandbox.discord.core import Core
from sandbox.discord.errors import ClientRefusedError
from sandbox.discord.jsontypes import Json, JsonObject
from sandbox.discord.mentions import EVERY_KIND
from sandbox.discord.permissions import Permission
from sandbox.discord.resolved import resolved_by_option, resolved_by_select
from sandbox.discord.state import (
    Attachment,
    Channel,
    ChannelType,
    Interaction,
    InteractionType,
    Message,
    Upload,
    User,
)
from sandbox.discord.windows import FieldValue, chosen_in, field_answer, filled_in

_CONTEXT_GUILD, _CONTEXT_BOT_DM = 0, 1
_MIB = 1024 * 1024
Files: TypeAlias = Mapping[str, Upload]


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Every method is one thing that a person does. Raises ClientRefusedError if their client would not send it."""

    core: Core

    def commands(self, user: User, channel: Channel) -> tuple[JsonObject, ...]:
        """Return the commands that the picker offers this person here."""
        registered = self.core.world.commands
        offered = (*registered.get(None, ()), *(registered.get(channel.guild_id, ()) if channel.guild_id else ()))
        return tuple(command for command in offered if self._may_use(command, user, channel))

    def command(
        self,
        user: User,
        channel: Channel,
        name: str,
        options: Given | None = None,
        files: Files | None = None,
        *,
        aged: timedelta = timedelta(),
    ) -> Interaction:
        """Send a slash command; the name of a subcommand follows after a space. `files` is by option.

        `aged` lets it be so old that its token is near its end.
        """
        command, path = self._find(user, channel, name, CommandType.CHAT_INPUT)
        specs = option_specs(command, path)
        sendable = [filename for filename in files or {} if _is_attachment(specs, filename)]
        if len(sendable) != len(files or {}):
            raise ClientRefusedError(f"{name!r} takes no file as {sorted(set(files or {}) - set(sendable))}.")
        kept = {option: self._upload(user, channel, upload) for option, upload in (files or {}).items()}
        given = dict(options or {}) | {option: str(file.id) for option, file in kept.items()}
        sent = filled(specs, given)
        self.core.world.files.update({file.id: file for file in kept.values()})
        data = self._command_data(command, nested(sent, path))
        named = [(option["type"], str(option["value"])) for option in sent]
        found = resolved_by_option(self.core.world, channel, named)
        if kept:
            found["attachments"] = self.core.payloads.attachments_by_id(kept.values())
        if found:
            data["resolved"] = found
        return self.core.interactions.create(InteractionType.COMMAND, user, channel, data, aged=aged)

    def use_on(self, user: User, channel: Channel, name: str, target: Message | User) -> Interaction:
        """Pick a command from the menu of a message or of a person."""
        kind = CommandType.MESSAGE if isinstance(target, Message) else CommandType.USER
        command, _ = self._find(user, channel, name, kind)
        data = self._command_data(command, None) | {"target_id": str(target.id)}
        if isinstance(target, Message):
            data["resolved"] = {"messages": {str(target.id): self.core.payloads.message(self._seen(user, target))}}
        else:
            data["resolved"] = {"users": {str(target.id): payloads.user(target)}}
        return self.core.interactions.create(InteractionType.COMMAND, user, channel, data)

    async def autocomplete(
        self,
        user: User,
        channel: Channel,
        name: str,
        option: str,
        value: str,
        *,
        others: Given | None = None,
        timeout_s: float = 3.0,
    ) -> tuple[JsonObject, ...]:
        """Type into an option and return the choices that come up. Raises WaitedTooLongError if none come."""
        command, path = self._find(user, channel, name, CommandType.CHAT_INPUT)
        specs = option_specs(command, path)
        spec = next((each for each in specs if each.get("name") == option), None)
        if spec is None or not spec.get("autocomplete"):
            raise ClientRefusedError(f"The option {option!r} does not complete.")
        optional = [{**each, "required": False} for each in specs]
        focused: JsonObject = {"name": option, "type": spec["type"], "value": value, "focused": True}
        data = self._command_data(command, nested([*filled(optional, others or {}), focused], path))
        asked = self.core.interactions.create(InteractionType.AUTOCOMPLETE, user, channel, data)
        answer = await self.core.changes.wait_for(
            lambda: self.core.world.answers.get(asked.id), timeout_s=timeout_s, explain=self.core.log.tail
        )
        return answer.choices

    def press(self, user: User, message: Message, custom_id: str) -> Interaction:
        """Press a button."""
        current = self._seen(user, message)
        button = component(current.contents.components, custom_id)
        if button["type"] != ComponentType.BUTTON or button.get("style") == ButtonStyle.LINK:
            raise ClientRefusedError(f"{custom_id!r} is not a button that can be pressed.")
        return self._interact(user, current, button, {})

    def choose(self, user: User, message: Message, custom_id: str, values: Sequence[str]) -> Interaction:
        """Choose from a select menu."""
        current = self._seen(user, message)
        menu = component(current.contents.components, custom_id)
        if menu["type"] not in SELECTS:
            raise ClientRefusedError(f"{custom_id!r} is not a menu.")
        channel = self.core.world.channels[current.channel_id]
        extra: JsonObject = {"values": field_answer(menu, list(values))["values"]}
        found = resolved_by_select(self.core.world, channel, [(menu["type"], value) for value in values])
        if found:
            extra["resolved"] = found
        return self._interact(user, current, menu, extra)

    def _interact(self, user: User, message: Message, used: JsonObject, extra: JsonObject) -> Interaction:
        data: JsonObject = {"component_type": used["type"], "custom_id": used["custom_id"], "id": used["id"], **extra}
        channel = self.core.world.channels[message.channel_id]
        return self.core.interactions.create(InteractionType.COMPONENT, user, channel, data, message_id=message.id)

    def submit(
        self,
        user: User,
        interaction: Interaction,
        values: Mapping[str, FieldValue] | None = None,
        files: Mapping[str, Sequence[Upload]] | None = None,
    ) -> Interaction:
        """Send the window back that an interaction opened. `values` and `files` are by custom id."""
        answer = self.core.world.answers.get(interaction.id)
        if answer is None or answer.modal is None or interaction.user_id != user.id:
            raise ClientRefusedError("There is no window open.")
        channel = self.core.world.channels[interaction.channel_id]
        kept = {
            custom_id: [self._upload(user, channel, upload) for upload in uploads]
            for custom_id, uploads in (files or {}).items()
        }
        typed: dict[str, FieldValue] = {
            **(values or {}),
            **{custom_id: [str(file.id) for file in found] for custom_id, found in kept.items()},
        }
        components = filled_in(answer.modal, typed)
        data: JsonObject = {"custom_id": answer.modal["custom_id"], "components": list[Json](components)}
        uploaded = {file.id: file for files_of_one in kept.values() for file in files_of_one}
        self.core.world.files.update(uploaded)
        found = resolved_by_select(self.core.world, channel, chosen_in(components))
        if uploaded:
            found["attachments"] = self.core.payloads.attachments_by_id(uploaded.values())
        if found:
            data["resolved"] = found
        return self.core.interactions.create(
            InteractionType.MODAL_SUBMIT,
            user,
            channel,
            data,
            message_id=interaction.message_id,
            parent_id=interaction.id,
        )

    def say(self, user: User, channel: Channel, content: str, files: Sequence[Upload] = ()) -> Message:
        """Write an ordinary message."""
        granted = permissions(self.core.world, user.id, channel)
        speak = Permission.SEND_MESSAGES_IN_THREADS if is_thread(channel) else Permission.SEND_MESSAGES
        if speak not in granted:
            raise ClientRefusedError("This person may not write there.")
        everyone = frozenset({"everyone"} if Permission.MENTION_EVERYONE not in granted else ())
        draft = Draft(
            fields={"content": content},
            uploads=dict(enumerate(files)),
            folder_id=channel.id,
            file_limit_bytes=interaction_limit_bytes(self.core.world, user.id, channel),
            default_mentions=EVERY_KIND - everyone,
            new_id=self.core.new_id,
        )
        message_id = self.core.new_id()
        contents = compose(draft)
        return self.core.messages.create(
            Message(id=message_id, channel_id=channel.id, author_id=user.id, contents=contents)
        )

    def delete(self, user: User, message: Message) -> None:
        """Delete a message: one's own, or anybody's as a moderator. A private answer can only be dismissed."""
        current = self._seen(user, message)
        granted = permissions(self.core.world, user.id, self.core.world.channels[current.channel_id])
        own = current.author_id == user.id
        if current.ephemeral or not (own or granted & Permission.MANAGE_MESSAGES):
            raise ClientRefusedError("This person may not delete that message.")
        self.core.messages.delete(current)

    def _seen(self, user: User, message: Message) -> Message:
        current = self.core.world.messages.get(message.id)
        if current is None or not visible(self.core.world, current, user.id):
            raise ClientRefusedError("This person does not see that message.")
        return current

    def _find(self, user: User, channel: Channel, name: str, kind: CommandType) -> tuple[JsonObject, tuple[str, ...]]:
        """Return a command and the path of its subcommand. Names in menus may have spaces, those after "/" may not."""
        words = name.split() if kind is CommandType.CHAT_INPUT else [name]
        for command in self.commands(user, channel):
            if command["name"] == words[0] and command["type"] == kind:
                return command, tuple(words[1:])
        raise ClientRefusedError(f"There is no command {name!r} for this person here.")

    def _may_use(self, command: JsonObject, user: User, channel: Channel) -> bool:
        granted = permissions(self.core.world, user.id, channel)
        if not installed(self.core.world, channel):
            return False
        contexts = command.get("contexts")
        context = _CONTEXT_BOT_DM if channel.type is ChannelType.DM else _CONTEXT_GUILD
        if isinstance(contexts, list) and context not in contexts:
            return False
        if context == _CONTEXT_BOT_DM:
            return bool(granted) and command.get("dm_permission") is True
        needed = command.get("default_member_permissions")
        if needed is not None and not _holds(granted, int(str(needed))):
            return False
        nsfw_ok = channel.nsfw or not command.get("nsfw")
        return nsfw_ok and Permission.USE_APPLICATION_COMMANDS in granted

    def _upload(self, user: User, channel: Channel, upload: Upload) -> Attachment:
        limit_bytes = interaction_limit_bytes(self.core.world, user.id, channel)
        if len(upload.data) > limit_bytes:
            size = f"{len(upload.data) / _MIB:.1f} MB"
            raise ClientRefusedError(
                f"{upload.filename} has {size}; at most {limit_bytes / _MIB:g} MB may be sent here."
            )
        world = self.core.world
        return stored(upload, attachment_id=self.core.new_id(), folder_id=world.application.id, ephemeral=True)

    def _command_data(self, command: JsonObject, options: list[Json] | None) -> JsonObject:
        data: JsonObject = {"id": command["id"], "name": command["name"], "type": command["type"]}
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        if options:
            data["options"] = options
        return data


def _holds(granted: Permission, needed: int) -> bool:
    """No bits needed means administrators only, as the command was registered so."""
    wanted = Permission(needed) or Permission.ADMINISTRATOR
    return granted & wanted == wanted


def _is_attachment(specs: list[JsonObject], name: str) -> bool:
    return any(spec.get("name") == name and spec.get("type") == OptionType.ATTACHMENT for spec in specs)
