"""One parameter of a model, read from its JSON schema; knows neither people's words nor the other parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.json_value import Json, json_of, list_of, number_of, object_of, text_of


class Kind(StrEnum):
    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    LIST = "array"
    OBJECT = "object"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """What a model takes under one name.

    `also` holds further kinds that the schema allows beside `kind`. `max_length` counts the characters of a text or
    the items of a list. A `default` of None means that the schema has none. `media` marks links to pictures and
    other files, which people never type.
    """

    name: str
    kind: Kind = Kind.STRING
    also: tuple[Kind, ...] = ()
    choices: tuple[Json, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None
    default: Json = None
    nullable: bool = False
    hidden: bool = False
    required: bool = False
    media: bool = False

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return (self.kind, *self.also)


_MAX_NESTING = 3
"""Enough for allOf -> $ref -> anyOf; a schema that refers to itself ends there."""

_MAX_PARTS = 16

_MEDIA_FORMATS = frozenset({"uri", "url", "uri-reference", "data-uri", "data-url", "binary", "byte"})


def parameter_of(name: str, raw: object, *, required: bool, schema: Mapping[str, object]) -> Parameter:
    """Read one property; `schema` is the whole it stands in, for its references. Never raises."""
    flat = _flatten(raw, schema)
    types = [word for word in map(text_of, list_of(flat.get("type"))) if word]
    values = [json_of(value) for value in list_of(flat.get("enum"))]
    choices = tuple(value for value in values if value is not None)
    default = json_of(flat.get("default"))
    kinds = _kinds(types) or _guessed_kinds(choices, default, flat)
    minimum, maximum = _bounds(flat, kinds[0])
    return Parameter(
        name=name,
        kind=kinds[0],
        also=kinds[1:],
        choices=choices,
        minimum=minimum,
        maximum=maximum,
        max_length=_max_length(flat),
        default=default,
        nullable=flat.get("nullable") is True or "null" in types or None in values,
        hidden=flat.get("x-hidden") is True,
        required=required,
        media=_is_media(flat, schema),
    )


def _flatten(raw: object, schema: Mapping[str, object], depth: int = 0) -> dict[str, object]:
    """Merge what a property says itself with its $ref, allOf, anyOf and oneOf; its own words win.

    In the result `type` and `enum` are lists of everything that some part allows.
    """
    own = object_of(raw)
    parts = [] if depth >= _MAX_NESTING else [_flatten(part, schema, depth + 1) for part in _parts(own, schema)]
    merged: dict[str, object] = {}
    for part in parts:
        merged = {**part, **merged}
    merged.update(own)
    merged["type"] = _union([_as_list(own.get("type")), *(list_of(part["type"]) for part in parts)])
    merged["enum"] = _union([_choices(own), *(list_of(part["enum"]) for part in parts)])
    return merged


def _parts(own: Mapping[str, object], schema: Mapping[str, object]) -> Sequence[object]:
    listed = [part for key in ("allOf", "anyOf", "oneOf") for part in list_of(own.get(key))]
    reference = text_of(own.get("$ref"))
    return [*([_target(reference, schema)] if reference else []), *listed][:_MAX_PARTS]


def _target(reference: str, schema: Mapping[str, object]) -> object:
    """Follow a reference within the schema, such as `#/$defs/Size`; an empty object when it leads nowhere."""
    found: object = schema
    for step in reference.removeprefix("#/").split("/"):
        found = object_of(found).get(step)
    return object_of(found)


def _choices(own: Mapping[str, object]) -> Sequence[object]:
    return [own["const"]] if "const" in own else list_of(own.get("enum"))


def _as_list(raw: object) -> Sequence[object]:
    return [raw] if isinstance(raw, str) else list_of(raw)


def _union(lists: Sequence[Sequence[object]]) -> list[object]:
    merged: list[object] = []
    for item in (item for items in lists for item in items):
        if not any(item == seen and type(item) is type(seen) for seen in merged):
            merged.append(item)
    return merged


def _kinds(types: Sequence[str]) -> tuple[Kind, ...]:
    return tuple(Kind(word) for word in types if word in set(Kind))


def _guessed_kinds(choices: Sequence[Json], default: Json, flat: Mapping[str, object]) -> tuple[Kind, ...]:
    """Tell the kind where the schema names no type: by its choices, its default, its shape; else it is a text."""
    samples = choices or ([] if default is None else [default])
    if samples:
        return tuple(dict.fromkeys(_kind_of(sample) for sample in samples))
    if object_of(flat.get("properties")):
        return (Kind.OBJECT,)
    return (Kind.LIST,) if "items" in flat else (Kind.STRING,)


def _kind_of(value: Json) -> Kind:
    match value:
        case bool():
            return Kind.BOOLEAN
        case int():
            return Kind.INTEGER
        case float():
            return Kind.NUMBER
        case list():
            return Kind.LIST
        case dict():
            return Kind.OBJECT
        case _:
            return Kind.STRING


def _bounds(flat: Mapping[str, object], kind: Kind) -> tuple[float | None, float | None]:
    """Give both ends, included; of a whole number an excluded end is moved by one."""
    minimum, maximum = number_of(flat.get("minimum")), number_of(flat.get("maximum"))
    step = 1 if kind is Kind.INTEGER else 0
    above, below = number_of(flat.get("exclusiveMinimum")), number_of(flat.get("exclusiveMaximum"))
    minimum = above + step if minimum is None and above is not None else minimum
    maximum = below - step if maximum is None and below is not None else maximum
    if minimum is not None and maximum is not None and minimum > maximum:
        return None, None
    return minimum, maximum


def _max_length(flat: Mapping[str, object]) -> int | None:
    for key in ("maxLength", "maxItems"):
        length = number_of(flat.get(key))
        if length is not None and length >= 0:
            return int(length)
    return None


def _is_media(flat: Mapping[str, object], schema: Mapping[str, object]) -> bool:
    items = _flatten(flat.get("items"), schema)
    return not _MEDIA_FORMATS.isdisjoint({text_of(flat.get("format")), text_of(items.get("format"))})
