"""JSON as a type, and the few functions that narrow parsed JSON to it; knows nothing of what the JSON is about."""

import math
from collections.abc import Mapping, Sequence
from typing import cast

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

_MAX_INTEGER = 2**63 - 1
"""What JSON writers in other languages, and database columns, still hold."""

_MAX_DEPTH = 32
"""Nobody nests a default value deeper; a hostile catalogue must not exhaust the stack."""


def json_of(raw: object, depth: int = 0) -> Json:
    """Give parsed JSON as a typed value.

    What cannot be sent on becomes null: NaN, whole numbers over 64 bits, foreign objects, bottomless nesting.
    """
    if isinstance(raw, int | float):
        return raw if math.isfinite(raw) and (isinstance(raw, float) or abs(raw) <= _MAX_INTEGER) else None
    if isinstance(raw, str):
        return raw
    if depth < _MAX_DEPTH and isinstance(raw, list | tuple):
        return [json_of(item, depth + 1) for item in list_of(cast("object", raw))]
    if depth < _MAX_DEPTH and isinstance(raw, Mapping):
        return {key: json_of(value, depth + 1) for key, value in object_of(cast("object", raw)).items()}
    return None


def object_of(raw: object) -> Mapping[str, object]:
    """Give a JSON object with its text keys, or an empty one where `raw` is something else."""
    if not isinstance(raw, Mapping):
        return {}
    pairs = cast("Mapping[object, object]", raw)
    return {key: value for key, value in pairs.items() if isinstance(key, str)}


def list_of(raw: object) -> Sequence[object]:
    """Give a JSON array, or an empty one where `raw` is something else."""
    return cast("Sequence[object]", raw) if isinstance(raw, list | tuple) else ()


def text_of(raw: object) -> str:
    """Give a text without blanks around it, or an empty one where `raw` is something else."""
    return raw.strip() if isinstance(raw, str) else ""


def number_of(raw: object) -> float | None:
    """Give a finite number, also from a decimal in text as money often is; None for everything else."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        return None
    try:
        number = float(raw)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
