"""The service as assembly.py builds it, around fakes, for the tests of its parts and of its loops."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path

from bot.core.admission import Change, Limits
from bot.core.events import Succeeded
from bot.core.job import GenerationState, Job
from bot.core.job_events import PictureReady
from bot.core.keeping import KeepingRule
from bot.core.placement import ResultFile
from bot.core.posts import groups
from bot.ports import JobStore, Shrinker
from bot.service.answers import Answers
from bot.service.cancellation import Cancellation
from bot.service.charges import Charges
from bot.service.delivering import Delivering
from bot.service.desk import Desk
from bot.service.early import EarlyEvents
from bot.service.estimates import Estimates
from bot.service.keeping import Keeping
from bot.service.ledger import Ledger
from bot.service.placing import Placing
from bot.service.posting import Posting
from bot.service.preparation import Preparation
from bot.service.reconciliation import Reconciliation
from bot.service.removal import Removal
from bot.service.results import Results
from bot.service.rules import AdmissionRules, ModelRules
from bot.service.settlement import Settlement
from bot.service.stream_health import StreamHealth
from bot.service.submission import Submission
from bot.service.unclear import UnclearPosts
from bot.store import SqlStore
from bot.store.engine import open_engine
from bot.store.location import locate
from bot.store.seal import TokenSeal
from tests.core.jobs import a_job
from tests.fakes import FakeCatalogue, FakeDelivery, FakeImageApi, FakeReferences, FakeShrinker, ManualClock
from tests.store.blank import blank_sqlite_url
from tests.store.values import NO_LIMITS, SECRET

SLOTS = 16
GRACE = timedelta(seconds=180)
DEADLINE = timedelta(seconds=2700)
HOLD_ABOVE_USD = 0.25
KEPT = timedelta(days=400)
PATIENCE_S = 5.0
"""How long a test waits for what comes within milliseconds, on a machine that is busy with other things."""


class Rig:
    """Every part of the service, wired; `changes` is what the ledger told."""

    def __init__(self, store: JobStore, clock: ManualClock) -> None:
        self.store = store
        self.clock = clock
        self.api = FakeImageApi(clock)
        self.references = FakeReferences()
        self.catalogue = FakeCatalogue()
        self.delivery = FakeDelivery(clock)
        self.shrinker = FakeShrinker()
        self.health = StreamHealth()
        self.changes: list[Change] = []
        self.key_is_refused = False
        self.limits = NO_LIMITS
        self.early = EarlyEvents(clock.monotonic)
        self.ledger = Ledger(store)
        self.ledger.observe(self.changes.append)
        self.estimates = Estimates(store, clock.monotonic)
        self.results = Results(self.api, sleep=clock.sleep)
        self.settlement = Settlement(
            ledger=self.ledger, api=self.api, results=self.results, early=self.early, clock=clock
        )
        numbers = count(1)
        self.posting = Posting(
            ledger=self.ledger,
            api=self.api,
            references=self.references,
            settlement=self.settlement,
            clock=clock,
            monotonic=clock.monotonic,
            new_id=lambda: f"i-{next(numbers)}",
            confirm_refusal=self._confirm_refusal,
        )
        self.models = ModelRules(default_model="flux-2-dev", allowed=frozenset())
        self.preparation = Preparation(
            ledger=self.ledger,
            catalogue=self.catalogue,
            references=self.references,
            rules=self.models,
            random_seed=lambda: 42,
            clock=clock,
        )
        self.delivering = self._delivering(self.shrinker)
        self.reconciliation = Reconciliation(
            ledger=self.ledger,
            api=self.api,
            settlement=self.settlement,
            clock=clock,
            deadline=DEADLINE,
            grace=GRACE,
        )
        self.unclear = self.unclear_with(store)
        self.charges = Charges(store=store, ledger=self.ledger, api=self.api, clock=clock)
        self.keeping = Keeping(store=store, ledger=self.ledger, rule=KeepingRule(words=KEPT), clock=clock)
        self.cancellation = Cancellation(ledger=self.ledger, settlement=self.settlement, clock=clock)
        self.answers = Answers(ledger=self.ledger, delivery=self.delivery, clock=clock)
        self.placing = Placing(store=store, ledger=self.ledger, clock=clock)
        self.removal = Removal(ledger=self.ledger, cancellation=self.cancellation, delivery=self.delivery)

    def _delivering(self, shrinker: Shrinker) -> Delivering:
        return Delivering(
            ledger=self.ledger,
            delivery=self.delivery,
            results=self.results,
            shrinker=shrinker,
            settlement=self.settlement,
            estimates=self.estimates,
            clock=self.clock,
        )

    def shrink_with(self, shrinker: Shrinker) -> None:
        """Deliver with another shrinker from here on."""
        self.delivering = self._delivering(shrinker)

    async def _confirm_refusal(self) -> bool:
        return self.key_is_refused

    def unclear_with(self, store: JobStore) -> UnclearPosts:
        return UnclearPosts(
            store=store,
            ledger=self.ledger,
            api=self.api,
            posting=self.posting,
            send_again=self.posting.resend,
            settlement=self.settlement,
            clock=self.clock,
            grace=GRACE,
            deadline=DEADLINE,
            hold_above_usd=HOLD_ABOVE_USD,
        )

    def submission(self, limits: Limits = NO_LIMITS) -> Submission:
        return Submission(
            ledger=self.ledger,
            catalogue=self.catalogue,
            models=self.models,
            admission=AdmissionRules(limits=limits, slots=SLOTS),
            random_seed=lambda: 42,
            clock=self.clock,
        )

    def desk(self) -> Desk:
        return Desk(
            store=self.store,
            catalogue=self.catalogue,
            models=self.models,
            submission=self.submission(),
            answers=self.answers,
            cancellation=self.cancellation,
            removal=self.removal,
            placing=self.placing,
            estimates=self.estimates,
            clock=self.clock,
        )

    async def keep(self, *jobs: Job) -> Job:
        """Put jobs into the store as they are and give the last one."""
        for job in jobs:
            await self.store.add(job, limits=NO_LIMITS, slots=SLOTS)
        return await self.get(jobs[-1].id)

    async def get(self, job_id: str = "1") -> Job:
        job = await self.store.get(job_id)
        assert job is not None
        return job

    async def post(self, job: Job | None = None) -> Job:
        """Keep a planned job, send its POSTs and give it as it is then."""
        job = await self.keep(job or a_job())
        for group in groups(job, free_slots=SLOTS):
            await self.posting.send(job, group)
        return await self.get(job.id)

    async def finish(self, remote_id: str) -> None:
        """Let Oxen finish a generation and say so on the stream."""
        await self.settlement.hear(Succeeded(remote_id=remote_id, url=self.api.succeed(remote_id)))

    async def painted(self, job: Job | None = None) -> Job:
        """Give a job whose pictures are all ready and owed."""
        posted = await self.post(job)
        for generation in posted.generations:
            assert generation.remote_id is not None
            url = self.api.succeed(generation.remote_id)
            ready = PictureReady(remote_id=generation.remote_id, url=url, at=self.clock())
            await self.ledger.apply(posted.id, ready)
        return await self.get(posted.id)

    async def states(self, job_id: str = "1") -> list[GenerationState]:
        return [g.state for g in (await self.get(job_id)).generations]


async def as_it_is(file: ResultFile) -> ResultFile:
    """Fit no limit."""
    return file


async def until(condition: Callable[[], object]) -> None:
    """Wait until something holds; the loop goes on meanwhile."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - whatever it is, nobody rings a bell for it
            await asyncio.sleep(0.001)


@asynccontextmanager
async def open_rig(store: JobStore, clock: ManualClock) -> AsyncGenerator[Rig]:
    rig = Rig(store, clock)
    yield rig
    await rig.results.close()
    await store.close()


def sqlite_store(folder: Path, clock: ManualClock) -> JobStore:
    """Open the real store; the file has its schema already, so Alembic is not asked: a third of a test's time."""
    return SqlStore(open_engine(locate(blank_sqlite_url(folder)), durable=False), seal=TokenSeal(SECRET), clock=clock)
