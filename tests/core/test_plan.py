from dataclasses import replace

import pytest

from bot.core.ask import Ask, Command, Reference
from bot.core.json_value import Json
from bot.core.plan import Plan, generation_parameters
from bot.core.resolve import resolve
from bot.core.schema import Model
from bot.errors import UserError
from tests.core.catalogue import FLUX_DEV, GPT_IMAGE, KLEIN_4B, MODELS, UPSCALER, WORDS_ONLY, entry, model, painter

PICTURE = Reference(url="https://cdn.example/a.png", filename="a.png", size_bytes=5)
ASK = Ask(command=Command.IMAGINE, prompt="a cat")
EDIT = replace(ASK, command=Command.EDIT, references=(PICTURE,))
FLUX_DEFAULTS: dict[str, Json] = {
    "aspect_ratio": "16:9",
    "resolution": "1 MP",
    "num_inference_steps": 30,
    "guidance": 2,
    "output_format": "webp",
    "output_quality": 80,
    "disable_safety_checker": False,
}


def plan(ask: Ask, *models: Model, seed: int = 99) -> Plan:
    known = models or MODELS
    return resolve(ask, known, default_model=known[0].id, allowed=frozenset(), random_seed=lambda: seed)


def chosen(model: Model, ask: Ask = ASK, /, **options: str) -> dict[str, Json]:
    return dict(plan(replace(ask, options=options), model).parameters)


def refusal(model: Model, ask: Ask = ASK, /, **options: str) -> str:
    with pytest.raises(UserError) as refused:
        plan(replace(ask, options=options), model)
    return str(refused.value)


def test_a_plan_says_exactly_what_is_sent() -> None:
    assert plan(replace(ASK, count=2)) == Plan(
        model="flux-2-dev",
        parameters=FLUX_DEFAULTS,
        seeds=(99, 100),
        reference_field="input_image",
        references_as_list=True,
        price_usd=0.05,
    )


def test_options_replace_defaults_in_the_models_own_spelling() -> None:
    assert chosen(FLUX_DEV, aspect_ratio="9X16", resolution="2mp", num_inference_steps="12") == {
        **FLUX_DEFAULTS,
        "aspect_ratio": "9:16",
        "resolution": "2 MP",
        "num_inference_steps": 12,
    }


@pytest.mark.parametrize(
    ("model", "short", "typed", "own", "value"),
    [
        (FLUX_DEV, "guidance", "3", "guidance", 3),
        (KLEIN_4B, "guidance", "3", "guidance_scale", 3),
        (FLUX_DEV, "quality", "90", "output_quality", 90),
        (KLEIN_4B, "quality", "HIGH", "output_quality", "high"),
        (GPT_IMAGE, "quality", "low", "quality", "low"),
        (FLUX_DEV, "format", "jpeg", "output_format", "jpg"),
        (KLEIN_4B, "steps", "9", "num_inference_steps", 9),
        (painter({"steps": {"type": "integer"}, "num_inference_steps": {}}), "steps", "9", "steps", 9),
        (painter({"cfg-scale": {"type": "number"}}), "cfg_scale", "9", "cfg-scale", 9),
    ],
)
def test_a_short_name_means_what_the_model_has(model: Model, short: str, typed: str, own: str, value: Json) -> None:
    assert chosen(model, **{short: typed})[own] == value


@pytest.mark.parametrize(
    ("model", "option", "typed", "sentence"),
    [
        (
            KLEIN_4B,
            "resolution",
            "1 MP",
            "black-forest-labs-flux-2-klein-4b has no --resolution. It takes --ar, --quality, --format, --steps, ",
        ),
        (
            FLUX_DEV,
            "guidance_scale",
            "3",
            "flux-2-dev has no --guidance_scale. Did you mean --guidance? It takes --ar, ",
        ),
        (FLUX_DEV, "image_size", "S", "flux-2-dev has no --image_size. It takes "),
        (
            KLEIN_4B,
            "output_quality",
            "90",
            "klein-4b takes --quality standard or high, not 90.",
        ),
        (FLUX_DEV, "output_quality", "high", "flux-2-dev takes --quality as a whole number from 0 to 100, not high."),
        (FLUX_DEV, "resolution", "3 MP", "flux-2-dev takes --resolution 1 MP, 2 MP or 0.5 MP, not 3 MP."),
        (FLUX_DEV, "num_inference_steps", "", "--steps needs a value after it, for flux-2-dev."),
        (FLUX_DEV, "banana", "3", "What belongs to the prompt goes in quotes."),
        (
            GPT_IMAGE,
            "mask_url",
            "x",
            "--mask_url takes a file. Attach pictures with the options image to image4 instead.",
        ),
        (FLUX_DEV, "input_image", "x", "--input_image takes a file."),
        (
            painter({"secret": {"x-hidden": True}}),
            "secret",
            "x",
            "has no --secret. It takes no flags but --n, --spoiler and --private.",
        ),
    ],
)
def test_an_option_is_refused_with_what_the_model_takes(model: Model, option: str, typed: str, sentence: str) -> None:
    assert sentence in refusal(model, **{option: typed})


