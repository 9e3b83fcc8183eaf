"""The composition root: builds every object, runs the loops in one TaskGroup, and ends them in order."""

import asyncio
import logging
import random
import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp

from bot.backup_socket import BackupSocket, socket_path
from bot.client import EaselBot, point_discord_at
from bot.core.admission import MemberLimits
from bot.core.image_header import MAX_REFERENCE_BYTES
from bot.deliverer import Deliverer
from bot.delivery import DiscordDelivery
from bot.errors import EaselError, RemoteError
from bot.gateway import Gateway
from bot.health import Heartbeat
from bot.listener import Listener
from bot.oxen.catalog import ModelCatalogue
from bot.oxen.client import OxenClient
from bot.oxen.stream import HttpTransport, OxenEventStream, stream_session
from bot.references import AttachmentReader
from bot.refusals import Refusals
from bot.service.cancellation import Cancellation
from bot.service.delivering import Delivering
from bot.service.desk import Desk
from bot.service.early import EarlyEvents
from bot.service.estimates import Estimates
from bot.service.ledger import Ledger
from bot.service.placing import Placing
from bot.service.posting import Posting
from bot.service.preparation import Preparation
from bot.service.reconciliation import Reconciliation
from bot.service.removal import Removal
from bot.service.restoration import Restoration
from bot.service.results import Results
from bot.service.rules import AdmissionRules, ModelRules
from bot.service.settlement import Settlement
from bot.service.stream_health import StreamHealth
from bot.service.submission import Submission
from bot.service.unclear import UnclearPosts
from bot.settings import Settings
from bot.shrink import PictureShrinker
from bot.store import SqliteFile, SqlStore, locate, open_store
from bot.sweeper import Sweeper
from bot.worker import Worker

log = logging.getLogger(__name__)

DRAIN_S = 8.0
"""Of the 10 s that the README promises for a stop; the rest is for closing connections."""
CATALOGUE_TICK_S = 60.0
CATALOGUE_FIRST_S = 5.0
"""How long the start waits for the catalogue; without it the first jobs are checked a little later."""
SEED_BITS = 32
DATA = Path("data")
"""Where the health file is when the database is on a server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Easel:
    """The built bot: everything that runs or has to be ended."""

    gateway: Gateway
    listener: Listener
    worker: Worker
    deliverer: Deliverer
    sweeper: Sweeper
    heartbeat: Heartbeat
    backups: BackupSocket | None
    restoration: Restoration
    catalogue: ModelCatalogue
    estimates: Estimates
    settings: Settings


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Run the bot until `stop` is set, then finish what is in hand.

    Raises an ExceptionGroup with the reason when a part of it dies, and the store's errors when it cannot start.
    """
    async with built(settings) as easel:
        await easel.restoration.run()
        await _first_catalogue(easel)
        async with asyncio.TaskGroup() as group:
            loops = [
                group.create_task(loop, name=name)
                for name, loop in (
                    ("listener", easel.listener.run()),
                    ("sweeper", easel.sweeper.run()),
                    ("deliverer", easel.deliverer.run()),
                    ("catalogue", _keep_fresh(easel)),
                    ("heartbeat", easel.heartbeat.run()),
                    *((("backups", easel.backups.run()),) if easel.backups else ()),
                )
            ]
            worker = group.create_task(easel.worker.run(), name="worker")
            gateway = group.create_task(easel.gateway.run(), name="gateway")
            await stop.wait()
            log.info("stopping")
            gateway.cancel()
            await easel.gateway.leave()
            easel.worker.stop()
            drained = group.create_task(_drain(worker, easel.deliverer), name="drain")
            _, unfinished = await asyncio.wait({drained}, timeout=DRAIN_S)
            if unfinished:
                log.warning("stopping with work in hand; the next start goes on with it")
            await easel.gateway.close()
            for task in (gateway, drained, worker, *loops):
                task.cancel()
    log.info("stopped")


async def _drain(worker: asyncio.Task[None], deliverer: Deliverer) -> None:
    """Wait until the POSTs in the air are answered and every owed card is shown."""
    await asyncio.wait({worker})
    await deliverer.drained()


async def _first_catalogue(easel: Easel) -> None:
    try:
        async with asyncio.timeout(CATALOGUE_FIRST_S):
            await _refresh(easel)
    except TimeoutError:
        log.warning("the list of models is slow; going on without it")


async def _keep_fresh(easel: Easel) -> None:
    """Keep the catalogue and the usual seconds at hand, so that a command never waits for them."""
    while True:
        await _refresh(easel)
        await asyncio.sleep(CATALOGUE_TICK_S if easel.catalogue.models() is not None else CATALOGUE_FIRST_S)


async def _refresh(easel: Easel) -> None:
    try:
        await easel.catalogue.load()
        await easel.estimates.refresh(easel.settings.oxen_model)
    except EaselError as error:
        log.warning("the list of models could not be had: %s", error)


@asynccontextmanager
async def built(settings: Settings) -> AsyncGenerator[Easel]:
    """Open database and sessions, build every object around them, and close them again in the right order."""
    point_discord_at(settings.discord_api_url, settings.discord_gateway_url)
    async with AsyncExitStack() as opened:
        store = await open_store(
            settings.database_url.get_secret_value(),
            secret=settings.discord_token.get_secret_value(),
            clock=_now,
        )
        opened.push_async_callback(store.close)
        api_session = await opened.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        stream = await opened.enter_async_context(stream_session())
        refusals = Refusals(monotonic=time.monotonic)
        bot = EaselBot(
            sync_to_guild=settings.discord_guild_id, allowed_guilds=settings.allowed_guilds, refusals=refusals
        )
        opened.push_async_callback(bot.close)
        yield await _assemble(settings, store, api_session, stream, bot, refusals, opened)


