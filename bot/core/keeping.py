"""What is kept about people, and for how long; knows no SQL and no clock."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.ask import Ask
from bot.core.job import MAY_TURN_UP, Answer, Generation, Job, Place

ROW_OUTLIVES_WORDS = timedelta(days=30)
"""So long after its words the row itself goes: until then a button can say why there is nothing to repeat."""


LARGEST_PERSON_ID = 2**63 - 1
"""What a database holds; Discord's ids are unsigned, and have a century to go before they need the 64th bit."""
LOOKED_FOR = timedelta(hours=24)
"""So long a picture may still turn up at Oxen after its generation ended without it."""


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


def emptied(job: Job, at: datetime) -> Job:
    """Return an ended job without what people typed and without links; one that is owed or looked for stays as it is.

    What is left are ids, times and states: enough for [Delete], and to say why nothing can be repeated.
    """
    settled = not job.under_way and not job.card_owed and job.answer is not Answer.OWED
    if job.emptied_at is not None or not settled or any(_may_turn_up(g, at) for g in job.generations):
        return job
    ask = job.ask
    return replace(
        job,
        ask=Ask(command=ask.command, prompt="", count=ask.count, spoiler=ask.covered, private=ask.private),
        plan=None,
        refusal=None,
        token=None,
        # What waited in the inbox has links that died long ago.
        place=Place.GONE if job.place is Place.INBOX else job.place,
        generations=tuple(replace(g, seed=None, error=None, url=None, attachment=None) for g in job.generations),
        emptied_at=at,
    )


def _may_turn_up(generation: Generation, at: datetime) -> bool:
    return generation.state in MAY_TURN_UP and generation.ended_at is not None and at - generation.ended_at < LOOKED_FOR
