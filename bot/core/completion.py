"""What is offered while somebody types an option: from the cached catalogue, within Discord's limits."""

from collections.abc import Iterable, Sequence

from bot.core.coercion import as_words, loose
from bot.core.model_search import squeezed, usable_models
from bot.core.money import dollars, microusd_of
from bot.core.parameter import Kind
from bot.core.schema import Model

MAX_CHOICES = 25
"""Autocomplete choices in one answer."""

MAX_CHOICE_LENGTH = 100
"""Characters of a choice's name and of its value."""


def choices_for(model: Model, option: str, typed: str) -> list[str]:
    """Give the values of a model's option that fit what is typed so far: what begins with it first."""
    parameter = model.parameters.get(option)
    if parameter is None or option not in model.offered:
        return []
    switch = Kind.BOOLEAN in parameter.kinds and not parameter.choices
    values = ["on", "off"] if switch else [as_words(choice) for choice in parameter.choices]
    short = [value for value in values if 0 < len(value) <= MAX_CHOICE_LENGTH]
    part = loose(typed)
    return [short[place] for place in _ranked(part, [[loose(value)] for value in short])]


def model_choices(
    models: Sequence[Model], allowed: frozenset[str], typed: str, *, priced_only: bool = False
) -> list[tuple[str, str]]:
    """Give (name to show, id) of the image models that fit what is typed so far: what begins with it first."""
    usable = [
        model
        for model in usable_models(models, allowed)
        if len(model.id) <= MAX_CHOICE_LENGTH and (_prices(model) or not priced_only)
    ]
    places = _ranked(squeezed(typed), [[squeezed(model.id), squeezed(model.display_name)] for model in usable])
    return [(_label(usable[place]), usable[place].id) for place in places]


def _ranked(part: str, names: Iterable[Sequence[str]]) -> list[int]:
    """Give the places of what begins with a part, then of what holds it, each in the order given."""
    known = list(names)
    first = [place for place, alike in enumerate(known) if any(name.startswith(part) for name in alike)]
    then = [place for place, alike in enumerate(known) if any(part in name for name in alike) and place not in first]
    return [*first, *then][:MAX_CHOICES]


def _label(model: Model) -> str:
    """Name a model and its price so that two of the same display name can be told apart."""
    price = _price(model)
    priced = f" · {price}" if price else ""
    labels = [f"{model.id}{priced}", model.id]
    if model.display_name != model.id:
        labels.insert(0, f"{model.display_name} ({model.id}){priced}")
    return next(label for label in labels if len(label) <= MAX_CHOICE_LENGTH)


def _price(model: Model) -> str | None:
    """Return what a picture of a model costs, from and to where that depends on quality and size."""
    prices = _prices(model)
    if not prices:
        return None
    low, high = dollars(microusd_of(min(prices))), dollars(microusd_of(max(prices)))
    return low if low == high else f"{low} to {high}"


def _prices(model: Model) -> list[float]:
    cells = [price for row in model.prices.grid_usd.values() for price in row.values()]
    return cells or ([] if model.prices.per_image_usd is None else [model.prices.per_image_usd])