async def _assemble(  # noqa: PLR0917 - one line an object: this is the wiring
    settings: Settings,
    store: SqlStore,
    api_session: aiohttp.ClientSession,
    stream: aiohttp.ClientSession,
    bot: EaselBot,
    refusals: Refusals,
    opened: AsyncExitStack,
) -> Easel:
    key = settings.oxen_api_key.get_secret_value()
    api = OxenClient(api_session, base_url=settings.oxen_api_url, api_key=key, namespace=settings.oxen_namespace)

    async def confirm_refusal() -> bool:
        try:
            return not await api.check_key()
        except RemoteError:
            # Nobody but a proxy answered: that is no reason to end.
            return False

    named = {settings.oxen_model, *settings.oxen_models}
    catalogue = ModelCatalogue(lambda: api.models(sorted(named)), monotonic=time.monotonic)
    references = AttachmentReader(api_session, settings.discord_cdn_hosts, max_bytes=MAX_REFERENCE_BYTES)
    models = ModelRules(default_model=settings.oxen_model, allowed=settings.oxen_models)
    limits = MemberLimits(jobs_under_way=settings.max_jobs_per_member, images_per_day=settings.daily_images_per_member)
    slots = settings.max_running_generations
    grace = timedelta(seconds=settings.reconcile_grace_s)

    ledger = Ledger(store)
    ledger.remember(await store.open_jobs())
    health = StreamHealth()
    estimates = Estimates(store, time.monotonic)
    delivery = DiscordDelivery(bot, refusals=refusals, clock=_now)
    results = Results(api, sleep=asyncio.sleep)
    opened.push_async_callback(results.close)
    settlement = Settlement(ledger=ledger, api=api, results=results, early=EarlyEvents(time.monotonic), clock=_now)
    posting = Posting(
        ledger=ledger,
        api=api,
        references=references,
        settlement=settlement,
        clock=_now,
        new_id=_new_id,
        confirm_refusal=confirm_refusal,
    )
    preparation = Preparation(
        ledger=ledger,
        catalogue=catalogue,
        references=references,
        rules=models,
        random_seed=_random_seed,
        clock=_now,
        sleep=asyncio.sleep,
    )
    worker = Worker(
        store=store,
        preparation=preparation,
        posting=posting,
        health=health,
        slots=slots,
        monotonic=time.monotonic,
    )
    delivering = Delivering(
        ledger=ledger,
        delivery=delivery,
        results=results,
        shrinker=PictureShrinker(),
        settlement=settlement,
        estimates=estimates,
        clock=_now,
    )
    deliverer = Deliverer(store=store, delivering=delivering, sleep=asyncio.sleep)
    ledger.observe(deliverer.notice)
    ledger.preview_with(deliverer.preview)
    ledger.observe(worker.notice)
    reconciliation = Reconciliation(
        ledger=ledger,
        api=api,
        settlement=settlement,
        clock=_now,
        deadline=timedelta(seconds=settings.job_deadline_s),
        grace=grace,
    )
    unclear = UnclearPosts(
        store=store,
        ledger=ledger,
        api=api,
        posting=posting,
        settlement=settlement,
        clock=_now,
        grace=grace,
        hold_above_usd=settings.hold_above_usd,
    )
    cancellation = Cancellation(ledger=ledger, settlement=settlement, clock=_now)
    bot.desk = Desk(
        store=store,
        catalogue=catalogue,
        models=models,
        submission=Submission(
            ledger=ledger,
            catalogue=catalogue,
            models=models,
            admission=AdmissionRules(limits=limits, slots=slots),
            random_seed=_random_seed,
            clock=_now,
        ),
        cancellation=cancellation,
        removal=Removal(ledger=ledger, cancellation=cancellation, delivery=delivery),
        placing=Placing(store=store, ledger=ledger),
        estimates=estimates,
        clock=_now,
    )
    events = OxenEventStream(
        HttpTransport(stream, url=f"{settings.oxen_api_url}/events", api_key=key),
        confirm_refusal=confirm_refusal,
        sleep=asyncio.sleep,
        random=random.random,
    )
    gateway = Gateway(bot, token=settings.discord_token.get_secret_value(), sleep=asyncio.sleep)
    database = locate(settings.database_url.get_secret_value())
    in_file = isinstance(database, SqliteFile)
    return Easel(
        gateway=gateway,
        listener=Listener(stream=events, settlement=settlement, health=health),
        worker=worker,
        deliverer=deliverer,
        sweeper=Sweeper(
            store=store,
            ledger=ledger,
            reconciliation=reconciliation,
            unclear=unclear,
            delivery=delivery,
            health=health,
            clock=_now,
            sleep=asyncio.sleep,
        ),
        heartbeat=Heartbeat(
            (database.path.parent if in_file else DATA) / "health",
            lines={"Discord": gateway.is_open, "Oxen's event stream": lambda: health.up},
            monotonic=time.monotonic,
            sleep=asyncio.sleep,
        ),
        backups=BackupSocket(store, socket_path(database.path)) if in_file else None,
        restoration=Restoration(copy=store, store=store, ledger=ledger, clock=_now, new_id=_new_id),
        catalogue=catalogue,
        estimates=estimates,
        settings=settings,
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return secrets.token_hex(8)


def _random_seed() -> int:
    return secrets.randbits(SEED_BITS)
