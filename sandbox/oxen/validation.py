"""What a model says to its parameters when a generation runs: the first thing that is wrong, in the provider's manner.

Nothing here is asked at enqueue: there the service takes any parameter for any model.
"""

from collections.abc import Iterator, Mapping

from sandbox.oxen import jsontext
from sandbox.oxen.jsontext import JsonObject

QUEUE_LAYER_PARAMS = frozenset({"prompt", "response_format"})
"""Understood by the service itself, so that no model finds them strange."""

_PYTHON_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}


def first_problem(schema: JsonObject, params: JsonObject) -> str | None:
    """Say what is wrong with the parameters of one generation, or None."""
    return next(_problems(schema, params), None)


def picture_params(schema: JsonObject) -> list[str]:
    """Name the parameters that hold one picture or several, in the schema's order."""
    return [name for name, declared in properties(schema).items() if _holds_pictures(declared)]


def properties(schema: JsonObject) -> dict[str, JsonObject]:
    """Return what the schema declares, parameter by parameter."""
    declared = jsontext.as_object(schema.get("properties")) or {}
    return {name: jsontext.as_object(value) or {} for name, value in declared.items()}


def with_defaults(schema: JsonObject, params: JsonObject) -> JsonObject:
    """Fill in what was left out. A picture that a schema has by default is used like any other."""
    defaults = {name: item["default"] for name, item in properties(schema).items() if "default" in item}
    return {**defaults, **params}


def _problems(schema: JsonObject, params: JsonObject) -> Iterator[str]:
    declared = properties(schema)
    for name in jsontext.as_list(schema.get("required")) or []:
        if params.get(str(name)) in (None, "", []):
            yield f"{name}: Field required"
    for name, value in params.items():
        if name in declared:
            yield from (f"{name}: {problem}" for problem in _value_problems(declared[name], value))
        elif name not in QUEUE_LAYER_PARAMS:
            yield f"{name}: Extra inputs are not permitted"


def _value_problems(declared: JsonObject, value: object) -> Iterator[str]:
    if value is None:
        if declared.get("nullable") is not True:
            yield "Input should not be null"
        return
    kind = str(declared.get("type", "string"))
    if not _is_of_type(kind, value):
        yield f"Input should be a valid {kind}"
        return
    choices = jsontext.as_list(declared.get("enum"))
    if choices is not None and value not in choices:
        yield "Input should be " + ", ".join(repr(choice) for choice in choices)
    yield from _bound_problems(declared, value)
    yield from _item_problems(declared, value)


def _is_of_type(kind: str, value: object) -> bool:
    # To Python a bool is an int; to JSON it is not.
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _PYTHON_TYPES.get(kind, ()))


def _bound_problems(declared: JsonObject, value: object) -> Iterator[str]:
    if not isinstance(value, int | float):
        return
    minimum, maximum = declared.get("minimum"), declared.get("maximum")
    if isinstance(minimum, int | float) and value < minimum:
        yield f"Input should be greater than or equal to {minimum}"
    if isinstance(maximum, int | float) and value > maximum:
        yield f"Input should be less than or equal to {maximum}"


def _item_problems(declared: JsonObject, value: object) -> Iterator[str]:
    items = jsontext.as_list(value)
    if items is None:
        return
    most, least = declared.get("maxItems"), declared.get("minItems")
    if isinstance(most, int) and len(items) > most:
        yield f"List should have at most {most} items, not {len(items)}"
    if isinstance(least, int) and len(items) < least:
        yield f"List should have at least {least} items, not {len(items)}"
    item_schema = jsontext.as_object(declared.get("items"))
    if item_schema is None:
        return
    for number, item in enumerate(items):
        yield from (f"{number}: {problem}" for problem in _value_problems(item_schema, item))


def _holds_pictures(declared: JsonObject) -> bool:
    items = jsontext.as_object(declared.get("items")) or {}
    return "uri" in (declared.get("format"), items.get("format"))
