"""Finds the model that a name or a part of it means, or says which there are; knows nothing of prompts and pictures."""

from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches

from bot.core.grammar import echoed, listed
from bot.core.schema import Model
from bot.errors import UserError

_MOST_LISTED = 8
_MOST_SUGGESTED = 3
_LONGEST_NAME = 100
"""Characters of a typed name that are compared: no model's name is longer, and likeness is slow to measure."""

_LIKENESS = 0.6


def find_model(named: str | None, models: Sequence[Model], *, default_model: str, allowed: frozenset[str]) -> Model:
    """Give the model with this id, or the only one that has this part in its id or its display name.

    Without a name it is the default, or the first that may be used where the operator leaves the default out of
    `allowed` (exact ids, empty for all). Raises UserError that names the ids which would do.
    """
    usable = usable_models(models, allowed)
    if named is None:
        left_out = allowed and default_model not in allowed
        return usable[0] if left_out and usable else _default(default_model, models, usable)
    exact = _exact(named, models)
    if exact is not None:
        return _usable(exact, usable)
    fitting = models_named(named, usable)
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        ids = listed([model.id for model in fitting], "and", most=_MOST_LISTED)
        raise UserError(f"Several models have {echoed(named)} in their name: {ids}. Name one of them.")
    others = models_named(named, models)
    if len(others) == 1:
        return _usable(others[0], usable)
    raise UserError(f"No model is called {echoed(named)}. {_suggestion(named, usable)}")


def usable_models(models: Sequence[Model], allowed: frozenset[str]) -> Sequence[Model]:
    """Give the models that make images and may be used, in Oxen's order."""
    return [model for model in models if model.makes_images and (not allowed or model.id in allowed)]


def squeezed(name: str) -> str:
    """Reduce a model's name to letters and digits, since nobody remembers its dots, dashes and brackets."""
    return "".join(char for char in name.casefold() if char.isalnum())


def _default(default_model: str, models: Sequence[Model], usable: Sequence[Model]) -> Model:
    for model in models:
        if model.id == default_model:
            return _usable(model, usable)
    raise UserError(f"Oxen does not offer {default_model}, the usual model here, at the moment. {_some_of(usable)}")


def _exact(named: str, models: Sequence[Model]) -> Model | None:
    likenesses: tuple[Callable[[str], str], ...] = (str, str.casefold)
    for alike in likenesses:
        for model in models:
            if alike(model.id) == alike(named.strip()):
                return model
    return None


def _usable(model: Model, usable: Sequence[Model]) -> Model:
    if not model.makes_images:
        raise UserError(f"{model.id} is not an image model, so it cannot paint. {_some_of(usable)}")
    if model not in usable:
        raise UserError(f"{model.id} may not be used here. {_some_of(usable)}")
    return model


def models_named(named: str, models: Sequence[Model]) -> Sequence[Model]:
    """Return the models whose display name is this one, or else all that have it as a part."""
    part = squeezed(named)
    if not part:
        return []
    same = [model for model in models if squeezed(model.display_name) == part]
    return same or [model for model in models if part in squeezed(model.id) or part in squeezed(model.display_name)]


def _suggestion(named: str, usable: Sequence[Model]) -> str:
    names = {name: model.id for model in reversed(usable) for name in _names(model)}
    close = get_close_matches(squeezed(named[:_LONGEST_NAME]), names, n=2 * _MOST_SUGGESTED, cutoff=_LIKENESS)
    ids = list(dict.fromkeys(names[name] for name in close))[:_MOST_SUGGESTED]
    return f"Did you mean {listed(ids, 'or')}?" if ids else _some_of(usable)


def _names(model: Model) -> Iterator[str]:
    """Give what people may have meant to type: the display name, the id, and the id without its first words."""
    yield squeezed(model.display_name)
    parts = model.id.split("-")
    for start in range(len(parts)):
        yield squeezed("-".join(parts[start:]))


def _some_of(usable: Sequence[Model]) -> str:
    if not usable:
        return "No other one is to be had at the moment. Try again in a few minutes."
    return f"Choose {listed([model.id for model in usable], 'or', most=_MOST_LISTED)}."
