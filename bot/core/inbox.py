"""What waits for its owner because it could not be placed, as lines to show; knows no Discord class."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core import words
from bot.core.job import Job
from bot.core.markdown import escaped, one_line, shortened
from bot.core.outcome import outcome_of

JOBS_SHOWN = 5
"""Each has a button, and a row of buttons has at most five."""
PROMPT_LIMIT = 80
OUTCOME_LIMIT = 300
"""Five of both and the words around them stay far below the 4,000 characters of a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One job that waits; `text` is Discord Markdown, all typed text in it escaped."""

    job_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """The newest jobs that wait for one person; `goes_on` says that there are older ones."""

    entries: tuple[Entry, ...]
    goes_on: bool


def inbox_of(jobs: Sequence[Job], *, shown_where_restricted: bool | None = None) -> Inbox:
    """List a person's jobs, given newest first, for a place where only adults look, or not; None is unknown."""
    entries = (_entry(job, shown_where_restricted=shown_where_restricted) for job in jobs[:JOBS_SHOWN])
    return Inbox(entries=tuple(entries), goes_on=len(jobs) > JOBS_SHOWN)


def _entry(job: Job, *, shown_where_restricted: bool | None) -> Entry:
    prompt = escaped(shortened(one_line(job.ask.prompt), PROMPT_LIMIT)) or words.WITHOUT_WORDS
    asked = f"Requested <t:{int(job.created_at.timestamp())}:R>."
    said = (shortened(outcome_of(job), OUTCOME_LIMIT), asked, _why(job, shown_where_restricted=shown_where_restricted))
    return Entry(job_id=job.id, text=f"> {prompt}\n{' '.join(filter(None, said))}")


def _why(job: Job, *, shown_where_restricted: bool | None) -> str | None:
    """Say why a job is here, or will be shown to its owner alone; what could not be placed speaks for itself."""
    if job.message_removed:
        return words.MESSAGE_REMOVED
    if job.message_id is None:
        return words.OUT_OF_REACH
    if job.ask.private:
        return words.PRIVATE
    return words.AGE_RESTRICTED if job.is_for_owner_alone(shown_where_restricted=shown_where_restricted) else None
