"""Finds flags among the words of a prompt, where they would be painted, and puts them right; knows the models' names.

The rule: `--` with a name that some model has, or that Midjourney taught, is never meant as words. With one hyphen,
with a single long dash, or with a blank behind the dashes, it is a flag only if what follows is what it takes. What
stands in quotes is words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from bot.core.ask import Ask
from bot.core.coercion import value_of
from bot.core.command_line import flag_line, line_of
from bot.core.flag_names import COMMON_NAMES, MIDJOURNEY, fits, flag_for, is_known, is_prose, meaning, parameter_named
from bot.core.flags import Piece, cut_flags, strays, without
from bot.core.grammar import echoed
from bot.core.model_search import models_named
from bot.core.schema import Kind, Model
from bot.core.unknown_flags import foreign_flag
from bot.errors import UserError

_LIKENESS = 0.8
_SHORTEST_COMPARED = 4
_LONGEST_COMPARED = 40
_SHORTEST_PART = 3
"""Characters of a model's name: fewer are in too many words."""

_AFTER = ".,;:!?)]}\"'\u201d\u2019"
"""What may follow a flag in a sentence without being a part of its value."""

_FIGURES = re.compile(r"-?[0-9]+(?:[.:/xX][0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A flag among the words, and what is said about it; `movable` if it only stands in the wrong place."""

    piece: Piece
    sentence: str
    movable: bool


def stray_flags(prompt: str, model: Model, models: Sequence[Model]) -> Sequence[Stray]:
    """Return the flags that would be painted as words, from left to right."""
    pieces = strays(prompt)
    known = _names(models) if pieces else frozenset[str]()
    found: list[Stray] = []
    end = 0
    for piece in pieces:
        stray = None if piece.start < end else _stray(piece, model, models, known)
        if stray is not None:
            found.append(stray)
            end = piece.end
    return found


def put_right(ask: Ask, found: Sequence[Stray]) -> str | None:
    """Return the line of an Ask with its stray flags behind its words; None where only its author can put it right."""
    if not found or not all(stray.movable for stray in found):
        return None
    words = replace(ask, prompt=without(ask.prompt, [stray.piece for stray in found]))
    line = " ".join([line_of(words), *(flag_line(stray.piece.flag) for stray in found)])
    return None if cut_flags(line).mistakes else line


def _names(models: Sequence[Model]) -> frozenset[str]:
    """Return what flags may be called, whatever the model."""
    return frozenset(meaning(name) for model in models for name in (*model.offered, *model.media, *_field(model)))


def _field(model: Model) -> Iterator[str]:
    if model.reference_field:
        yield model.reference_field


def _stray(piece: Piece, model: Model, models: Sequence[Model], known: frozenset[str]) -> Stray | None:
    name, value = piece.flag.name, piece.flag.value
    written = echoed(f"{piece.flag.written} {value}".rstrip())
    if is_known(name) or name in known:
        if not piece.sure and not _takes(piece, model, models):
            return None
        foreign = MIDJOURNEY.get(name)
        if foreign is not None and parameter_named(name, model) is None:
            sentence = foreign_flag(foreign, name, value, model)
            return Stray(piece=piece, sentence=sentence, movable=False)
        return Stray(piece=piece, sentence=_misplaced(written), movable=value == value.rstrip(_AFTER))
    likely = piece.sure and len(name) >= _SHORTEST_COMPARED and _FIGURES.fullmatch(value)
    names = {*known, *COMMON_NAMES}
    close = get_close_matches(name[:_LONGEST_COMPARED], names, n=1, cutoff=_LIKENESS) if likely else []
    if not close:
        return None
    sentence = f"{written} looks like a flag. Did you mean --{flag_for(meaning(close[0]), model)}? {_IN_QUOTES}"
    return Stray(piece=piece, sentence=sentence, movable=False)


_IN_QUOTES = "What is meant as words goes in quotes."


def _misplaced(written: str) -> str:
    return (
        f"{written} stands where it would be painted as words. Flags come last, with two hyphens each: below they do. "
        f"{_IN_QUOTES}"
    )


def _takes(piece: Piece, model: Model, models: Sequence[Model]) -> bool:
    """Tell whether what follows a doubtful flag is what it takes."""
    name, value = piece.flag.name, piece.flag.value.rstrip(_AFTER)
    if piece.gap and (is_prose(name) or not (piece.hyphens or name == "aspect_ratio")):
        return False
    if not piece.apart and not piece.hyphens:
        return False
    if fits(name, value):
        return True
    if name == "model":
        return len(value) >= _SHORTEST_PART and bool(models_named(value, models))
    return any(_fits_parameter(name, value, each) for each in (model, *models))


def _fits_parameter(name: str, value: str, model: Model) -> bool:
    parameter = parameter_named(name, model)
    if parameter is None or not value:
        return False
    if Kind.STRING in parameter.kinds and not parameter.choices:
        return "_" in name
    try:
        value_of(parameter, value, model=model.id)
    except UserError:
        return False
    return True
