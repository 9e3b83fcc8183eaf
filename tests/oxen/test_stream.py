"""The stream's story as its consumer sees it, over scripted connections; nothing sleeps."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager

import pytest

from bot.core.events import Connected, Dropped, Other, StreamEvent, Succeeded
from bot.oxen.stream import OxenEventStream
from bot.ports import EventStream
from tests.oxen.scripted_stream import NO_ANSWER, Line, ScriptedTransport

JSON = "application/json"
OXENS_401 = b'{"error":{"type":"unauthenticated","title":"No"},"status":"error","status_message":"unauthenticated"}'
CLOSED = "closed by the server"
PATIENCE_S = 5.0
"""Only a failing test waits for so long."""


def done(remote_id: str) -> bytes:
    return (
        b"event: media_generation_completed\n"
        b'data: {"generation_id":"%s","status":"succeeded","url":"https://x.test/%s.png"}\n\n'
    ) % (remote_id.encode(), remote_id.encode())


def succeeded(remote_id: str) -> Succeeded:
    return Succeeded(remote_id=remote_id, url=f"https://x.test/{remote_id}.png")


class Naps:
    """A sleep that only notes for how long."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


def stream_over(
    transport: ScriptedTransport,
    *,
    naps: Naps | None = None,
    capacity: int = 100,
    max_event_bytes: int = 10_000,
    idle_timeout_s: float = 45.0,
) -> OxenEventStream:
    return OxenEventStream(
        transport,
        sleep=naps or Naps(),
        random=lambda: 1.0,
        queue_capacity=capacity,
        max_event_bytes=max_event_bytes,
        idle_timeout_s=idle_timeout_s,
    )


@asynccontextmanager
async def consuming(stream: OxenEventStream) -> AsyncGenerator[AsyncGenerator[StreamEvent, None], None]:
    async with asyncio.timeout(PATIENCE_S), aclosing(stream.events()) as events:
        yield events


async def take(stream: OxenEventStream, count: int) -> list[StreamEvent]:
    async with consuming(stream) as events:
        return [await anext(events) for _ in range(count)]


async def taken_from(*lines: Line | None, count: int) -> list[StreamEvent]:
    return await take(stream_over(ScriptedTransport(*lines)), count)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_it_satisfies_the_port() -> None:
    stream: EventStream = stream_over(ScriptedTransport())
    assert stream


async def test_connected_comes_before_the_events_and_dropped_after_them() -> None:
    assert await taken_from(Line(chunks=[done("a"), done("b")]), count=5) == [
        Connected(),
        succeeded("a"),
        succeeded("b"),
        Dropped(reason=CLOSED, retry_in_s=0.25),
        Connected(),
    ]


async def test_events_before_a_break_are_not_lost() -> None:
    line = Line(chunks=[done("a"), done("b")[:30]], breaks="reset")
    assert await taken_from(line, count=3) == [Connected(), succeeded("a"), Dropped(reason="reset", retry_in_s=0.25)]


async def test_half_an_event_does_not_leak_into_the_next_connection() -> None:
    half = Line(chunks=[b"event: stale\ndata: stale\n"])
    assert (await taken_from(half, Line(chunks=[b"data: new\n\n"]), count=4))[3] == Other(name="message")


async def test_an_attempt_without_an_answer_is_told_too() -> None:
    assert await taken_from(NO_ANSWER, NO_ANSWER, count=3) == [
        Dropped(reason="no answer", retry_in_s=0.25),
        Dropped(reason="no answer", retry_in_s=0.5),
        Connected(),
    ]


@pytest.mark.parametrize(
    "line",
    [Line(content_type="text/html"), Line(status=204), Line(status=404), Line(status=500), Line(status=302)],
    ids=lambda line: f"{line.status}-{line.content_type}",
)
async def test_only_an_event_stream_counts_as_connected(line: Line) -> None:
    first, second = await taken_from(line, count=2)
    assert isinstance(first, Dropped)
    assert second == Connected()


async def test_a_content_type_may_be_spelled_in_capitals() -> None:
    assert await taken_from(Line(content_type="Text/Event-Stream"), count=1) == [Connected()]


async def test_a_refusal_without_an_end_is_not_read_for_ever() -> None:
    endless = Line(status=403, chunks=[b"x" * 100_000], stays_open=True)
    assert (await taken_from(endless, count=2))[1] == Connected()


async def test_received_bytes_start_the_backoff_over() -> None:
    told = await taken_from(NO_ANSWER, NO_ANSWER, Line(), Line(chunks=[b": keep-alive\n\n"]), count=6)
    assert [event.retry_in_s for event in told if isinstance(event, Dropped)] == [0.25, 0.5, 1, 0.25]


async def test_it_waits_as_long_as_it_said() -> None:
    naps = Naps()
    told = await take(stream_over(ScriptedTransport(NO_ANSWER, Line(status=404), Line()), naps=naps), 5)
    assert [event.retry_in_s for event in told if isinstance(event, Dropped)][:3] == naps.seconds[:3] == [0.25, 30.5, 1]


async def test_the_streams_own_retry_field_sets_the_wait() -> None:
    assert (await taken_from(Line(chunks=[b"retry: 4000\n\n"]), count=2))[1] == Dropped(reason=CLOSED, retry_in_s=4)


