"""Discord's error codes by name, and which of its answers are refusals; knows nothing of jobs and messages."""

from http import HTTPStatus
from typing import cast

import discord


class Code:
    """Discord's JSON error codes that decide something here (developer documentation, "Opcodes and Status Codes")."""

    UNKNOWN_CHANNEL = 10003
    UNKNOWN_GUILD = 10004
    UNKNOWN_MESSAGE = 10008
    UNKNOWN_WEBHOOK = 10015
    UNKNOWN_INTERACTION = 10062
    OLD_EDITS = 30046
    ENTITY_TOO_LARGE = 40005
    ALREADY_ACKNOWLEDGED = 40060
    CLOUDFLARE_BLOCKS = 40333
    MISSING_ACCESS = 50001
    MISSING_PERMISSIONS = 50013
    INVALID_WEBHOOK_TOKEN = 50027
    THREAD_ARCHIVED = 50083
    API_OVERLOADED = 130000
    THREAD_LOCKED = 160005


LEAST_CODE = 10_000
"""Discord's own codes begin here; 0 stands beside a message that repeats the status."""
PASSING_STATUS = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
PASSING_CODES = frozenset({Code.CLOUDFLARE_BLOCKS, Code.API_OVERLOADED})
"""What Discord says of these is that a later try will do."""
JSON = "application/json"


def is_discords_own(error: discord.HTTPException) -> bool:
    """Tell whether Discord itself answered: a proxy's page, an empty body or JSON of another shape says nothing."""
    # Whatever stands in the body, discord.py hands on; its annotations say what Discord sends.
    code, text = cast("object", error.code), cast("object", error.text)
    if isinstance(code, int) and code >= LEAST_CODE:
        return True
    if code != 0 or not isinstance(text, str) or not error.response.headers.get("content-type", "").startswith(JSON):
        return False
    return text.startswith(f"{error.status}: ") or (error.status == HTTPStatus.BAD_REQUEST and bool(text))


def is_refusal(error: discord.HTTPException) -> bool:
    """Tell whether Discord says no, whatever its code, in words that are no passing trouble."""
    passing = error.status in PASSING_STATUS or error.code in PASSING_CODES
    return error.status < HTTPStatus.INTERNAL_SERVER_ERROR and not passing and is_discords_own(error)
