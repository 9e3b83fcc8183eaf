"""Midjourney-style flags at the end of a prompt: what counts as one, and where the prompt ends; knows no model.

The rules, so that a prompt is never cut where somebody only wrote a dash:

- A flag is two hyphens or one long dash (phones make it of two hyphens) after a blank or at the very beginning, then
  at once a letter: `--ar`, `—ar`. `-- no` and `well--known` are words of the prompt.
- Its value is the next word, or `=` and a word; `--seed -1` has the value -1. Several words are put into quotes,
  straight or curly, and a quote inside them is doubled; a number with its unit (`1 MP`) and one pair of brackets with
  all that is in it count as one word.
- Only flags with nothing but blanks after them count: the last flags of the text, in an unbroken row. Everything
  before that row is the prompt, letter by letter, and so is the whole text when something else stands at its end.
- Names are read in any case, with - for _. A flag that stands alone is a switch, and only the model's schema knows
  whether it has one; a flag that Easel knows to need a value is refused without one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.core.flag_names import meaning
from bot.core.grammar import echoed
from bot.errors import UserError

_LONGEST_VALUE = 1000
"""Characters in brackets: beyond it a bracket that nobody closed would make the search slow."""

_DASHES = "\N{EM DASH}\N{EN DASH}\N{HORIZONTAL BAR}"
_QUOTES = (
    '""',
    "''",
    "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}",
    "\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}",
)
_HOLDS_TOGETHER = frozenset("".join(_QUOTES) + "{}[]")
"""What a word must not hold to be written without quotes: a mark of a later value could close what it opens."""

_QUOTED = "|".join(rf"{opens}[^{closes}]*+(?:{closes}{closes}[^{closes}]*+)*+{closes}" for opens, closes in _QUOTES)
_START = rf"(?:--|[{_DASHES}]{{1,2}})(?=[A-Za-z])"
_INSIDE = rf"(?:[^{{}}\[\]\s]|\s(?!{_START})){{0,{_LONGEST_VALUE}}}"
_BRACKETED = "|".join(rf"\{opens}{_INSIDE}\{closes}" for opens, closes in ("{}", "[]"))
_WITH_UNIT = r"[0-9]+(?:\.[0-9]+)?\ +[Mm][Pp]"

_FLAG = re.compile(
    rf"""
    (?<!\S) (?P<written> {_START} [A-Za-z][A-Za-z0-9_-]* )
    (?: (?: = | \s+ (?!{_START}) ) (?P<value> {_QUOTED} | {_BRACKETED} | {_WITH_UNIT} | \S+ | (?<==) ) )?
    (?!\S)
    """,
    re.VERBOSE,
)

_NEEDS_VALUE = {
    "aspect_ratio": "16:9",
    "resolution": '"1 MP"',
    "count": "4",
    "seed": "7",
    "model": "flux-2-dev",
    "steps": "30",
    "guidance": "3",
    "format": "png",
    "quality": "90",
}
"""Flags that are never switches, each with an example for the refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A flag as read: `name` is what it means, `written` what stands in the prompt, `value` "" for a lone flag."""

    name: str
    written: str
    value: str


def cut_flags(text: str) -> tuple[str, tuple[Flag, ...]]:
    """Part a text into the prompt and its flags, in the order in which they are written.

    Raises UserError for a flag that is there twice and for one that lacks its value.
    """
    run = _trailing_run(text)
    if not run:
        return text, ()
    flags = tuple(_flag(match) for match in run)
    _refuse_doubles(flags)
    return text[: run[0].start()].rstrip(), flags


def _trailing_run(text: str) -> Sequence[re.Match[str]]:
    end = len(text.rstrip())
    run: list[re.Match[str]] = []
    for match in _FLAG.finditer(text):
        if run and text[run[-1].end() : match.start()].strip():
            run.clear()
        run.append(match)
    return run if run and run[-1].end() == end else ()


def _flag(match: re.Match[str]) -> Flag:
    written = "--" + match["written"].lstrip(f"-{_DASHES}")
    name = meaning(written.removeprefix("--"))
    value = _unquoted(match["value"] or "")
    if not value and name in _NEEDS_VALUE:
        raise UserError(f"{echoed(written)} needs a value, such as {written} {_NEEDS_VALUE[name]}.")
    return Flag(name=name, written=written, value=value)


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] + value[-1] in _QUOTES
    return value[1:-1].replace(value[-1] * 2, value[-1]).strip() if quoted else value


def as_written(value: str) -> Iterator[str]:
    """Yield the ways to write a value behind its flag, the plainest first; the last one holds any value."""
    if not _HOLDS_TOGETHER & set(value):
        yield value
    yield from (f"{opens}{value}{closes}" for opens, closes in _QUOTES if not {opens, closes} & set(value))
    yield '"' + value.replace('"', '""') + '"'


def _refuse_doubles(flags: Sequence[Flag]) -> None:
    for first, second in _pairs(flags):
        if first.written.casefold() == second.written.casefold():
            raise UserError(f"{echoed(first.written)} is there twice. Keep one of them.")
        raise UserError(f"{echoed(first.written)} and {echoed(second.written)} mean the same. Keep one of them.")


def _pairs(flags: Sequence[Flag]) -> Iterator[tuple[Flag, Flag]]:
    seen: dict[str, Flag] = {}
    for flag in flags:
        if flag.name in seen:
            yield seen[flag.name], flag
        seen[flag.name] = flag
