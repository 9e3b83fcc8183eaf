"""Whose turn it is at Oxen: members take turns, so that nobody who orders much holds up the others; pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.job import GenerationState, Job

JOBS_AT_OXEN = 3
"""While others wait, a member has at most so many jobs at Oxen (README, MAX_JOBS_PER_MEMBER)."""
SHARES = 4
"""And at most this part of the slots, so that three jobs of four pictures do not fill them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtOxen:
    """The images of one job that take slots."""

    owner_id: int
    job_id: str
    images: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Which waiting jobs are asked for: `checked` ones may be sent, the others are to be prepared.

    What is in hand, rests, or waits for its model is named here, so that it hides nobody who could go on.
    """

    checked: bool
    limit: int
    without_jobs: Collection[str] = frozenset()
    without_models: Collection[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A job whose turn it is, and how many of its images have room."""

    job: Job
    images: int


@dataclass(slots=True)
class _Load:
    """What a member has at Oxen."""

    jobs: set[str] = field(default_factory=set[str])
    images: int = 0

    def add(self, job_id: str, images: int) -> None:
        self.jobs.add(job_id)
        self.images += images

    def room(self, job: Job, slots: int) -> int:
        """Return how many images of a job fit into the member's share."""
        if job.id not in self.jobs and len(self.jobs) >= JOBS_AT_OXEN:
            return 0
        return max(JOBS_AT_OXEN, slots // SHARES) - self.images


def turns(waiting: Sequence[Job], at_oxen: Iterable[AtOxen], *, slots: int, free: int) -> list[Turn]:
    """Return the waiting jobs that go now: of the members with the least at Oxen the oldest job, again and again.

    A member who waits alone may take every free slot.
    """
    loads: dict[int, _Load] = {job.owner_id: _Load() for job in waiting}
    for held in at_oxen:
        loads.setdefault(held.owner_id, _Load()).add(held.job_id, held.images)
    line, chosen = list(waiting), list[Turn]()
    while free > 0 and line:
        alone = len({job.owner_id for job in line}) == 1
        allowed = [job for job in line if alone or loads[job.owner_id].room(job, slots) > 0]
        if not allowed:
            break
        job = min(allowed, key=lambda job: (len(loads[job.owner_id].jobs), job.created_at, job.id))
        room = free if alone else min(free, loads[job.owner_id].room(job, slots))
        images = min(room, planned_images(job))
        chosen.append(Turn(job=job, images=images))
        loads[job.owner_id].add(job.id, images)
        free -= images
        line.remove(job)
    return chosen


def readings(waiting: Sequence[Job], reading: Collection[int], *, unread: Mapping[int, int], at_once: int) -> list[Job]:
    """Return the jobs whose references are read now, of the member with the least the oldest first.

    `reading` are the owners of those that are being read already; `unread` counts the jobs of each member whose
    references could not be read, so that hanging links of many members hold up none whose links are good.
    """
    loads, line, chosen = Counter(unread) + Counter(reading), list(waiting), list[Job]()
    while line and len(reading) + len(chosen) < at_once:
        job = min(line, key=lambda job: (loads[job.owner_id], job.created_at, job.id))
        loads[job.owner_id] += 1
        chosen.append(job)
        line.remove(job)
    return chosen


def planned_images(job: Job) -> int:
    """Return how many images of a job wait for their POST."""
    return sum(g.state is GenerationState.PLANNED for g in job.current)
