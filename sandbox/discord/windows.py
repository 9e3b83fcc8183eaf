"""What a person can send back in a window (a modal). Pure."""

from collections.abc import Mapping
from typing import TypeAlias

from sandbox.discord.client_rules import bound, objects
from sandbox.discord.components import ComponentType, walk
from sandbox.discord.errors import ClientRefusedError
from sandbox.discord.jsontypes import Json, JsonObject

_MAX_INPUT_CHARS = 4000

FieldValue: TypeAlias = str | bool | list[str] | None


def filled_in(modal: JsonObject, typed: Mapping[str, FieldValue]) -> list[JsonObject]:
    """Return a window's components as its submission carries them; what was prefilled stays unless typed over."""
    given = {**_prefilled(modal), **typed}
    unknown = set(given) - {str(field["custom_id"]) for field in _fields(modal)}
    if unknown:
        raise ClientRefusedError(f"The window has no such fields: {sorted(unknown)}.")
    found: list[JsonObject] = []
    for top in objects(modal["components"]):
        base: JsonObject = {"type": top["type"], "id": top["id"]}
        answers = [field_answer(field, given.get(str(field["custom_id"]))) for field in _fields({"components": [top]})]
        if top["type"] == ComponentType.LABEL:
            base["component"] = answers[0]
        elif top["type"] == ComponentType.ACTION_ROW:
            base["components"] = list[Json](answers)
        found.append(base)
    return found


def chosen_in(components: list[JsonObject]) -> list[tuple[Json, str]]:
    """Return what a submission's fields chose, as (component type, value)."""
    found: list[tuple[Json, str]] = []
    for field in walk([*components]):
        values = field.get("values")
        found += [(field["type"], str(value)) for value in values] if isinstance(values, list) else []
    return found


def _fields(modal: JsonObject) -> list[JsonObject]:
    return [each for each in walk(modal["components"]) if "custom_id" in each]


def _prefilled(modal: JsonObject) -> dict[str, FieldValue]:
    """Return what stands in a window when it opens."""
    found: dict[str, FieldValue] = {}
    for field in _fields(modal):
        chosen = [str(option["value"]) for option in objects(field.get("options")) if option.get("default")]
        written = field.get("value")
        if isinstance(written, str):
            found[str(field["custom_id"])] = written
        elif chosen:
            radio = field["type"] == ComponentType.RADIO_GROUP
            found[str(field["custom_id"])] = chosen[0] if radio else chosen
        elif field.get("default") is True:
            found[str(field["custom_id"])] = True
    return found


def field_answer(field: JsonObject, value: FieldValue) -> JsonObject:
    """Return what a window sends back for one field. Raises ClientRefusedError. Files are given by their ids."""
    answer: JsonObject = {"type": field["type"], "id": field["id"], "custom_id": field["custom_id"]}
    kind, custom_id = field["type"], field["custom_id"]
    required = field.get("required", kind != ComponentType.CHECKBOX)
    if kind == ComponentType.TEXT_INPUT:
        return {**answer, "value": _written(field, "" if value is None else value, required=required is True)}
    if kind == ComponentType.CHECKBOX:
        return {**answer, "value": value is True}
    if kind == ComponentType.RADIO_GROUP:
        _require_known(field, [value] if isinstance(value, str) else [])
        if required and value is None:
            raise ClientRefusedError(f"{custom_id!r} is required.")
        return {**answer, "value": value if isinstance(value, str) else None}
    chosen = value if isinstance(value, list) else [] if value is None else [str(value)]
    if chosen or required:
        _require_count(field, chosen)
    _require_known(field, chosen)
    return {**answer, "values": list[Json](chosen)}


def _written(field: JsonObject, value: FieldValue, *, required: bool) -> str:
    shortest, longest = bound(field, "min_length", 0), bound(field, "max_length", _MAX_INPUT_CHARS)
    if not isinstance(value, str) or (required and not value):
        raise ClientRefusedError(f"{field['custom_id']!r} wants text.")
    if value and not shortest <= len(value) <= longest:
        raise ClientRefusedError(f"{field['custom_id']!r} takes {shortest:g} to {longest:g} characters.")
    return value


def _require_count(field: JsonObject, chosen: list[str]) -> None:
    fewest, most = bound(field, "min_values", 1), bound(field, "max_values", 1)
    if not fewest <= len(chosen) <= most:
        raise ClientRefusedError(f"{field['custom_id']!r} takes {fewest:g} to {most:g} of them.")


def _require_known(field: JsonObject, chosen: list[str]) -> None:
    if "options" not in field:
        return
    known = [option.get("value") for option in objects(field["options"])]
    if any(value not in known for value in chosen):
        raise ClientRefusedError(f"{field['custom_id']!r} has no such option: {chosen}.")
