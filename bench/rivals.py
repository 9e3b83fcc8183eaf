"""Other people's SSE parsers behind one shape, for the benchmark only; none is a dependency, all are optional imports.

Written from each library's published source. A parser takes chunks and gives (type, data, last event id) triples.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace

import aiohttp
from aiohttp.base_protocol import BaseProtocol

Triple = tuple[str, str, str]
Parse = Callable[[Sequence[bytes]], list[Triple]]


def httpx_sse() -> Parse:
    """`httpx_sse.EventSource` over an `httpx.Response`: all of it public."""
    httpx, library = import_module("httpx"), import_module("httpx_sse")

    def parse(chunks: Sequence[bytes]) -> list[Triple]:
        response = httpx.Response(200, headers={"content-type": "text/event-stream"}, content=iter(chunks))
        return [(event.event, event.data, event.id) for event in library.EventSource(response).iter_sse()]

    return parse


def sseclient() -> Parse:
    """`sseclient.SSEClient` over an iterable; an event knows only an id of its own."""
    library = import_module("sseclient")

    def parse(chunks: Sequence[bytes]) -> list[Triple]:
        return [(event.event, event.data, event.id or "") for event in library.SSEClient(iter(chunks)).events()]

    return parse


def ld_eventsource() -> Parse:
    """The reader inside `ld_eventsource`: private names, because its public client owns the connection."""
    reader = import_module("ld_eventsource.reader")
    event_class = import_module("ld_eventsource.actions").Event

    def parse(chunks: Sequence[bytes]) -> list[Triple]:
        lines = reader._BufferedLineReader.lines_from(chunks)  # noqa: SLF001
        found = reader._SSEReader(lines).events_and_comments()  # noqa: SLF001
        return [(event.event, event.data, event.last_event_id or "") for event in found if type(event) is event_class]

    return parse


class _OneAnswer:
    """The part of an aiohttp session that an SSE client asks for: one answer, and then nobody is there."""

    def __init__(self, chunks: Sequence[bytes]) -> None:
        self._chunks = chunks
        self._is_used = False

    async def request(self, _method: str, _url: object, **_kwargs: object) -> SimpleNamespace:
        if self._is_used:
            raise aiohttp.ClientConnectionError
        self._is_used = True
        loop = asyncio.get_running_loop()
        content = aiohttp.StreamReader(BaseProtocol(loop), 2**16, loop=loop)
        for chunk in self._chunks:
            content.feed_data(chunk)
        content.feed_eof()
        origin = SimpleNamespace(origin=lambda: "")
        return SimpleNamespace(
            status=200, content_type="text/event-stream", content=content, real_url=origin, close=lambda: None
        )


def aiohttp_sse_client2() -> Parse:
    """`aiohttp_sse_client2.client.EventSource` over a session that answers once."""
    library = import_module("aiohttp_sse_client2.client")

    async def events(chunks: Sequence[bytes]) -> AsyncIterator[Triple]:
        source = library.EventSource(
            "http://localhost/", session=_OneAnswer(chunks), reconnection_time=timedelta(0), max_connect_retry=0
        )
        try:
            async with source:
                async for event in source:
                    yield event.type or "message", event.data, event.last_event_id
        except aiohttp.ClientConnectionError:
            return  # the second answer, which is not there: the stream is over

    async def collect(chunks: Sequence[bytes]) -> list[Triple]:
        return [triple async for triple in events(chunks)]

    return lambda chunks: asyncio.run(collect(chunks))


def installed() -> Iterator[tuple[str, str, Parse | None]]:
    """Yield each rival's name, the distribution to install, and its parser, or None where it is not installed."""
    for distribution, load in (
        ("httpx-sse", httpx_sse),
        ("sseclient-py", sseclient),
        ("launchdarkly-eventsource", ld_eventsource),
        ("aiohttp-sse-client2", aiohttp_sse_client2),
    ):
        try:
            yield load.__name__, distribution, load()
        except ImportError:
            yield load.__name__, distribution, None
