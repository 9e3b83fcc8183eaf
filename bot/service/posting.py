"""Sends the paid POST: what it says first, the intent second, the request third, then what became of it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Generator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, nullcontext
from dataclasses import replace
from enum import Enum, auto

from bot.core import words
from bot.core.image_format import sniff
from bot.core.job import Generation, Job
from bot.core.job_events import Accepted, Intended, NotAccepted, Refused, Resent, TurnedDown
from bot.core.posts import queue_post
from bot.core.remote import INLINE, InlinePicture, QueuePost
from bot.errors import (
    Cause,
    OutcomeUnclearError,
    PermanentError,
    ReferenceUnreadError,
    RemoteError,
    RemoteIdTakenError,
    TransientError,
    UserError,
)
from bot.ports import Clock, ImageApi, ReferenceReader
from bot.service.ledger import Ledger
from bot.service.settlement import Settlement

log = logging.getLogger(__name__)

INLINE_AT_ONCE = 2
"""POSTs that carry their references: each holds up to four of 10 MiB until Oxen has answered."""
SECOND_OPINION_S = 30.0
"""A refusal of an order that comes again after this is final."""
REMEMBERED_S = 3600.0


class Sent(Enum):
    """What is known of a POST that went out, or did not."""

    DECIDED = auto()
    """Oxen took it or turned it down, or there was nothing to send any more."""
    UNCLEAR = auto()
    """Its answer was lost or says nothing: Oxen's own lists decide (see `unclear.py`)."""


