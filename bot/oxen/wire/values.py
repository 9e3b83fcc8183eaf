"""JSON texts and moments as Oxen spells them; knows no endpoint."""

from datetime import UTC, datetime

import orjson

from bot.core.json_value import number_of, text_of

FIRST_MILLISECONDS = 1e11
"""Numbers from here on are milliseconds: as seconds they would lie after the year 5000."""


def parse(body: bytes | str) -> object:
    """Read a JSON text; raises ValueError."""
    found: object = orjson.loads(body)
    return found


def moment_of(raw: object) -> datetime | None:
    """Read a Unix time in seconds or milliseconds, or an ISO time that states its zone."""
    stamp = number_of(raw)
    if stamp is None:
        return _iso_moment(text_of(raw))
    try:
        return datetime.fromtimestamp(stamp / 1000 if abs(stamp) >= FIRST_MILLISECONDS else stamp, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _iso_moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
