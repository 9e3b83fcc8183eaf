"""The composition root: opens database and sessions, runs the loops in one TaskGroup, and ends everything in order."""

import asyncio
import gc
import logging
import random
import secrets
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import aiohttp

from bot.assembly import Engine, Ports, Rules, assemble
from bot.boundary import Boundary
from bot.client import EaselBot, point_discord_at
from bot.control_socket import ControlSocket, socket_path
from bot.core.admission import Limits
from bot.core.backoff import Backoff
from bot.core.image_header import MAX_REFERENCE_BYTES
from bot.core.keeping import KeepingRule
from bot.core.money import microusd_of
from bot.credentials import CredentialWatch, ProvenSecrets
from bot.deliverer import Deliverer
from bot.delivery import DiscordDelivery
from bot.errors import EaselError, RemoteError, StoreUnavailableError, TransientError
from bot.gateway import Gateway
from bot.health import Heartbeat
from bot.oxen.catalog import ModelCatalogue
from bot.oxen.client import OxenClient
from bot.oxen.stream import HttpTransport, OxenEventStream, stream_session
from bot.references import AttachmentReader
from bot.refusals import Refusals
from bot.service.rules import AdmissionRules, ModelRules
from bot.settings import Settings, data_folder
from bot.shrink import PictureShrinker
from bot.store import SqliteFile, SqlStore, locate, open_store

log = logging.getLogger(__name__)

T = TypeVar("T")