class Posting:
    """Posts generations of one job and records the outcome; knows which POSTs are in the air right now."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        api: ImageApi,
        references: ReferenceReader,
        settlement: Settlement,
        clock: Clock,
        monotonic: Callable[[], float],
        new_id: Callable[[], str],
        confirm_refusal: Callable[[], Awaitable[bool]],
    ) -> None:
        self._ledger = ledger
        self._api = api
        self._references = references
        self._settlement = settlement
        self._clock = clock
        self._monotonic = monotonic
        self._new_id = new_id
        self._confirm_refusal = confirm_refusal
        self._in_flight: set[str] = set()
        self._inline_room = asyncio.Semaphore(INLINE_AT_ONCE)
        self._sent_s: dict[str, float] = {}
        self._refused_s: dict[str, float] = {}

    def in_flight(self, intent_id: str) -> bool:
        """Tell whether this process still waits for the answer to a POST."""
        return intent_id in self._in_flight

    def sent_s_ago(self, intent_id: str) -> float | None:
        """Tell how long ago this process sent a POST, whatever the clock on the wall did since; None for others'."""
        sent_s = self._sent_s.get(intent_id)
        return None if sent_s is None else self._monotonic() - sent_s

    def forget_all_but(self, intent_ids: Collection[str]) -> None:
        """Forget when POSTs were sent whose outcome is known."""
        kept = {*intent_ids, *self._in_flight}
        self._sent_s = {intent_id: sent_s for intent_id, sent_s in self._sent_s.items() if intent_id in kept}

    async def send(self, job: Job, generations: Sequence[Generation]) -> Sent:
        """Send one POST for planned generations, and tell what is known of it.

        Raises TransientError when Oxen did not take it and it may be sent later (the generations are planned again),
        ReferenceUnreadError when it was not even tried.
        """
        async with self._room(generations):
            return await self._send(job, generations)

    async def _send(self, job: Job, generations: Sequence[Generation]) -> Sent:
        try:
            post = await self._build(job, generations)
        except UserError as refusal:
            await self._ledger.apply(job.id, Refused(text=str(refusal), at=self._clock()))
            return Sent.DECIDED
        intent_id = self._new_id()
        ids = tuple(g.id for g in generations)
        with _membership(self._in_flight, intent_id):
            intended = Intended(generation_ids=ids, intent_id=intent_id, at=self._clock())
            change = await self._ledger.apply(job.id, intended)
            if change is None or change.after is change.before:
                return Sent.DECIDED
            return await self._post(job.id, generations, intent_id, post)

    async def resend(self, job: Job, generations: Sequence[Generation], intent_id: str) -> Sent:
        """Send a POST once more, which Oxen surely never saw; tells and raises as `send`."""
        async with self._room(generations):
            return await self._resend(job, generations, intent_id)

    async def _resend(self, job: Job, generations: Sequence[Generation], intent_id: str) -> Sent:
        try:
            post = await self._build(job, generations)
        except UserError as gone:
            cause = Cause.REFERENCE_NOT_FETCHED
            event = TurnedDown(intent_id=intent_id, cause=cause, text=str(gone), at=self._clock())
            await self._ledger.apply(job.id, event)
            return Sent.DECIDED
        with _membership(self._in_flight, intent_id):
            change = await self._ledger.apply(
                job.id, Resent(intent_id=intent_id, sends=generations[0].sends, at=self._clock())
            )
            if change is None or change.after is change.before:
                return Sent.DECIDED
            return await self._post(job.id, generations, intent_id, post)

    async def _post(self, job_id: str, generations: Sequence[Generation], intent_id: str, post: QueuePost) -> Sent:
        self._sent_s[intent_id] = self._monotonic()
        try:
            remote_ids = await self._api.enqueue(post)
        except TransientError:
            await self._ledger.apply(job_id, NotAccepted(intent_id=intent_id, at=self._clock()))
            raise
        except PermanentError as error:
            await self._turned_down(job_id, intent_id, error)
        except OutcomeUnclearError as error:
            # The row stays `submitting`.
            log.warning("outcome of a POST is unclear: %s", error, extra={"job_id": job_id})
            return Sent.UNCLEAR
        else:
            await self._accepted(job_id, generations, remote_ids)
        return Sent.DECIDED

    async def _turned_down(self, job_id: str, intent_id: str, error: PermanentError) -> None:
        log.warning("Oxen refused a POST: %s", error, extra={"job_id": job_id})
        cause = error.cause
        if cause is Cause.KEY_REFUSED and await self._refused_for_good(job_id):
            cause = Cause.NOT_ALLOWED
        if cause is Cause.KEY_REFUSED:
            await self._ledger.apply(job_id, NotAccepted(intent_id=intent_id, at=self._clock()))
            raise TransientError("Oxen refuses this bot", status=error.status)
        event = TurnedDown(intent_id=intent_id, cause=cause, text=str(error), at=self._clock())
        await self._ledger.apply(job_id, event)

    async def _refused_for_good(self, job_id: str) -> bool:
        """Tell whether a 401 or 403 concerns this order, since the key holds, and was said of it before."""
        try:
            if await self._confirm_refusal():
                return False
        except RemoteError:
            # Only a proxy answers just now, so nothing is known of the key.
            return False
        now_s = self._monotonic()
        self._refused_s = {each: at_s for each, at_s in self._refused_s.items() if now_s - at_s < REMEMBERED_S}
        first_s = self._refused_s.setdefault(job_id, now_s)
        return now_s - first_s >= SECOND_OPINION_S

    async def _accepted(self, job_id: str, generations: Sequence[Generation], remote_ids: Sequence[str]) -> None:
        pairs = dict(zip((g.id for g in generations), remote_ids, strict=False))
        if len(remote_ids) != len(generations):
            log.warning("asked for %d, got %d", len(generations), len(remote_ids), extra={"job_id": job_id})
        try:
            change = await self._ledger.apply(job_id, Accepted(remote_ids=pairs, at=self._clock()))
        except RemoteIdTakenError:
            log.warning("Oxen gave an id that another job owns; searching", extra={"job_id": job_id})
            return
        for remote_id in pairs.values():
            await self._settlement.settle_early(job_id, remote_id)
        if change is not None and change.after.cancelled_by is not None:
            # The person cancelled while the POST was in the air.
            await self._settlement.cancel_all(change.after)

    async def _build(self, job: Job, generations: Sequence[Generation]) -> QueuePost:
        links = [reference.url for reference in job.ask.references]
        if not generations[0].inline:
            return queue_post(job, generations, links)
        pictures = {f"{INLINE}{n}": await self._inline(n, url) for n, url in enumerate(links, start=1)}
        return replace(queue_post(job, generations, list(pictures)), inline=pictures)

    async def _inline(self, number: int, url: str) -> InlinePicture:
        """Read a reference; raises UserError when it can no longer be had, ReferenceUnreadError when not just now."""
        try:
            data = await self._references.read(url)
        except PermanentError as error:
            raise UserError(words.reference_gone(number)) from error
        except TransientError as error:
            raise ReferenceUnreadError(str(error), status=error.status) from error
        kind = sniff(data)
        media_type = kind.media_type if kind else "application/octet-stream"
        return InlinePicture(media_type=media_type, data=data)

    def _room(self, generations: Sequence[Generation]) -> AbstractAsyncContextManager[object]:
        """Wait for room where a POST carries its references in memory."""
        return self._inline_room if generations[0].inline else nullcontext()


@contextmanager
def _membership(names: set[str], name: str) -> Generator[None]:
    """Hold a name in a set for the length of a block."""
    names.add(name)
    try:
        yield
    finally:
        names.discard(name)
