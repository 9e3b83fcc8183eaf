"""A server on loopback that answers each route from a script and remembers what it was asked."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Self

from aiohttp import web
from aiohttp.test_utils import TestServer

Answer = web.StreamResponse | Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    method: str
    target: str
    key: str | None
    user_agent: str | None
    accept_encoding: str | None
    body: bytes


class ScriptedOxen:
    """Answers in the order of the script; a route without one left gives 599."""

    def __init__(self) -> None:
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._server = TestServer(app)
        self._script: dict[str, deque[Answer]] = defaultdict(deque)
        self._closing = asyncio.Event()
        self.asked: list[Asked] = []

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await self._server.close()

    @property
    def url(self) -> str:
        return str(self._server.make_url("/api"))

    def at(self, path: str) -> str:
        return str(self._server.make_url(path))

    def answers(self, route: str, *answers: Answer) -> None:
        """Add answers to a route such as "GET /api/ai/queue?namespace=club"."""
        self._script[route].extend(answers)

    async def silence(self, _: web.Request) -> web.StreamResponse:
        """Answer when the server closes, which is when nobody listens any more."""
        await self._closing.wait()
        return web.Response()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        asked = Asked(
            method=request.method,
            target=request.raw_path,
            key=request.headers.get("Authorization"),
            user_agent=request.headers.get("User-Agent"),
            accept_encoding=request.headers.get("Accept-Encoding"),
            body=await request.read(),
        )
        self.asked.append(asked)
        script = self._script[f"{asked.method} {asked.target}"]
        if not script:
            return web.Response(status=599)
        answer = script.popleft()
        return answer if isinstance(answer, web.StreamResponse) else await answer(request)


async def hang_up(request: web.Request) -> web.StreamResponse:
    """Close the connection without an answer, after the request was read."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def garble(request: web.Request) -> web.StreamResponse:
    """Answer with something that is no HTTP: of all errors, aiohttp's one for this says most."""
    if isinstance(request.transport, asyncio.WriteTransport):
        request.transport.write(b"nonsense\r\n\r\n")
        request.transport.close()
    return web.Response()


def cut_off(data: bytes, missing: int) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Answer with `data` but announce `missing` bytes more."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(data) + missing)})
        await response.prepare(request)
        await response.write(data)
        return await hang_up(request)

    return answer
