"""What is kept about people, and for how long; knows no SQL and no clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

ROW_OUTLIVES_WORDS = timedelta(days=30)
"""So long after its words the row itself goes: until then a button can say why there is nothing to repeat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What `python -m bot forget` did: jobs removed, and those still under way, which it left alone."""

    removed: int
    under_way: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepingRule:
    """How long the words of ended jobs are kept; None is for ever."""

    words: timedelta | None

    def words_end(self, now: datetime) -> datetime | None:
        """Return the moment before which a job was made whose words go now."""
        return None if self.words is None else now - self.words

    def rows_end(self, now: datetime) -> datetime | None:
        """Return the moment before which a job was made whose row goes now."""
        return None if self.words is None else now - self.words - ROW_OUTLIVES_WORDS
