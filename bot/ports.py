"""The seams: what the service needs of the world, as Protocols; adapters satisfy them by shape, not by inheritance."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.core.admission import Admission, Change, Limits, UsedOfDay
from bot.core.card import Card
from bot.core.events import StreamEvent
from bot.core.job import Job
from bot.core.placement import Placed, ResultFile
from bot.core.remote import MAX_RESULT_BYTES, QueuePost, RemoteRow
from bot.core.schema import Model
from bot.core.turns import AtOxen, Line

Clock = Callable[[], datetime]
"""Gives the present moment as an aware UTC time."""


class ImageApi(Protocol):
    """Oxen's API. Every method raises RemoteError's children; a refused key is a PermanentError with that cause."""

    async def enqueue(self, post: QueuePost) -> Sequence[str]:
        """Send the paid POST and give the remote ids, in Oxen's order.

        Raises TransientError or PermanentError where Oxen surely did not accept it (connect failure, 429, 4xx with an
        error body), OutcomeUnclearError in every other case (timeout, reset, 5xx, unreadable or empty 200).
        """
        ...

    async def get(self, remote_id: str) -> RemoteRow:
        """Give one row; NotFoundError when Oxen does not know it."""
        ...

    async def list_open(self) -> Sequence[RemoteRow]:
        """Give every queued and processing row of our namespace, in one call."""
        ...

    async def history(self, since: datetime) -> Sequence[RemoteRow]:
        """Give every row enqueued at or after `since`, active and finished, from all pages of both lists."""
        ...

    async def cancel(self, remote_id: str) -> None:
        """Ask Oxen to cancel; silent for an unknown or ended one, since only a GET tells the truth afterwards."""
        ...

    async def charge_usd(self, remote_id: str) -> float | None:
        """Read what was charged for a generation; None while its row does not say, NotFoundError without a row."""
        ...

    async def download(self, url: str, *, at_most_bytes: int = MAX_RESULT_BYTES) -> bytes:
        """Fetch a result file whole.

        Raises NotFoundError when the link is dead (401, 403, 404, 410), TransientError when it may work later,
        TooLargeError, as early as possible, when the file has more than `at_most_bytes`, and PermanentError for a link
        that must not be opened.
        """
        ...


class EventStream(Protocol):
    """The one shared stream: connects, reconnects for ever, and says so in line with the events."""

    def events(self) -> AsyncGenerator[StreamEvent]:
        """Yield Connected, events and Dropped in the order in which they happened."""
        ...

    def reopen(self, why: str) -> None:
        """End the connection that is open now, if one is, so that a new one is made."""
        ...


class Catalogue(Protocol):
    """The image models that can be asked for, from a cache that refreshes itself."""

    def models(self) -> Sequence[Model] | None:
        """Give the cached models at once, in Oxen's order; None while nothing was ever loaded."""
        ...

    async def load(self) -> Sequence[Model]:
        """Give the models, asking Oxen if the cache is empty or old; raises TransientError."""
        ...


class ReferenceReader(Protocol):
    """Reads the references that people attached, only from the hosts that are allowed."""

    async def read(self, url: str) -> bytes:
        """Fetch a reference whole.

        Raises NotFoundError when its link is dead, TooLargeError for its size, TransientError, or PermanentError:
        for a foreign host with the cause REFUSED_BY_US.
        """
        ...


class Delivery(Protocol):
    """Discord, as far as a job that was answered needs it. Raises TransientError where a later try may work."""

    async def show(self, job: Job, card: Card, files: Mapping[str, ResultFile]) -> Placed:
        """Edit the job's message so that it shows the card, adding `files` (by generation id) to those it has.

        Idempotent. Takes the interaction's token while the job has one that lives, else the bot's. Raises
        TokenDeadError when the token is refused (call again without it), MessageGoneError when somebody deleted the
        message, MessageUnreachableError when no way is left, FileTooLargeError when a file is over the limit here, and
        CardRefusedError when Discord takes this card by no way.
        """
        ...

    async def find_answer(self, job: Job) -> int | None:
        """Find out whether Discord took the first answer, and return its message's id; None when it surely did not.

        Raises AnsweredElsewhereError when it shows another process' card, and AnswerHiddenError where nobody may look.
        """
        ...

    async def remove(self, job: Job) -> None:
        """Delete the job's message; silent when it is gone already."""
        ...


