"""The one shared event stream over aiohttp: reads, opens it again for ever, and says so; knows no job and no store."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import NoReturn, Protocol

import aiohttp

from bot.core.events import Connected, Dropped, StreamEvent
from bot.errors import TransientError
from bot.oxen.event_queue import EventQueue
from bot.oxen.reconnect import BACKOFF, Ended, Retry, decide
from bot.oxen.sse import MAX_EVENT_BYTES, EventTooLargeError, SseParser
from bot.oxen.wire import USER_AGENT, event_of, retry_after_s

_log = logging.getLogger(__name__)

EVENT_STREAM = "text/event-stream"

CONNECT_TIMEOUT_S = 10.0
IDLE_TIMEOUT_S = 45.0
"""Three of Oxen's keep-alives (one every 15 s): a line that is silent for longer is half open."""

QUEUE_CAPACITY = 10_000
"""A few MB of completions at most; a consumer that is further behind reconciles instead, which costs it one list."""

_MAX_SHOWN_TYPE = 80
_SILENT = "nothing was received for too long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the server said to one request. When the line breaks, `Transport.open` raises out of reading `chunks`."""

    status: int
    content_type: str
    retry_after_s: float | None
    chunks: AsyncIterator[bytes]

    @property
    def is_event_stream(self) -> bool:
        """Only this counts as connected: an error page and a 204 do not."""
        is_good = HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES and self.status != HTTPStatus.NO_CONTENT
        return is_good and self.content_type.lower() == EVENT_STREAM


class Transport(Protocol):
    """Opens one connection to the stream."""

    def open(self) -> AbstractAsyncContextManager[Answer]:
        """Send the request and give the answer; closes the line on leaving. Raises TransientError where it breaks."""
        ...


