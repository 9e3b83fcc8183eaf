"""What other bots do: each strategy leaves out one precaution of the design, and the harness must object to each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import inf

from bot.core.job import Generation, Job
from bot.core.job_events import Accepted, Intended
from bot.core.remote import QueuePost
from bot.errors import OutcomeUnclearError
from bot.service.posting import Posting, Sent
from tests.simulation.oxen_api import OxenApi
from tests.simulation.process import Strategy
from tests.simulation.remembering import RememberingStore

TRIES = 3


class InsistentApi(OxenApi):
    """Sends a POST again when it hears nothing, as HTTP libraries offer to."""

    async def enqueue(self, post: QueuePost) -> Sequence[str]:
        for _ in range(TRIES - 1):
            try:
                return await super().enqueue(post)
            except OutcomeUnclearError:
                continue
        return await super().enqueue(post)


class PostingFirst(Posting):
    """Pays first and writes it down afterwards, so that no intent outlives a crash."""

    async def send(self, job: Job, generations: Sequence[Generation]) -> Sent:
        post = await self._build(job, generations)
        try:
            remote_ids = await self._api.enqueue(post)
        except OutcomeUnclearError:
            return Sent.UNCLEAR
        intent_id, ids = self._new_id(), tuple(g.id for g in generations)
        await self._ledger.apply(job.id, Intended(generation_ids=ids, intent_id=intent_id, at=self._clock()))
        pairs = dict(zip(ids, remote_ids, strict=False))
        await self._ledger.apply(job.id, Accepted(remote_ids=pairs, at=self._clock()))
        return Sent.DECIDED


class ForgetfulStore(RememberingStore):
    """Remembers jobs, but not that their cards were never shown."""

    async def owed(self, limit: int) -> Sequence[Job]:  # noqa: ARG002 - the port's name
        return []


class IncuriousStore(RememberingStore):
    """Takes it for granted that a request that was received was also answered, or that nobody cares."""

    async def unanswered(self, before: datetime) -> Sequence[Job]:  # noqa: ARG002 - the port's name
        return []


NAIVE: Mapping[str, tuple[Strategy, str]] = {
    "sends again what was not answered": (Strategy(api=InsistentApi), "paid 2 times for 1"),
    "pays first and writes it down afterwards": (Strategy(posting=PostingFirst), "paid 2 times for 1"),
    "believes the stream alone": (Strategy(sweeps=False), "is running for ever"),
    "sends again as soon as a search finds nothing": (Strategy(grace_s=0.0), "paid 2 times for 1"),
    "sends again whatever it costs": (Strategy(hold_above_usd=inf), "sent 2 times for 1"),
    "forgets what it has not shown": (Strategy(store=ForgetfulStore), "its card is owed for ever"),
    "never asks whether it answered": (Strategy(store=IncuriousStore), "nobody found out whether it was answered"),
}
"""Each with the words in which the harness must object to it."""
