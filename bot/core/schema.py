"""A model of Oxen's catalogue: which parameters and pictures it takes, what it costs; knows no HTTP and no people."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import TypeVar

from bot.core.json_value import Json, list_of, number_of, object_of, text_of
from bot.core.parameter import Kind, Parameter, parameter_of

__all__ = ["Kind", "Model", "Parameter", "Prices", "guards_safety", "is_fixed", "model_of"]

COUNT_NAMES = frozenset({"n", "num_generations", "num_images", "num_outputs", "number_of_images"})
"""Names for "how many" in schemas. Easel always sends 1: the API returns the first image and bills them all."""

OURS = frozenset({"prompt", "model", "num_generations", "response_format"}) | {
    f"target_{place}" for place in ("namespace", "repo", "directory")
}
"""Fields of the request itself (POST /ai/queue), never a model's parameters."""

_REFERENCE_NAMES = (
    "input_image",
    "input_images",
    "image_input",
    "images",
    "image",
    "image_urls",
    "image_url",
    "reference_images",
    "reference_image",
    "reference_image_urls",
    "reference_image_url",
    "init_image",
    "image_prompt",
)
"""Where models take reference pictures, for schemas without `x-media-references`; the likeliest first."""

_NOT_A_PICTURE = ("mask", "video", "audio")

_SAFETY_WORDS = ("safety", "moderation", "nsfw", "content_filter")

