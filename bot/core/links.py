"""Tells links from words, in whatever way they are written; knows nothing of who would fetch them."""

import re
from urllib.parse import unquote

from bot.core.signs import is_invisible

_MOST_DECODED = 3
"""How often a value is freed of percent signs: a link that was encoded more often is fetched by no library."""

_SCHEMES = "data|blob|file|javascript|mailto|urn|ipfs|magnet|about|ftp|https?|wss?|s3|gs|hf|git|ssh"
_HOST = r"(?: [\w-]+\. )+ [a-z]{2,24} (?: :\d+ )?"

_WITH_SCHEME = re.compile(
    rf".* [a-z][a-z0-9+.-]* :/?[/\\] | \W* (?: {_SCHEMES} ) :", re.VERBOSE | re.IGNORECASE | re.DOTALL
)
"""Any scheme, also behind other words; blanks are taken out before, as browsers do."""

_WITHOUT_SCHEME = re.compile(
    rf"""
    \W* (?: //|\\\\ ) [\w\[]
    | \W* (?: www\. | {_HOST} / | localhost\b )
    | \W* (?: \d{{1,3}} (?: \.\d{{1,3}} ){{3}} (?: [:/] | $ ) | \[ [0-9a-f:.]*:[0-9a-f:.]* \] )
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""A host or a number that stands for one; with blanks inside it is words."""

_AT_THE_START = re.compile(
    rf"""
    [\s<>()\[\]"'`*_|~!]*
    (?: [a-z][a-z0-9+.-]* :/{{2}} | www\.\w | data:\w+/ | //\w[\w-]*\.\w
        | {_HOST} / \S* \. (?: png|jpe?g|webp|gif|avif|heic|bmp|svg ) \b
        | (?: [\w-]+\. )+ (?: com|net|org|io|gg ) / \S )
    | \s* !? \[ [^\[\]]* \] \( \s* <? [a-z][a-z0-9+.-]* ://     # [words](link)
    """,
    re.VERBOSE | re.IGNORECASE,
)


def is_link(value: str) -> bool:
    """Tell whether a value is, or holds, an address that a machine would fetch, however it is encoded."""
    for _ in range(_MOST_DECODED):
        seen = "".join(char for char in value if not is_invisible(char)).strip()
        if _WITH_SCHEME.match("".join(seen.split())) or (_WITHOUT_SCHEME.match(seen) and len(seen.split()) == 1):
            return True
        value = unquote(value)
    return False


def begins_with_link(text: str) -> bool:
    """Tell whether the first word of a text is a link, also in brackets or with a title."""
    return _AT_THE_START.match("".join(char for char in text if not is_invisible(char))) is not None
