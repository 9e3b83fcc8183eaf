from decimal import Decimal

import pytest

from sandbox.oxen.catalogue import load_catalogue
from sandbox.oxen.jsontext import JsonObject

CATALOGUE = load_catalogue()


@pytest.mark.parametrize(
    ("model_id", "params", "price"),
    [
        ("flux-2-dev", {}, "0.05"),
        ("sandbox-expensive", {}, "0.5"),
        ("gpt-image-2", {}, "0.29"),
        ("gpt-image-2", {"quality": "LOW", "resolution": "1K"}, "0.004"),
    ],
)
def test_a_price_comes_from_the_grid_or_is_flat(model_id: str, params: JsonObject, price: str) -> None:
    assert CATALOGUE[model_id].price_usd(params) == Decimal(price)


@pytest.mark.parametrize("model_id", ["sandbox-unpriced", "claude-text-only"])
def test_an_unknown_price_is_none(model_id: str) -> None:
    assert CATALOGUE[model_id].price_usd({}) is None


def test_the_older_schema_key_is_read_as_well() -> None:
    model = CATALOGUE["sandbox-old-schema"]
    assert "request_schema" not in model.entry
    assert "aspect_ratio" in str(model.schema)


def test_search_looks_at_names_in_any_case() -> None:
    assert [model.id for model in CATALOGUE.search("KLEIN")] == ["black-forest-labs-flux-2-klein-4b"]


def test_what_a_model_makes_decides_its_media_type() -> None:
    ids = ("flux-2-dev", "sandbox-video", "claude-text-only")
    assert [CATALOGUE[model_id].media_type for model_id in ids] == ["image", "video", None]
