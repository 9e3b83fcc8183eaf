"""Makes what people typed harmless inside Discord's Markdown; knows the marks, nothing else."""

import re

# An underscore inside a word marks nothing, and the names of parameters are full of them.
_MARKS = re.compile(r"([\\*~`|<>\[\]#]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")
_TYPED_LINK = re.compile(
    r"https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::[0-9]+)?(?:[/?#][^\s<>]*)?(?![^\s<>])", re.IGNORECASE
)
"""What Discord's client takes for a link: up to a blank or an angle bracket no mark in it is alive."""

_HARMFUL_IN_LINKS = {"`": "%60", "|": "%7C", "\\": "%5C", "[": "%5B", "]": "%5D", "*": "%2A", "~~": "%7E%7E"}
"""Marks that are written by their number, lest another client take them for more; the link leads to the same place."""

_LEADING_LIST = re.compile(r"^([-+])(?=\s)")
_ORDERED_LIST = re.compile(r"^(\d+)\.(?=\s)")
_SPACES = re.compile(r"\s+")
# Embedding, override and isolate marks turn the rest of a line around; a prompt has no need of them on a card.
_LINK = re.compile(r"https?://[!-;=?-~]+")
LINK_LIMIT = 600
"""Four of them and a card's words fit the 4,000 characters of a message; Oxen's signed links have about 300."""
_TURNS_TEXT = re.compile("[\u202a-\u202e\u2066-\u2069]")


def escaped(text: str) -> str:
    """Return a text that Discord shows letter by letter: no marks, no mentions, no timestamps, no links with titles.

    A bare link leads where it did, since a backslash in it would be a part of it.
    """
    parts: list[str] = []
    end = 0
    for link in _TYPED_LINK.finditer(text):
        parts += [_MARKS.sub(r"\\\1", text[end : link.start()]), _harmless(link[0])]
        end = link.end()
    text = "".join([*parts, _MARKS.sub(r"\\\1", text[end:])])
    text = _LEADING_LIST.sub(r"\\\1", text)
    return _ORDERED_LIST.sub(r"\1\\.", text)


def _harmless(link: str) -> str:
    for mark, number in _HARMFUL_IN_LINKS.items():
        link = link.replace(mark, number)
    return link


def link_text(words: str, url: str | None) -> str | None:
    """Give a link with a text of ours; None for an address that no browser opens or that would end the link."""
    if url is None or len(url) > LINK_LIMIT or not _LINK.fullmatch(url):
        return None
    return f"[{words}](<{url}>)"


def one_line(text: str) -> str:
    """Give a text with line breaks and runs of white space as single spaces."""
    return _SPACES.sub(" ", _TURNS_TEXT.sub("", text)).strip()


def shortened(text: str, limit: int) -> str:
    """Cut a text at a word so that it has at most `limit` characters, the ellipsis included."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    at_word, space, _ = cut.rpartition(" ")
    # A text without spaces near the end (Chinese, one long word) is cut where it stands.
    return (at_word if space and len(at_word) > limit // 2 else cut).rstrip() + "…"
