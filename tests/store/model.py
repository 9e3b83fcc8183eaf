"""What a store must answer, over a plain dict: the model that histories of a real store are held against."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import product

from bot.core import job_events as ev
from bot.core.admission import (
    DAY,
    Admission,
    Admitted,
    Change,
    Everybody,
    Limits,
    Situation,
    admit,
    counted_images,
    counted_microusd,
)
from bot.core.advance import advance
from bot.core.job import (
    HOLDS_SLOT,
    MISSING,
    Answer,
    Attachment,
    Generation,
    GenerationState,
    Job,
    JobState,
    Place,
    is_uncharged,
)
from bot.core.turns import AtOxen, Line
from bot.errors import Cause, RemoteIdTakenError
from tests.core.jobs import PLAN
from tests.store.values import NOW

S = GenerationState
REMOTE_IDS = tuple(f"r-{n}" for n in range(8))
"""Fewer than there may be generations, so that some are claimed twice."""
MODELS = ("flux-2-dev", "gpt-image-2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One change of one job: which of the events that may come next, and when it is said to have happened."""

    job_id: str
    choice: int
    minute: int

    def transition(self, job: Job) -> Job:
        return advance(job, next_event(job, self.choice, NOW + timedelta(minutes=self.minute)))


def next_event(job: Job, choice: int, at: datetime) -> ev.JobEvent:
    """Choose one of the events that may come next; the choice may be any whole number.

    Mostly one that goes well: else few histories would ever come to a picture.
    """
    well, ill = _what_goes_well(job, choice, at), _what_goes_otherwise(job, at)
    events = well if well and choice % 3 else ill
    return events[choice // 3 % len(events)]


def _what_goes_well(job: Job, choice: int, at: datetime) -> list[ev.JobEvent]:
    if job.answer is Answer.OWED:
        return [ev.Answered(message_id=77, revision=1)]
    planned = tuple(g.id for g in job.generations if g.state is S.PLANNED)
    events: list[ev.JobEvent] = []
    if not job.checked:
        return [ev.Planned(plan=replace(PLAN, model=MODELS[choice % len(MODELS)]))]
    if planned:
        events.append(ev.Intended(generation_ids=planned, intent_id=f"i-{job.id}-{job.version}", at=at))
    for g in job.generations:
        if g.state in {S.SUBMITTING, S.UNKNOWN} and g.remote_id is None:
            events.append(ev.Accepted(remote_ids={g.id: REMOTE_IDS[choice % len(REMOTE_IDS)]}, at=at))
        elif g.remote_id is not None and g.state is not S.SUCCEEDED:
            events.append(ev.PictureReady(remote_id=g.remote_id, url=f"https://results.example/{g.remote_id}", at=at))
    if job.card_owed:
        lying = {g.id: Attachment(id=5, filename=f"{g.id}.png") for g in job.succeeded}
        events.append(ev.Shown(revision=job.revision, attachments=lying))
    return events


def _what_goes_otherwise(job: Job, at: datetime) -> list[ev.JobEvent]:
    fresh = at + timedelta(minutes=15)
    events: list[ev.JobEvent] = [
        ev.AnswerMissed(),
        ev.AnswerUnseen(),
        ev.Refused(text="No.", at=at),
        ev.CancelAsked(by=7, at=at),
        ev.Replaced(place=Place.INBOX, token=job.token),
        ev.Replaced(place=Place.GONE),
        ev.TokenDied(token=job.token),
        ev.RenewalOffered(),
        ev.Emptied(at=at + timedelta(days=2)),
        ev.TokenRenewed(message_id=77, token="fresh", token_expires_at=fresh, size_limit_bytes=9),
        ev.Moved(
            message_id=77,
            channel_id=18,
            guild_id=None,
            token="moved",
            token_expires_at=fresh,
            size_limit_bytes=9,
            revision=1,
        ),
    ]
    for generation in job.generations:
        events += _of_generation(generation, at)
    return events


def _of_generation(g: Generation, at: datetime) -> list[ev.JobEvent]:
    unfetched = Cause.REFERENCE_NOT_FETCHED
    if g.state is S.SUBMITTING:
        intent = g.intent_id or ""
        return [
            ev.Resent(intent_id=intent, sends=g.sends, at=at),
            ev.NotAccepted(intent_id=intent, at=at),
            ev.TurnedDown(intent_id=intent, cause=unfetched, text="no", at=at),
            ev.Undecided(intent_id=intent, at=at),
        ]
    if g.remote_id is None:
        return []
    return [
        ev.PaintingFailed(remote_id=g.remote_id, cause=unfetched, text="no", at=at),
        ev.CancelledThere(remote_id=g.remote_id, at=at),
        ev.Charged(remote_id=g.remote_id, cost_microusd=at.minute % 2),
        ev.DeadlinePassed(remote_id=g.remote_id, at=at),
        ev.LostThere(remote_id=g.remote_id, at=at),
        ev.LinkOnly(generation_id=g.id, cause=Cause.RESULT_TOO_LARGE, text="12 MB"),
        ev.ResultUnreadable(generation_id=g.id, text="0 bytes"),
    ]


@dataclass(slots=True)
class Model:
    """The jobs that a store should hold; its methods are the questions of the port, each as one sentence."""

    jobs: dict[str, Job] = field(default_factory=dict[str, Job])

    def copy(self) -> "Model":
        return Model(dict(self.jobs))

    def add(self, job: Job, *, limits: Limits, slots: int, now: datetime) -> Admission:
        admission = admit(situation_of(self.jobs, job, now), job, limits, slots=slots)
        if isinstance(admission, Admitted):
            self.jobs[job.id] = replace(job, ahead=admission.ahead)
        return admission

    def change(self, write: Write) -> Change | type[RemoteIdTakenError] | None:
        before = self.jobs.get(write.job_id)
        if before is None:
            return None
        after = write.transition(before)
        if after == before:
            return Change(before=before, after=before)
        everywhere = [
            *_remote_ids(after),
            *(name for job in self.jobs.values() if job is not before for name in _remote_ids(job)),
        ]
        if len(everywhere) > len(set(everywhere)):
            return RemoteIdTakenError
        self.jobs[before.id] = replace(after, version=before.version + 1)
        return Change(before=before, after=self.jobs[before.id])

    def forget_tokens(self, now: datetime) -> None:
        self.jobs = {
            job_id: replace(job, token=None) if job.token_expires_at <= now else job
            for job_id, job in self.jobs.items()
        }

    def oldest(self) -> list[Job]:
        return sorted(self.jobs.values(), key=lambda job: (job.created_at, job.id))

    def unanswered(self, before: datetime) -> list[Job]:
        return [job for job in self.oldest() if job.answer is Answer.OWED and job.created_at < before]

    def startable(self, limit: int) -> list[Job]:
        answered = [job for job in self.oldest() if job.answer is Answer.GIVEN and job.under_way]
        return [job for job in answered if _number(job, {S.PLANNED})][:limit]

    def next_in_line(self, line: Line) -> list[Job]:
        waiting = [job for job in self.startable(len(self.jobs)) if is_asked_for(job, line)]
        turn = {job.id: sum(other.owner_id == job.owner_id for other in waiting[:n]) for n, job in enumerate(waiting)}
        chosen = sorted(waiting, key=lambda job: turn[job.id])[: line.limit]
        return [job for job in waiting if job in chosen]

    def at_oxen(self) -> set[AtOxen]:
        held = [(job, _number(job, {S.QUEUED})) for job in self.jobs.values()]
        return {AtOxen(owner_id=job.owner_id, job_id=job.id, images=images) for job, images in held if images}

    def open_jobs(self) -> list[Job]:
        return [job for job in self.oldest() if _number(job, HOLDS_SLOT)]

    def missing_since(self, since: datetime, *, after: str, limit: int) -> list[Job]:
        found = sorted(job.id for job in self.jobs.values() if job.id > after and is_missing(job, since))[:limit]
        return [job for job in self.oldest() if job.id in found]

    def waiting_since(self, before: datetime, limit: int) -> list[Job]:
        return [job for job in self.startable(len(self.jobs)) if job.created_at < before][:limit]

    def holding_words(self, before: datetime, limit: int) -> list[Job]:
        ended = [job for job in self.oldest() if not job.under_way and not job.card_owed and job.emptied_at is None]
        return [job for job in ended if job.created_at < before][:limit]

    def remove_emptied(self, before: datetime) -> int:
        old = [job.id for job in self.jobs.values() if job.emptied_at is not None and job.created_at < before]
        for job_id in old:
            del self.jobs[job_id]
        return len(old)

    def uncharged_since(self, since: datetime) -> list[Job]:
        def is_recent(generation: Generation) -> bool:
            return is_uncharged(generation) and generation.ended_at is not None and generation.ended_at >= since

        return [job for job in self.oldest() if any(map(is_recent, job.generations))]

    def owed(self, limit: int) -> list[Job]:
        return [job for job in self.oldest() if job.card_owed][:limit]

    def renewals_due(self, now: datetime) -> list[Job]:
        return [job for job in self.oldest() if job.renewal_at is not None and job.renewal_at <= now]

    def inbox(self, owner_id: int, limit: int) -> list[Job]:
        waiting = [job for job in self.oldest() if job.owner_id == owner_id and job.place is Place.INBOX]
        return [job for job in reversed(waiting) if job.state is not JobState.CANCELLED][:limit]

    def finished_since(self, owner_id: int, since: datetime, limit: int) -> list[Job]:
        finished = [job for job in self.oldest() if job.state in {JobState.DONE, JobState.PARTLY_DONE}]
        placed = [job for job in finished if job.owner_id == owner_id and job.place is Place.MESSAGE]
        return [job for job in reversed(placed) if job.created_at >= since][:limit]

    def durations_s(self, model: str) -> list[float]:
        """Give them in order of length: which of two that ended together comes first, nobody promised."""
        made = [g for job in self.jobs.values() if job.plan and job.plan.model == model for g in job.generations]
        times = [(g.accepted_at, g.ended_at) for g in made if g.state is S.SUCCEEDED]
        return sorted((ended - began).total_seconds() for began, ended in times if began and ended)

    def owners(self) -> dict[str, str]:
        return {name: job.id for job in self.jobs.values() for name in _remote_ids(job)}


def is_asked_for(job: Job, line: Line) -> bool:
    """Tell whether a waiting job is one of those that a line asks for."""
    model = job.plan.model if job.plan else ""
    return job.checked is line.checked and job.id not in line.without_jobs and model not in line.without_models


def is_missing(job: Job, since: datetime) -> bool:
    """Tell whether a picture of a job may still turn up that was sent since a moment."""
    return any(g.state in MISSING and g.sent_at is not None and g.sent_at >= since for g in job.generations)


def situation_of(jobs: Mapping[str, Job], new: Job, now: datetime) -> Situation:
    """Return what a new job meets among those that there are."""
    under_way = [job for job in jobs.values() if job.under_way]
    line = [count for job in under_way if (count := _number(job, {S.PLANNED}))]
    of_day = [job for job in jobs.values() if now - job.created_at < DAY]
    own_of_day = [job for job in of_day if job.owner_id == new.owner_id]
    return Situation(
        already_there=new.id in jobs,
        under_way=sum(job.owner_id == new.owner_id for job in under_way),
        images_of_day=sum(map(counted_images, own_of_day)),
        microusd_of_day=sum(map(counted_microusd, own_of_day)),
        everybody=Everybody(
            slots_taken=sum(_number(job, HOLDS_SLOT) for job in jobs.values()),
            jobs_in_line=len(line),
            images_in_line=sum(line),
            microusd_of_day=sum(map(counted_microusd, of_day)),
        ),
    )


def possible(model: Model, writes: Sequence[Write], certain: Iterable[int]) -> list[Model]:
    """Give the models after these writes in order, where only the `certain` ones surely came to pass."""
    certain = set(certain)
    models: list[Model] = []
    for happened in product((False, True), repeat=len(writes)):
        if all(happened[n] for n in certain):
            after = model.copy()
            for write in (write for write, did in zip(writes, happened, strict=True) if did):
                after.change(write)
            models.append(after)
    return models


def _number(job: Job, states: Iterable[GenerationState]) -> int:
    return sum(g.state in set(states) for g in job.generations)


def _remote_ids(job: Job) -> list[str]:
    return [g.remote_id for g in job.generations if g.remote_id is not None]
