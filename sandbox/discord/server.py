"""The composition root of the local Discord: builds every part, and starts and stops the server on loopback."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web

from sandbox.discord import cdn
from sandbox.discord.body import MAX_BODY_BYTES
from sandbox.discord.changes import Changes
from sandbox.discord.circumstances import Circumstances
from sandbox.discord.clock import Clock, utc_now
from sandbox.discord.core import CORE, Core
from sandbox.discord.faults import RequestFaults
from sandbox.discord.gateway import Gateway
from sandbox.discord.hub import GatewaySettings, Hub
from sandbox.discord.interactions import Interactions
from sandbox.discord.limits import RateLimits
from sandbox.discord.message_payloads import MessagePayloads
from sandbox.discord.messages import Messages
from sandbox.discord.people import People
from sandbox.discord.record import RequestLog
from sandbox.discord.rest.pipeline import API_PREFIX, rest_app
from sandbox.discord.scene import Builder, default_scene
from sandbox.discord.signing import Links
from sandbox.discord.snowflake import Snowflakes, lowest_at
from sandbox.discord.state import Application, User, World
from sandbox.discord.views import Views

T = TypeVar("T")

_HOST = "127.0.0.1"
_SHUTDOWN_TIMEOUT_S = 1.0
# The application is older than everything else, so that its id is below all that the sandbox makes.
_APPLICATION_AGE = timedelta(days=30)


def _new_token() -> str:
    return f"{secrets.token_urlsafe(18)}.{secrets.token_urlsafe(4)}.{secrets.token_urlsafe(28)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this Discord is. `port` 0 takes a free one; `privileged_intents` are those that the portal allows the bot."""

    port: int = 0
    application_name: str = "Easel"
    bot_public: bool = False
    privileged_intents: int = 0
    token: str = field(default_factory=_new_token, repr=False)
    gateway: GatewaySettings = field(default_factory=GatewaySettings)


class LocalDiscord(Views):
    """A Discord of one's own. The package's docstring tells what its attributes are for."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        extend: Callable[[web.Application], None] | None = None,
    ) -> None:
        self.settings = settings or Settings()
        super().__init__(_assemble(self.settings, Clock(now), sleep))
        self._extend = extend
        self._runner: web.AppRunner | None = None
        self.world = self.core.world
        self.log = self.core.log
        self.faults = self.core.faults
        self.changes = self.core.changes
        self.hub = self.core.hub
        self.gateway = Gateway(self.hub)
        self.people = People(core=self.core)
        self.circumstances = Circumstances(core=self.core)
        self.builder = Builder(world=self.world, new_id=self.core.new_id, now=self.core.clock.now)
        self.scene = default_scene(self.builder)
        self.origin = ""

    @property
    def token(self) -> str:
        return self.settings.token

    @property
    def application_id(self) -> int:
        return self.world.application.id

    @property
    def api_url(self) -> str:
        return f"{self.origin}{API_PREFIX}"

    @property
    def gateway_url(self) -> str:
        return self.hub.url

    @property
    def cdn_host(self) -> str:
        return _HOST

    def environment(self) -> dict[str, str]:
        """Return the variables that point the bot here."""
        return {
            "DISCORD_TOKEN": self.token,
            "DISCORD_API_URL": self.api_url,
            "DISCORD_GATEWAY_URL": self.gateway_url,
            "DISCORD_CDN_HOSTS": self.cdn_host,
        }

    async def start(self) -> None:
        """Listen on loopback; the addresses are known afterwards."""
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app[CORE] = self.core
        app.add_subapp(API_PREFIX, rest_app(self.core))
        app.router.add_get("/", self.gateway.handle)
        cdn.add_routes(app)
        if self._extend is not None:
            self._extend(app)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_TIMEOUT_S)
        await runner.setup()
        site = web.TCPSite(runner, _HOST, self.settings.port)
        await site.start()
        self._runner = runner
        port = int(runner.addresses[0][1])
        self.origin = f"http://{_HOST}:{port}"
        self.core.links.origin = self.origin
        self.hub.url = f"ws://{_HOST}:{port}/"

    async def stop(self) -> None:
        """Let held requests go, close every connection, stop listening. The state stays readable."""
        self.faults.clear()
        await self.gateway.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def wait_for(self, condition: Callable[[], T | None], *, timeout_s: float = 5.0) -> T:
        """Return the condition's first true result; it is asked at once and after every change, so nothing polls.

        Raises WaitedTooLongError with the last requests in its message, after `timeout_s` seconds of real time.
        """
        return await self.changes.wait_for(condition, timeout_s=timeout_s, explain=self.log.tail)


def _assemble(settings: Settings, clock: Clock, sleep: Callable[[float], Awaitable[object]]) -> Core:
    new_id = Snowflakes(clock.now)
    world = _world(settings, clock, new_id)
    changes = Changes()
    links = Links(secret=secrets.token_bytes(32), now=clock.now)
    hub = Hub(world=world, changes=changes, now=clock.now, settings=settings.gateway)
    payloads = MessagePayloads(world=world, links=links)
    messages = Messages(world=world, changes=changes, sessions=hub.sessions, payloads=payloads, now=clock.now)
    interactions = Interactions(
        world=world,
        changes=changes,
        sessions=hub.sessions,
        messages=messages,
        payloads=payloads,
        now=clock.now,
        new_id=new_id,
    )
    return Core(
        clock=clock,
        new_id=new_id,
        world=world,
        changes=changes,
        links=links,
        hub=hub,
        payloads=payloads,
        messages=messages,
        interactions=interactions,
        faults=RequestFaults(),
        limits=RateLimits(clock.now),
        log=RequestLog(),
        sleep=sleep,
    )


def _world(settings: Settings, clock: Clock, new_id: Snowflakes) -> World:
    owner = User(id=new_id(), username="operator", display_name="Operator")
    application = Application(
        id=lowest_at(clock.now() - _APPLICATION_AGE),
        name=settings.application_name,
        token=settings.token,
        owner_id=owner.id,
        bot_public=settings.bot_public,
        privileged_intents=settings.privileged_intents,
    )
    name = settings.application_name
    bot = User(id=application.bot_id, username=name, display_name=name, bot=True)
    return World(application=application, users={owner.id: owner, bot.id: bot})
