from bot.core.completion import choices_for, model_choices
from bot.core.schema import Model
from tests.core.catalogue import FLUX_DEV, FLUX_PRO, KLEIN_4B, MODELS, entry, model, painter


def ids(typed: str, models: tuple[Model, ...] = MODELS, allowed: frozenset[str] = frozenset()) -> list[str]:
    return [value for _, value in model_choices(models, allowed, typed)]


def test_what_begins_with_the_words_comes_before_what_holds_them() -> None:
    models = (KLEIN_4B, FLUX_DEV, FLUX_PRO, model(entry("new-flux", {})))
    assert ids("flux", models) == [KLEIN_4B.id, "flux-2-dev", "flux-2-pro", "new-flux"]
    assert choices_for(FLUX_DEV, "aspect_ratio", "3") == ["3:4", "3:2", "4:3", "2:3"]


def test_nothing_typed_offers_everything_in_the_schemas_order() -> None:
    assert choices_for(FLUX_DEV, "resolution", "") == ["1 MP", "2 MP", "0.5 MP"]


def test_options_fit_however_they_are_typed() -> None:
    assert choices_for(FLUX_DEV, "aspect_ratio", "16X9") == ["16:9"]
    assert choices_for(FLUX_DEV, "resolution", "2m") == ["2 MP"]


def test_an_option_that_the_model_lacks_offers_nothing() -> None:
    assert choices_for(KLEIN_4B, "resolution", "") == []
    assert choices_for(FLUX_DEV, "guidance", "") == []


def test_a_hidden_option_offers_nothing_and_a_switch_on_and_off() -> None:
    model = painter({"h": {"enum": ["a"], "x-hidden": True}, "raw": {"type": "boolean"}})
    assert choices_for(model, "h", "") == []
    assert choices_for(model, "raw", "o") == ["on", "off"]


def test_discords_limits_are_kept() -> None:
    many = tuple(model(entry(f"{'x' * 90}-{number}", {}, display_name="y" * 90)) for number in range(40))
    choices = model_choices((model(entry("z" * 101, {})), *many), frozenset(), "")
    assert len(choices) == 25
    assert max(len(text) for choice in choices for text in choice) <= 100
    styles = painter({"style": {"enum": ["s" * 101, *map(str, range(40))]}})
    assert choices_for(styles, "style", "") == [str(number) for number in range(25)]


def test_only_allowed_image_models_are_offered() -> None:
    assert "claude-text-only" not in ids("")
    assert ids("", allowed=frozenset({"flux-2-pro", "claude-text-only"})) == ["flux-2-pro"]


def test_a_model_is_shown_by_both_its_names() -> None:
    assert model_choices(MODELS, frozenset(), "[dev]") == [("FLUX.2 [dev] (flux-2-dev) · $0.05", "flux-2-dev")]
    assert model_choices(MODELS, frozenset(), "sharp") == [("sharp-upscaler · $0.05", "sharp-upscaler")]


def test_a_model_whose_price_depends_on_quality_and_size_is_shown_from_to() -> None:
    ((label, value),) = model_choices(MODELS, frozenset(), "gpt-image-2")
    assert (label, value) == ("GPT Image 2 (gpt-image-2) · $0.004 to $0.29", "gpt-image-2")


def test_while_money_is_limited_no_model_is_offered_whose_price_nobody_knows() -> None:
    models = (FLUX_DEV, model(entry("free-of-figures", {}, pricing={"method": "by_mood"})))
    assert ids("", models) == [FLUX_DEV.id, "free-of-figures"]
    assert [value for _, value in model_choices(models, frozenset(), "", priced_only=True)] == [FLUX_DEV.id]


def test_a_name_that_is_too_long_gives_way_to_the_price() -> None:
    long = model(entry("x" * 90, {}, display_name="y" * 90, pricing={"method": "per_image", "cost_per_image": 0.1}))
    assert model_choices((long,), frozenset(), "") == [(f"{'x' * 90} · $0.10", "x" * 90)]
