"""The slow loop under the stream: settles what no event told, decides what is unclear, ends what is overdue."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from bot.core.job import GenerationState, Job
from bot.core.job_events import RenewalOffered
from bot.errors import EaselError
from bot.ports import Clock, JobStore
from bot.service.answers import Answers
from bot.service.charges import Charges
from bot.service.keeping import Keeping
from bot.service.ledger import Ledger
from bot.service.reconciliation import Open, Reconciliation, open_generations
from bot.service.stream_health import StreamHealth
from bot.service.unclear import UnclearPosts
from bot.service.wake import Bell

log = logging.getLogger(__name__)

TICK_S = 5.0
AFTER_CONNECT_S = 3.0
"""Headers may come before the server has subscribed us, so what was open is asked for once more."""
BLIND_AGE = timedelta(seconds=5)
"""Without a stream, a generation is asked for when it is older than this."""
HEALTHY_AGE = timedelta(seconds=60)
"""With a stream, only when its event is this late; images take 5 to 30 s (Oxen's page on the queue)."""
UNANSWERED_AGE = timedelta(seconds=10)
"""Discord takes no answer after 3 s; the rest is slack for a slow call that is still under way."""
MISSING_AGE = timedelta(hours=24)
MISSING_EVERY = timedelta(minutes=5)
OWED_EVERY = timedelta(seconds=30)
OWED_AT_ONCE = 1000
"""The oldest first: what is behind them has its turn at a later look."""


class Sweeper:
    """Finds, on a slow timer and after each connect, what fell through."""

    def __init__(
        self,
        *,
        store: JobStore,
        ledger: Ledger,
        reconciliation: Reconciliation,
        unclear: UnclearPosts,
        charges: Charges,
        keeping: Keeping,
        answers: Answers,
        health: StreamHealth,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._reconciliation = reconciliation
        self._unclear = unclear
        self._charges = charges
        self._keeping = keeping
        self._answers = answers
        self._health = health
        self._clock = clock
        self._sleep = sleep
        self._reconnected = Bell()
        health.observe(self._reconnected.ring)
        self._asked: dict[str, datetime] = {}
        self._loaded: Sequence[Job] | None = None
        self._looked_at: datetime | None = None
        self._reminded_at: datetime | None = None

    async def run(self) -> None:
        """Sweep until cancelled."""
        while True:
            await self.sweep(reconnected=await self._reconnected.wait(TICK_S))

    async def sweep(self, *, reconnected: bool) -> None:
        """Go through everything once; `reconnected` says that the stream came up since the last time."""
        for step in (
            self._after_connect if reconnected else self._settle_late,
            self._offer_renewals,
            self._decide_unclear,
            self._end_overdue,
            self._decide_answers,
            self._look_for_missing,
            self._charges.look_up,
            self._forget_tokens,
            self._keeping.let_go,
            self._remind_of_cards,
        ):
            await self._step(step)
        self._loaded = None

    async def _step(self, step: Callable[[], Awaitable[None]]) -> None:
        try:
            await step()
        except EaselError as error:
            log.warning("sweep put off: %s", error)
        except Exception:
            # The sweep is the net under everything: a step that fails is tried again at the next tick.
            log.exception("sweep failed")

    async def _after_connect(self) -> None:
        """Settle all that is open, twice: what fired while nobody listened is lost."""
        open_now = await self._open()
        if not open_now:
            return
        await self._settle(open_now)
        await self._sleep(AFTER_CONNECT_S)
        self._loaded = None
        asked = {each.remote_id for each in open_now}
        await self._settle([each for each in await self._open() if each.remote_id in asked])

    async def _settle_late(self) -> None:
        """Settle what is open for so long that its event may have been lost, or that somebody wants cancelled."""
        open_now = await self._open()
        self._health.expects(each.remote_id for each in open_now)
        late = [each for each in open_now if self._is_late(each)]
        await self._settle(late)
        if late:
            still_open = {each.remote_id for each in await self._open()}
            self._health.found({each.remote_id for each in late if each.job.cancelled_by is None} - still_open)

    def _is_late(self, each: Open) -> bool:
        patient = self._health.is_trusted and each.job.cancelled_by is None
        since = max(each.accepted_at, self._asked.get(each.remote_id, each.accepted_at))
        return self._is_over(HEALTHY_AGE if patient else BLIND_AGE, since)

    def _is_over(self, pause: timedelta, since: datetime) -> bool:
        """Tell whether so much time has passed; what lies ahead was written before the clock was set back."""
        now = self._clock()
        return since > now or now - since >= pause

    async def _open_jobs(self) -> Sequence[Job]:
        """Load the open jobs once a round: thousands take a tenth of a second, in which nothing else happens."""
        if self._loaded is None:
            self._loaded = await self._store.open_jobs()
        return self._loaded

    async def _open(self) -> Sequence[Open]:
        return open_generations(await self._open_jobs())

    async def _settle(self, open_now: Sequence[Open]) -> None:
        if open_now:
            await self._reconciliation.settle(open_now)
            self._loaded = None
        still_open = {each.remote_id for each in await self._open()}
        asked = self._asked | {each.remote_id: self._clock() for each in open_now}
        self._asked = {remote_id: at for remote_id, at in asked.items() if remote_id in still_open}

    async def _decide_unclear(self) -> None:
        jobs = await self._open_jobs()
        if any(g.state is GenerationState.SUBMITTING for job in jobs for g in job.generations):
            # Read anew: a POST that was answered since is not unclear.
            self._loaded = None
            jobs = await self._open_jobs()
        await self._unclear.decide(jobs)

    async def _end_overdue(self) -> None:
        await self._reconciliation.end_overdue(await self._open())

    async def _offer_renewals(self) -> None:
        """Let private answers that would be out of reach before they are finished ask for a fresh token."""
        for job in await self._store.renewals_due(self._clock()):
            await self._ledger.apply(job.id, RenewalOffered())

    async def _forget_tokens(self) -> None:
        """Keep no token at rest that has ended: whoever has a living one can speak as the bot."""
        await self._store.forget_tokens(self._clock())

    async def _decide_answers(self) -> None:
        """Ask Discord which of the jobs that an earlier process received were answered."""
        await self._answers.decide_all(await self._store.unanswered(self._clock() - UNANSWERED_AGE))

    async def _remind_of_cards(self) -> None:
        """Have shown what is owed, also after a write that happened although the database reported an error."""
        if self._reminded_at is not None and not self._is_over(OWED_EVERY, self._reminded_at):
            return
        self._reminded_at = self._clock()
        self._ledger.remind(await self._store.owed(OWED_AT_ONCE))

    async def _look_for_missing(self) -> None:
        """Look for the pictures of generations that ended as unknown or timed out."""
        if self._looked_at is not None and not self._is_over(MISSING_EVERY, self._looked_at):
            return
        self._looked_at = self._clock()
        jobs = await self._store.missing_since(self._looked_at - MISSING_AGE)
        await self._reconciliation.look_again(jobs)
        await self._unclear.look_again(jobs)
