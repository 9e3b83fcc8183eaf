"""The rules for registering application commands. Pure."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum

from sandbox.discord.choices import MAX_SAFE_INTEGER, read_choices
from sandbox.discord.form import Form, Node
from sandbox.discord.jsontypes import Json, JsonObject

# https://discord.com/developers/docs/interactions/application-commands
MAX_OPTIONS = 25
MAX_COMMAND_CHARS = 8000
MAX_COMMANDS = {1: 100, 2: 15, 3: 15, 4: 1}
_MAX_NAME_CHARS = 32
_MAX_DESCRIPTION_CHARS = 100
_MAX_STRING_CHARS = 6000
_NAME_EXTRAS = "-_'"
_COUNTED_KEYS = ("name", "description", "value")


class CommandType(IntEnum):
    CHAT_INPUT = 1
    USER = 2
    MESSAGE = 3
    PRIMARY_ENTRY_POINT = 4


class OptionType(IntEnum):
    SUB_COMMAND = 1
    SUB_COMMAND_GROUP = 2
    STRING = 3
    INTEGER = 4
    BOOLEAN = 5
    USER = 6
    CHANNEL = 7
    ROLE = 8
    MENTIONABLE = 9
    NUMBER = 10
    ATTACHMENT = 11


_BRANCHES = (OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP)
_WITH_CHOICES = (OptionType.STRING, OptionType.INTEGER, OptionType.NUMBER)


def read_commands(body: Json) -> tuple[JsonObject, ...]:
    """Return the commands of a bulk overwrite, without ids. Raises DiscordError 50035."""
    form = Form()
    found = [_command(node) for node in Node(body, form).items()]
    names: set[tuple[Json, Json]] = set()
    for index, command in enumerate(found):
        key = (_plain(command["type"]), _plain(command["name"]))
        if key in names:
            form.refuse(
                (index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
            )
        names.add(key)
    for kind, maximum in MAX_COMMANDS.items():
        if sum(command["type"] == kind for command in found) > maximum:
            form.refuse((), "APPLICATION_COMMANDS_MAX_EXCEEDED", f"At most {maximum} commands of type {kind}")
    form.check()
    return tuple(found)


def lacks_entry_point(commands: Sequence[JsonObject], before: Sequence[JsonObject]) -> bool:
    """Tell whether a bulk overwrite leaves out the command that opens the application's Activity."""
    has, had = (any(each["type"] == CommandType.PRIMARY_ENTRY_POINT for each in some) for some in (commands, before))
    return had and not has


def with_ids(
    commands: Sequence[JsonObject],
    *,
    before: Sequence[JsonObject],
    application_id: int,
    guild_id: int | None,
    new_id: Callable[[], int],
) -> tuple[JsonObject, ...]:
    """Give commands their ids: one that was there under its name keeps its id, an unchanged one its version, too."""
    known = {(_plain(old["type"]), _plain(old["name"])): old for old in before}
    found: list[JsonObject] = []
    for command in commands:
        old = known.get((_plain(command["type"]), _plain(command["name"])))
        unchanged = old is not None and all(old.get(key) == value for key, value in command.items())
        complete: JsonObject = {
            "id": old["id"] if old else str(new_id()),
            "application_id": str(application_id),
            "version": old["version"] if old and unchanged else str(new_id()),
            **command,
        }
        if guild_id is not None:
            complete["guild_id"] = str(guild_id)
        found.append(complete)
    return tuple(found)


def _plain(value: Json) -> str:
    return str(value)


def _command(node: Node) -> JsonObject:
    node.fields()
    kind = node["type"].choice([*CommandType], required=False) or CommandType.CHAT_INPUT
    permissions = node["default_member_permissions"].integer(minimum=0)
    command: JsonObject = {
        "type": int(kind),
        "name": _name(node["name"], chat_input=kind == CommandType.CHAT_INPUT),
        "description": _description(node["description"], kind),
        "default_member_permissions": None if permissions is None else str(permissions),
        "dm_permission": node["dm_permission"].flag(default=True),
        "nsfw": node["nsfw"].flag(),
        "contexts": _numbers(node["contexts"], (0, 1, 2)),
        "integration_types": _numbers(node["integration_types"], (0, 1)) or [0],
    }
    if kind == CommandType.PRIMARY_ENTRY_POINT:
        command["handler"] = node["handler"].choice((1, 2))
    if kind == CommandType.CHAT_INPUT:
        command["options"] = list[Json](_options(node["options"]))
    if sum(_counted_chars(command)) > MAX_COMMAND_CHARS:
        node.refuse("APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({MAX_COMMAND_CHARS})")
    return command


