"""Learns what Oxen charged for what it accepted and did not paint, so that what was free is given back.

A plain job costs no call: only what failed or was cancelled after its acceptance is asked for, until its row tells or a
day has passed.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.admission import DAY
from bot.core.job import Job, is_uncharged
from bot.core.job_events import Charged
from bot.core.money import microusd_of
from bot.errors import NotFoundError
from bot.ports import Clock, ImageApi, JobStore
from bot.service.ledger import Ledger
from bot.service.side_by_side import CALL_S, within

ASK_AGAIN = timedelta(minutes=5)
"""What a row does not tell at once, it tells when the provider's bill is in."""
GETS_AT_ONCE = 8
GETS_A_ROUND = 64
"""After an outage there may be hundreds; the others have their turn at the next look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ended:
    """A generation of a job that Oxen accepted, and that ended without a picture at a price not known yet."""

    job_id: str
    remote_id: str


class Charges:
    """Asks for the charge of each such generation."""

    def __init__(self, *, store: JobStore, ledger: Ledger, api: ImageApi, clock: Clock) -> None:
        self._store = store
        self._ledger = ledger
        self._api = api
        self._clock = clock
        self._asked_at: dict[str, datetime] = {}

    async def look_up(self) -> None:
        """Ask for those that are due; raises RemoteError when Oxen does not answer, and asks for no more then."""
        now = self._clock()
        uncharged = list(_uncharged(await self._store.uncharged_since(now - DAY)))
        known = {each.remote_id for each in uncharged}
        self._asked_at = {remote_id: at for remote_id, at in self._asked_at.items() if remote_id in known}
        due = [each for each in uncharged if self._is_due(each, now)][:GETS_A_ROUND]
        for start in range(0, len(due), GETS_AT_ONCE):
            await asyncio.gather(*(self._ask(each, now) for each in due[start : start + GETS_AT_ONCE]))

    def _is_due(self, each: _Ended, now: datetime) -> bool:
        asked_at = self._asked_at.get(each.remote_id)
        return asked_at is None or not asked_at <= now < asked_at + ASK_AGAIN

    async def _ask(self, each: _Ended, now: datetime) -> None:
        # Noted first: a row that Oxen never tells of, or not in time, must not stand before the others at every look.
        self._asked_at[each.remote_id] = now
        try:
            cost_usd = await within(CALL_S, self._api.charge_usd(each.remote_id))
        except NotFoundError:
            cost_usd = None
        if cost_usd is None:
            return
        cost_microusd = microusd_of(cost_usd)
        await self._ledger.apply(each.job_id, Charged(remote_id=each.remote_id, cost_microusd=cost_microusd))


def _uncharged(jobs: Sequence[Job]) -> Iterator[_Ended]:
    for job in jobs:
        for generation in job.generations:
            if is_uncharged(generation) and generation.remote_id is not None:
                yield _Ended(job_id=job.id, remote_id=generation.remote_id)