async def test_a_retry_after_is_honoured() -> None:
    line = Line(status=503, content_type=JSON, retry_after_s=60)
    assert await taken_from(line, count=1) == [Dropped(reason=f"HTTP 503, {JSON}", retry_in_s=60)]


async def test_an_event_that_outgrows_the_limit_costs_the_connection_and_no_more() -> None:
    line = Line(chunks=[done("a"), b"data: " + b"x" * 300], stays_open=True)
    first, second, third, fourth = await take(stream_over(ScriptedTransport(line), max_event_bytes=200), 4)
    assert (first, second, fourth) == (Connected(), succeeded("a"), Connected())
    assert isinstance(third, Dropped)


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("body", [OXENS_401, b"<html>Forbidden</html>", b""], ids=["oxen", "html", "empty"])
async def test_a_refusal_is_asked_again_for_ever(status: int, body: bytes) -> None:
    refused = Line(status=status, content_type=JSON, chunks=[body])
    told = await taken_from(Line(), refused, refused, count=5)
    assert [event.retry_in_s >= 30 for event in told if isinstance(event, Dropped)] == [False, True, True]
    assert told[-1] == Connected()


@pytest.mark.parametrize(
    "foreign",
    [b"HTTP/1.1 502 Bad Gateway\r\n\r\n", b"<html>\n", b'{"error": 1}\n', b"\0\0\0", b"x" * 100, b"\x1f\x8b\x08\n"],
    ids=["http", "html", "json", "nul", "endless", "gzip"],
)
async def test_what_no_event_stream_says_ends_the_connection_after_what_came_before_it(foreign: bytes) -> None:
    told = await taken_from(Line(chunks=[done("a"), b": alive\n\n" + foreign], stays_open=True), count=4)
    assert told == [
        Connected(),
        succeeded("a"),
        Dropped(reason="what came was no event stream", retry_in_s=0.25),
        Connected(),
    ]


async def test_a_stream_that_falls_silent_is_opened_anew_whatever_the_library_does() -> None:
    stream = stream_over(ScriptedTransport(Line(chunks=[done("a")], stays_open=True)), idle_timeout_s=0.01)
    silent = Dropped(reason="nothing was received for too long", retry_in_s=0.25, was_silent=True)
    assert await take(stream, 4) == [Connected(), succeeded("a"), silent, Connected()]


async def test_a_stream_that_is_open_can_be_opened_anew() -> None:
    stream = stream_over(ScriptedTransport(Line(chunks=[done("a")], stays_open=True)))
    async with consuming(stream) as events:
        assert [await anext(events), await anext(events)] == [Connected(), succeeded("a")]
        stream.reopen("it is not trusted")
        assert [await anext(events), await anext(events)] == [
            Dropped(reason="it is not trusted", retry_in_s=0.25),
            Connected(),
        ]


async def test_a_consumer_that_is_too_slow_is_told_to_reconcile() -> None:
    line = Line(chunks=[done(name) for name in "abcdef"], stays_open=True)
    told = await take(stream_over(ScriptedTransport(line), capacity=3), 5)
    assert told[:3] == [Connected(), succeeded("a"), succeeded("b")]
    assert isinstance(told[3], Dropped)
    assert told[4] == Connected()


async def test_the_reader_does_not_wait_for_the_consumer() -> None:
    transport = ScriptedTransport(Line(chunks=[done("a")]), Line(chunks=[done("b")]))
    async with consuming(stream_over(transport)) as events:
        await anext(events)
        await settle()
        assert transport.opened == 3


async def test_there_is_never_a_second_connection() -> None:
    transport = ScriptedTransport(Line(), Line(status=500), Line(breaks="reset"), NO_ANSWER)
    await take(stream_over(transport), 7)
    assert transport.most_open == 1


async def test_a_second_consumer_is_an_error_and_harms_nobody() -> None:
    stream = stream_over(ScriptedTransport())
    async with consuming(stream) as events:
        await anext(events)
        with pytest.raises(RuntimeError, match="consumer"):
            await anext(stream.events())
    assert await take(stream, 1) == [Connected()]


def stream_tasks() -> list[asyncio.Task[object]]:
    return [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


async def test_closing_the_events_closes_the_connection_and_leaves_no_task() -> None:
    transport = ScriptedTransport()
    assert await take(stream_over(transport), 1) == [Connected()]
    assert transport.open_now == 0
    assert stream_tasks() == []


async def test_cancelling_the_consumer_closes_the_connection_and_leaves_no_task() -> None:
    transport = ScriptedTransport()

    async def consume(events: AsyncGenerator[StreamEvent, None]) -> None:
        async for _ in events:
            pass

    consumer = asyncio.create_task(consume(stream_over(transport).events()))
    await settle()
    assert transport.open_now == 1
    consumer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await consumer
    assert transport.open_now == 0
    assert stream_tasks() == []


async def test_connecting_and_dropping_are_logged_with_reason_and_wait(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="bot.oxen")
    await taken_from(Line(breaks="reset"), Line(status=404), count=4)
    told = [(record.levelname, record.getMessage().partition(":")[0]) for record in caplog.records]
    connected = ("INFO", "stream connected")
    assert told == [connected, ("WARNING", "stream dropped"), ("ERROR", "stream dropped"), connected]
    assert caplog.messages[1] == "stream dropped: reset; retry in 0.25 s"
    assert caplog.records[1].__dict__["retry_in_s"] == 0.25
