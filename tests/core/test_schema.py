import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.json_value import Json
from bot.core.schema import Kind, Model, model_of
from tests.core.catalogue import FLUX, FLUX_DEV, GPT_IMAGE, KLEIN_4B, TEXT, UPSCALER, entry, model, painter

WORDS = st.sampled_from(
    [
        *("id", "name", "type", "enum", "items", "anyOf", "allOf", "$ref", "#/x", "array", "integer", "default"),
        *("minimum", "properties", "request_schema", "json_request_schema", "required", "x-order", "pricing"),
        *("cost_per_image_grid", "prompt", "seed", "image", "groups", "field", "x-media-references", "nullable"),
    ]
)
ODD_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=20,
)


def test_a_flux_entry_is_read_as_its_schema_says() -> None:
    assert FLUX_DEV.display_name == "FLUX.2 [dev]"
    assert (FLUX_DEV.makes_images, FLUX_DEV.takes_images, FLUX_DEV.needs_image) == (True, True, False)
    assert (FLUX_DEV.reference_field, FLUX_DEV.references_as_list) == ("input_image", True)
    assert FLUX_DEV.needs_prompt
    steps = FLUX_DEV.parameters["num_inference_steps"]
    assert (steps.kind, steps.minimum, steps.maximum, steps.default) == (Kind.INTEGER, 1, 50, 30)


def test_the_older_shape_reads_like_todays() -> None:
    old = {**entry("id-of-a-row", FLUX), "name": "flux-2-dev", "display_name": "FLUX.2 [dev]"}
    old["json_request_schema"] = old.pop("request_schema")
    assert model_of(old) == FLUX_DEV


def test_todays_id_wins_over_a_name() -> None:
    assert model({**entry("flux-2-dev", FLUX), "name": "something"}).id == "flux-2-dev"


def test_a_text_model_without_a_schema_is_kept_but_paints_nothing() -> None:
    assert (TEXT.id, TEXT.makes_images, TEXT.takes_images, TEXT.offered) == ("claude-text-only", False, False, ())


def test_a_model_without_a_schema_that_takes_pictures_gets_them_where_oxen_usually_reads_them() -> None:
    bare = model({"id": "mine", "capabilities": {"input": ["text", "image"], "output": ["image"]}})
    assert (bare.takes_images, bare.reference_field, bare.references_as_list) == (True, "input_image", True)


@pytest.mark.parametrize("raw", [{}, {"id": " "}, {"id": 7}, {"name": None, "request_schema": {}}])
def test_an_entry_without_a_name_is_no_model(raw: dict[str, object]) -> None:
    assert model_of(raw) is None


@pytest.mark.parametrize(
    ("raw", "makes"),
    [
        ({"capabilities": {"output": ["video"]}, "endpoint": "/images/generate"}, False),
        ({"capabilities": {"output": ["text", "image"]}, "endpoint": "/chat/completions"}, True),
        ({"endpoint": "/images/generate"}, True),
        ({"endpoint": "/videos/generate", "pricing": {"method": "per_image"}}, False),
        ({"pricing": {"method": "per_image"}}, True),
        ({}, False),
    ],
)
def test_what_a_model_makes_is_told_by_outputs_then_endpoint_then_price(raw: dict[str, object], *, makes: bool) -> None:
    assert model({"id": "m", **raw}).makes_images is makes


@pytest.mark.parametrize(
    ("name", "schema", "as_list", "most"),
    [
        ("input_images", {"type": "array", "items": {"type": "string"}, "maxItems": 3}, True, 3),
        ("image_url", {"type": "string"}, False, 1),
        ("start_image", {"type": "string", "format": "uri"}, False, 1),
        ("style_images", {"anyOf": [{"type": "array", "items": {"format": "uri"}}, {"type": "null"}]}, True, None),
    ],
)
def test_the_reference_field_is_found_by_name_or_format(
    name: str, schema: dict[str, object], most: int | None, *, as_list: bool
) -> None:
    found = painter({name: schema})
    assert (found.reference_field, found.references_as_list, found.max_references) == (name, as_list, most)
    assert name not in found.parameters


def test_x_media_references_win_over_a_usual_name() -> None:
    prompt = {"type": "string", "x-media-references": {"groups": [{"field": "subjects"}]}}
    found = painter({"prompt": prompt, "image": {"type": "string"}, "subjects": {"type": "array"}})
    assert found.reference_field == "subjects"
    assert found.media == {"image"}


