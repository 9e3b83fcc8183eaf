"""The slow loop under the stream: settles what no event told, decides what is unclear, ends what is overdue.

Its steps run side by side, each on a timer of its own and with a limit, so that none waits for another's service.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core import words
from bot.core.job import GenerationState, Job
from bot.core.job_events import Refused, RenewalOffered
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
STEP_S = 60.0
"""What a step has not done by then it does at a later tick. Each call has a limit of its own."""
MANY_CALLS_S = 120.0
"""For the steps that read a list first and then ask for row after row, or the other way round."""
ANSWERS_S = 600.0
"""Discord is asked for each answer with a limit of its own, and what it knows of one may take it half a minute."""
AFTER_CONNECT_S = 3.0
"""Headers may come before the server has subscribed us, so what was open is asked for once more."""
BLIND_AGE = timedelta(seconds=5)
"""Without a stream, a generation is asked for when it is older than this."""
HEALTHY_AGE = timedelta(seconds=60)
"""With a stream, only when its event is this late; images take 5 to 30 s (Oxen's page on the queue)."""
UNANSWERED_AGE = timedelta(seconds=10)
"""Discord takes no answer after 3 s; the rest is slack for a slow call that is still under way."""
WAITING_AGE = timedelta(hours=6)
"""A wish that is older is not painted any more without being asked for again."""
MISSING_AGE = timedelta(hours=24)
MISSING_EVERY = timedelta(minutes=5)
MISSING_AT_ONCE = 100
"""A page of jobs; the next tick goes on with the next one until all had their turn."""
OWED_EVERY = timedelta(seconds=30)
AT_ONCE = 1000
"""The oldest first: what is behind them has its turn at a later look."""


@dataclass(slots=True, kw_only=True)
class _Step:
    """One thing that is looked after; `bell` wakes it before its next tick."""

    run: Callable[[], Awaitable[None]]
    limit_s: float = STEP_S
    bell: Bell = field(default_factory=Bell)


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
        self._connected = False
        self._asked: dict[str, datetime] = {}
        self._looked_at: datetime | None = None
        self._looked_up_to: str | None = None
        self._reminded_at: datetime | None = None
        settling = _Step(run=self._settle, limit_s=MANY_CALLS_S)
        self._steps = (
            settling,
            _Step(run=self._offer_renewals),
            _Step(run=self._decide_unclear),
            _Step(run=self._end_overdue),
            _Step(run=self._refuse_what_waits_for_long),
            _Step(run=self._decide_answers, limit_s=ANSWERS_S),
            _Step(run=self._look_for_missing, limit_s=MANY_CALLS_S),
            _Step(run=self._charges.look_up),
            _Step(run=self._forget_tokens),
            _Step(run=self._keeping.let_go),
            _Step(run=self._remind_of_cards),
        )
        health.observe(self._note_connect)
        health.observe(settling.bell.ring)

    async def run(self) -> None:
        """Sweep until cancelled."""
        async with asyncio.TaskGroup() as steps:
            for step in self._steps:
                steps.create_task(self._keep_at(step))

    async def _keep_at(self, step: _Step) -> None:
        while True:
            await step.bell.wait(TICK_S)
            await self._take(step)

    async def sweep(self, *, reconnected: bool) -> None:
        """Take every step once; `reconnected` says that the stream came up since the last time."""
        self._connected = self._connected or reconnected
        await asyncio.gather(*(self._take(step) for step in self._steps))

    async def _take(self, step: _Step) -> None:
        try:
            async with asyncio.timeout(step.limit_s):
                await step.run()
        except TimeoutError:
            log.warning("sweep goes on at the next tick: %s took more than %.0f s", step.run.__name__, step.limit_s)
        except EaselError as error:
            log.warning("sweep put off: %s", error)
        except Exception:
            # The sweep is the net under everything: a step that fails is tried again at the next tick.
            log.exception("sweep failed")

    def _note_connect(self) -> None:
        self._connected = True

    async def _settle(self) -> None:
        """Settle all that is open after a connect, until that succeeded; else what is late."""
        if not self._connected:
            await self._settle_late()
            return
        # Cleared first: the next connect may come while this one is dealt with.
        self._connected = False
        try:
            await self._after_connect()
        except BaseException:
            self._connected = True
            raise

    async def _after_connect(self) -> None:
        """Settle all that is open, twice: what fired while nobody listened is lost."""
        open_now = await self._open()
        if not open_now:
            return
        await self._settle_these(open_now)
        await self._sleep(AFTER_CONNECT_S)
        asked = {each.remote_id for each in open_now}
        await self._settle_these([each for each in await self._open() if each.remote_id in asked])

    async def _settle_late(self) -> None:
        """Settle what is open for so long that its event may have been lost, or that somebody wants cancelled.

        What was asked for longest ago comes first.
        """
        open_now = await self._open()
        self._health.expects(each.remote_id for each in open_now)
        late = sorted(filter(self._is_late, open_now), key=self._waiting_since)
        await self._settle_these(late)
        if late:
            still_open = {each.remote_id for each in await self._open()}
            self._health.found({each.remote_id for each in late if each.job.cancelled_by is None} - still_open)

    def _is_late(self, each: Open) -> bool:
        patient = self._health.is_trusted and each.job.cancelled_by is None
        return self._is_over(HEALTHY_AGE if patient else BLIND_AGE, self._waiting_since(each))

    def _waiting_since(self, each: Open) -> datetime:
        return max(each.accepted_at, self._asked.get(each.remote_id, each.accepted_at))

    def _is_over(self, pause: timedelta, since: datetime | None) -> bool:
        """Tell whether so much time has passed; what lies ahead was written before the clock was set back."""
        now = self._clock()
        return since is None or since > now or now - since >= pause

    async def _open(self) -> Sequence[Open]:
        return open_generations(await self._store.open_jobs())

    async def _settle_these(self, open_now: Sequence[Open]) -> None:
        if not open_now:
            return
        asked = await self._reconciliation.settle(open_now)
        still_open = {each.remote_id for each in await self._open()}
        times = self._asked | dict.fromkeys(asked, self._clock())
        self._asked = {remote_id: at for remote_id, at in times.items() if remote_id in still_open}

    async def _decide_unclear(self) -> None:
        jobs = await self._store.open_jobs()
        await self._unclear.decide([job for job in jobs if _has_unclear(job)])

    async def _end_overdue(self) -> None:
        await self._reconciliation.end_overdue(await self._open())

    async def _refuse_what_waits_for_long(self) -> None:
        """Refuse, unpaid, what waits to be sent since hours: the person has long gone on to something else."""
        for job in await self._store.waiting_since(self._clock() - WAITING_AGE, AT_ONCE):
            await self._ledger.apply(job.id, Refused(text=words.WAITED_TOO_LONG, at=self._clock()))

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
        if self._is_over(OWED_EVERY, self._reminded_at):
            self._reminded_at = self._clock()
            self._ledger.remind(await self._store.owed(AT_ONCE))

    async def _look_for_missing(self) -> None:
        """Look for the pictures of generations that ended as unknown or timed out, a page of jobs at a time."""
        if self._looked_up_to is None:
            if not self._is_over(MISSING_EVERY, self._looked_at):
                return
            self._looked_at, self._looked_up_to = self._clock(), ""
        since = self._clock() - MISSING_AGE
        jobs = await self._store.missing_since(since, after=self._looked_up_to, limit=MISSING_AT_ONCE)
        jobs = sorted(jobs, key=lambda job: job.id)
        # Before anything can fail: a page that fails must not hide the next ones.
        self._looked_up_to = jobs[-1].id if len(jobs) == MISSING_AT_ONCE else None
        had_turn = await self._reconciliation.look_again(jobs)
        if 0 < had_turn < len(jobs):
            self._looked_up_to = jobs[had_turn - 1].id
        await self._unclear.look_again(jobs)


def _has_unclear(job: Job) -> bool:
    return any(g.state is GenerationState.SUBMITTING for g in job.generations)