def stream_session() -> aiohttp.ClientSession:
    """Make the stream's own session: in a shared pool it could starve the API's calls, or they it."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=1, force_close=True),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


class HttpTransport:
    """GET /events with the bearer key; never follows a redirect, which could carry the key elsewhere."""

    def __init__(
        self, session: aiohttp.ClientSession, *, url: str, api_key: str, idle_timeout_s: float = IDLE_TIMEOUT_S
    ) -> None:
        self._session = session
        self._url = url
        self._headers = {
            "Authorization": f"Bearer {api_key}",
            "User-Agent": USER_AGENT,
            "Accept": EVENT_STREAM,
            "Accept-Encoding": "identity",  # a compressed stream may be held back until a block is full
            "Cache-Control": "no-store",
        }
        # aiohttp's default of 300 s in all would end a healthy stream. Its sock_read is no limit at all once the
        # framing is spoilt: then it drops its timer and never wakes the reader. The one around each read is ours.
        self._timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT_S, sock_read=idle_timeout_s)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Answer, None]:
        try:
            async with self._session.get(
                self._url, headers=self._headers, timeout=self._timeout, allow_redirects=False
            ) as response:
                yield Answer(
                    status=response.status,
                    content_type=response.content_type,
                    retry_after_s=retry_after_s(response.headers.get("Retry-After"), response.headers.get("Date")),
                    chunks=response.content.iter_any(),  # unlike the line readers, without a limit of its own
                )
        except (aiohttp.ClientError, OSError) as error:  # OSError covers TimeoutError
            raise TransientError(_reason(error)) from None


def _reason(error: Exception) -> str:
    # Never the library's text: it holds the URL, and its repr the key.
    if isinstance(error, aiohttp.SocketTimeoutError):
        return _SILENT
    if isinstance(error, TimeoutError):
        return "the connection took too long"
    return type(error).__name__


class OxenEventStream:
    """Satisfies the EventStream port; one connection at a time, and one consumer.

    `random` gives 0 to 1.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        sleep: Callable[[float], Awaitable[object]],
        random: Callable[[], float],
        queue_capacity: int = QUEUE_CAPACITY,
        max_event_bytes: int = MAX_EVENT_BYTES,
        idle_timeout_s: float = IDLE_TIMEOUT_S,
    ) -> None:
        self._transport = transport
        self._sleep = sleep
        self._random = random
        self._queue_capacity = queue_capacity
        self._max_event_bytes = max_event_bytes
        self._idle_timeout_s = idle_timeout_s
        self._patience: asyncio.Timeout | None = None
        self._why_reopened: str | None = None
        self._has_consumer = False

    def reopen(self, why: str) -> None:
        """End the connection that is open now, if one is, so that a new one is made."""
        if self._patience is not None and not self._patience.expired():
            self._why_reopened = why
            self._patience.reschedule(asyncio.get_running_loop().time())

    async def events(self) -> AsyncGenerator[StreamEvent, None]:
        """Yield Connected, events and Dropped in the order in which they happened, for ever.

        Dropped comes for every attempt that fails, also before the first Connected. Closing the generator closes the
        connection. Raises RuntimeError for a second consumer.
        """
        if self._has_consumer:
            raise RuntimeError("the event stream has a consumer already")
        self._has_consumer = True
        queue = EventQueue(self._queue_capacity)
        reader = asyncio.create_task(self._read_for_ever(queue), name="oxen event stream")
        reader.add_done_callback(lambda _: queue.end())
        try:
            while (event := await queue.next()) is not None:
                yield event
            await reader  # it ends only by raising
        finally:
            await _close(reader)
            self._has_consumer = False

    async def _read_for_ever(self, queue: EventQueue) -> NoReturn:
        backoff = BACKOFF
        while True:
            ended = await self._read_once(queue)
            decision = decide(backoff, ended, jitter=self._random())
            _log_dropped(ended, decision)
            queue.offer(Dropped(reason=ended.reason, retry_in_s=decision.in_s, was_silent=ended.was_silent))
            await self._sleep(decision.in_s)
            backoff = decision.backoff

    async def _read_once(self, queue: EventQueue) -> Ended:
        parser = SseParser(max_event_bytes=self._max_event_bytes)
        reading = _Reading(parser, queue)
        reason = "closed by the server"
        try:
            async with asyncio.timeout(self._idle_timeout_s) as self._patience, self._transport.open() as answer:
                if not answer.is_event_stream:
                    return _turned_away(answer)
                _log.info("stream connected")
                queue.offer(Connected())
                await self._read(answer, reading, self._patience)
        except TimeoutError:
            reason = self._why_reopened or _SILENT
        except (TransientError, EventTooLargeError) as error:
            reason = str(error)
        finally:
            self._patience = self._why_reopened = None
        return Ended(
            reason=reason,
            was_silent=reading.began and reason == _SILENT,
            has_received=reading.received,
            retry_ms=parser.retry_ms,
        )

    async def _read(self, answer: Answer, reading: "_Reading", patience: asyncio.Timeout) -> None:
        """Read until the stream ends; every chunk gives it as much time again."""
        reading.began = True
        now = asyncio.get_running_loop().time
        patience.reschedule(now() + self._idle_timeout_s)
        # No await in this loop but the read: when the line breaks while nobody waits in a read, aiohttp
        # raises and throws away what it had received (StreamReader.readany looks at the exception first).
        async for chunk in answer.chunks:
            reading.take(chunk)
            if self._why_reopened is None:
                patience.reschedule(now() + self._idle_timeout_s)


class _Reading:
    """One connection as far as it was read."""

    def __init__(self, parser: SseParser, queue: EventQueue) -> None:
        self._parser = parser
        self._queue = queue
        self.began = False
        self.received = False

    def take(self, chunk: bytes) -> None:
        """Hand over the events of a chunk; raises TransientError for bytes that are no event stream's."""
        self.received = True
        for event in self._parser.feed(chunk):
            self._queue.offer(event_of(event.type, event.data))
        if self._parser.is_foreign:
            raise TransientError("what came was no event stream")


def _turned_away(answer: Answer) -> Ended:
    return Ended(
        reason=f"HTTP {answer.status}, {answer.content_type[:_MAX_SHOWN_TYPE]}",
        status=answer.status,
        retry_after_s=answer.retry_after_s,
    )


def _log_dropped(ended: Ended, decision: Retry) -> None:
    _log.log(
        logging.ERROR if decision.is_loud else logging.WARNING,
        "stream dropped: %s; retry in %.2f s",
        ended.reason,
        decision.in_s,
        extra={"reason": ended.reason, "retry_in_s": decision.in_s},
    )


async def _close(reader: asyncio.Task[NoReturn]) -> None:
    reader.cancel()
    await asyncio.wait({reader})
    if not reader.cancelled():
        reader.exception()  # marks it as seen; the consumer who wanted it has had it