def test_two_names_for_one_parameter_are_refused() -> None:
    sentence = "--steps and --num_inference_steps mean the same. Keep one."
    assert refusal(FLUX_DEV, steps="3", num_inference_steps="3") == sentence


def test_a_switch_may_stand_alone() -> None:
    raw = painter({"raw": {"type": "boolean", "default": False}})
    assert chosen(raw) == {"raw": False}
    assert chosen(raw, raw="") == {"raw": True}


def test_hidden_parameters_are_never_sent_but_a_hidden_seed_is() -> None:
    hidden = painter({"secret": {"default": "x", "x-hidden": True}, "seed": {"type": "integer", "x-hidden": True}})
    made = plan(ASK, hidden)
    assert (made.parameters, made.seeds) == ({}, (99,))


def test_safety_switches_are_always_sent_on_the_safe_side() -> None:
    loose = painter(
        {"disable_safety_checker": {"type": "boolean", "default": True}, "safety_tolerance": {"default": 2}}
    )
    assert chosen(loose) == {"disable_safety_checker": False, "safety_tolerance": 2}


def test_a_required_parameter_without_default_must_be_chosen() -> None:
    raw = entry("m", {"prompt": {}, "style": {"type": "string"}}, required=("prompt", "style"))
    assert refusal(model(raw)) == "m needs --style. Add it to the prompt: --style and a value."
    assert chosen(model(raw), style="ink") == {"style": "ink"}


def test_a_model_that_needs_another_file_is_refused() -> None:
    raw = entry("m", {"prompt": {}, "mask": {"format": "uri"}}, required=("mask",))
    assert refusal(model(raw)) == "m needs mask, which this bot cannot send. Choose another model."


def test_edit_keeps_the_ratio_of_its_picture_unless_somebody_chose() -> None:
    assert chosen(FLUX_DEV, EDIT)["aspect_ratio"] == "match_input_image"
    assert chosen(FLUX_DEV, EDIT, aspect_ratio="1:1")["aspect_ratio"] == "1:1"
    assert chosen(KLEIN_4B, EDIT)["aspect_ratio"] == "16:9"
    assert chosen(FLUX_DEV, replace(EDIT, command=Command.IMAGINE))["aspect_ratio"] == "16:9"


def test_matching_a_picture_needs_one() -> None:
    sentence = "match_input_image needs a picture to match. Attach one, or choose another --ar."
    assert refusal(FLUX_DEV, aspect_ratio="match-input-image") == sentence


@pytest.mark.parametrize(
    ("model", "pictures", "sentence"),
    [
        (WORDS_ONLY, 1, "new-model paints from words alone. Leave the pictures out, or choose a model that takes "),
        (UPSCALER, 0, "sharp-upscaler works on a picture. Attach one with the option image."),
        (UPSCALER, 2, "sharp-upscaler takes at most 1 picture, and 2 are attached. Leave some out, or choose "),
        (painter({"images": {"type": "array", "maxItems": 3}}), 4, "new-model takes at most 3 pictures, and 4 are "),
    ],
)
def test_pictures_fit_the_model_or_are_refused(model: Model, pictures: int, sentence: str) -> None:
    assert sentence in refusal(model, replace(ASK, references=(PICTURE,) * pictures))


def test_an_empty_prompt_will_do_for_an_upscaler_alone() -> None:
    wordless = replace(ASK, prompt="", references=(PICTURE,))
    assert plan(wordless, UPSCALER).model == "sharp-upscaler"
    assert refusal(FLUX_DEV, wordless).startswith("Write what you would like to see")


def test_a_model_may_limit_the_prompt_further() -> None:
    short = painter({"prompt": {"type": "string", "maxLength": 4}})
    assert "takes a prompt of at most 4 characters, and this one has 5." in refusal(short)


def test_seeds_follow_the_chosen_one() -> None:
    assert plan(replace(ASK, seed=7, count=4)).seeds == (7, 8, 9, 10)
    assert plan(replace(ASK, seed=2**32 - 1)).seeds == (2**32 - 1,)


def test_the_last_seed_must_fit_too() -> None:
    sentence = "flux-2-dev takes a seed from 0 to 4,294,967,294 for 2 pictures in a row."
    assert refusal(FLUX_DEV, replace(ASK, seed=2**32 - 1, count=2)) == sentence


@pytest.mark.parametrize(("seed", "fits"), [(2**31 - 1, True), (2**31, False), (0, False)])
def test_the_schemas_own_range_of_seeds_counts(seed: int, *, fits: bool) -> None:
    narrow = painter({"seed": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}})
    if fits:
        assert plan(replace(ASK, seed=seed), narrow).seeds == (seed,)
    else:
        assert "takes a seed from 1 to 2,147,483,647." in refusal(narrow, replace(ASK, seed=seed))


