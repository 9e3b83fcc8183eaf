"""What came of a job, in sentences: what happened, what it cost, what to do next; knows no card and no Discord."""

from bot.core import words
from bot.core.job import NO_PERSON, Generation, GenerationState, Job, JobState
from bot.core.price import told_charge_microusd
from bot.errors import Cause

_FAILS_AGAIN = frozenset(
    {
        Cause.EMPTY_PROMPT,
        Cause.MODEL_NOT_FOUND,
        Cause.SAFETY,
        Cause.REFERENCE_NOT_FETCHED,
        Cause.BAD_PARAMETER,
        Cause.NOT_ALLOWED,
        Cause.RESULT_UNREADABLE,
        Cause.RESULT_TOO_LARGE,
        Cause.RESULT_NOT_SHOWN,
        Cause.REFUSED_BY_US,
    }
)
"""The same request would meet the same end."""


def outcome_of(job: Job) -> str:
    """Say in one line what came of a job, for lists."""
    if job.under_way:
        return words.STILL_UNDER_WAY
    if job.state is JobState.DONE:
        return words.made(len(job.succeeded), len(job.current))
    return " ".join(endings(job))


def endings(job: Job) -> tuple[str, ...]:
    """Say how an ended job ended, each thing once; nothing where all pictures came."""
    if job.state is JobState.DONE:
        return ()
    if job.state is JobState.CANCELLED:
        return (_cancelled(job),)
    sentences = dict.fromkeys(_ending(job, g) for g in job.current if g.state is not GenerationState.SUCCEEDED)
    done = len(job.succeeded)
    return (words.made(done, len(job.current)), *sentences) if done else tuple(sentences)


def worth_repeating(job: Job) -> bool:
    """Return whether the same request can end better; what a moderator took away is not offered again."""
    if job.cancelled_by not in {None, job.owner_id}:
        return False
    return bool(job.succeeded) or any(g.cause not in _FAILS_AGAIN for g in job.current)


def _ending(job: Job, generation: Generation) -> str:
    match generation.state:
        case GenerationState.UNKNOWN:
            return words.UNCLEAR_OUTCOME
        case GenerationState.TIMED_OUT:
            return words.TIMED_OUT
        case GenerationState.CANCELLED:
            return words.REST_CANCELLED if job.succeeded else _cancelled(job)
        case _:
            if generation.cause is Cause.REFUSED_BY_US and job.refusal:
                return job.refusal
            return words.failure(generation.cause or Cause.OTHER, told_charge_microusd(job))


def _cancelled(job: Job) -> str:
    match job.cancelled_by:
        case None:
            how = words.CANCELLED_BY_OXEN
        case job.owner_id:
            how = words.CANCELLED
        case by if by == NO_PERSON:
            how = words.CANCELLED_AS_DELETED
        case _:
            how = words.CANCELLED_BY_MODERATOR
    return f"{how} {words.charged(told_charge_microusd(job)) or words.MAY_BE_CHARGED}"
