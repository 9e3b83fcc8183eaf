"""Decides POSTs whose answer nobody saw, by Oxen's own lists: adopt, send once more, or say that it is unknown."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from bot.core.adoption import Found, Lost, Nothing, Possible, look_for
from bot.core.backoff import Backoff
from bot.core.job import Generation, GenerationState, Job
from bot.core.job_events import Accepted, Undecided
from bot.core.posts import queue_post
from bot.core.remote import RemoteRow
from bot.errors import RemoteError, RemoteIdTakenError, TransientError
from bot.ports import Clock, ImageApi, JobStore
from bot.service.ledger import Ledger
from bot.service.posting import Posting
from bot.service.settlement import Settlement
from bot.service.side_by_side import within

log = logging.getLogger(__name__)

SENDS_AT_MOST = 2
LOOKED_FOR_AT = (timedelta(seconds=10), timedelta(seconds=60))
"""After the first look, at once: Oxen shows what it took within seconds. The last look is at the end of the grace."""
LATER_EVERY = timedelta(seconds=60)
"""After the grace only what could not be decided or sent then is still looked for."""
SEARCH_S = 25.0
BACKOFF = Backoff(first_s=5.0, cap_s=60.0)
"""Between searches that fail."""

Verdict = Found | Possible | Nothing

SendAgain = Callable[[Job, Sequence[Generation], str], Awaitable[object]]
"""Sends the POST of an intent once more, now or not at all; raises TransientError where Oxen did not take it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """The generations that went out in one POST, and when that was meant and last sent."""

    job: Job
    id: str
    generations: tuple[Generation, ...]
    intended_at: datetime
    sent_at: datetime


def intents(jobs: Iterable[Job], state: GenerationState) -> list[Intent]:
    """Give the POSTs of jobs whose generations are in a state and have no remote id."""
    return [intent for job in jobs for intent in _of_job(job, state)]


def _of_job(job: Job, state: GenerationState) -> Iterable[Intent]:
    lost = [g for g in job.generations if g.state is state and g.remote_id is None and g.intent_id is not None]
    for intent_id, members in groupby(sorted(lost, key=lambda g: g.intent_id or ""), key=lambda g: g.intent_id or ""):
        generations = tuple(members)
        first = generations[0]
        if first.intended_at and first.sent_at:
            yield Intent(
                job=job,
                id=intent_id,
                generations=generations,
                intended_at=first.intended_at,
                sent_at=first.sent_at,
            )


def _lost(intent: Intent) -> Lost:
    references = [reference.url for reference in intent.job.ask.references]
    return Lost(
        post=queue_post(intent.job, intent.generations, references),
        intended_at=intent.intended_at,
        drawn=intent.job.ask.seed is None,
    )