def test_masks_and_other_files_are_not_offered() -> None:
    assert GPT_IMAGE.media == {"mask_url"}
    assert "mask_url" not in GPT_IMAGE.offered


def test_a_mask_or_a_size_is_never_taken_for_the_reference() -> None:
    found = painter({"mask_image": {"type": "string", "format": "uri"}, "image_size": {"type": "string"}})
    assert not found.takes_images
    assert found.offered == ("image_size",)


def test_an_upscaler_needs_a_picture_and_no_words() -> None:
    assert (UPSCALER.needs_image, UPSCALER.needs_prompt, UPSCALER.max_references) == (True, False, 1)


def test_the_offer_leaves_out_what_is_hidden_fixed_or_ours_but_never_the_seed() -> None:
    found = painter(
        {
            "seed": {"type": "integer", "x-hidden": True},
            "secret": {"type": "string", "x-hidden": True},
            "num_images": {"type": "integer", "default": 4},
            "target_namespace": {"type": "string"},
            "style": {"type": "string"},
        }
    )
    assert found.offered == ("style", "seed")


def test_parameters_stand_in_the_schemas_order() -> None:
    assert KLEIN_4B.offered[:2] == ("aspect_ratio", "output_quality")
    assert painter({"b": {"x-order": 9}, "c": {}, "a": {"x-order": 1}, "d": None}).offered == ("a", "b", "c")


@pytest.mark.parametrize(
    ("name", "schema", "fixed"),
    [
        ("disable_safety_checker", {"type": "boolean", "default": True}, False),
        ("enable_safety_checker", {"type": "boolean", "default": False}, True),
        ("safety_tolerance", {"type": "integer", "default": 2, "x-hidden": True}, 2),
        ("moderation", {"type": "string", "enum": ["low", "auto"], "default": "auto"}, "auto"),
        ("num_images", {"type": "integer", "default": 4}, 1),
    ],
)
def test_safety_and_number_of_images_are_fixed(name: str, schema: dict[str, object], fixed: Json) -> None:
    found = painter({name: schema})
    assert found.fixed == {name: fixed}
    assert name not in found.offered


def test_required_fields_that_cannot_be_filled_are_named() -> None:
    raw = entry("m", {"prompt": {"type": "string"}, "mask": {"format": "uri"}}, required=("prompt", "mask"))
    assert model(raw).unmet == ("mask",)


def priced(pricing: Json) -> Model:
    return model(entry("m", FLUX, pricing=pricing))


@pytest.mark.parametrize(
    ("chosen", "price"),
    [
        ({"quality": "high", "resolution": "2K"}, 0.29),
        ({"quality": "LOW", "resolution": "1k"}, 0.004),
        ({"quality": "high", "resolution": "8K"}, None),
        ({"resolution": "1K"}, None),
    ],
)
def test_a_grid_prices_by_quality_and_resolution_in_any_case(chosen: dict[str, Json], price: float | None) -> None:
    assert GPT_IMAGE.price_usd(chosen) == price


@pytest.mark.parametrize(
    ("pricing", "price"),
    [
        ({"cost_per_image": 0.05}, 0.05),
        ({"cost_per_image": "0.05"}, 0.05),
        ({"cost_per_image": 0}, 0),
        ({"cost_per_image": -1}, None),
        ({"cost_per_image": "much"}, None),
        ({"cost_per_image": 0.5, "cost_per_image_grid": {"high": {"1 MP": 0.1}}}, 0.1),
        ({"cost_per_image": 0.5, "cost_per_image_grid": {"high": {"9 MP": 0.1, "8 MP": 0.2}}}, 0.5),
        ({"cost_per_image_grid": {"1 MP": 0.2, "2 MP": 0.4}}, 0.2),
        ({"method": "token"}, None),
    ],
)
def test_a_price_is_read_wherever_the_catalogue_has_it(pricing: Json, price: float | None) -> None:
    assert priced(pricing).price_usd({"resolution": "1 MP"}) == price


@given(st.dictionaries(WORDS, ODD_JSON, max_size=8))
def test_no_entry_however_odd_raises(raw: dict[str, object]) -> None:
    read = model_of({"id": "odd", **raw})
    if read is not None:
        read.price_usd({name: parameter.default for name, parameter in read.parameters.items()})
