"""Decides POSTs whose answer nobody saw, by Oxen's own lists: adopt, send once more, or say that it is unknown."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from bot.core.adoption import Found, Nothing, Possible, clock_slack, look_for
from bot.core.job import Generation, GenerationState, Job
from bot.core.job_events import Accepted, Undecided
from bot.core.posts import queue_post
from bot.core.remote import QueuePost, RemoteRow
from bot.errors import RemoteIdTakenError, TransientError
from bot.ports import Clock, ImageApi, JobStore
from bot.service.ledger import Ledger
from bot.service.posting import Posting
from bot.service.settlement import Settlement

log = logging.getLogger(__name__)

SENDS_AT_MOST = 2


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


def _post_of(intent: Intent) -> QueuePost:
    return queue_post(intent.job, intent.generations, [reference.url for reference in intent.job.ask.references])


class UnclearPosts:
    """Searches Oxen's lists for what may have been accepted."""

    def __init__(
        self,
        *,
        store: JobStore,
        ledger: Ledger,
        api: ImageApi,
        posting: Posting,
        settlement: Settlement,
        clock: Clock,
        grace: timedelta,
        hold_above_usd: float,
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._api = api
        self._posting = posting
        self._settlement = settlement
        self._clock = clock
        self._grace = grace
        self._hold_above_usd = hold_above_usd

    async def decide(self, jobs: Sequence[Job]) -> None:
        """Decide the submitting generations of these jobs as far as Oxen's lists allow now.

        Raises RemoteError when the lists cannot be had: then nothing is decided and nothing is sent.
        """
        submitting = intents(jobs, GenerationState.SUBMITTING)
        self._posting.forget_all_but({intent.id for intent in submitting})
        waiting = [intent for intent in submitting if not self._posting.in_flight(intent.id)]
        for intent, verdict in await self._search(waiting):
            match verdict:
                case Found():
                    await self._adopt(intent, verdict.rows)
                case Possible() | Nothing() if self._age(intent) <= self._grace:
                    continue
                case Nothing() if self._may_send_again(intent):
                    await self._send_again(intent)
                case _:
                    await self._ledger.apply(intent.job.id, Undecided(intent_id=intent.id, at=self._clock()))

    def _age(self, intent: Intent) -> timedelta:
        """Tell how long ago a POST was sent; a clock that was set meanwhile matters only for an earlier process's."""
        sent_s_ago = self._posting.sent_s_ago(intent.id)
        return self._clock() - intent.sent_at if sent_s_ago is None else timedelta(seconds=sent_s_ago)

    async def _send_again(self, intent: Intent) -> None:
        try:
            await self._posting.resend(intent.job, intent.generations, intent.id)
        except TransientError as error:
            # The next tick decides again; the other intents do not wait for this one.
            log.warning("not sent again yet: %s", error, extra={"job_id": intent.job.id})

    async def look_again(self, jobs: Sequence[Job]) -> None:
        """Adopt the pictures of unknown generations that turned up after all; raises RemoteError."""
        for intent, verdict in await self._search(intents(jobs, GenerationState.UNKNOWN)):
            if isinstance(verdict, Found):
                await self._adopt(intent, verdict.rows)

    async def _search(self, wanted: Sequence[Intent]) -> list[tuple[Intent, Found | Possible | Nothing]]:
        if not wanted:
            return []
        posts = {intent.id: _post_of(intent) for intent in wanted}
        rows = await self._api.history(min(i.intended_at - clock_slack(posts[i.id]) for i in wanted))
        taken = await self._store.taken_remote_ids([row.remote_id for row in rows])
        verdicts: list[tuple[Intent, Found | Possible | Nothing]] = []
        for intent in wanted:
            verdict = look_for(posts[intent.id], rows, taken=taken, intended_at=intent.intended_at)
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
