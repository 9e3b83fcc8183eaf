"""What waits for its owner because it could not be placed, as lines to show; knows no Discord class."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core import words
from bot.core.card import outcome_of
from bot.core.job import Job
from bot.core.markdown import escaped, one_line, shortened

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


def inbox_of(jobs: Sequence[Job]) -> Inbox:
    """List a person's jobs, given newest first."""
    return Inbox(entries=tuple(map(_entry, jobs[:JOBS_SHOWN])), goes_on=len(jobs) > JOBS_SHOWN)


def _entry(job: Job) -> Entry:
    prompt = escaped(shortened(one_line(job.ask.prompt), PROMPT_LIMIT)) or "A picture without words"
    asked = f"<t:{int(job.created_at.timestamp())}:R>"
    where = f" {words.OUT_OF_REACH}" if job.message_id is None else ""
    return Entry(job_id=job.id, text=f"> {prompt}\n{shortened(outcome_of(job), OUTCOME_LIMIT)} Asked {asked}.{where}")