@pytest.mark.parametrize("random", [0, 5, 2**32 - 1, -3])
@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer"},
        {"type": "integer", "minimum": -1, "maximum": 9},
        {"type": "integer", "minimum": 3, "maximum": 6},
        {"type": "integer", "maximum": 2**63},
    ],
)
def test_our_own_seeds_always_fit(schema: dict[str, Json], random: int) -> None:
    seeds = plan(replace(ASK, count=4), painter({"seed": schema}), seed=random).seeds
    low, high = max(0, int(str(schema.get("minimum", 0)))), int(str(schema.get("maximum", 2**32 - 1)))
    assert list(seeds) == list(range(seeds[0], seeds[0] + 4))
    assert low <= seeds[0] <= seeds[3] <= high


def test_a_model_with_fewer_seeds_than_pictures_says_so() -> None:
    few = painter({"seed": {"type": "integer", "maximum": 1}})
    assert refusal(few, replace(ASK, count=4)) == "new-model has only 2 seeds. Ask for fewer pictures at once."


def test_a_seed_for_a_model_without_one_is_refused() -> None:
    assert refusal(GPT_IMAGE, replace(ASK, seed=7)) == (
        "gpt-image-2 has no --seed. It takes --ar, --resolution and --quality."
    )
    assert plan(ASK, GPT_IMAGE).seeds == ()


def test_the_price_follows_the_options() -> None:
    assert plan(ASK, GPT_IMAGE).price_usd == 0.29
    assert plan(replace(ASK, options={"quality": "low", "resolution": "1k"}), GPT_IMAGE).price_usd == 0.004


def test_a_body_holds_seed_and_references_as_the_model_takes_them() -> None:
    body = generation_parameters(plan(EDIT), 7, ["u1", "u2"])
    assert body == {**FLUX_DEFAULTS, "aspect_ratio": "match_input_image", "seed": 7, "input_image": ["u1", "u2"]}
    assert generation_parameters(plan(EDIT, UPSCALER), None, ["u1"]) == {"image": "u1"}


def test_without_pictures_the_field_is_left_out() -> None:
    assert "input_image" not in generation_parameters(plan(ASK), 7, [])


@pytest.mark.parametrize(
    ("schema", "empty"),
    [({"type": "array", "default": ["https://x/y.png"]}, []), ({"type": "string", "default": "https://x/y.png"}, None)],
)
def test_a_picture_that_the_schema_would_put_there_is_taken_away(schema: dict[str, Json], empty: Json) -> None:
    old = painter({"input_image": schema})
    assert generation_parameters(plan(ASK, old), None, []) == {"input_image": empty}
    filled = generation_parameters(plan(replace(ASK, references=(PICTURE,)), old), None, ["u"])
    assert filled["input_image"] in (["u"], "u")


def test_references_that_the_plan_has_no_place_for_are_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        generation_parameters(plan(ASK, WORDS_ONLY), None, ["u"])


def test_one_refusal_names_everything_that_is_wrong() -> None:
    wrong = replace(ASK, options={"steps": "5000", "guidance": "abc", "aspect_ratio": "banana"}, seed=2**40)
    assert refusal_of(wrong) == (
        "flux-2-dev takes --steps as a whole number from 1 to 50, not 5000.",
        "flux-2-dev takes --guidance as a number from 0 to 10, not abc.",
        "flux-2-dev takes --ar 1:1, 16:9, 9:16, 4:3, 3:4, 3:2, 2:3 or match_input_image, not banana.",
        "flux-2-dev takes a seed from 0 to 4,294,967,295.",
    )


def refusal_of(ask: Ask) -> tuple[str, ...]:
    with pytest.raises(UserError) as refused:
        plan(ask)
    return refused.value.mistakes


@pytest.mark.parametrize(
    ("flag", "value", "sentence"),
    [
        ("no", "plants", "flux-2-dev takes no --no. Write it in the prompt, for example: without plants."),
        ("v", "6", "--v chooses a version of Midjourney. Here the option model chooses what paints."),
        ("niji", "", "--niji chooses a version of Midjourney."),
        ("stylize", "250", "--stylize is Midjourney's, and flux-2-dev has nothing like it. Say in the prompt how it"),
        ("chaos", "9", "--chaos is Midjourney's"),
        ("q", "2", "--q is Midjourney's"),
        ("sref", "x", "--sref points Midjourney to a picture. Here attach it with the option image"),
        ("tile", "", "--tile is Midjourney's, and flux-2-dev has nothing like it. Leave it out."),
    ],
)
def test_each_kind_of_flag_of_midjourneys_gets_a_sentence_of_its_own(flag: str, value: str, sentence: str) -> None:
    assert sentence in refusal(FLUX_DEV, **{flag: value})


def test_a_models_own_parameter_comes_before_midjourneys_flag() -> None:
    assert chosen(painter({"style": {"type": "string"}}), style="raw") == {"style": "raw"}
    negative = painter({"negative_prompt": {"type": "string"}})
    assert refusal(negative, no="plants") == 'new-model takes no --no. Write it as --negative_prompt "plants".'


def test_a_model_without_a_prompt_is_planned_without_one() -> None:
    assert not plan(EDIT, UPSCALER).takes_prompt
    assert plan(EDIT).takes_prompt


def test_a_member_cannot_make_the_model_open_a_link() -> None:
    assert "--lora_url takes no link" in refusal(painter({"lora_url": {}}), lora_url="https://evil.example")
