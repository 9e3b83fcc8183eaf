"""Snowflake ids, made from the sandbox's clock. Knows nothing of what the ids name."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

# https://discord.com/developers/docs/reference#snowflakes
_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_TIMESTAMP_SHIFT = 22


def lowest_at(moment: datetime) -> int:
    """Return the lowest id of that millisecond."""
    return ((moment - _EPOCH) // timedelta(milliseconds=1)) << _TIMESTAMP_SHIFT


def made_at(snowflake: int) -> datetime:
    """Return the moment that an id states."""
    return _EPOCH + timedelta(milliseconds=snowflake >> _TIMESTAMP_SHIFT)


class Snowflakes:
    """Make ids that state the time and strictly rise."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._last = 0

    def __call__(self) -> int:
        self._last = max(lowest_at(self._now()), self._last + 1)
        return self._last
