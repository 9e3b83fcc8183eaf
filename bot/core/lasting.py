"""When a refusal is believed: it comes twice, some time apart; knows no service and no clock."""

from collections.abc import Hashable
from datetime import datetime, timedelta

APART = timedelta(seconds=30)
"""So long a service that is just being changed, or looks at a picture for the first time, may be wrong."""


class LastingRefusals:
    """Remembers since when each thing is refused; a restart begins anew, and costs one more try."""

    def __init__(self, *, apart: timedelta = APART) -> None:
        self._apart = apart
        self._since: dict[Hashable, datetime] = {}

    def lasts(self, key: Hashable, now: datetime) -> bool:
        """Note that something was refused, and tell whether that is final."""
        return now - self._since.setdefault(key, now) >= self._apart

    def forget(self, key: Hashable) -> None:
        """Begin anew, since it was taken, or is tried no more."""
        self._since.pop(key, None)
