"""JSON as types: one alias, and the one place where bytes become it."""

from typing import TypeAlias

import orjson

Json: TypeAlias = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
JsonObject: TypeAlias = dict[str, Json]


def decode(data: bytes) -> Json:
    """Parse JSON. Raises orjson.JSONDecodeError."""
    value: Json = orjson.loads(data)
    return value


def encode(value: Json) -> bytes:
    return orjson.dumps(value)
