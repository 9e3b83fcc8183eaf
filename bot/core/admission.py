"""What a store answers to a new job and to a change of one; knows no SQL and no limits of its own."""

from dataclasses import dataclass

from bot.core.job import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLimits:
    """What one member may have under way and ask for in 24 h; 0 means no limit."""

    jobs_under_way: int
    images_per_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """The job is committed, with `ahead`: how many jobs are before it in the line, 0 when it can start at once."""

    ahead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyThere:
    """A job with this id exists: the interaction came twice and this copy is to be ignored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyUnderWay:
    """The member has as many jobs under way as allowed; nothing was written."""

    under_way: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayUsedUp:
    """The member's 24 h hold no more images; `left` could still be asked for. Nothing was written."""

    left: int


Admission = Admitted | AlreadyThere | TooManyUnderWay | DayUsedUp


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A job before and after one transition; the same object twice when the transition changed nothing."""

    before: Job
    after: Job
