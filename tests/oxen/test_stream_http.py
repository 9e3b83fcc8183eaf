"""The stream over real sockets on loopback: what only aiohttp and a network can get wrong."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from bot.core.events import Connected, Dropped, Other, StreamEvent
from bot.oxen.stream import EVENT_STREAM, HttpTransport, OxenEventStream, stream_session

pytestmark = pytest.mark.e2e

API_KEY = "key-that-nobody-may-read"
PATIENCE_S = 5.0
Events = AsyncGenerator[StreamEvent, None]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def sleep_for_ever(_seconds: float) -> None:
    await asyncio.Event().wait()


@asynccontextmanager
async def listening_to(url: str, *, idle_timeout_s: float = 45.0) -> AsyncGenerator[Events, None]:
    """Consume the stream of a url with a session of its own; after a drop it never tries again."""
    async with asyncio.timeout(PATIENCE_S), stream_session() as session:
        stream = OxenEventStream(
            HttpTransport(session, url=url, api_key=API_KEY, idle_timeout_s=idle_timeout_s),
            sleep=sleep_for_ever,
            random=lambda: 1.0,
        )
        async with aclosing(stream.events()) as events:
            yield events


@asynccontextmanager
async def serving(handler: Handler) -> AsyncGenerator[str, None]:
    app = web.Application()
    app.router.add_get("/api/events", handler)
    async with TestServer(app) as server:  # its handlers are cancelled when their client leaves
        yield str(server.make_url("/api/events"))


async def told_by(handler: Handler, count: int) -> list[StreamEvent]:
    async with serving(handler) as url, listening_to(url) as events:
        return [await anext(events) for _ in range(count)]


@dataclass(slots=True)
class Feed:
    """An event stream that says hello, three events when told to go on, and then does what `finish` does."""

    finish: Callable[[web.Request], Awaitable[None]]
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    finished: asyncio.Event = field(default_factory=asyncio.Event)
    headers: dict[str, str] = field(default_factory=dict[str, str])

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.headers = dict(request.headers)
        response = web.StreamResponse(headers={"Content-Type": f"{EVENT_STREAM}; charset=utf-8"})
        await response.prepare(request)
        try:
            await self.go_on.wait()
            for name in ("a", "b", "c"):
                await response.write(f"event: {name}\ndata: {{}}\n\n".encode())
            await self.finish(request)
        finally:
            self.finished.set()
        return response


async def end(_request: web.Request) -> None:
    """Leave the connection to end in good order."""


async def abort(request: web.Request) -> None:
    assert request.transport is not None
    request.transport.abort()


async def hang(_request: web.Request) -> None:
    await asyncio.Event().wait()


def answering(status: int, text: str = "", **headers: str) -> Handler:
    async def handler(_request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, text=text, headers=named)

    return handler


@pytest.mark.parametrize(("finish", "reason"), [(end, "closed by the server"), (abort, "ClientPayloadError")])
async def test_a_consumer_that_is_busy_while_the_line_breaks_loses_nothing(
    finish: Callable[[web.Request], Awaitable[None]], reason: str
) -> None:
    feed = Feed(finish)
    async with serving(feed.serve) as url, listening_to(url) as events:
        assert await anext(events) == Connected()
        feed.go_on.set()
        await feed.finished.wait()
        rest = [await anext(events) for _ in range(4)]
    assert rest == [Other(name="a"), Other(name="b"), Other(name="c"), Dropped(reason=reason, retry_in_s=0.25)]


async def test_the_request_asks_for_an_uncompressed_event_stream_with_the_key() -> None:
    feed = Feed(hang)
    async with serving(feed.serve) as url, listening_to(url) as events:
        await anext(events)
    assert feed.headers["Accept"] == EVENT_STREAM
    assert feed.headers["Accept-Encoding"] == "identity"
    assert feed.headers["Authorization"] == f"Bearer {API_KEY}"


async def test_the_user_agent_does_not_pass_for_the_vendors_outdated_program() -> None:
    feed = Feed(hang)
    async with serving(feed.serve) as url, listening_to(url) as events:
        await anext(events)
    assert "oxen" not in feed.headers["User-Agent"].lower()


async def test_closing_the_events_ends_the_request_at_the_server() -> None:
    feed = Feed(hang)
    async with serving(feed.serve) as url:
        async with listening_to(url) as events:
            await anext(events)
            assert not feed.finished.is_set()
        async with asyncio.timeout(PATIENCE_S):
            await feed.finished.wait()


async def test_a_redirect_is_not_followed_with_the_key() -> None:
    (told,) = await told_by(answering(302, Location="http://127.0.0.1:9/elsewhere"), 1)
    assert isinstance(told, Dropped)
    assert told.reason.startswith("HTTP 302")


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry_After": "90"},
        {"Retry_After": "Sun, 01 Mar 2026 12:01:30 GMT", "Date": "Sun, 01 Mar 2026 12:00:00 GMT"},
    ],
    ids=["seconds", "date"],
)
async def test_retry_after_is_honoured(headers: dict[str, str]) -> None:
    (told,) = await told_by(answering(429, **headers), 1)
    assert isinstance(told, Dropped)
    assert told.retry_in_s == 90


async def test_a_page_of_html_is_not_a_stream() -> None:
    assert await told_by(answering(200, "<html>", Content_Type="text/html"), 1) == [
        Dropped(reason="HTTP 200, text/html", retry_in_s=0.25)
    ]


async def test_neither_key_nor_url_is_logged_when_nobody_answers(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    url = f"http://127.0.0.1:{unused_port()}/api/events"
    async with listening_to(url) as events:
        assert await anext(events) == Dropped(reason="ClientConnectorError", retry_in_s=0.25)
    told = str([record.__dict__ for record in caplog.records])
    assert "ClientConnectorError" in told
    assert API_KEY not in told
    assert "127.0.0.1" not in told
