"""Finds out what became of first answers, of which only Discord can tell; absence of evidence is no evidence."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.backoff import Backoff
from bot.core.job import Job
from bot.core.job_events import Answered, AnswerMissed, AnswerUnseen, JobEvent
from bot.errors import AnsweredElsewhereError, AnswerHiddenError, TransientError
from bot.ports import Clock, Delivery
from bot.service.ledger import Ledger

log = logging.getLogger(__name__)

TRY_S = 30.0
"""How long Discord may take to say what it knows of one answer."""
AT_ONCE = 4
UNDECIDED_AT_MOST = timedelta(hours=24)
"""After that an answer of which nothing can be found out counts as missed; nothing was paid for it."""
BACKOFF = Backoff(first_s=5.0, cap_s=600.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """When to ask for an answer again that could not be found out."""

    at: datetime
    backoff: Backoff


class Answers:
    """Decides whether jobs were answered, and records it."""

    def __init__(self, *, ledger: Ledger, delivery: Delivery, clock: Clock) -> None:
        self._ledger = ledger
        self._delivery = delivery
        self._clock = clock
        self._looks: dict[str, _Look] = {}
        self._room = asyncio.Semaphore(AT_ONCE)

    async def decide_all(self, jobs: Sequence[Job]) -> None:
        """Decide about every job whose turn it is; what cannot be found out now is asked for again ever later."""
        self._looks = {job.id: self._looks[job.id] for job in jobs if job.id in self._looks}
        now = self._clock()
        due = [job for job in jobs if job.id not in self._looks or self._looks[job.id].at <= now]
        results = await asyncio.gather(*map(self._decide, due), return_exceptions=True)
        for error in results:
            if error is not None:
                raise error

    async def decide_taken(self, job: Job) -> None:
        """Decide at once about a job whose interaction was answered before: by our own lost try, or by others."""
        event = await self._event(job, exists=True)
        if event is not None:
            await self._ledger.apply(job.id, event)

    async def seen(self, job: Job, message_id: int) -> Job:
        """Record that a person has pressed a button on the card of a job, so that it was answered."""
        change = await self._ledger.apply(job.id, Answered(message_id=message_id, revision=job.shown_revision))
        return change.after if change else job

    async def _decide(self, job: Job) -> None:
        async with self._room:
            event = await self._event(job)
        if event is not None:
            await self._ledger.apply(job.id, event)
            self._looks.pop(job.id, None)
            return
        known = self._looks.get(job.id)
        backoff = known.backoff.failed() if known else BACKOFF
        self._looks[job.id] = _Look(at=self._clock() + timedelta(seconds=backoff.pause_s), backoff=backoff)

    async def _event(self, job: Job, *, exists: bool = False) -> JobEvent | None:
        """Return what became of an answer; None while that cannot be found out.

        `exists` says that Discord has just refused a second one: that it knows of none contradicts that.
        """
        try:
            async with asyncio.timeout(TRY_S):
                message_id = await self._delivery.find_answer(job)
        except AnsweredElsewhereError:
            return _left_to_another(job)
        except AnswerHiddenError as error:
            # The card of a private one may stand there, and nothing can be said on it any more.
            undecided = self._undecided(job, error)
            return AnswerUnseen() if job.ask.private and undecided is None else undecided
        except (TransientError, TimeoutError) as error:
            return self._undecided(job, error)
        if message_id is not None:
            return Answered(message_id=message_id, revision=job.shown_revision)
        return None if exists else AnswerMissed()

    def _undecided(self, job: Job, error: Exception) -> AnswerMissed | None:
        log.warning("answer not found out yet: %s", error or type(error).__name__, extra={"job_id": job.id})
        return AnswerMissed() if self._clock() - job.created_at > UNDECIDED_AT_MOST else None


def _left_to_another(job: Job) -> AnswerMissed:
    log.error(
        "another process answers with the same token in DISCORD_TOKEN: stop one of the two. It has this job, and here"
        " it ends unpaid",
        extra={"job_id": job.id},
    )
    return AnswerMissed()
