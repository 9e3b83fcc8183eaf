"""One life of the bot: what runs in a process, and the commands and buttons that reach it."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.assembly import Engine
from bot.core.admission import Change, Limits
from bot.core.card import card_of
from bot.core.request import Ask
from bot.errors import AnswerMissedError, EaselError
from bot.service.posting import Posting
from bot.service.submission import Origin
from tests.simulation.clock import BEGINNING, virtual_loop
from tests.simulation.database import Database
from tests.simulation.discord_model import DiscordDoor, Interaction
from tests.simulation.effects import Life
from tests.simulation.event_feed import Feed
from tests.simulation.oxen_api import OxenApi
from tests.simulation.oxen_model import GRACE_S
from tests.simulation.remembering import RememberingStore
from tests.simulation.shop import HOLD_ABOVE_USD, Shop

SLOTS = 4
DEADLINE_S = 90.0
DRAIN_S = 8.0
CATALOGUE_TICK_S = 5.0
MEMBER_LIMITS = Limits(jobs_under_way=3, images_per_day=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """What a run may do otherwise than the bot does; only the proof that the harness bites uses it."""

    store: type[RememberingStore] = RememberingStore
    api: type[OxenApi] = OxenApi
    posting: type[Posting] = Posting
    sweeps: bool = True
    grace_s: float = GRACE_S
    hold_above_usd: float = HOLD_ABOVE_USD


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What one process sees of the world."""

    life: Life
    database: Database
    api: OxenApi
    feed: Feed
    door: DiscordDoor
    shop: Shop
    strategy: Strategy
    new_id: Callable[[], str]
    jitter: Callable[[], float]
    changed: Callable[[Change], None]


@dataclass(slots=True, kw_only=True)
class Process:
    """The bot between a start and its end; `ready` once it takes interactions."""

    around: Surroundings
    store: RememberingStore
    engine: Engine
    ready: bool = False
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Run until `stop` is called, in the order of `bot.app.run`."""
        self.engine.ledger.remember(await self.store.open_jobs())
        await self.engine.restoration.run()
        await self._load_catalogue()
        async with asyncio.TaskGroup() as group:
            loops = [group.create_task(loop) for loop in self._loops()]
            worker = group.create_task(self.engine.worker.run())
            self.ready = True
            await self._stop.wait()
            self.ready = False
            self.engine.worker.stop()
            drained = group.create_task(self._drain(worker))
            await asyncio.wait({drained}, timeout=DRAIN_S)
            for task in (drained, worker, *loops):
                task.cancel()
        await self.engine.results.close()
        await self.store.close()

    def _loops(self) -> Iterator[Coroutine[None, None, None]]:
        yield self.engine.listener.run()
        if self.around.strategy.sweeps:
            yield self.engine.sweeper.run()
        yield self.engine.deliverer.run()
        yield self._keep_fresh()

    async def _drain(self, worker: asyncio.Task[None]) -> None:
        await asyncio.wait({worker})
        await self.engine.deliverer.drained()

    async def _keep_fresh(self) -> None:
        while self.around.shop.models() is None:
            await asyncio.sleep(CATALOGUE_TICK_S)
            await self._load_catalogue()

    async def _load_catalogue(self) -> None:
        try:
            await self.around.shop.load()
        except EaselError:
            return

    def stop(self) -> None:
        """Ask for an orderly end, as SIGTERM does."""
        self._stop.set()

    async def take(self, ask: Ask, interaction: Interaction, owner_id: int, *, credit_id: int | None = None) -> None:
        """Commit a request and answer it, as `cogs.picture_command.take` does; raises UserError for a refusal."""
        job = await self.engine.desk.submission.submit(ask, _origin(interaction, owner_id), credit_id=credit_id)
        if job is None:
            return
        card = card_of(job, pictures={}, now=virtual_loop().now(), usual_s=None)
        try:
            message_id = await self.around.door.answer(interaction, card)
        except AnswerMissedError:
            await self.engine.desk.submission.missed(job)
            return
        if message_id is not None:
            await self.engine.desk.submission.answered(job, message_id)

    async def again(self, job_id: str, interaction: Interaction, owner_id: int) -> None:
        """Ask for the same once more, as the button does."""
        job = await self.store.get(job_id)
        if job is not None:
            await self.take(replace(job.ask, seed=None), interaction, owner_id, credit_id=job.owner_id)

    async def cancel(self, job_id: str, by: int) -> None:
        job = await self.store.get(job_id)
        if job is not None and job.under_way:
            await self.engine.desk.cancellation.cancel(job_id, by)

    async def erase(self, job_id: str, by: int) -> None:
        job = await self.store.get(job_id)
        if job is not None:
            await self.engine.desk.removal.remove(job, by)


def _origin(interaction: Interaction, owner_id: int) -> Origin:
    return Origin(
        interaction_id=int(interaction.id),
        owner_id=owner_id,
        channel_id=1,
        guild_id=2,
        application_id=3,
        token=f"token of {interaction.id}",
        token_expires_at=BEGINNING + timedelta(seconds=interaction.token_dies_s),
        size_limit_bytes=10 * 1024 * 1024,
    )
