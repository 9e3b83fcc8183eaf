"""`advance`, the one way in which a job changes; docs/architecture.md shows it as a table, and a test walks it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.core import job_events as ev
from bot.core.job import UNDER_WAY, WITHOUT_PICTURE, Answer, Attachment, Generation, GenerationState, Job, Place
from bot.core.keeping import emptied
from bot.core.money import microusd_of
from bot.core.price import price_of, told_charge_microusd
from bot.core.request import Plan
from bot.errors import Cause

LAST_ATTEMPT = 2
"""A second try exists only to send references inline (docs/architecture.md, "Seeds are ours")."""

_S = GenerationState


def advance(job: Job, event: ev.JobEvent) -> Job:
    """Give the job after an event; the same object when the event is late, doubled or not its business.

    Bumps `revision` when people would see a difference. Callers write the result, guarded by `version`.
    """
    after = _step(job, event)
    if after == job:
        return job
    if _visible(after) != _visible(job) and not _stays_as_it_is(after, event):
        return replace(after, revision=after.revision + 1)
    return after


def _stays_as_it_is(job: Job, event: ev.JobEvent) -> bool:
    """Return whether the message is left alone: an edit could only take pictures away, or would not reach it.

    Where nothing reaches a private answer any more, a figure alone is no reason to send it to the inbox.
    """
    out_of_reach = job.ask.private and job.token is None
    return job.emptied_at is not None or (isinstance(event, ev.Charged) and out_of_reach)


def _visible(job: Job) -> tuple[object, ...]:
    """Name all that the card shows of a job, apart from passing time."""
    pictures = tuple((g.state if g.ended_at else None, g.cause) for g in job.current)
    begun = not job.held_up if job.starts_at_once else job.begun
    charges = [g.cost_microusd for g in job.generations if g.cost_microusd is not None] if price_of(job) else []
    return (begun, pictures, job.refusal, job.cancelled_by is None, charges, told_charge_microusd(job))


_ONLY_ANSWERED = ev.Planned | ev.Refused | ev.Intended | ev.Shown | ev.Moved | ev.TokenRenewed
"""What happens to answered jobs alone: nothing is paid for somebody who was shown "did not respond"."""

_AFTER_ITS_WORDS = ev.Charged | ev.Replaced | ev.TokenDied
"""What still happens to a job without words and links: its money is counted, and its message may be deleted."""


def _step(job: Job, event: ev.JobEvent) -> Job:  # noqa: C901, PLR0911, PLR0912 - one line an event: this is the table
    if job.answer is not Answer.GIVEN and isinstance(event, _ONLY_ANSWERED):
        return job
    if job.emptied_at is not None and not isinstance(event, _AFTER_ITS_WORDS):
        return job
    match event:
        case ev.Answered():
            return _answered(job, event)
        case ev.AnswerMissed():
            return replace(job, answer=Answer.MISSED, token=None) if job.answer is Answer.OWED else job
        case ev.AnswerUnseen():
            return replace(job, answer=Answer.GIVEN, place=Place.INBOX) if job.answer is Answer.OWED else job
        case ev.Planned():
            return _planned(job, event.plan)
        case ev.Refused():
            return _refused(job, event)
        case ev.Intended():
            return _intended(job, event)
        case ev.Resent():
            return _resent(job, event)
        case ev.Accepted():
            return _accepted(job, event)
        case ev.NotAccepted():
            return _of_intent(job, event.intent_id, lambda g: _back_to_planned(job, g, event.at))
        case ev.TurnedDown():
            failing = _ending(_S.FAILED, event.at, event.cause, event.text)
            return _with_inline_tries(job, _of_intent(job, event.intent_id, failing))
        case ev.Undecided():
            return _of_intent(job, event.intent_id, _ending(_S.UNKNOWN, event.at))
        case ev.PictureReady():
            return _remote(job, event.remote_id, _PICTURE_FROM, _succeeding(event))
        case ev.PaintingFailed():
            failing = _ending(_S.FAILED, event.at, event.cause, event.text)
            return _with_inline_tries(job, _remote(job, event.remote_id, _FAILURE_FROM, failing))
        case ev.CancelledThere():
            return _remote(job, event.remote_id, frozenset({_S.QUEUED}), _ending(_S.CANCELLED, event.at))
        case ev.Charged():
            return _remote(
                job, event.remote_id, WITHOUT_PICTURE, lambda g: replace(g, cost_microusd=event.cost_microusd)
            )
        case ev.DeadlinePassed():
            return _remote(job, event.remote_id, frozenset({_S.QUEUED}), _ending(_S.TIMED_OUT, event.at))
        case ev.Emptied():
            return emptied(job, event.at)
        case ev.LostThere():
            return _remote(job, event.remote_id, frozenset({_S.QUEUED}), _ending(_S.UNKNOWN, event.at))
        case ev.LinkOnly():
            return _each(job, lambda g: _link_only(g, event) if g.id == event.generation_id else g)
        case ev.ResultUnreadable():
            return _each(job, lambda g: _unreadable(g, event) if g.id == event.generation_id else g)
        case ev.CancelAsked():
            return _cancel_asked(job, event)
        case ev.Shown():
            return _shown(job, event)
        case ev.Replaced():
            return _replaced(job, event)
        case ev.Moved():
            return _moved(job, event) if job.placeable else job
        case ev.TokenDied():
            return replace(job, token=None) if job.token == event.token else job
        case ev.RenewalOffered():
            return _renewal_offered(job)
        case ev.TokenRenewed():
            return _renewed(job, event)


_PICTURE_FROM = frozenset({_S.QUEUED, _S.UNKNOWN, _S.TIMED_OUT, _S.CANCELLED})
_FAILURE_FROM = frozenset({_S.QUEUED, _S.UNKNOWN, _S.TIMED_OUT})

Step = Callable[[Generation], Generation]


def _each(job: Job, change: Step) -> Job:
    return replace(job, generations=tuple(change(g) for g in job.generations))


def _of_intent(job: Job, intent_id: str, change: Step) -> Job:
    def concerned(generation: Generation) -> bool:
        return generation.intent_id == intent_id and generation.state is _S.SUBMITTING

    return _each(job, lambda g: change(g) if concerned(g) else g)


def _remote(job: Job, remote_id: str, allowed: frozenset[GenerationState], change: Step) -> Job:
    return _each(job, lambda g: change(g) if g.remote_id == remote_id and g.state in allowed else g)


def _ending(state: GenerationState, at: datetime, cause: Cause | None = None, error: str | None = None) -> Step:
    return lambda g: replace(g, state=state, ended_at=at, cause=cause, error=error)


def _succeeding(event: ev.PictureReady) -> Step:
    # What its row said of its cost as a failure is not true of the picture.
    return lambda g: replace(
        g, state=_S.SUCCEEDED, ended_at=event.at, url=event.url, cause=None, error=None, cost_microusd=None
    )


def _answered(job: Job, event: ev.Answered) -> Job:
    if job.answer is Answer.GIVEN:
        return job
    return replace(job, answer=Answer.GIVEN, message_id=event.message_id, shown_revision=event.revision)


def _planned(job: Job, plan: Plan) -> Job:
    if job.checked or not job.under_way:
        return job
    return replace(with_plan(job, plan), checked=True)


def with_plan(job: Job, plan: Plan) -> Job:
    """Return the job with its plan, each picture with the seed and the price that the plan has for it.

    What was reserved stays so where the price is not known any more.
    """
    seeds = dict(enumerate(plan.seeds))
    price = None if plan.price_usd is None else microusd_of(plan.price_usd)

    def planned(generation: Generation) -> Generation:
        known = generation.price_microusd if price is None else price
        return replace(generation, seed=seeds.get(generation.position), price_microusd=known)

    return replace(_each(job, planned), plan=plan)


def _refused(job: Job, event: ev.Refused) -> Job:
    def refuse(generation: Generation) -> Generation:
        if generation.state is not _S.PLANNED:
            return generation
        return replace(generation, state=_S.FAILED, ended_at=event.at, cause=Cause.REFUSED_BY_US)

    after = _each(job, refuse)
    return job if after == job else replace(after, refusal=event.text)


def _intended(job: Job, event: ev.Intended) -> Job:
    chosen = [g for g in job.generations if g.id in event.generation_ids]
    if not job.checked or not chosen or any(g.state is not _S.PLANNED for g in chosen):
        return job
    return _each(
        job,
        lambda g: (
            g
            if g not in chosen
            else replace(
                g,
                state=_S.SUBMITTING,
                intent_id=event.intent_id,
                intended_at=event.at,
                sent_at=event.at,
                sends=g.sends + 1,
            )
        ),
    )


def _resent(job: Job, event: ev.Resent) -> Job:
    def resend(generation: Generation) -> Generation:
        if generation.sends != event.sends:
            return generation
        return replace(generation, sent_at=event.at, sends=generation.sends + 1)

    return job if job.cancelled_by is not None else _of_intent(job, event.intent_id, resend)


def _accepted(job: Job, event: ev.Accepted) -> Job:
    def accept(generation: Generation) -> Generation:
        remote_id = event.remote_ids.get(generation.id)
        if remote_id is None or generation.remote_id or generation.state not in {_S.SUBMITTING, _S.UNKNOWN}:
            return generation
        return replace(generation, state=_S.QUEUED, remote_id=remote_id, accepted_at=event.at, ended_at=None)

    return _each(job, accept)


def _back_to_planned(job: Job, generation: Generation, at: datetime) -> Generation:
    if job.cancelled_by is not None:
        return replace(generation, state=_S.CANCELLED, ended_at=at)
    return replace(generation, state=_S.PLANNED, intent_id=None, intended_at=None, sent_at=None)


def _with_inline_tries(before: Job, after: Job) -> Job:
    """Add a second try for each picture whose references Oxen could not fetch, this time with the bytes in the body.

    Only for what fails while it is under way: who was told that a job has ended pays for nothing more.
    """
    if after.cancelled_by is not None or not after.ask.references:
        return after
    tries = tuple(
        _inline_try(after, now)
        for was, now in zip(before.generations, after.generations, strict=True)
        if was.state in UNDER_WAY and _deserves_inline_try(now)
    )
    return replace(after, generations=after.generations + tries) if tries else after


def _deserves_inline_try(generation: Generation) -> bool:
    failed_to_fetch = generation.state is _S.FAILED and generation.cause is Cause.REFERENCE_NOT_FETCHED
    return failed_to_fetch and generation.attempt < LAST_ATTEMPT


def _inline_try(job: Job, failed: Generation) -> Generation:
    attempt = failed.attempt + 1
    return Generation(
        id=f"{job.id}-{failed.position + 1}-{attempt}",
        position=failed.position,
        attempt=attempt,
        inline=True,
        seed=failed.seed,
        price_microusd=failed.price_microusd,
    )


def _link_only(generation: Generation, event: ev.LinkOnly) -> Generation:
    if generation.state is not _S.SUCCEEDED or generation.attachment:
        return generation
    return replace(generation, cause=event.cause, error=event.text)


def _unreadable(generation: Generation, event: ev.ResultUnreadable) -> Generation:
    if generation.state is not _S.SUCCEEDED or generation.attachment:
        return generation
    return replace(generation, state=_S.FAILED, cause=event.cause, error=event.text)


def _cancel_asked(job: Job, event: ev.CancelAsked) -> Job:
    if not job.under_way or job.cancelled_by is not None:
        return job

    def cancel(generation: Generation) -> Generation:
        if generation.state is not _S.PLANNED:
            return generation
        return replace(generation, state=_S.CANCELLED, ended_at=event.at)

    return replace(_each(job, cancel), cancelled_by=event.by)


def _shown(job: Job, event: ev.Shown) -> Job:
    def place(generation: Generation) -> Generation:
        attachment: Attachment | None = event.attachments.get(generation.id)
        return replace(generation, attachment=attachment) if attachment else generation

    return replace(_each(job, place), shown_revision=max(job.shown_revision, event.revision))


def _replaced(job: Job, event: ev.Replaced) -> Job:
    renewed = job.token is not None and job.token != event.token
    if job.place is not Place.MESSAGE or (event.place is Place.INBOX and renewed):
        return job
    return replace(job, place=event.place, message_removed=job.message_removed or event.removed)


def _renewal_offered(job: Job) -> Job:
    return job if job.renewal_at is None else replace(job, renewal_offered=True, revision=job.revision + 1)


def _renewed(job: Job, event: ev.TokenRenewed) -> Job:
    """Edit with a fresh token from here on; what waited in the inbox goes to its message again."""
    if job.place is Place.GONE or job.message_id not in {None, event.message_id}:
        return job
    return replace(
        job,
        message_id=event.message_id,
        place=Place.MESSAGE,
        token=event.token,
        token_expires_at=event.token_expires_at,
        size_limit_bytes=event.size_limit_bytes,
        renewal_offered=False,
        revision=job.revision + 1 if job.renewal_offered else job.revision,
    )


def _moved(job: Job, event: ev.Moved) -> Job:
    """Put a job on its new message, which lacks all pictures: a card is owed as soon as there is one.

    Another place may take what was too large for the last one.
    """

    def taken_along(generation: Generation) -> Generation:
        cause = None if generation.state is _S.SUCCEEDED else generation.cause
        return replace(generation, attachment=None, cause=cause)

    return replace(
        _each(job, taken_along),
        place=Place.MESSAGE,
        ask=replace(job.ask, private=job.ask.private or event.private),
        message_id=event.message_id,
        channel_id=event.channel_id,
        guild_id=event.guild_id,
        token=event.token,
        token_expires_at=event.token_expires_at,
        size_limit_bytes=event.size_limit_bytes,
        renewal_offered=False,
        revision=job.revision + 1 if job.succeeded else job.revision,
        shown_revision=max(job.shown_revision, event.revision),
    )