def _numbers(node: Node, allowed: tuple[int, ...]) -> list[Json] | None:
    if not node.given:
        return None
    return [number for item in node.items(1) if (number := item.choice(allowed)) is not None]


def _name(node: Node, *, chat_input: bool) -> str | None:
    name = node.text(1, _MAX_NAME_CHARS, required=True)
    if name and chat_input and not _is_command_name(name):
        node.refuse("APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    return name


def _is_command_name(name: str) -> bool:
    """Letters, marks and numbers of any script, in lower case where the script has one."""
    letters = all(unicodedata.category(char)[0] in "LMN" or char in _NAME_EXTRAS for char in name)
    return letters and name == name.lower()


def _description(node: Node, kind: int) -> str | None:
    if kind == CommandType.CHAT_INPUT:
        return node.text(1, _MAX_DESCRIPTION_CHARS, required=True)
    if kind == CommandType.PRIMARY_ENTRY_POINT:
        return node.text(0, _MAX_DESCRIPTION_CHARS) or ""
    if node.value:
        node.refuse("APPLICATION_COMMAND_DESCRIPTION_NOT_ALLOWED", "Context menu commands cannot have a description")
    return ""


def _options(node: Node) -> list[JsonObject]:
    found: list[JsonObject] = []
    names: set[str] = set()
    optional_seen = False
    for item in node.items(0, MAX_OPTIONS):
        option = _option(item)
        name = _plain(option["name"])
        if name in names:
            item["name"].refuse("APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", f"Option name {name} already exists")
        names.add(name)
        required = option.get("required") is True
        if required and optional_seen:
            message = "Required options must be placed before non-required options"
            item.refuse("APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional_seen = optional_seen or not required
        found.append(option)
    branches = [option["type"] in _BRANCHES for option in found]
    if any(branches) and not all(branches):
        node.refuse("APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command and option types are mutually exclusive")
    return found


def _option(node: Node) -> JsonObject:
    node.fields()
    kind = node["type"].choice([*OptionType])
    option: JsonObject = {
        "type": kind,
        "name": _name(node["name"], chat_input=True),
        "description": node["description"].text(1, _MAX_DESCRIPTION_CHARS, required=True),
    }
    if kind in _BRANCHES:
        return {**option, "options": list[Json](_options(node["options"]))}
    if node["required"].flag():
        option["required"] = True
    if kind is not None and kind in _WITH_CHOICES:
        option |= _constraints(node, kind)
    if kind == OptionType.CHANNEL and node["channel_types"].given:
        option["channel_types"] = [item.integer(required=True) for item in node["channel_types"].items()]
    return option


def _constraints(node: Node, kind: int) -> JsonObject:
    found: JsonObject = {}
    if node["autocomplete"].flag():
        found["autocomplete"] = True
    choices = read_choices(node["choices"], kind)
    if choices:
        found["choices"] = list[Json](choices)
    if choices and "autocomplete" in found:
        message = "Autocomplete cannot be enabled for an option with choices"
        node["autocomplete"].refuse("APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES", message)
    if kind == OptionType.STRING:
        bounds = (("min_length", 0, _MAX_STRING_CHARS), ("max_length", 1, _MAX_STRING_CHARS))
    else:
        bounds = (
            ("min_value", -MAX_SAFE_INTEGER, MAX_SAFE_INTEGER),
            ("max_value", -MAX_SAFE_INTEGER, MAX_SAFE_INTEGER),
        )
    for key, lowest, highest in bounds:
        if node[key].given:
            found[key] = _bound(node[key], kind, lowest, highest)
    return found


def _bound(node: Node, kind: int, lowest: int, highest: int) -> Json:
    if kind == OptionType.NUMBER and isinstance(node.value, float):
        return node.value
    return node.integer(lowest, highest)


def _counted_chars(value: Json) -> Iterator[int]:
    """The name, description and value of a command, its options and their choices count, taken together."""
    if isinstance(value, list):
        for inner in value:
            yield from _counted_chars(inner)
    elif isinstance(value, dict):
        yield sum(len(text) for key in _COUNTED_KEYS if isinstance(text := value.get(key), str))
        yield from _counted_chars(value.get("options"))
        yield from _counted_chars(value.get("choices"))
