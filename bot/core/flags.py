"""Midjourney-style flags at the end of a prompt: what counts as one, and where the prompt ends; knows no model.

The rules, so that a prompt is never cut where somebody only wrote a dash:

- A flag is two dashes, or one long dash (phones make it of two hyphens), after a blank or at the very beginning, then
  at once a letter: `--ar`, `—ar`. `-- no` and `well--known` are words of the prompt.
- Its value is the next word, or `=` and a word; `--seed -1` has the value -1. Several words are put into quotes,
  straight or curly, and a quote inside them is doubled; a number with its unit (`1 MP`), a ratio with blanks (`16 : 9`)
  and one pair of brackets with all that is in it count as one word. `--no` takes all that follows it.
- A flag that every model knows by the same name may be written with a slip, if what follows is what it takes: another
  number of dashes, a blank behind them, `:` for `=`, or no blank before the value (`-ar 16:9`, `--ar16:9`).
- Only flags with nothing but blanks after them count: the last flags of the text, in an unbroken row. Everything
  before that row is the prompt, letter by letter, and so is the whole text when something else stands at its end. What
  looks like a flag in there is found by `strays`, and judged by who knows the models.
- Names are read in any case, with - for _; signs that show nothing are not there. A flag that stands alone is a switch,
  and only the model's schema knows whether it has one; a flag that Easel knows to need a value is refused without one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from bot.core.flag_names import NEEDS_VALUE, ON_OR_OFF, SWITCHES, fits, is_known, meaning
from bot.core.grammar import echoed
from bot.core.signs import DASHES, LONG_DASHES, bare_end, skeleton

_LONGEST_BRACKET = 1000
"""Characters in brackets: beyond it a bracket that is never closed would make the search slow."""

_QUOTES = (
    '""',
    "''",
    "\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}",
    "\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}",
    "\N{DOUBLE LOW-9 QUOTATION MARK}\N{LEFT DOUBLE QUOTATION MARK}",
    "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}",
)
_OPENING = "".join(opens for opens, _ in _QUOTES)
_CLOSING = {pair[0]: pair[1] for pair in (*_QUOTES, "{}", "[]")}
_MAY_BE_APOSTROPHES = "'\N{LEFT SINGLE QUOTATION MARK}"
_HOLDS_TOGETHER = frozenset("".join(_QUOTES) + "{}[]")
"""What a word must not hold to be written without quotes: a mark of a later value could close what it opens."""

_DASH = f"[{re.escape(DASHES)}]"
_START = rf"(?:{_DASH}{{2,}}|[{LONG_DASHES}])(?=[A-Za-z])"
_HEAD = re.compile(
    rf"(?<![{re.escape(DASHES)}{re.escape(_OPENING)}`])(?P<dashes>{_DASH}+)(?P<gap>\s*)(?P<name>[A-Za-z][A-Za-z0-9_-]*)"
)
"""Behind a quote, dashes are words: that is how somebody paints a flag."""

_QUOTED = "|".join(rf"{opens}[^{closes}]*+(?:{closes}{closes}[^{closes}]*+)*+{closes}" for opens, closes in _QUOTES)
_INSIDE = rf"(?:[^{{}}\[\]\s]|\s(?!{_START})){{0,{_LONGEST_BRACKET}}}"
_BRACKETED = "|".join(rf"\{opens}{_INSIDE}\{closes}" for opens, closes in ("{}", "[]"))
_WITH_UNIT = r"[0-9]+(?:\.[0-9]+)?\ +[Mm][Pp]"
_RATIO = r"[0-9]+(?:\.[0-9]+)?\s*[:/xX\N{MULTIPLICATION SIGN}\N{RATIO}]\s*[0-9]+(?:\.[0-9]+)?"
_TOGETHER = re.compile(rf"(?:{_QUOTED}|{_BRACKETED}|{_WITH_UNIT}|{_RATIO})(?!\S)")
_WORD = re.compile(r"\S+")
_ALL_THAT_FOLLOWS = re.compile(rf"(?:(?!\s+{_START}).)+", re.DOTALL)
_GLUED = re.compile(r"(?P<name>[A-Za-z]+(?:[_-][A-Za-z]+)*)(?:[^\w\s=:]|_)?(?P<value>[0-9][^\s)\]]*)[)\]]?(?!\S)")
_SIGN = re.compile(rf"=(?=\S|\s*\Z)|(?P<slip>\s*[:=]\s*)|\s+(?!{_START})(?=\S)")


class Form(Enum):
    """How much a piece of text looks like a flag, whatever its name."""

    EXACT = "two dashes or a long one, and a name at once"
    SLIP = "more dashes, a colon, or no blank before the value"
    FAINT = "one hyphen, a blank behind the dashes, or no blank before them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A flag as read: `name` is what it means, `written` what stands in the prompt, `value` "" for a lone flag."""

    name: str
    written: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A flag, or what looks like one, between two places of the text as it looks.

    `hyphens` says that it begins with two dashes or more that no phone makes of prose, `apart` that a blank stands
    before it, `gap` that one stands behind the dashes; `unclosed`, that its value opens a quote or bracket for good.
    """

    flag: Flag
    form: Form
    start: int
    end: int
    hyphens: bool
    apart: bool
    gap: bool
    unclosed: bool

    @property
    def sure(self) -> bool:
        """Tell whether hardly any prose is written like this."""
        return self.hyphens and self.form is not Form.FAINT


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A text parted into the prompt and its flags, in the order in which they are written, and what is wrong there."""

    prompt: str
    flags: tuple[Flag, ...] = ()
    mistakes: tuple[str, ...] = ()


