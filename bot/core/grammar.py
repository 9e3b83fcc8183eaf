"""The small grammar of refusals: lists, plurals and numbers as people write them; knows nothing of what is refused."""

from collections.abc import Sequence

from bot.core.markdown import escaped, one_line, shortened

_MOST_SHOWN = 20
_MOST_ECHOED = 60
"""Characters of somebody's own words that a refusal gives back: enough to recognise them."""


def listed(items: Sequence[str], joint: str, *, most: int = _MOST_SHOWN) -> str:
    """Join items as in "a, b or c"; past `most` the rest is only counted."""
    if len(items) > most:
        items = [*items[:most], f"{len(items) - most} more"]
        joint = "and"
    *first, last = items
    return f"{', '.join(first)} {joint} {last}" if first else last


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def echoed(typed: str) -> str:
    """Give somebody's words on one line, short and harmless as Markdown, for a sentence about them."""
    return escaped(shortened(one_line(typed), _MOST_ECHOED))


def number_words(number: float) -> str:
    """Write a number without needless decimals."""
    return f"{int(number):,}" if float(number).is_integer() else f"{number:.6g}"
