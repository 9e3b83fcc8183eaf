"""What Discord's own client lets a person send: it checks before anything leaves. Pure."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from sandbox.discord.commands import OptionType
from sandbox.discord.components import walk
from sandbox.discord.errors import ClientRefusedError
from sandbox.discord.jsontypes import Json, JsonObject

OptionValue: TypeAlias = str | int | float | bool
Given: TypeAlias = Mapping[str, OptionValue]

_IDS = (OptionType.USER, OptionType.CHANNEL, OptionType.ROLE, OptionType.MENTIONABLE, OptionType.ATTACHMENT)
_MAX_STRING_CHARS = 6000


def objects(value: Json) -> Iterator[JsonObject]:
    """Yield the objects of a list."""
    for item in value if isinstance(value, list) else []:
        if isinstance(item, dict):
            yield item


def option_specs(command: JsonObject, path: tuple[str, ...]) -> list[JsonObject]:
    """Return the options of a command, or of its subcommand at this path."""
    branch = command
    for name in path:
        found = next((each for each in objects(branch.get("options")) if each.get("name") == name), None)
        if found is None:
            raise ClientRefusedError(f"There is no subcommand {name!r}.")
        branch = found
    return list(objects(branch.get("options")))


def filled(specs: list[JsonObject], given: Given) -> list[JsonObject]:
    """Return what is sent for these options. Raises ClientRefusedError for what the client does not let through."""
    unknown = set(given) - {str(spec["name"]) for spec in specs}
    if unknown:
        raise ClientRefusedError(f"There are no such options: {sorted(unknown)}.")
    found: list[JsonObject] = []
    for spec in specs:
        name = str(spec["name"])
        if name in given:
            found.append({"name": name, "type": spec["type"], "value": _checked(spec, given[name])})
        elif spec.get("required"):
            raise ClientRefusedError(f"The option {name!r} is required.")
    return found


def nested(options: list[JsonObject], path: tuple[str, ...]) -> list[Json]:
    """Wrap options in their subcommand, and that in its group."""
    wrapped: list[Json] = [*options]
    kinds = (OptionType.SUB_COMMAND, OptionType.SUB_COMMAND_GROUP)
    for kind, name in zip(kinds, reversed(path), strict=False):
        wrapped = [{"type": int(kind), "name": name, "options": wrapped}]
    return wrapped


def _checked(spec: JsonObject, value: OptionValue) -> Json:
    kind, name = spec["type"], spec["name"]
    choices = [choice.get("value") for choice in objects(spec.get("choices"))]
    if choices and value not in choices:
        raise ClientRefusedError(f"{value!r} is none of the choices of {name!r}.")
    if kind in _IDS:
        return str(value)
    if kind == OptionType.STRING:
        return _text(spec, value)
    if kind == OptionType.BOOLEAN:
        if isinstance(value, bool):
            return value
    elif not isinstance(value, str | bool) and (kind == OptionType.NUMBER or isinstance(value, int)):
        return _number(spec, value)
    raise ClientRefusedError(f"{value!r} is of the wrong type for {name!r}.")


def _text(spec: JsonObject, value: OptionValue) -> str:
    shortest, longest = bound(spec, "min_length", 0), bound(spec, "max_length", _MAX_STRING_CHARS)
    if not isinstance(value, str) or not shortest <= len(value) <= longest or not value:
        raise ClientRefusedError(f"{spec['name']!r} takes {shortest:g} to {longest:g} characters.")
    return value


def _number(spec: JsonObject, value: float) -> float:
    lowest, highest = bound(spec, "min_value", float("-inf")), bound(spec, "max_value", float("inf"))
    if not lowest <= value <= highest:
        raise ClientRefusedError(f"{spec['name']!r} takes {lowest:g} to {highest:g}.")
    return value


def bound(spec: JsonObject, key: str, default: float) -> float:
    """Return a limit that an option or a field states, or the default."""
    bound = spec.get(key)
    return bound if isinstance(bound, int | float) else default


def component(components: tuple[JsonObject, ...], custom_id: str) -> JsonObject:
    """Return the part of a message that has this custom id and can be used. Raises ClientRefusedError."""
    found = next((each for each in walk([*components]) if each.get("custom_id") == custom_id), None)
    if found is None:
        raise ClientRefusedError(f"The message has no component {custom_id!r}.")
    if found.get("disabled"):
        raise ClientRefusedError(f"The component {custom_id!r} is disabled.")
    return found
