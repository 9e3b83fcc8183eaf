"""Whether what Oxen repeats of a request is what was sent, however it was tidied on the way; pure.

Services trim, fold and cut text, write numbers as words and add defaults. None of that makes a request another one,
and to take it for another one is to pay twice.
"""

import unicodedata
from itertools import pairwise

SHORTEST_BEGINNING = 16
"""Letters and digits of which a text that was cut off must have so many left to be recognised."""
ALIKE = 0.6
"""The part of the shorter text's pairs of letters that stands in the longer one, too, where both may be one text."""


def is_same(sent: object, echoed: object) -> bool:
    """Tell whether a value is the one that was sent, apart from how it is written."""
    if _number(sent) is not None or _number(echoed) is not None:
        return _number(sent) == _number(echoed)
    ours, theirs = _tidied(sent), _tidied(echoed)
    return ours == theirs if ours and theirs else _squeezed(sent) == _squeezed(echoed)


def is_beginning(sent: object, echoed: object) -> bool:
    """Tell whether a text is what was sent, cut off: long enough to be recognised, and yet others may begin so."""
    theirs = _tidied(echoed)
    return len(theirs) >= SHORTEST_BEGINNING and _tidied(sent).startswith(theirs)


def is_same_seed(sent: object, echoed: object) -> bool:
    """Tell whether a seed is the one that was sent; one above 31 bits may come back as a negative number."""
    ours, theirs = _number(sent), _number(echoed)
    return ours is not None and theirs is not None and (ours - theirs) % 2**32 == 0


def is_same_model(sent: str, echoed: str) -> bool:
    """Tell whether a model's name is the one that was sent, with or without its maker's before it."""
    ours, theirs = _tidied(sent), _tidied(echoed)
    return ours == theirs or (bool(ours and theirs) and (ours.endswith(theirs) or theirs.endswith(ours)))


def is_clearly_another(sent: str, echoed: object) -> bool:
    """Tell whether a text has so little of the one that was sent that no tidying made it."""
    ours, theirs = _pairs(_tidied(sent)), _pairs(_tidied(echoed))
    if is_same(sent, echoed) or not ours or not theirs:
        return False
    return len(ours & theirs) < ALIKE * min(len(ours), len(theirs))


def _number(value: object) -> float | None:
    """Read a number however it is written; None for anything else, and for what is no number at all."""
    if not isinstance(value, int | float | str) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < float("inf") else None


def _tidied(value: object) -> str:
    """Keep what no tidying takes away: letters and digits, without their case and without their form."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", _squeezed(value)).casefold()))


def _squeezed(value: object) -> str:
    return "".join(str(value).split()).casefold()


def _pairs(text: str) -> set[str]:
    return {one + other for one, other in pairwise(text)}
