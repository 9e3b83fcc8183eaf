import pytest

from bot.core.parameter import Kind, Parameter, parameter_of


def read(raw: object, schema: dict[str, object] | None = None) -> Parameter:
    return parameter_of("p", raw, required=False, schema=schema or {})


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ({"type": "integer"}, Kind.INTEGER),
        ({"type": ["null", "number"]}, Kind.NUMBER),
        ({"anyOf": [{"type": "boolean"}, {"type": "null"}]}, Kind.BOOLEAN),
        ({"oneOf": [{"type": "array", "items": None}]}, Kind.LIST),
        ({"allOf": [{"type": "object"}]}, Kind.OBJECT),
        ({"enum": [1, 2]}, Kind.INTEGER),
        ({"enum": ["a"]}, Kind.STRING),
        ({"default": 0.5}, Kind.NUMBER),
        ({"default": False}, Kind.BOOLEAN),
        ({"properties": {"width": None}}, Kind.OBJECT),
        ({"items": None}, Kind.LIST),
        ({"type": "surprise"}, Kind.STRING),
        (None, Kind.STRING),
    ],
)
def test_the_kind_is_found_in_every_way_of_saying_it(raw: object, kind: Kind) -> None:
    assert read(raw).kind is kind


@pytest.mark.parametrize(
    "raw",
    [
        {"type": ["string", "null"]},
        {"anyOf": [{"type": "string"}, {"type": "null"}]},
        {"type": "string", "nullable": True},
        {"enum": ["a", None]},
    ],
)
def test_null_may_be_said_in_four_ways(raw: object) -> None:
    assert read(raw).nullable
    assert read(raw).kind is Kind.STRING


def test_choices_come_from_every_part_and_never_hold_null() -> None:
    raw = {"anyOf": [{"enum": ["square", None]}, {"const": "wide"}, {"type": "object"}]}
    assert read(raw).choices == ("square", "wide")
    assert Kind.OBJECT in read({**raw, "type": "string"}).kinds


def test_true_and_one_are_different_choices() -> None:
    assert read({"enum": [1, True]}).choices == (1, True)


def test_a_reference_within_the_schema_is_followed() -> None:
    schema: dict[str, object] = {"$defs": {"Size": {"type": "string", "enum": ["S", "L"], "default": "S"}}}
    size = read({"allOf": [{"$ref": "#/$defs/Size"}], "default": "L"}, schema)
    assert (size.choices, size.default) == (("S", "L"), "L")


def test_a_schema_that_refers_to_itself_ends() -> None:
    schema: dict[str, object] = {"a": {"anyOf": [{"$ref": "#/a"}] * 50}}
    assert read({"$ref": "#/a"}, schema).kind is Kind.STRING


@pytest.mark.parametrize(
    ("raw", "bounds"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 4}, (1, 4)),
        ({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 5}, (1, 4)),
        ({"type": "number", "exclusiveMinimum": 0}, (0, None)),
        ({"type": "number", "minimum": 9, "maximum": 1}, (None, None)),
        ({"type": "number", "minimum": "low", "maximum": float("nan")}, (None, None)),
    ],
)
def test_bounds_are_read_or_left_out(raw: object, bounds: tuple[float | None, float | None]) -> None:
    assert (read(raw).minimum, read(raw).maximum) == bounds


@pytest.mark.parametrize("default", [float("nan"), float("inf"), 10**30])
def test_a_default_that_cannot_be_sent_is_none(default: float) -> None:
    assert read({"default": default}).default is None