_Cell = TypeVar("_Cell")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """US dollars per image: one price, or a grid of quality and then resolution.

    A grid without qualities stands under the quality "".
    """

    per_image_usd: float | None = None
    grid_usd: Mapping[str, Mapping[str, float]] = field(default_factory=dict[str, Mapping[str, float]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model as its catalogue entry describes it.

    `parameters` holds what may be chosen and what is hidden, in the schema's order; `fixed` what is always sent and
    nobody may choose (safety switches, one image per generation). `media` names the fields for files that Easel
    never sends, and `unmet` the required fields that it cannot fill.
    """

    id: str
    display_name: str
    makes_images: bool
    takes_images: bool = False
    needs_image: bool = False
    needs_prompt: bool = True
    takes_prompt: bool = True
    max_prompt_length: int | None = None
    reference_field: str | None = None
    references_as_list: bool = True
    max_references: int | None = None
    has_default_reference: bool = False
    parameters: Mapping[str, Parameter] = field(default_factory=dict[str, Parameter])
    fixed: Mapping[str, Json] = field(default_factory=dict[str, Json])
    media: frozenset[str] = frozenset()
    unmet: tuple[str, ...] = ()
    prices: Prices = field(default_factory=Prices)

    @property
    def takes_seed(self) -> bool:
        seed = self.parameters.get("seed")
        return seed is not None and not {Kind.INTEGER, Kind.NUMBER}.isdisjoint(seed.kinds)

    @property
    def offered(self) -> tuple[str, ...]:
        """Name what people may choose: every parameter that is not hidden, and a seed even then."""
        shown = (p.name for p in self.parameters.values() if p.name != "seed" and not p.hidden)
        return (*shown, "seed") if self.takes_seed else tuple(shown)

    def price_usd(self, parameters: Mapping[str, Json]) -> float | None:
        """Tell what one image costs with these parameters; None when the catalogue does not say."""
        if not self.prices.grid_usd:
            return self.prices.per_image_usd
        row = _cell(self.prices.grid_usd, [parameters.get("quality"), parameters.get("output_quality")])
        sizes = [parameters.get(name) for name in ("resolution", "size", "image_size")]
        price = None if row is None else _cell(row, sizes)
        return self.prices.per_image_usd if price is None else price


def guards_safety(name: str) -> bool:
    """Tell whether a parameter belongs to a safety filter, which people cannot touch."""
    return any(word in name.casefold() for word in _SAFETY_WORDS)


def is_fixed(name: str) -> bool:
    """Tell whether a parameter is always sent at a value of ours: safety filters, and how many images."""
    return guards_safety(name) or name in COUNT_NAMES


def model_of(entry: Mapping[str, object]) -> Model | None:
    """Read an entry of the catalogue in today's or the older shape; None for one that has no name. Never raises."""
    model_id = _id(entry)
    if not model_id:
        return None
    schema = object_of(entry.get("request_schema")) or object_of(entry.get("json_request_schema"))
    properties = _properties(schema)
    reference = _reference(schema, properties) if schema else _unspoken_reference(entry)
    own = {name: p for name, p in properties.items() if name not in OURS and p is not reference}
    media = frozenset(name for name, p in own.items() if _takes_files(p))
    fixed = dict(_fixed(p for name, p in own.items() if name not in media))
    parameters = {name: p for name, p in own.items() if name not in media and not is_fixed(name)}
    prompt = properties.get("prompt")
    return Model(
        id=model_id,
        display_name=text_of(entry.get("display_name")) or model_id,
        makes_images=_makes_images(entry),
        takes_images=reference is not None,
        needs_image=reference is not None and (reference.required or (bool(schema) and prompt is None)),
        needs_prompt=not schema or (prompt is not None and prompt.required),
        takes_prompt=not schema or prompt is not None,
        max_prompt_length=prompt.max_length if prompt else None,
        reference_field=reference.name if reference else None,
        references_as_list=reference is None or Kind.LIST in reference.kinds,
        max_references=_max_references(reference),
        has_default_reference=reference is not None and bool(reference.default),
        parameters=parameters,
        fixed=fixed,
        media=media,
        unmet=tuple(p.name for p in own.values() if p.name in media or _is_hidden(p) if _is_missed(p)),
        prices=_prices(object_of(entry.get("pricing"))),
    )


def _id(entry: Mapping[str, object]) -> str:
    """Give the name to send: today's `id`; in the older shape `name`, beside which `id` is a number of the table."""
    keys = ("name", "id") if "json_request_schema" in entry and "request_schema" not in entry else ("id", "name")
    return next((name for name in (text_of(entry.get(key)) for key in keys) if name), "")


def _properties(schema: Mapping[str, object]) -> dict[str, Parameter]:
    """Read the schema's properties in the order in which a form would show them."""
    required = {name for name in list_of(schema.get("required")) if isinstance(name, str)}
    stated = object_of(schema.get("properties")).items()
    pairs = [(name, object_of(raw)) for name, raw in stated if raw == {} or object_of(raw)]
    pairs.sort(key=lambda pair: _order(pair[1]))
    return {name: parameter_of(name, raw, required=name in required, schema=schema) for name, raw in pairs}


def _order(raw: Mapping[str, object]) -> float:
    order = number_of(raw.get("x-order"))
    return inf if order is None else order


def _reference(schema: Mapping[str, object], properties: Mapping[str, Parameter]) -> Parameter | None:
    """Find the field for reference pictures: as the schema says, else by its usual names, else by its format."""
    by_format = [name for name, p in properties.items() if p.media and "image" in name.casefold()]
    for name in (*_named_references(schema), *_REFERENCE_NAMES, *by_format):
        parameter = properties.get(name)
        if parameter is not None and not parameter.hidden and _can_be_picture(parameter):
            return parameter
    return None


def _named_references(schema: Mapping[str, object]) -> Iterator[str]:
    for raw in object_of(schema.get("properties")).values():
        for group in list_of(object_of(object_of(raw).get("x-media-references")).get("groups")):
            yield text_of(object_of(group).get("field"))


def _can_be_picture(parameter: Parameter) -> bool:
    links = not {Kind.STRING, Kind.LIST}.isdisjoint(parameter.kinds) and not parameter.choices
    return links and not any(word in parameter.name.casefold() for word in _NOT_A_PICTURE)


def _unspoken_reference(entry: Mapping[str, object]) -> Parameter | None:
    """Give Oxen's usual field for a model without a schema that says it takes pictures (POST /ai/images/edit)."""
    takes = list_of(object_of(entry.get("capabilities")).get("input"))
    return Parameter(name="input_image", kind=Kind.LIST, media=True) if "image" in takes else None


def _takes_files(parameter: Parameter) -> bool:
    if parameter.media:
        return True
    named = parameter.name in _REFERENCE_NAMES or "mask" in parameter.name.casefold().split("_")
    return named and not {Kind.STRING, Kind.LIST}.isdisjoint(parameter.kinds) and not parameter.choices


def _max_references(reference: Parameter | None) -> int | None:
    if reference is None:
        return 0
    return reference.max_length if Kind.LIST in reference.kinds else 1


def _is_hidden(parameter: Parameter) -> bool:
    return parameter.hidden and parameter.name != "seed" and not is_fixed(parameter.name)


def _is_missed(parameter: Parameter) -> bool:
    return parameter.required and parameter.default is None


def _fixed(parameters: Iterator[Parameter]) -> Iterator[tuple[str, Json]]:
    for parameter in parameters:
        value = _fixed_value(parameter)
        if is_fixed(parameter.name) and value is not None:
            yield parameter.name, value


def _fixed_value(parameter: Parameter) -> Json:
    """Give the safe value: switches on the safe side, one image at a time, for the rest the schema's default."""
    if parameter.name in COUNT_NAMES:
        return 1 if parameter.kind in {Kind.INTEGER, Kind.NUMBER} else parameter.default
    if parameter.kind is Kind.BOOLEAN and parameter.name.startswith(("disable_", "allow_")):
        return False
    if parameter.kind is Kind.BOOLEAN and parameter.name.startswith("enable_"):
        return True
    return parameter.default


def _makes_images(entry: Mapping[str, object]) -> bool:
    """Tell by the stated outputs; older entries have none and are told by their endpoint or their pricing."""
    outputs = list_of(object_of(entry.get("capabilities")).get("output"))
    if outputs:
        return "image" in outputs
    endpoint = text_of(entry.get("endpoint"))
    if endpoint:
        return "/images/" in endpoint
    return object_of(entry.get("pricing")).get("method") == "per_image"


def _prices(pricing: Mapping[str, object]) -> Prices:
    grid = object_of(pricing.get("cost_per_image_grid"))
    rows = {quality: _price_row(object_of(row)) for quality, row in grid.items()}
    flat = _price_row(grid)
    return Prices(
        per_image_usd=_price(pricing.get("cost_per_image")),
        grid_usd={"": flat} if flat else {quality: row for quality, row in rows.items() if row},
    )


def _price_row(row: Mapping[str, object]) -> dict[str, float]:
    prices = {size: _price(cost) for size, cost in row.items()}
    return {size: price for size, price in prices.items() if price is not None}


def _price(raw: object) -> float | None:
    price = number_of(raw)
    return price if price is not None and price >= 0 else None


def _cell(row: Mapping[str, _Cell], wanted: Sequence[Json]) -> _Cell | None:
    """Give the cell that one of the wanted values names, in any case; else the only one there is."""
    cells = {key.casefold(): cell for key, cell in row.items()}
    for value in wanted:
        if isinstance(value, str) and value.casefold() in cells:
            return cells[value.casefold()]
    return next(iter(cells.values())) if len(cells) == 1 else None
