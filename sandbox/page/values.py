"""Narrows what a browser sent, and turns what other parts hold into JSON. Pure."""

from collections.abc import Mapping, Sequence
from typing import cast

from sandbox.discord.jsontypes import Json, JsonObject


class MalformedError(ValueError):
    """What came is not what the page sends."""


def json_of(value: object) -> Json:
    """Return a value of unknown make as JSON; what is no JSON becomes text."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Mapping):
        members = cast("Mapping[object, object]", value)
        return {str(name): json_of(member) for name, member in members.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [json_of(item) for item in cast("Sequence[object]", value)]
    return str(value)


def text_in(value: JsonObject, name: str) -> str:
    """Return a text member. Raises MalformedError."""
    found = value.get(name)
    if not isinstance(found, str):
        raise MalformedError(f"{name!r} must be text.")
    return found


def id_in(value: JsonObject, name: str) -> int:
    """Return an id, which travels as text: JavaScript's numbers are too short for it. Raises MalformedError."""
    found = text_in(value, name)
    if not (found.isascii() and found.isdecimal()):
        raise MalformedError(f"{name!r} must be an id.")
    return int(found)


def object_in(value: JsonObject, name: str) -> JsonObject:
    """Return an object, empty if there is none. Raises MalformedError."""
    found = value.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise MalformedError(f"{name!r} must be an object.")
    return found


def texts_in(value: JsonObject, name: str) -> list[str]:
    """Return a list of texts. Raises MalformedError."""
    found = value.get(name)
    texts = [item for item in found if isinstance(item, str)] if isinstance(found, list) else []
    if not isinstance(found, list) or len(texts) != len(found):
        raise MalformedError(f"{name!r} must be a list of texts.")
    return texts
