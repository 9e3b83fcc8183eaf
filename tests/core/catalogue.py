"""A small catalogue in Oxen's shape: what GET /ai/models says of four image models, a text model and an upscaler."""

from collections.abc import Mapping

from bot.core.json_value import Json
from bot.core.schema import Model, model_of

PROMPT: Json = {
    "type": "string",
    "x-order": 0,
    "x-media-references": {"groups": [{"field": "input_image", "pattern": "image {n}"}]},
}
PICTURES: Json = {"type": "array", "items": {"type": "string", "format": "uri"}, "nullable": True, "x-order": 1}
FLUX_RATIOS: list[Json] = ["1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "match_input_image"]

FLUX: dict[str, Json] = {
    "prompt": PROMPT,
    "input_image": PICTURES,
    "aspect_ratio": {"type": "string", "enum": FLUX_RATIOS, "default": "16:9", "x-order": 8},
    "resolution": {"type": "string", "enum": ["1 MP", "2 MP", "0.5 MP"], "default": "1 MP", "x-order": 9},
    "num_inference_steps": {"type": "integer", "minimum": 1, "maximum": 50, "default": 30, "x-order": 11},
    "guidance": {"type": "number", "minimum": 0, "maximum": 10, "default": 2, "x-order": 12},
    "seed": {"type": "integer", "nullable": True, "x-order": 13},
    "output_format": {"type": "string", "enum": ["webp", "jpg", "png"], "default": "webp", "x-order": 14},
    "output_quality": {"type": "integer", "minimum": 0, "maximum": 100, "default": 80, "x-order": 15},
    "disable_safety_checker": {"type": "boolean", "default": False, "x-order": 16},
}
KLEIN: dict[str, Json] = {
    "prompt": PROMPT,
    "input_image": PICTURES,
    "aspect_ratio": {"type": "string", "enum": ["1:1", "16:9", "9:16", "4:3", "3:4"], "default": "16:9", "x-order": 2},
    "output_quality": {"type": "string", "enum": ["standard", "high"], "default": "standard", "x-order": 3},
    "output_format": {"type": "string", "enum": ["png", "jpg", "webp"], "default": "png", "x-order": 4},
    "seed": {"type": "integer", "x-order": 5},
    "num_inference_steps": {"type": "integer", "minimum": 1, "maximum": 50, "default": 28, "x-order": 6},
    "guidance_scale": {"type": "number", "minimum": 0, "maximum": 10, "default": 2, "x-order": 7},
}
GPT: dict[str, Json] = {
    "prompt": PROMPT,
    "input_image": PICTURES,
    "mask_url": {"type": "string", "format": "uri", "nullable": True, "x-order": 2},
    "aspect_ratio": {"type": "string", "enum": ["auto", "1:1", "16:9"], "default": "16:9", "x-order": 3},
    "resolution": {"type": "string", "enum": ["1K", "2K"], "default": "2K", "x-order": 4},
    "quality": {"type": "string", "enum": ["low", "high"], "default": "high", "x-order": 5},
}
GRID: Json = {"high": {"1K": 0.13, "2K": 0.29}, "low": {"1K": 0.004, "2K": 0.009}}


def entry(
    model_id: str,
    properties: Mapping[str, object],
    *,
    required: tuple[str, ...] = ("prompt",),
    pricing: Json = None,
    display_name: str | None = None,
) -> dict[str, object]:
    return {
        "id": model_id,
        "display_name": display_name or model_id,
        "endpoint": "/images/generate",
        "capabilities": {"input": ["text", "image"], "output": ["image"]},
        "pricing": pricing or {"method": "per_image", "cost_per_image": 0.05},
        "developer": {"name": "Somebody", "logo": None},
        "request_schema": {"type": "object", "required": list(required), "properties": dict(properties)},
    }


def model(raw: Mapping[str, object]) -> Model:
    read = model_of(raw)
    assert read is not None
    return read


def painter(properties: Mapping[str, object], **more: object) -> Model:
    """Give a model never seen before, with a prompt and these parameters."""
    raw = entry("new-model", {"prompt": {"type": "string"}, **properties})
    return model({**raw, **more})


FLUX_DEV = model(entry("flux-2-dev", FLUX, display_name="FLUX.2 [dev]"))
FLUX_PRO = model(entry("flux-2-pro", FLUX, display_name="FLUX.2 [pro]"))
KLEIN_4B = model(
    entry(
        "black-forest-labs-flux-2-klein-4b",
        KLEIN,
        pricing={"method": "per_image", "cost_per_image": 0.01},
        display_name="FLUX.2 [klein] 4B",
    )
)
GPT_IMAGE = model(
    entry(
        "gpt-image-2",
        GPT,
        pricing={"method": "per_image", "cost_per_image": None, "cost_per_image_grid": GRID},
        display_name="GPT Image 2",
    )
)
UPSCALER = model(entry("sharp-upscaler", {"image": {"type": "string", "format": "uri"}}, required=("image",)))
WORDS_ONLY = painter({"style": {"type": "string", "enum": ["ink", "oil"]}})
TEXT = model(
    {
        "id": "claude-text-only",
        "endpoint": "/chat/completions",
        "capabilities": {"input": ["text"], "output": ["text"]},
        "pricing": {"method": "token"},
        "developer": "bare string",
        "request_schema": None,
    }
)
MODELS = (FLUX_DEV, FLUX_PRO, KLEIN_4B, GPT_IMAGE, UPSCALER, WORDS_ONLY, TEXT)
