import pytest

from bot.core.model_search import find_model
from bot.core.schema import Model
from bot.errors import UserError
from tests.core.catalogue import FLUX_DEV, FLUX_PRO, GPT_IMAGE, KLEIN_4B, MODELS, TEXT, UPSCALER, entry, model


def find(
    named: str | None, models: tuple[Model, ...] = MODELS, *, default: str = "flux-2-dev", allowed: tuple[str, ...] = ()
) -> Model:
    return find_model(named, models, default_model=default, allowed=frozenset(allowed))


def refusal(named: str | None, models: tuple[Model, ...] = MODELS, allowed: tuple[str, ...] = ()) -> str:
    with pytest.raises(UserError) as refused:
        find(named, models, allowed=allowed)
    return str(refused.value)


@pytest.mark.parametrize(
    ("named", "found"),
    [
        (None, FLUX_DEV),
        ("flux-2-pro", FLUX_PRO),
        ("FLUX-2-Pro", FLUX_PRO),
        ("klein-4b", KLEIN_4B),
        ("klein", KLEIN_4B),
        ("FLUX.2 [klein] 4B", KLEIN_4B),
        ("gpt image", GPT_IMAGE),
        ("upscale", UPSCALER),
    ],
)
def test_a_model_is_named_by_id_or_by_a_part_that_only_one_has(named: str | None, found: Model) -> None:
    assert find(named) is found


def test_an_exact_id_wins_over_longer_ones_that_hold_it() -> None:
    longer = model(entry("flux-2-dev-lora", {}))
    assert find("flux-2-dev", (longer, *MODELS)) is FLUX_DEV


def test_a_part_that_several_have_lists_them() -> None:
    assert refusal("flux-2") == (
        "Several models have flux-2 in their name: flux-2-dev, flux-2-pro and black-forest-labs-flux-2-klein-4b. "
        "Name one of them."
    )


def test_of_many_only_eight_are_listed() -> None:
    many = tuple(model(entry(f"style-{number}", {})) for number in range(12))
    assert "style-7 and 4 more." in refusal("style", many)


def test_a_slip_of_the_pen_gets_the_nearest_names() -> None:
    assert refusal("klien-4b") == "No model is called klien-4b. Did you mean black-forest-labs-flux-2-klein-4b?"


def test_a_name_like_none_gets_some_that_there_are() -> None:
    assert refusal("zzz").startswith("No model is called zzz. Choose flux-2-dev, flux-2-pro, ")


@pytest.mark.parametrize("named", ["claude-text-only", "claude"])
def test_a_text_model_is_refused_in_words(named: str) -> None:
    assert refusal(named).startswith("claude-text-only is not an image model, so it cannot paint. Choose ")


def test_only_allowed_models_may_be_used() -> None:
    assert refusal("flux-2-pro", allowed=("gpt-image-2",)) == ("flux-2-pro may not be used here. Choose gpt-image-2.")


def test_a_part_is_looked_for_among_the_allowed_models_first() -> None:
    assert find("2", default="gpt-image-2", allowed=("gpt-image-2",)) is GPT_IMAGE


def test_a_default_that_is_not_allowed_gives_way_to_the_first_that_is() -> None:
    assert find(None, allowed=("gpt-image-2",)).id == "gpt-image-2"


def test_a_default_that_oxen_lacks_is_said_so() -> None:
    assert refusal(None, (GPT_IMAGE,)) == (
        "Oxen does not offer flux-2-dev, the usual model here, at the moment. Choose gpt-image-2."
    )


def test_a_catalogue_without_image_models_is_said_so() -> None:
    assert refusal("x", (TEXT,)).endswith("No other one is to be had at the moment. Try again in a few minutes.")


@pytest.mark.parametrize("named", ["", "...", "[]"])
def test_a_name_without_letters_matches_nothing(named: str) -> None:
    assert refusal(named).startswith("No model is called")


def test_a_very_long_name_is_shortened_in_the_answer() -> None:
    assert len(refusal("x" * 6000)) < 300
