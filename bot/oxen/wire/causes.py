"""What an error text of Oxen or of a provider behind it means, and that text without its secrets; pure."""

import re
from http import HTTPStatus

from bot.errors import Cause

TEXT_LIMIT = 500
"""Longer error texts are cut: the rest is a provider's traceback that nobody reads in a log."""

READ_LIMIT = 20_000
"""Only so many characters are looked at: a text of megabytes would hold up every other job."""

_LINK = r"(?:https?|wss?)://(?:[^\s/@'\"<>]*@)?([^\s/?#'\"<>)]*)[^\s'\"<>)]*"
_SECRETS = (
    (re.compile(r"data:[\w.+/-]+;base64,[\w+/=%-]*", re.IGNORECASE), "(inline data)"),
    (re.compile(_LINK, re.IGNORECASE), r"(link to \1)"),
    (re.compile(r"\bBearer\s+\S+", re.IGNORECASE), "Bearer (key)"),
)


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# The order decides: a text is read for what a person can act on before it is read for how it was wrapped.
_BY_TEXT = (
    (Cause.NO_CREDITS, _any_of(r"insufficient[_ ]credits?", r"out of credits", r"not enough credits")),
    (Cause.EMPTY_PROMPT, _any_of(r"prompt (?:cannot|can't|must not|may not) be (?:empty|blank)")),
    (Cause.MODEL_NOT_FOUND, _any_of(r"model not found", r":unsupported_media_type")),
    (
        Cause.REFERENCE_NOT_FETCHED,
        _any_of(
            # The sentences of Python's `requests`, with which the providers' workers fetch, and their kin.
            r"\b(?:401|403|404|410) client error: .{0,80}? for url",
            r"no connection adapters were found for",
            r"(?:failed|unable|could not|cannot|can't|error)(?: to| while| when)? (?:download|fetch|retriev)\w*",
            r"data[: -]ur[il]s? (?:is |are )?not (?:supported|allowed)",
            r"rejects data ur[il]s?",
        ),
    ),
    (
        # A parameter's own name can read like a safety filter: "moderation: Input should be 'low' or 'auto'".
        Cause.BAD_PARAMETER,
        _any_of(
            r"input should be",
            r"must be one of",
            r"(?:less|greater) than or equal to",
            r"num_generations must be",
            r"extra inputs are not permitted",
        ),
    ),
    (
        Cause.SAFETY,
        _any_of(
            r"content[ _](?:policy|safety|filter)",
            r"flagged",
            r"moderat",
            r"nsfw",
            r"safety (?:checker|system|filter|policy|settings)",
            r"datainspectionfailed",
            r"green net check",
            r"may contain real person",
        ),
    ),
    (Cause.BAD_PARAMETER, _any_of(r"\b422\b", r"value error", r"validation error")),
)

_BY_STATUS: dict[int, Cause] = {
    HTTPStatus.UNAUTHORIZED: Cause.KEY_REFUSED,
    HTTPStatus.FORBIDDEN: Cause.KEY_REFUSED,
    HTTPStatus.BAD_REQUEST: Cause.BAD_PARAMETER,
    HTTPStatus.UNPROCESSABLE_ENTITY: Cause.BAD_PARAMETER,
}


def cause_of(status: int | None, text: str) -> Cause:
    """Tell why Oxen made no picture, from the HTTP status (None for a row or an event) and the error text."""
    if status == HTTPStatus.PAYMENT_REQUIRED:
        return Cause.NO_CREDITS
    for cause, pattern in _BY_TEXT:
        if pattern.search(text, 0, READ_LIMIT):
            return cause
    return Cause.OTHER if status is None else _BY_STATUS.get(status, Cause.OTHER)


def without_secrets(text: str) -> str:
    """Give an error text fit for a log: links shrunk to their host, inline data and keys left out, one line, cut."""
    text = text[:READ_LIMIT]
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    text = " ".join(text.split())
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…"