class UnclearPosts:
    """Searches Oxen's lists for what may have been accepted."""

    def __init__(
        self,
        *,
        store: JobStore,
        ledger: Ledger,
        api: ImageApi,
        posting: Posting,
        send_again: SendAgain,
        settlement: Settlement,
        clock: Clock,
        grace: timedelta,
        deadline: timedelta,
        hold_above_usd: float,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._api = api
        self._posting = posting
        self._resend = send_again
        self._settlement = settlement
        self._clock = clock
        self._grace = grace
        self._deadline = deadline
        self._hold_above_usd = hold_above_usd
        self._looked: dict[str, timedelta] = {}
        """How old each intent was when it was last looked for."""
        self._patience = BACKOFF
        self._not_before: datetime | None = None

    async def decide(self, jobs: Sequence[Job]) -> None:
        """Decide the submitting generations of these jobs as far as Oxen's lists allow now.

        Raises RemoteError when the lists cannot be had: then nothing is sent, and what has waited for longer than a
        painting may last is given up as unknown. It is still looked for during a day.
        """
        submitting = intents(jobs, GenerationState.SUBMITTING)
        ids = {intent.id for intent in submitting}
        self._posting.forget_all_but(ids)
        self._looked = {intent_id: age for intent_id, age in self._looked.items() if intent_id in ids}
        waiting = [intent for intent in submitting if not self._posting.in_flight(intent.id)]
        due = [intent for intent in waiting if self._is_due(intent)]
        if not due or not self._may_search():
            return
        ages = {intent.id: self._age(intent) for intent in due}
        try:
            verdicts = await self._search(due, among=submitting)
        except RemoteError:
            self._not_before = self._clock() + timedelta(seconds=self._patience.pause_s)
            self._patience = self._patience.failed()
            await self._give_up(due)
            raise
        self._patience, self._not_before = BACKOFF, None
        self._looked |= ages
        for intent, verdict in verdicts:
            await self._follow(intent, verdict)

    async def _follow(self, intent: Intent, verdict: Verdict) -> None:
        match verdict:
            case Found():
                await self._adopt(intent, verdict.rows)
            case Possible() | Nothing() if self._age(intent) <= self._grace:
                return
            case Nothing() if self._may_send_again(intent):
                await self._send_again(intent)
            case _:
                await self._undecided(intent)

    async def _undecided(self, intent: Intent) -> None:
        await self._ledger.apply(intent.job.id, Undecided(intent_id=intent.id, at=self._clock()))

    async def _give_up(self, due: Sequence[Intent]) -> None:
        for intent in due:
            if self._age(intent) > self._deadline + self._grace:
                await self._undecided(intent)

    def _is_due(self, intent: Intent) -> bool:
        """Tell whether an intent is to be looked for now: a few times within the grace, and now and then after it."""
        age, last = self._age(intent), self._looked.get(intent.id)
        if last is None or age < last:
            return True
        marks = (*LOOKED_FOR_AT, self._grace)
        return any(last <= mark < age for mark in marks) or (last > self._grace and age - last >= LATER_EVERY)

    def _may_search(self) -> bool:
        now = self._clock()
        pause = timedelta(seconds=self._patience.cap_s)
        # What lies further ahead was written before the clock was set back.
        return self._not_before is None or now >= self._not_before or self._not_before - now > pause

    def _age(self, intent: Intent) -> timedelta:
        """Tell how long ago a POST was sent; a clock that was set meanwhile matters only for an earlier process's."""
        sent_s_ago = self._posting.sent_s_ago(intent.id)
        return self._clock() - intent.sent_at if sent_s_ago is None else timedelta(seconds=sent_s_ago)

    async def _send_again(self, intent: Intent) -> None:
        try:
            await self._resend(intent.job, intent.generations, intent.id)
        except TransientError as error:
            # The next look decides again; the other intents do not wait for this one.
            log.warning("not sent again yet: %s", error, extra={"job_id": intent.job.id})

    async def look_again(self, jobs: Sequence[Job]) -> None:
        """Adopt the pictures of unknown generations that turned up after all; raises RemoteError."""
        wanted = intents(jobs, GenerationState.UNKNOWN)
        for intent, verdict in await self._search(wanted, among=wanted):
            if isinstance(verdict, Found):
                await self._adopt(intent, verdict.rows)

    async def _search(self, wanted: Sequence[Intent], *, among: Sequence[Intent]) -> list[tuple[Intent, Verdict]]:
        """Look for the rows of these intents, which may resemble those of others `among` them."""
        if not wanted:
            return []
        lost = {intent.id: _lost(intent) for intent in (*wanted, *among)}
        since = min(lost[intent.id].earliest for intent in wanted)
        rows = await within(SEARCH_S, self._api.history(since))
        taken = await self._store.taken_remote_ids([row.remote_id for row in rows])
        verdicts: list[tuple[Intent, Verdict]] = []
        for intent in wanted:
            others = [lost[other.id].post for other in among if other.id != intent.id]
            verdict = look_for(lost[intent.id], rows, taken=taken, others=others)
            if isinstance(verdict, Found):
                taken |= {row.remote_id for row in verdict.rows}
            verdicts.append((intent, verdict))
        return verdicts

    async def _adopt(self, intent: Intent, rows: Sequence[RemoteRow]) -> None:
        pairs = {g.id: row.remote_id for g, row in zip(intent.generations, rows, strict=False)}
        try:
            change = await self._ledger.apply(intent.job.id, Accepted(remote_ids=pairs, at=self._clock()))
        except RemoteIdTakenError:
            return
        log.info("adopted %d of a POST without an answer", len(pairs), extra={"job_id": intent.job.id})
        for row in rows:
            await self._settlement.read(intent.job.id, row)
            await self._settlement.settle_early(intent.job.id, row.remote_id)
        if change is not None and change.after.cancelled_by is not None:
            await self._settlement.cancel_all(change.after)

    def _may_send_again(self, intent: Intent) -> bool:
        """A lost POST is paid again only where a mistake would be cheap; an unknown price is not."""
        price_usd = intent.job.plan.price_usd if intent.job.plan else None
        cheap = price_usd is not None and price_usd <= self._hold_above_usd
        first_time = all(g.sends < SENDS_AT_MOST for g in intent.generations)
        return cheap and first_time and intent.job.cancelled_by is None
