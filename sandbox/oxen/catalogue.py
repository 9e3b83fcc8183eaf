"""The models on offer: looked up, searched and priced. The entries themselves are data, in models.json."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from sandbox.oxen import jsontext
from sandbox.oxen.jsontext import JsonObject

_MODELS = Path(__file__).with_name("models.json")
_PAINTABLE = ("image", "video", "audio")


@dataclass(frozen=True, slots=True)
class Model:
    """One catalogue entry, as the service lists it."""

    entry: JsonObject

    @property
    def id(self) -> str:
        return str(self.entry["id"])

    @property
    def schema(self) -> JsonObject:
        """The schema of its parameters, under today's key or the older one; empty for a text model."""
        today = jsontext.as_object(self.entry.get("request_schema"))
        return today or jsontext.as_object(self.entry.get("json_request_schema")) or {}

    @property
    def media_type(self) -> str | None:
        """What it makes besides text, or None."""
        capabilities = jsontext.as_object(self.entry.get("capabilities")) or {}
        made = jsontext.as_list(capabilities.get("output")) or []
        return next((kind for kind in _PAINTABLE if kind in made), None)

    @property
    def requires_prompt(self) -> bool:
        return "prompt" in (jsontext.as_list(self.schema.get("required")) or [])

    def price_usd(self, params: JsonObject) -> Decimal | None:
        """Price one picture: from the grid of qualities and resolutions, else the flat price; None when unknown."""
        pricing = jsontext.as_object(self.entry.get("pricing")) or {}
        grid = jsontext.as_object(pricing.get("cost_per_image_grid")) or {}
        price = _grid_price(grid, params, self.schema) if grid else None
        return _decimal(pricing.get("cost_per_image") if price is None else price)


class Catalogue:
    """All models, in the order of the list."""

    def __init__(self, models: Iterable[Model]) -> None:
        self._models = {model.id: model for model in models}

    def __getitem__(self, model_id: str) -> Model:
        return self._models[model_id]

    def get(self, model_id: str) -> Model | None:
        return self._models.get(model_id)

    @property
    def models(self) -> Sequence[Model]:
        return list(self._models.values())

    def search(self, text: str) -> Sequence[Model]:
        """Find the models that have the text in id, name or description, in any case."""
        wanted = text.casefold()
        return [model for model in self.models if wanted in _searched_text(model).casefold()]


def load_catalogue(path: Path = _MODELS) -> Catalogue:
    """Read the models that come with the sandbox."""
    listing = jsontext.as_object(jsontext.read(path.read_bytes())) or {}
    entries = map(jsontext.as_object, jsontext.as_list(listing.get("data")) or [])
    return Catalogue(Model(entry) for entry in entries if entry is not None)


def _searched_text(model: Model) -> str:
    return " ".join(str(model.entry.get(name, "")) for name in ("id", "display_name", "description"))


def _grid_price(grid: JsonObject, params: JsonObject, schema: JsonObject) -> object:
    quality = _choice("quality", params, schema)
    row = _lookup(grid, quality) or (next(iter(grid.values())) if len(grid) == 1 else None)
    return _lookup(jsontext.as_object(row) or {}, _choice("resolution", params, schema))


def _choice(name: str, params: JsonObject, schema: JsonObject) -> str:
    properties = jsontext.as_object(schema.get("properties")) or {}
    declared = jsontext.as_object(properties.get(name)) or {}
    return str(params.get(name, declared.get("default", "")))


def _lookup(table: JsonObject, name: str) -> object:
    return next((value for key, value in table.items() if key.casefold() == name.casefold()), None)


def _decimal(value: object) -> Decimal | None:
    return Decimal(str(value)) if isinstance(value, int | float) else None