DRAIN_S = 8.0
"""Of the 10 s that the README promises for a stop; the rest is for closing connections."""
AWAY_BACKOFF = Backoff(first_s=1.0, cap_s=30.0)
CATALOGUE_TICK_S = 60.0
CATALOGUE_FIRST_S = 5.0
"""How long the start waits for the catalogue; without it the first jobs are checked a little later."""
SEED_BITS = 32
"""Where the health file is when the database is on a server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Easel:
    """The built bot: everything that runs or has to be ended."""

    engine: Engine
    store: SqlStore
    gateway: Gateway
    heartbeat: Heartbeat
    control: ControlSocket | None
    catalogue: ModelCatalogue
    usual_model: str
    key_is_refused: Callable[[], Awaitable[bool]]


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Run the bot until `stop` is set, then finish what is in hand.

    Raises what ends the bot (see `boundary.py`), in a group or alone, and the store's errors for a wrong DATABASE_URL.
    """
    async with AsyncExitStack() as opened:
        starting = asyncio.create_task(_start(settings, opened), name="start")
        told = asyncio.create_task(stop.wait(), name="stop")
        await asyncio.wait({starting, told}, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            await asyncio.wait({starting})
        else:
            await _serve(starting.result(), stop)
        told.cancel()
    log.info("stopped")


async def _start(settings: Settings, opened: AsyncExitStack) -> Easel:
    """Wait for the database, then build everything and go on where the last process ended."""
    store = await _insist("the database", lambda: _open_store(settings))
    opened.push_async_callback(store.close)
    easel = await opened.enter_async_context(built(settings, store))
    await _insist("Oxen", lambda: _key_is_taken(easel))
    await _insist("the database", lambda: _restore(easel))
    await _first_catalogue(easel)
    # What lives to the end stays out of every full collection, which would stop the event loop for some 50 ms.
    gc.collect()
    gc.freeze()
    return easel


async def _open_store(settings: Settings) -> SqlStore:
    return await open_store(
        settings.database_url.get_secret_value(), secret=settings.discord_token.get_secret_value(), clock=_now
    )


async def _key_is_taken(easel: Easel) -> None:
    """Raise RemoteError unless Oxen is there and takes the key, ServiceRefusedError for one that never worked."""
    if await easel.key_is_refused():
        raise TransientError("it refuses the key")


async def _restore(easel: Easel) -> None:
    easel.engine.ledger.remember(await easel.store.open_jobs())
    await easel.engine.restoration.run()


async def _insist(name: str, step: Callable[[], Awaitable[T]]) -> T:
    """Take a step of the start as soon as what it needs is there, and say once that it is waited for."""
    backoff = AWAY_BACKOFF
    said = ""
    while True:
        try:
            done = await step()
        except (StoreUnavailableError, RemoteError) as error:
            if str(error) != said:
                log.warning("%s is waited for: %s", name, error)
            said = str(error)
        else:
            if said:
                log.info("%s is there", name)
            return done
        await asyncio.sleep(backoff.pause_s)
        backoff = backoff.failed()


async def _serve(easel: Easel, stop: asyncio.Event) -> None:
    """Run every loop until `stop` is set, and end them in order."""
    engine = easel.engine
    boundary = Boundary(monotonic=time.monotonic, sleep=asyncio.sleep)

    async with asyncio.TaskGroup() as group:

        def kept_up(name: str, loop: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
            return group.create_task(boundary.keep_up(name, loop), name=name)

        loops = [
            kept_up("listener", engine.listener.run),
            kept_up("sweeper", engine.sweeper.run),
            kept_up("deliverer", engine.deliverer.run),
            kept_up("catalogue", lambda: _keep_fresh(easel)),
            kept_up("heartbeat", easel.heartbeat.run),
            *((kept_up("control", easel.control.run),) if easel.control else ()),
        ]
        worker = kept_up("worker", engine.worker.run)
        gateway = kept_up("gateway", easel.gateway.run)
        await stop.wait()
        log.info("stopping")
        gateway.cancel()
        await easel.gateway.leave()
        engine.worker.stop()
        drained = group.create_task(_drain(worker, engine.deliverer), name="drain")
        _, unfinished = await asyncio.wait({drained}, timeout=DRAIN_S)
        if unfinished:
            log.warning("stopping with work in hand; the next start goes on with it")
        await easel.gateway.close()
        for task in (gateway, drained, worker, *loops):
            task.cancel()


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
        await easel.engine.estimates.refresh(easel.usual_model)
    except EaselError as error:
        log.warning("the list of models could not be had: %s", error)


@asynccontextmanager
async def built(settings: Settings, store: SqlStore) -> AsyncGenerator[Easel]:
    """Open sessions, build every object around them, and close them again in the right order."""
    point_discord_at(settings.discord_api_url, settings.discord_gateway_url)
    async with AsyncExitStack() as opened:
        session = await opened.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        # The stream has a session of its own: one that is held open for ever must not wait for, or starve, the others.
        to_oxen = _oxen(settings, session, await opened.enter_async_context(stream_session()))
        refusals = Refusals(monotonic=time.monotonic)
        bot = EaselBot(
            sync_to_guild=settings.discord_guild_id, allowed_guilds=settings.allowed_guilds, refusals=refusals
        )
        opened.push_async_callback(bot.close)
        ports = Ports(
            store=store,
            copy=store,
            api=to_oxen.client,
            events=to_oxen.events,
            catalogue=to_oxen.catalogue,
            references=AttachmentReader(session, settings.discord_cdn_hosts, max_bytes=MAX_REFERENCE_BYTES),
            delivery=DiscordDelivery(bot, refusals=refusals, clock=_now),
            shrinker=PictureShrinker(),
            confirm_refusal=to_oxen.key_is_refused,
            clock=_now,
            monotonic=time.monotonic,
            sleep=asyncio.sleep,
            new_id=_new_id,
            random_seed=_random_seed,
        )
        engine = assemble(ports, _rules(settings))
        opened.push_async_callback(engine.results.close)
        bot.desk = engine.desk
        yield _easel(settings, engine, store, bot, to_oxen)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Oxen:
    """Everything through which we speak to Oxen."""

    client: OxenClient
    events: OxenEventStream
    catalogue: ModelCatalogue
    key_is_refused: Callable[[], Awaitable[bool]]


def _oxen(settings: Settings, session: aiohttp.ClientSession, stream: aiohttp.ClientSession) -> _Oxen:
    url, key = settings.oxen_api_url, settings.oxen_api_key.get_secret_value()
    client = OxenClient(
        session,
        base_url=url,
        api_key=key,
        namespace=settings.oxen_namespace,
        grace_s=settings.reconcile_grace_s,
    )
    named = sorted({settings.oxen_model, *settings.oxen_models})
    watch = CredentialWatch(
        "the key in OXEN_API_KEY",
        key,
        service="Oxen",
        proven=_proven(settings),
        monotonic=time.monotonic,
        remedy="Make a new one at https://oxen.ai/settings/profile.",
    )

    async def key_is_refused() -> bool:
        if await client.check_key():
            watch.taken()
            return False
        watch.refused()
        return True

    return _Oxen(
        client=client,
        events=OxenEventStream(
            HttpTransport(stream, url=f"{url}/events", api_key=key), sleep=asyncio.sleep, random=random.random
        ),
        catalogue=ModelCatalogue(lambda: client.models(named), monotonic=time.monotonic),
        key_is_refused=key_is_refused,
    )


def _folder(settings: Settings) -> Path:
    """Return where the bot keeps what is no job."""
    database = locate(settings.database_url.get_secret_value())
    return database.path.parent if isinstance(database, SqliteFile) else data_folder()


def _proven(settings: Settings) -> ProvenSecrets:
    return ProvenSecrets(_folder(settings) / "proven")


def _rules(settings: Settings) -> Rules:
    limits = Limits(
        jobs_under_way=settings.max_jobs_per_member,
        images_per_day=settings.daily_images_per_member,
        microusd_per_day_of_member=microusd_of(settings.daily_usd_per_member),
        microusd_per_day=microusd_of(settings.daily_usd),
    )
    return Rules(
        models=ModelRules(
            default_model=settings.oxen_model, allowed=settings.oxen_models, priced_only=limits.hold_money
        ),
        admission=AdmissionRules(limits=limits, slots=settings.max_running_generations),
        grace=timedelta(seconds=settings.reconcile_grace_s),
        deadline=timedelta(seconds=settings.job_deadline_s),
        hold_above_usd=settings.hold_above_usd,
        keeping=KeepingRule(words=timedelta(days=settings.keep_days) if settings.keep_days else None),
    )


def _easel(settings: Settings, engine: Engine, store: SqlStore, bot: EaselBot, to_oxen: _Oxen) -> Easel:
    database = locate(settings.database_url.get_secret_value())
    token = settings.discord_token.get_secret_value()
    gateway = Gateway(
        bot,
        token=token,
        watch=CredentialWatch(
            "the token in DISCORD_TOKEN",
            token,
            service="Discord",
            proven=_proven(settings),
            monotonic=time.monotonic,
            remedy="Make a new one under Bot > Reset Token.",
        ),
        monotonic=time.monotonic,
        sleep=asyncio.sleep,
    )
    return Easel(
        engine=engine,
        store=store,
        gateway=gateway,
        heartbeat=Heartbeat(
            _folder(settings) / "health",
            lines={"Discord": gateway.is_open, "Oxen's event stream": lambda: engine.health.up},
            monotonic=time.monotonic,
            sleep=asyncio.sleep,
        ),
        control=ControlSocket(store, socket_path(database.path)) if isinstance(database, SqliteFile) else None,
        catalogue=to_oxen.catalogue,
        usual_model=settings.oxen_model,
        key_is_refused=to_oxen.key_is_refused,
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return secrets.token_hex(8)


def _random_seed() -> int:
    return secrets.randbits(SEED_BITS)