def cut_flags(text: str) -> Reading:
    """Part a text into the prompt and its flags."""
    seen = skeleton(text)
    row = _trailing_row(seen.text)
    if not row:
        return Reading(prompt=text)
    flags = tuple(piece.flag for piece in row)
    mistakes = (*(mistake for piece in row if (mistake := _mistake(piece))), *_doubles(flags))
    return Reading(prompt=bare_end(text[: seen.places[row[0].start]]), flags=flags, mistakes=mistakes)


def strays(prompt: str) -> Sequence[Piece]:
    """Return what looks like a flag within the words of a prompt, from left to right."""
    seen = skeleton(prompt).text
    return [_piece(seen, head) for head in _HEAD.finditer(seen)]


def without(prompt: str, pieces: Sequence[Piece]) -> str:
    """Return a prompt from which pieces, in their order, are taken out."""
    seen = skeleton(prompt)
    ends = [0, *(seen.places[piece.end] for piece in pieces)]
    starts = [*(seen.places[piece.start] for piece in pieces), len(prompt)]
    kept = (prompt[end:start].strip() for end, start in zip(ends, starts, strict=True))
    return " ".join(words for words in kept if words)


def as_written(value: str) -> Iterator[str]:
    """Yield the ways to write a value behind its flag, the plainest first; the last one holds any value."""
    if not _HOLDS_TOGETHER & set(value):
        yield value
    yield from (f"{opens}{value}{closes}" for opens, closes in _QUOTES if not {opens, closes} & set(value))
    yield '"' + value.replace('"', '""') + '"'


def _trailing_row(text: str) -> Sequence[Piece]:
    row: list[Piece] = []
    place = ended = 0
    while head := _HEAD.search(text, place):
        piece = _piece(text, head)
        place = head.end()
        if _is_flag(piece):
            if text[ended : piece.start].strip():
                row.clear()
            row.append(piece)
            ended = place = piece.end
    return row if row and not text[ended:].strip() else ()


def _is_flag(piece: Piece) -> bool:
    """Tell whether a piece is a flag if nothing but flags follows it."""
    name, value = piece.flag.name, piece.flag.value
    match piece.form:
        case Form.EXACT:
            return True
        case Form.SLIP:
            return is_known(name) and (piece.hyphens or fits(name, value))
        case Form.FAINT:
            clear = not piece.gap or piece.hyphens or name == "aspect_ratio"
            return piece.apart and clear and fits(name, value)


def _piece(text: str, head: re.Match[str]) -> Piece:
    dashes, gap = head["dashes"], bool(head["gap"])
    written, value, end, slip = _read(text, head)
    before = text[head.start() - 1 : head.start()]
    apart = not before or before.isspace()
    lone = len(dashes) == 1 and dashes not in LONG_DASHES
    form = Form.SLIP if slip or len(dashes) > 2 else Form.EXACT  # noqa: PLR2004 - two dashes make a flag
    return Piece(
        flag=Flag(name=meaning(written), written=f"--{written}", value=_unquoted(value)),
        form=Form.FAINT if lone or gap or not apart else form,
        start=head.start(),
        end=end,
        hyphens=len(dashes) > 1 and not set(dashes) <= set(LONG_DASHES),
        apart=apart,
        gap=gap,
        unclosed=_is_unclosed(value, meaning(written)),
    )


def _read(text: str, head: re.Match[str]) -> tuple[str, str, int, bool]:
    """Read name and value behind the dashes; give them with the place where they end, and whether there is a slip."""
    written, end = head["name"], head.end()
    glued = _GLUED.match(text, head.start("name"))
    if glued and fits(meaning(glued["name"]), glued["value"]):
        return glued["name"], glued["value"], glued.end(), True
    sign = _SIGN.match(text, end)
    if sign is None:
        return written, "", end, not text[end : end + 1].isspace() and end < len(text)
    value = _value(text, sign.end(), meaning(written))
    if meaning(written) in SWITCHES and not sign[0].strip() and value.casefold() not in ON_OR_OFF:
        return written, "", end, False
    slip = sign["slip"] is not None
    return written, value, sign.end() + len(value), slip


def _value(text: str, place: int, name: str) -> str:
    if name == "no":
        return match[0] if (match := _ALL_THAT_FOLLOWS.match(text, place)) else ""
    together = _TOGETHER.match(text, place)
    if together:
        return together[0]
    word = _WORD.match(text, place)
    value = word[0] if word else ""
    # What is never closed has swallowed the rest.
    return text[place:].rstrip() if _is_unclosed(value, name) else value


def _is_unclosed(value: str, name: str) -> bool:
    closes = _CLOSING.get(value[:1])
    if closes is None or closes in value[1:] or name == "no":
        return False
    return value[0] not in _MAY_BE_APOSTROPHES or is_known(name)


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] + value[-1] in _QUOTES
    return (value[1:-1].replace(value[-1] * 2, value[-1]) if quoted else value).strip()


def _mistake(piece: Piece) -> str | None:
    flag, written = piece.flag, echoed(piece.flag.written)
    if piece.unclosed:
        return f'{written} opens a quote or a bracket that is never closed. Close it, as in {written} "two words".'
    if not flag.value and flag.name in NEEDS_VALUE:
        return f"{written} needs a value, such as {written} {NEEDS_VALUE[flag.name]}."
    return None


def _doubles(flags: Sequence[Flag]) -> Iterator[str]:
    seen: dict[str, Flag] = {}
    for flag in flags:
        first = seen.setdefault(flag.name, flag)
        if first is flag:
            continue
        if first.written.casefold() == flag.written.casefold():
            yield f"{echoed(first.written)} is there twice. Keep one of them."
        else:
            yield f"{echoed(first.written)} and {echoed(flag.written)} mean the same. Keep one of them."
