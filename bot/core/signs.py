"""Signs that show nothing and signs that look like a dash or like ASCII; knows nothing of what a text says."""

import unicodedata
from dataclasses import dataclass

DASHES = (
    "-\u058a\u05be\u1400\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d"
    "\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d\u2212\u02d7\u207b\u208b\u2043\u2500\u2501\u30fc\uff70"
)
"""Unicode's dashes (category Pd), and the minus, box and vowel signs that keyboards put in their place."""

LONG_DASHES = "\u2013\u2014\u2015\u2e3a\u2e3b\ufe58"
"""What phones and word processors make of two hyphens."""

_INVISIBLE = frozenset({"Cc", "Cf"})
_BLANK = frozenset({"Zl", "Zp", "Zs"})
_LOOKS_EMPTY = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that Unicode lists as default-ignorable or that fonts draw as nothing."""

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""The full-width forms of ASCII, one for one, as Japanese and Chinese keyboards type them."""


def is_invisible(char: str) -> bool:
    """Tell whether a sign is drawn as nothing and takes no room: zero-width signs, marks of direction, selectors."""
    if char.isspace():
        return False
    category = unicodedata.category(char)
    return category in _INVISIBLE or (category == "Mn" and _selects_a_variation(char)) or char == "\u034f"


def is_blank(text: str) -> bool:
    """Tell whether a text shows nothing: white space, control and zero-width characters, fillers that look empty."""
    return all(
        char in _LOOKS_EMPTY or is_invisible(char) or unicodedata.category(char) in _BLANK | {"Cc"} for char in text
    )


def _selects_a_variation(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A text as it looks: no invisible signs, full-width forms as ASCII. `places` says where each sign stands."""

    text: str
    places: tuple[int, ...]


def visible(text: str) -> str:
    """Return a typed value as it looks, without blanks around it.

    Invisible signs between others than ASCII stay, since they join emoji and letters there.
    """
    return skeleton(text).text.strip()


def skeleton(text: str) -> Skeleton:
    """Return a text as it looks; the last of its places is the end of the text."""
    places = _visible_places(text)
    plain = "".join(text[place] for place in places).translate(_FULL_WIDTH)
    return Skeleton(plain, (*places, len(text)))


def bare_end(text: str) -> str:
    """Return a text without the blanks at its end, and without what cannot be seen behind the first of them."""
    end = len(text)
    while end and (text[end - 1].isspace() or is_invisible(text[end - 1])):
        end -= 1
    return text[: next((place for place in range(end, len(text)) if text[place].isspace()), len(text))]


def _visible_places(text: str) -> list[int]:
    if text.isascii() and text.isprintable():
        return list(range(len(text)))
    places: list[int] = []
    for place, char in enumerate(text):
        if not is_invisible(char) or (places and _joins(text[places[-1]], char, text[place + 1 : place + 2])):
            places.append(place)
    return places


def _joins(before: str, char: str, after: str) -> bool:
    """Tell whether an invisible sign joins two that are not ASCII, or selects how the one before looks."""
    foreign = not before.isascii() and before not in DASHES and not before.isspace()
    joined = bool(after) and not after.isascii() and not is_invisible(after)
    return foreign and (_selects_a_variation(char) or joined)
