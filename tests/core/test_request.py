from hypothesis import given
from hypothesis import strategies as st

from bot.core.request import (
    Ask,
    Command,
    Plan,
    Reference,
    ask_of,
    generation_parameters,
    resolve,
)
from bot.errors import UserError
from tests.core.catalogue import MODELS


def request(prompt: str, *pictures: Reference, command: Command = Command.IMAGINE, **options: str) -> tuple[Ask, Plan]:
    ask = ask_of(command, prompt, pictures, options)
    return ask, resolve(ask, MODELS, default_model="flux-2-dev", allowed=frozenset(), random_seed=lambda: 99)


def test_the_contracts_own_example_is_understood() -> None:
    ask, plan = request("a fox --ar 16:9 --seed 7 --n 4 --model klein-4b --steps 30 --guidance 3 --format png")
    assert (ask.prompt, plan.model, plan.seeds) == ("a fox", "black-forest-labs-flux-2-klein-4b", (7, 8, 9, 10))
    assert generation_parameters(plan, plan.seeds[0], []) == {
        "aspect_ratio": "16:9",
        "output_quality": "standard",
        "output_format": "png",
        "num_inference_steps": 30,
        "guidance_scale": 3,
        "seed": 7,
    }


def test_the_same_words_mean_the_usual_models_parameters() -> None:
    _, plan = request("a fox \N{EM DASH}steps 12 \N{EM DASH}guidance 3 \N{EM DASH}quality 90")
    sent = {name: plan.parameters[name] for name in ("num_inference_steps", "guidance", "output_quality")}
    assert sent == {"num_inference_steps": 12, "guidance": 3, "output_quality": 90}


def test_asking_again_with_the_same_ask_and_seed_sends_the_same() -> None:
    ask, plan = request("a fox --seed 7")
    again = resolve(ask, MODELS, default_model="flux-2-dev", allowed=frozenset(), random_seed=lambda: 1)
    assert again == plan


WORDS = st.sampled_from(
    [
        "a cat",
        "--ar",
        "--seed",
        "--n",
        "--steps",
        "--model",
        "--quality",
        "--banana",
        "16:9",
        "-1",
        "7",
        "klein",
        "flux",
    ]
) | st.sampled_from(
    ["@Image1", "\N{EM DASH}ar", "--raw", '"two words"', "--disable_safety_checker", "{", "\0", "\ud800"]
)
PROMPTS = st.lists(WORDS | st.text(max_size=3), max_size=8).map(" ".join)
VALUES = st.none() | st.booleans() | st.integers() | st.sampled_from(["1:1", "1 MP", "klein", ""]) | st.text(max_size=3)
OPTIONS = st.dictionaries(
    st.sampled_from(["model", "aspect_ratio", "resolution", "count", "seed", "spoiler", "private", "n", "mask_url"]),
    VALUES,
    max_size=4,
)
PICTURES = st.lists(
    st.builds(
        Reference,
        url=st.just("u"),
        filename=st.text(max_size=5),
        size_bytes=st.integers(-1, 2**25),
        content_type=st.none() | st.sampled_from(["image/png", "image/heic", "video/mp4", "/", ""]),
        width_px=st.none() | st.integers(0, 50_000),
        height_px=st.none() | st.integers(0, 50_000),
    ),
    max_size=2,
)


@given(st.sampled_from(Command), PROMPTS, PICTURES, OPTIONS, st.integers())
def test_every_request_is_planned_or_refused_in_words(
    command: Command, prompt: str, pictures: list[Reference], options: dict[str, str | int | bool | None], random: int
) -> None:
    try:
        ask = ask_of(command, prompt, pictures, options)
        plan = resolve(ask, MODELS, default_model="flux-2-dev", allowed=frozenset(), random_seed=lambda: random)
    except UserError as refusal:
        sentence = str(refusal)
    else:
        body = generation_parameters(plan, None, [picture.url for picture in ask.references])
        assert len(plan.seeds) in (0, ask.count)
        sentence = f"This is sent: {body}."
    assert sentence.endswith((".", "?"))
