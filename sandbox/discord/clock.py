"""The sandbox's clock: real time plus what a test added. Knows nothing of Discord."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def utc_now() -> datetime:
    return datetime.now(UTC)


class Clock:
    """Tell the time, and let a test jump ahead of it."""

    def __init__(self, base: Callable[[], datetime] = utc_now) -> None:
        self._base = base
        self._ahead = timedelta()

    def now(self) -> datetime:
        return self._base() + self._ahead

    def advance(self, seconds: float) -> None:
        """Move the clock forward; it never goes back, as snowflakes must stay in order."""
        if seconds < 0:
            raise ValueError("The clock only goes forward.")
        self._ahead += timedelta(seconds=seconds)
