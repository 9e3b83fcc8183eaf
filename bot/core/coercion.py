"""Typed words become a parameter's value, or a sentence that says what it takes; knows no flags and no Discord."""

import json
import re
from collections.abc import Callable, Iterator, Sequence

from bot.core.flag_names import ON_OR_OFF, YES
from bot.core.grammar import echoed, listed, number_words, plural
from bot.core.json_value import Json, json_of
from bot.core.links import is_link
from bot.core.parameter import Kind, Parameter
from bot.errors import UserError

_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})")
_RATIO_SIGN = re.compile("(?<=[0-9])\\s*[:x\N{MULTIPLICATION SIGN}\N{RATIO}*/]\\s*(?=[0-9])")
_FILLER = re.compile(r"(?<![0-9])[\s_]+|[\s_]+(?![0-9])|(?<=[^\W\d_])-+|-+(?=[^\W\d_])")
"""Blanks, underscores and hyphens beside letters; between digits, and before a number, they mean something."""

_NARROWEST_FIRST = (Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN, Kind.LIST, Kind.OBJECT, Kind.STRING)
"""Where a schema allows several kinds, a word is taken for the one that fits the fewest words."""


class _DoesNotFitError(Exception):
    """The words cannot be read as this kind."""


def value_of(parameter: Parameter, typed: str, *, model: str, flag: str | None = None) -> Json:
    """Return the value that `typed` means for a parameter; "" is a flag that stood alone, which only a switch may.

    Choices are matched in any case and however ratios and blanks are written, as long as only one fits. Raises
    UserError with what `model` takes under this `flag`, and for a link, which the model would open.
    """
    name = flag or f"--{parameter.name}"
    typed = typed.strip()
    if not typed and Kind.BOOLEAN in parameter.kinds:
        return True
    for kind in sorted(parameter.kinds, key=_NARROWEST_FIRST.index):
        try:
            value = _in_bounds(parameter, _read(parameter, kind, typed))
        except _DoesNotFitError:
            continue
        if value not in parameter.choices and any(is_link(text) for text in _texts(value)):
            raise UserError(f"{name} takes no link, since the model would open it: leave {echoed(typed)} out.")
        return value
    raise UserError(f"{model} takes {what_it_takes(parameter, name)}, not {echoed(typed) or 'nothing'}.")


def what_it_takes(parameter: Parameter, name: str) -> str:
    """Say what fits a parameter, beginning with its name: "--resolution 1 MP, 2 MP or 0.5 MP"."""
    if parameter.choices:
        return f"{name} {listed([as_words(choice) for choice in parameter.choices], 'or')}"
    return f"{name} {_KIND_IN_WORDS[parameter.kind]}{_limits(parameter)}"


def _texts(value: Json) -> Iterator[str]:
    """Yield the texts in a value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)


def as_words(value: Json) -> str:
    """Write a value the way people would type it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def same_words(one: str, other: str) -> bool:
    """Tell whether two typed values mean the same: case, blanks and the sign of a ratio do not count."""
    return loose(one) == loose(other)


def loose(typed: str) -> str:
    """Reduce a value to what matters when people type it from memory: `1 MP` as `1mp`, `16x9` as `16:9`."""
    word = _RATIO_SIGN.sub(":", _FILLER.sub("", typed.strip().casefold()))
    return "jpg" if word == "jpeg" else word


def _read(parameter: Parameter, kind: Kind, typed: str) -> Json:
    if parameter.choices and kind not in {Kind.LIST, Kind.OBJECT}:
        return _choice(parameter.choices, typed)
    return _READERS[kind](typed)


def _choice(choices: Sequence[Json], typed: str) -> Json:
    """Give the one choice that is meant: letter by letter, else in any case, else loosely."""
    likenesses: tuple[Callable[[str], str], ...] = (str, str.casefold, loose)
    for alike in likenesses:
        fitting = [choice for choice in choices if typed and alike(as_words(choice)) == alike(typed)]
        if len(fitting) == 1:
            return fitting[0]
    raise _DoesNotFitError


def _in_bounds(parameter: Parameter, value: Json) -> Json:
    if isinstance(value, str | list):
        fits = parameter.max_length is None or len(value) <= parameter.max_length
    elif isinstance(value, int | float) and not isinstance(value, bool):
        low, high = parameter.minimum, parameter.maximum
        fits = (low is None or value >= low) and (high is None or value <= high)
    else:
        fits = True
    if not fits and value not in parameter.choices:
        raise _DoesNotFitError
    return value


def _whole_number(typed: str) -> Json:
    if not _WHOLE_NUMBER.fullmatch(typed):
        raise _DoesNotFitError
    return int(typed)


def _number(typed: str) -> Json:
    """Read a number; one without a fraction stays whole, as the schemas' own defaults are written."""
    if not _NUMBER.fullmatch(typed):
        raise _DoesNotFitError
    number = float(typed)
    return int(number) if number.is_integer() else number


def _switch(typed: str) -> Json:
    word = typed.casefold()
    if word not in ON_OR_OFF:
        raise _DoesNotFitError
    return word in YES


def _list(typed: str) -> Json:
    value = _json(typed)
    if not isinstance(value, list):
        raise _DoesNotFitError
    return value


def _object(typed: str) -> Json:
    value = _json(typed)
    if not isinstance(value, dict):
        raise _DoesNotFitError
    return value


def _json(typed: str) -> Json:
    try:
        return json_of(json.loads(typed))
    except (ValueError, RecursionError) as error:
        raise _DoesNotFitError from error


def _text(typed: str) -> Json:
    if not typed:
        raise _DoesNotFitError
    return typed


_READERS: dict[Kind, Callable[[str], Json]] = {
    Kind.STRING: _text,
    Kind.INTEGER: _whole_number,
    Kind.NUMBER: _number,
    Kind.BOOLEAN: _switch,
    Kind.LIST: _list,
    Kind.OBJECT: _object,
}


_KIND_IN_WORDS = {
    Kind.STRING: "as words",
    Kind.INTEGER: "as a whole number",
    Kind.NUMBER: "as a number",
    Kind.BOOLEAN: "on or off",
    Kind.LIST: "as a JSON list such as [1, 2]",
    Kind.OBJECT: 'as a JSON object such as {"width": 1024, "height": 768}',
}


def _limits(parameter: Parameter) -> str:
    if parameter.kind in {Kind.STRING, Kind.LIST} and parameter.max_length is not None:
        noun = "character" if parameter.kind is Kind.STRING else "item"
        return f" with at most {plural(parameter.max_length, noun)}"
    return _range(parameter) if parameter.kind in {Kind.INTEGER, Kind.NUMBER} else ""


def _range(parameter: Parameter) -> str:
    low, high = parameter.minimum, parameter.maximum
    if low is not None and high is not None:
        return f" from {number_words(low)} to {number_words(high)}"
    if low is not None:
        return f" of at least {number_words(low)}"
    return "" if high is None else f" of at most {number_words(high)}"
