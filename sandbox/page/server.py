"""The page's web server: puts its parts together, listens on loopback, and stops."""

import asyncio
import errno
import socket
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from sandbox.page import guard
from sandbox.page.backstage import Backstage
from sandbox.page.endpoints import Endpoints, speak_refusals
from sandbox.page.faces import Faces
from sandbox.page.scenery import Scenery
from sandbox.page.story import DARK_S
from sandbox.page.traffic import Traffic
from sandbox.page.troubles import Troubles

STATIC = Path(__file__).parent / "static"
_HOST = "127.0.0.1"
_PORTS_TRIED = 20
_SHUTDOWN_S = 0.2
"""Open feeds never end by themselves."""
_MAX_REQUEST_BYTES = 128 * 1024 * 1024
"""Ten files of ten MiB, and room around them; each file's own limit is the local Discord's business."""


class NoPortError(Exception):
    """No port near the wanted one is free; the text says so."""


class PageServer:
    """Serves the page; `url` is known once it is started."""

    def __init__(
        self, backstage: Backstage, *, port: int = 0, strict_port: bool = False, dark_s: float = DARK_S
    ) -> None:
        """Take a free port for port 0, else the given one or, unless it must be that, one of the next."""
        self._backstage = backstage
        self.wanted_port = port
        self._ports_tried = 1 if strict_port or not port else _PORTS_TRIED
        self._traffic = Traffic(discord=backstage.discord, oxen=backstage.oxen, bell=backstage.bell)
        self._troubles = Troubles(backstage, dark_s=dark_s)
        self._following: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://{_HOST}:{self.port}/"

    async def start(self) -> None:
        """Listen. Raises NoPortError."""
        listener = _listener(range(self.wanted_port, self.wanted_port + self._ports_tried))
        self.port = int(listener.getsockname()[1])
        self._runner = web.AppRunner(
            self._application(), access_log=None, shutdown_timeout=_SHUTDOWN_S, handler_cancellation=True
        )
        await self._runner.setup()
        await web.SockSite(self._runner, listener).start()
        self._following = asyncio.create_task(self._traffic.follow(), name="follow the traffic")

    async def stop(self) -> None:
        """Let every browser go, and stop listening."""
        await self._troubles.close()
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait({self._following})
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _application(self) -> web.Application:
        scenery = Scenery(
            backstage=self._backstage,
            faces=Faces(discord=self._backstage.discord),
            traffic=self._traffic,
            troubles=self._troubles,
        )
        endpoints = Endpoints(backstage=self._backstage, scenery=scenery, troubles=self._troubles)
        app = web.Application(
            middlewares=(guard.keep_strangers_out(self.port), speak_refusals), client_max_size=_MAX_REQUEST_BYTES
        )
        app.on_response_prepare.append(guard.add_headers)
        app.add_routes([web.get("/", _index), web.static("/static", STATIC), *endpoints.routes()])
        return app


async def _index(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(STATIC / "index.html")


def _listener(ports: range) -> socket.socket:
    for port in ports:
        try:
            return socket.create_server((_HOST, port))
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
    tried = f"Port {ports.start} is" if len(ports) == 1 else f"All ports from {ports.start} to {ports.stop - 1} are"
    raise NoPortError(f"{tried} taken: choose another with --port.")