class Shrinker(Protocol):
    """Makes a picture fit a size limit, and Discord's eyes."""

    async def shrink(self, file: ResultFile, limit_bytes: int) -> ResultFile:
        """Give the file as it is when it fits and shows, else a form that does; as it is, where there is none.

        Never raises and never blocks the loop.
        """
        ...


class JobStore(Protocol):
    """Jobs with their generations, durable when a method returns.

    Every writer goes through `add` or `change`, except `forget_tokens` and `remove_emptied`, which take away what is of
    no use any more.
    """

    async def add(self, job: Job, *, limits: Limits, slots: int) -> Admission:
        """Commit a new job before any other waiting write, its member's limits checked in that same transaction.

        `slots` is MAX_RUNNING_GENERATIONS; `ahead` is 0 when fewer than that are taken and nobody else waits.
        """
        ...

    async def get(self, job_id: str) -> Job | None: ...

    async def change(self, job_id: str, transition: Callable[[Job], Job]) -> Change | None:
        """Load, apply the pure transition and write it, guarded by `version`; None when there is no such job.

        May call `transition` more than once (another process changed the job in between). Raises
        RemoteIdTakenError when a remote id belongs to another generation already; what the transition raises
        passes through and writes nothing.
        """
        ...

    async def find_by_remote_id(self, remote_id: str) -> str | None:
        """Give the id of the job that owns a remote generation."""
        ...

    async def taken_remote_ids(self, remote_ids: Sequence[str]) -> frozenset[str]:
        """Give those of the remote ids that some generation owns already."""
        ...

    async def unanswered(self, before: datetime) -> Sequence[Job]:
        """Give the jobs received before a moment of which nobody knows whether they were answered."""
        ...

    async def startable(self, limit: int) -> Sequence[Job]:
        """Give answered jobs that have planned generations, oldest first."""
        ...

    async def next_in_line(self, line: Line) -> Sequence[Job]:
        """Give the waiting jobs that a line asks for, each member's first one before anybody's second one."""
        ...

    async def at_oxen(self) -> Sequence[AtOxen]:
        """Give the jobs with queued generations, and how many each has."""
        ...

    async def open_jobs(self) -> Sequence[Job]:
        """Give the jobs with a submitting or queued generation, oldest first."""
        ...

    async def missing_since(self, since: datetime, *, after: str, limit: int) -> Sequence[Job]:
        """Give jobs with unknown or timed-out generations that were sent since a moment: the next ids after one."""
        ...

    async def waiting_since(self, before: datetime, limit: int) -> Sequence[Job]:
        """Give answered jobs that were created before a moment and have planned generations, oldest first."""
        ...

    async def uncharged_since(self, since: datetime) -> Sequence[Job]:
        """Return the jobs with generations that failed or were cancelled after their acceptance since a moment.

        Only those of which it is not known yet what they cost.
        """
        ...

    async def owed(self, limit: int) -> Sequence[Job]:
        """Give the answered jobs whose card in their message is older than their `revision`, oldest first."""
        ...

    async def holding_words(self, before: datetime, limit: int) -> Sequence[Job]:
        """Return jobs made before a moment that ended, owe no card and still hold what was typed, oldest first."""
        ...

    async def remove_emptied(self, before: datetime) -> int:
        """Remove some rows of jobs made before a moment that hold no words any more, and tell how many."""
        ...

    async def forget_tokens(self, now: datetime) -> None:
        """Remove the interaction tokens that have ended, also those that cannot be read any more."""
        ...

    async def renewals_due(self, now: datetime) -> Sequence[Job]:
        """Give the jobs whose `renewal_at` has come."""
        ...

    async def inbox(self, owner_id: int, limit: int) -> Sequence[Job]:
        """Give a person's jobs that could not be placed, newest first, apart from those that were cancelled whole."""
        ...

    async def finished_since(self, owner_id: int, since: datetime, limit: int) -> Sequence[Job]:
        """Return a person's jobs with pictures on their messages, created since a moment, newest first."""
        ...

    async def used_of_day(self, owner_id: int) -> UsedOfDay:
        """Return what a person's limits of 24 h have counted so far."""
        ...

    async def durations_s(self, model: str, limit: int) -> Sequence[float]:
        """Give the seconds from acceptance to success of the model's last generations, newest first."""
        ...

    async def close(self) -> None: ...
