"""The local Oxen as one object: its parts are put together here, started and stopped."""

import asyncio
import random
import socket
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web

from sandbox.oxen import middleware, routes
from sandbox.oxen.account import Account
from sandbox.oxen.announcer import Announcer
from sandbox.oxen.catalogue import Catalogue, load_catalogue
from sandbox.oxen.changes import Changes, Predicate
from sandbox.oxen.context import API, SERVICES, Services
from sandbox.oxen.faults import Faults
from sandbox.oxen.knobs import Knobs
from sandbox.oxen.ledger import Ledger
from sandbox.oxen.links import LinkSigner
from sandbox.oxen.prompt_words import faults_in
from sandbox.oxen.references import ReferenceFetcher
from sandbox.oxen.request_log import RequestLog
from sandbox.oxen.results import ResultLinks
from sandbox.oxen.streams import StreamHub
from sandbox.oxen.studio import Studio
from sandbox.oxen.tasks import Tasks
from sandbox.oxen.worker import Worker

_LOOPBACK = "127.0.0.1"
_MAX_BODY_BYTES = 64 * 1024 * 1024
"""Room for references that come inline."""
_SHUTDOWN_S = 1.0
_SECRET_BYTES = 32


class LocalOxen:
    """A local Oxen. Everything that can be read or turned exists before `start`; only the address does not."""

    def __init__(
        self,
        *,
        account: Account | None = None,
        knobs: Knobs | None = None,
        catalogue: Catalogue | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        rng: random.Random | None = None,
    ) -> None:
        self.account = account or Account()
        self.knobs = knobs or Knobs()
        self.catalogue = catalogue or load_catalogue()
        self.faults = Faults(in_prompt=faults_in)
        self._changes = Changes()
        self.ledger = Ledger(self._changes)
        self.log = RequestLog(self._changes)
        self.streams = StreamHub(self._changes)
        self._clock = clock
        self._sleep = sleep
        self._rng = rng or random.Random()
        self.announcer = Announcer(hub=self.streams, faults=self.faults, knobs=self.knobs, sleep=sleep, rng=self._rng)
        self._base_url: str | None = None
        self._stopping = asyncio.Event()
        self._main: asyncio.Task[None] | None = None

    @property
    def api_url(self) -> str:
        """What OXEN_API_URL must be. Raises RuntimeError before the start."""
        return f"{self._started_url()}{API}"

    async def start(self, *, port: int = 0) -> None:
        """Listen on loopback; port 0 takes a free one."""
        listener = socket.create_server((_LOOPBACK, port))
        self._base_url = f"http://{_LOOPBACK}:{listener.getsockname()[1]}"
        self._stopping.clear()
        started = asyncio.get_running_loop().create_future()
        self._main = asyncio.create_task(self._serve(listener, started), name="local-oxen")
        self._main.add_done_callback(self._on_end)
        await asyncio.wait({self._main, started}, return_when=asyncio.FIRST_COMPLETED)
        if self._main.done():
            await self._main

    async def stop(self) -> None:
        """Stop everything. Raises what broke the server, if something did."""
        self._stopping.set()
        if self._main is not None:
            await self._main

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def wait_for(self, predicate: Predicate, *, timeout_s: float = 5.0) -> None:
        """Return when the predicate holds; looks again after each change. Raises TimeoutError with the state."""
        try:
            await self._changes.wait_for(predicate, timeout_s=timeout_s)
        except TimeoutError:
            raise TimeoutError(f"did not happen within {timeout_s} s; the local Oxen: {self._summary()}") from None

    def drop_streams(self) -> None:
        """Break off every event stream that is open now."""
        self.streams.drop()

    def freeze_streams(self) -> None:
        """Leave every event stream open and silent, those to come as well, until `thaw_streams`."""
        self.streams.freeze()

    def thaw_streams(self) -> None:
        """Let streams that are opened from now on work again."""
        self.streams.thaw()

    async def _serve(self, listener: socket.socket, started: asyncio.Future[None]) -> None:
        async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
            services = self._assemble(session, Tasks(group))
            runner = web.AppRunner(
                _application(services), handler_cancellation=True, shutdown_timeout=_SHUTDOWN_S, access_log=None
            )
            await runner.setup()
            try:
                await web.SockSite(runner, listener).start()
                started.set_result(None)
                await self._stopping.wait()
            finally:
                self.streams.end_all()
                services.tasks.cancel_all()
                await runner.cleanup()

    def _assemble(self, session: aiohttp.ClientSession, tasks: Tasks) -> Services:
        links = ResultLinks(
            base_url=self._started_url(),
            signer=LinkSigner(secret=self._rng.randbytes(_SECRET_BYTES)),
            knobs=self.knobs,
            faults=self.faults,
            clock=self._clock,
        )
        worker = Worker(
            catalogue=self.catalogue,
            ledger=self.ledger,
            studio=Studio(fetcher=ReferenceFetcher(session), knobs=self.knobs),
            announcer=self.announcer,
            links=links,
            faults=self.faults,
            knobs=self.knobs,
            tasks=tasks,
            clock=self._clock,
            sleep=self._sleep,
            rng=self._rng,
        )
        return Services(
            account=self.account,
            knobs=self.knobs,
            catalogue=self.catalogue,
            faults=self.faults,
            ledger=self.ledger,
            log=self.log,
            streams=self.streams,
            announcer=self.announcer,
            links=links,
            worker=worker,
            tasks=tasks,
            clock=self._clock,
            sleep=self._sleep,
        )

    def _started_url(self) -> str:
        if self._base_url is None:
            raise RuntimeError("the local Oxen has no address before start()")
        return self._base_url

    def _on_end(self, main: asyncio.Task[None]) -> None:
        error = None if main.cancelled() else main.exception()
        self._changes.fail(error or RuntimeError("the local Oxen has stopped"))

    def _summary(self) -> str:
        rows = ", ".join(f"{count} {status}" for status, count in self.ledger.count_by_status().items() if count)
        return f"{dict(self.log.counts)}, generations: {rows or 'none'}, streams open: {self.streams.open_now}"


def _application(services: Services) -> web.Application:
    app = web.Application(middlewares=middleware.ALL, client_max_size=_MAX_BODY_BYTES)
    app[SERVICES] = services
    for table in routes.ALL:
        app.add_routes(table)
    return app
