import pytest

from sandbox.oxen.catalogue import load_catalogue
from sandbox.oxen.jsontext import JsonObject
from sandbox.oxen.validation import first_problem, picture_params, with_defaults

CATALOGUE = load_catalogue()
DEV, KLEIN, UPSCALER = "flux-2-dev", "black-forest-labs-flux-2-klein-4b", "sandbox-upscaler"


def problem(model_id: str, params: JsonObject) -> str | None:
    return first_problem(CATALOGUE[model_id].schema, {"prompt": "x", **params})


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"guidance": 2},
        {"guidance": 2.5, "num_inference_steps": 50, "seed": None},
        {"aspect_ratio": "16:9", "input_image": ["http://127.0.0.1/a.png"]},
        {"input_image": None},
        {"response_format": "url"},
    ],
)
def test_what_the_schema_allows_is_no_problem(params: JsonObject) -> None:
    assert problem(DEV, params) is None


@pytest.mark.parametrize(
    ("model_id", "params", "complaint"),
    [
        (KLEIN, {"guidance": 2}, "guidance: Extra inputs are not permitted"),
        (KLEIN, {"output_quality": 80}, "output_quality: Input should be a valid string"),
        (KLEIN, {"seed": None}, "seed: Input should not be null"),
        (DEV, {"num_inference_steps": 51}, "num_inference_steps: Input should be less than or equal to 50"),
        (DEV, {"num_inference_steps": 0}, "num_inference_steps: Input should be greater than or equal to 1"),
        (DEV, {"num_inference_steps": 2.5}, "num_inference_steps: Input should be a valid integer"),
        (DEV, {"seed": True}, "seed: Input should be a valid integer"),
        (DEV, {"disable_safety_checker": 0}, "disable_safety_checker: Input should be a valid boolean"),
        (DEV, {"input_image": "http://127.0.0.1/a.png"}, "input_image: Input should be a valid array"),
        (DEV, {"input_image": [7]}, "input_image: 0: Input should be a valid string"),
        ("sandbox-one-picture", {"input_image": ["a"]}, "input_image: Input should be a valid string"),
        ("sandbox-many-pictures", {"input_images": ["a"] * 5}, "input_images: List should have at most 4 items, not 5"),
        (UPSCALER, {}, "input_image: Field required"),
    ],
)
def test_what_the_schema_forbids_is_named(model_id: str, params: JsonObject, complaint: str) -> None:
    assert problem(model_id, params) == complaint


def test_a_value_outside_the_enum_lists_the_choices() -> None:
    assert problem(KLEIN, {"output_format": "gif"}) == "output_format: Input should be 'png', 'jpg', 'webp'"


@pytest.mark.parametrize(
    ("model_id", "names"),
    [
        (DEV, ["input_image"]),
        ("gpt-image-2", ["input_image", "mask_url"]),
        ("sandbox-many-pictures", ["input_images"]),
        ("sandbox-old-schema", []),
    ],
)
def test_picture_parameters_are_those_that_hold_links(model_id: str, names: list[str]) -> None:
    assert picture_params(CATALOGUE[model_id].schema) == names


def test_a_default_picture_is_used_when_none_is_sent() -> None:
    schema = CATALOGUE["sandbox-default-picture"].schema
    assert with_defaults(schema, {})["input_image"] == ["https://sandbox.invalid/default-picture.png"]
    assert with_defaults(schema, {"input_image": []})["input_image"] == []
