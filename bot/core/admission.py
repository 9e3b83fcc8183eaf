"""Whether a new job is taken: the limits, what they depend on, and `admit`, a pure function of both; knows no SQL.

What a store answers to a change of a job stands here, too.
"""

from dataclasses import dataclass
from datetime import timedelta

from bot.core.job import HOLDS_SLOT, WITHOUT_PICTURE, Generation, GenerationState, Job, JobState

DAY = timedelta(hours=24)
"""How far back the daily limits look."""
MOSTLY_SPENT = 0.8
"""The share of everybody's ceiling from which on the operator is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one member may have under way and ask for in 24 h, and what everybody may spend; 0 means no limit."""

    jobs_under_way: int
    images_per_day: int
    microusd_per_day_of_member: int = 0
    microusd_per_day: int = 0

    @property
    def hold_money(self) -> bool:
        """Tell whether any ceiling holds, under which a job without a price cannot be taken."""
        return bool(self.microusd_per_day_of_member or self.microusd_per_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedOfDay:
    """What counts of one member in 24 h, as an admission counts it."""

    images: int
    microusd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Everybody:
    """What a new job meets that all members share; the money is read only where a ceiling holds."""

    slots_taken: int
    jobs_in_line: int
    images_in_line: int
    microusd_of_day: int = 0

    def ahead(self, slots: int) -> int:
        """Count the jobs in line; 0 when a slot is left for a new one after all that came first.

        With all slots taken and an empty line, the job that is being painted is ahead.
        """
        if self.slots_taken + self.images_in_line < slots:
            return 0
        return max(1, self.jobs_in_line)

    def joined_by(self, job: Job) -> "Everybody":
        """Return the same with a job that was admitted."""
        planned = sum(g.state is GenerationState.PLANNED for g in job.generations) if job.under_way else 0
        return Everybody(
            slots_taken=self.slots_taken + sum(g.state in HOLDS_SLOT for g in job.generations),
            jobs_in_line=self.jobs_in_line + (planned > 0),
            images_in_line=self.images_in_line + planned,
            microusd_of_day=self.microusd_of_day + counted_microusd(job),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that an admission depends on, read in the transaction that writes the job."""

    already_there: bool
    under_way: int
    images_of_day: int
    microusd_of_day: int
    everybody: Everybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """The job is committed, with `ahead`: how many jobs are before it in the line, 0 when it can start at once; a job
    that comes with a number keeps at least that.

    `microusd_of_day` is what everybody has spent or reserved in 24 h, this job included; 0 without a ceiling for all.
    """

    ahead: int
    microusd_of_day: int = 0


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


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyUsedUp:
    """The job costs `wanted_microusd`, and `left_microusd` are left in 24 h: for this member, or `of_everybody`."""

    left_microusd: int
    wanted_microusd: int
    of_everybody: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceUnknown:
    """A ceiling holds, and what the job costs is not known; nothing was written."""


Refusal = AlreadyThere | TooManyUnderWay | DayUsedUp | MoneyUsedUp | PriceUnknown
Admission = Admitted | Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A job before and after one transition; the same object twice when the transition changed nothing."""

    before: Job
    after: Job


def admit(situation: Situation, job: Job, limits: Limits, *, slots: int) -> Admission:
    """Decide about a new job; `slots` is how many generations may be under way at Oxen at once."""
    if situation.already_there:
        return AlreadyThere()
    if limits.jobs_under_way and situation.under_way >= limits.jobs_under_way:
        return TooManyUnderWay(under_way=situation.under_way)
    images_left = max(0, limits.images_per_day - situation.images_of_day)
    if limits.images_per_day and counted_images(job) > images_left:
        return DayUsedUp(left=images_left)
    return _refused_for_money(situation, job, limits) or Admitted(
        ahead=max(job.ahead, situation.everybody.ahead(slots)),
        microusd_of_day=situation.everybody.joined_by(job).microusd_of_day if limits.microusd_per_day else 0,
    )


def _refused_for_money(situation: Situation, job: Job, limits: Limits) -> PriceUnknown | MoneyUsedUp | None:
    if not limits.hold_money or not _counted(job):
        return None
    if any(generation.price_microusd is None for generation in job.current):
        return PriceUnknown()
    wanted = counted_microusd(job)
    for ceiling, spent, of_everybody in (
        (limits.microusd_per_day_of_member, situation.microusd_of_day, False),
        (limits.microusd_per_day, situation.everybody.microusd_of_day, True),
    ):
        left = max(0, ceiling - spent)
        if ceiling and wanted > left:
            return MoneyUsedUp(left_microusd=left, wanted_microusd=wanted, of_everybody=of_everybody)
    return None


def counted_images(job: Job) -> int:
    """Count the pictures that use up a member's day; a second try of one counts once."""
    return len({generation.position for generation in _counted(job)})


def counted_microusd(job: Job) -> int:
    """Sum what a job costs or may cost: Oxen's charge where it is known, else the catalogue's price, each try alone."""
    return sum(_microusd(generation) for generation in _counted(job))


def _counted(job: Job) -> tuple[Generation, ...]:
    """Return the tries that Oxen accepted, or that may still be or have been; those that it shows as free are not.

    Nothing was ever sent for a job whose person saw "did not respond".
    """
    return () if job.state is JobState.ABANDONED else tuple(filter(_counts, job.generations))


def _counts(generation: Generation) -> bool:
    if generation.cost_microusd == 0:
        return False
    return generation.remote_id is not None or generation.state not in WITHOUT_PICTURE


def _microusd(generation: Generation) -> int:
    return (generation.price_microusd or 0) if generation.cost_microusd is None else generation.cost_microusd
