"""Row J of the matrix: an event stream that is spoilt on its way, over real sockets and the real HTTP client."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager

import pytest

from bot.core.events import Connected, Dropped, Other, StreamEvent
from bot.oxen.stream import HttpTransport, OxenEventStream, stream_session

pytestmark = pytest.mark.e2e

IDLE_S = 1.5
PATIENCE_S = 8.0
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
SAID = b"event: a\ndata: {}\n\n"
PROXY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


ONE = CHUNKED + chunk(SAID)
SPOILT = {
    "silence after one event": ONE,
    "a proxy's answer between two chunks": ONE + PROXY,
    "a proxy's answer inside of a chunk": ONE + chunk(PROXY),
    "a chunk size that is no number": ONE + b"zz\r\nhello\r\n",
    "a negative chunk size": ONE + b"-5\r\nhello\r\n",
    "a chunk that is longer than it says": ONE + b"2\r\nhello\r\n",
    "a chunk that is shorter than it says": ONE + b"fff\r\nhello\r\n",
    "a chunk size beyond all bounds": ONE + b"ffffffffffffffffffff\r\nhello\r\n",
    "no line end after a chunk": ONE + b"5\r\nhelloXX",
    "an endless chunk extension": ONE + b"5;" + b"x" * 20_000,
    "only half of a chunk's size": ONE + b"5",
    "a trailer that is none": ONE + b"0\r\nno header at all\r\n\r\n",
    "the end, and more after it": ONE + b"0\r\n\r\n" + SAID,
    "HTML in a chunk": ONE + chunk(b"<!doctype html>\n<p>Maintenance</p>\n"),
    "JSON in a chunk": ONE + chunk(b'{"error": "overloaded"}\n'),
    "NUL bytes": ONE + chunk(b"\0" * 50),
    "a line without end": ONE + chunk(b"x" * 5000),
    "TLS where none belongs": ONE + b"\x16\x03\x01\x02\x00\x01\x00",
    "gzip that says so and is none": HEAD
    + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    + chunk(SAID),
    "gzip that does not say so": CHUNKED + chunk(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\n\n"),
    "an unknown encoding": HEAD + b"Content-Encoding: br\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(SAID),
    "a length that is not reached": HEAD + b"Content-Length: 9999\r\n\r\n" + SAID,
    "a length that is over at once": HEAD + b"Content-Length: 19\r\n\r\n" + SAID + SAID,
    "headers and nothing else": CHUNKED,
    "half of the headers": HEAD,
    "no HTTP at all": b"SSH-2.0-OpenSSH_9.6\r\n",
    "two lengths that differ": HEAD + b"Content-Length: 5\r\nContent-Length: 9\r\n\r\n" + SAID,
    "HTML with 200": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
    "JSON with 200": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
}


@asynccontextmanager
async def serving(answer: bytes, *, closes: bool) -> AsyncGenerator[str]:
    """Answer every request with these bytes; then close, or keep the line open without a word."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for part in (answer[: len(ONE)], answer[len(ONE) :]) if answer.startswith(ONE) else (answer,):
            writer.write(part)
            await writer.drain()
            # In one segment with the headers the spoilt part would keep the stream from being opened at all.
            await asyncio.sleep(0.1)
        if not closes:
            await reader.read()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/events"


async def told_until_a_drop(answer: bytes, *, closes: bool) -> list[StreamEvent]:
    async with serving(answer, closes=closes) as url, stream_session() as session:
        transport = HttpTransport(session, url=url, api_key="key", idle_timeout_s=60)
        stream = OxenEventStream(transport, sleep=_for_ever, random=lambda: 1.0, idle_timeout_s=IDLE_S)
        told: list[StreamEvent] = []
        async with asyncio.timeout(PATIENCE_S), aclosing(stream.events()) as events:
            async for event in events:
                told.append(event)
                if isinstance(event, Dropped):
                    break
        return told


async def _for_ever(_seconds: float) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("closes", [False, True], ids=["stays open", "closes"])
async def test_j7_however_the_stream_is_spoilt_it_ends_and_what_came_before_is_heard(closes: bool) -> None:  # noqa: FBT001
    stories = await asyncio.gather(*(told_until_a_drop(answer, closes=closes) for answer in SPOILT.values()))
    for name, told in zip(SPOILT, stories, strict=True):
        assert isinstance(told[-1], Dropped), name
        if SPOILT[name].startswith(ONE):
            assert told[:2] == [Connected(), Other(name="a")], name


async def test_j7_a_line_that_is_silent_from_the_first_byte_says_so() -> None:
    *_, dropped = await told_until_a_drop(CHUNKED, closes=False)
    assert isinstance(dropped, Dropped)
    assert dropped.was_silent
