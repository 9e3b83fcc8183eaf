"""Discord's Markdown as words for a terminal. Pure."""

import re
from collections.abc import Mapping

_MENTION = re.compile(r"(?<!\\)<@(\d+)>")
_MOMENT = re.compile(r"(?<!\\)<t:\d+(?::\w)?>")
_MARKS = re.compile(r"(?<!\\)\*\*|^-# ", re.MULTILINE)
_ESCAPED = re.compile(r"\\([^\w\s])")


def plain(text: str, names: Mapping[int, str]) -> str:
    """Give a message's text as a person reads it: names for mentions, and no marks; `names` are by user id."""
    text = _MENTION.sub(lambda found: f"@{names.get(int(found[1]), 'unknown-user')}", text)
    text = _MOMENT.sub("just now", text)
    return _ESCAPED.sub(r"\1", _MARKS.sub("", text))
