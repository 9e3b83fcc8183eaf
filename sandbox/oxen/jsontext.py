"""JSON as bytes and as narrowed values, so that nothing untyped goes further than this file."""

from collections.abc import Mapping
from typing import cast

import orjson

JsonObject = Mapping[str, object]


def as_object(value: object) -> JsonObject | None:
    """Return the value when it is a JSON object, else None."""
    return cast("JsonObject", value) if isinstance(value, dict) else None


def as_list(value: object) -> list[object] | None:
    """Return the value when it is a JSON array, else None."""
    return cast("list[object]", value) if isinstance(value, list) else None


def read(text: bytes) -> object:
    """Parse JSON, or return None for what is none."""
    try:
        return cast("object", orjson.loads(text))
    except orjson.JSONDecodeError:
        return None


def write(value: object) -> bytes:
    """Write compact JSON: the vendor's own samples rely on no space after the colon."""
    return orjson.dumps(value)
