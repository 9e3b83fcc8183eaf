"""The one shared event stream over aiohttp: reads, opens it again for ever, and says so; knows no job and no store."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import NoReturn, Protocol

import aiohttp
import orjson

from bot.core.events import Connected, Dropped, StreamEvent
from bot.core.json_value import object_of
from bot.errors import RemoteError, ServiceRefusedError, TransientError
from bot.oxen.event_queue import EventQueue
from bot.oxen.reconnect import BACKOFF, Ended, Retry, Stop, decide
from bot.oxen.sse import MAX_EVENT_BYTES, EventTooLargeError, SseParser
from bot.oxen.wire import USER_AGENT, event_of, retry_after_s

_log = logging.getLogger(__name__)

EVENT_STREAM = "text/event-stream"

CONNECT_TIMEOUT_S = 10.0
IDLE_TIMEOUT_S = 45.0
"""Three of Oxen's keep-alives (one every 15 s): a line that is silent for longer is half open."""

QUEUE_CAPACITY = 10_000
"""A few MB of completions at most; a consumer that is further behind reconciles instead, which costs it one list."""

_REFUSALS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_MAX_REFUSAL_BYTES = 64 * 1024
_REFUSAL_TIMEOUT_S = 10.0
_MAX_SHOWN_TYPE = 80


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
        # aiohttp's default of 300 s in all would end a healthy stream; sock_read restarts with every byte.
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
        return "nothing was received for too long"
    if isinstance(error, TimeoutError):
        return "the connection took too long"
    return type(error).__name__


class OxenEventStream:
    """Satisfies the EventStream port; one connection at a time, and one consumer.

    `confirm_refusal` makes a second, authorised JSON call and says whether it is refused as well; it decides about a
    401 or 403 after the first success, since a proxy's error page must not end the process. `random` gives 0 to 1.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        confirm_refusal: Callable[[], Awaitable[bool]],
        sleep: Callable[[float], Awaitable[object]],
        random: Callable[[], float],
        queue_capacity: int = QUEUE_CAPACITY,
        max_event_bytes: int = MAX_EVENT_BYTES,
    ) -> None:
        self._transport = transport
        self._confirm_refusal = confirm_refusal
        self._sleep = sleep
        self._random = random
        self._queue_capacity = queue_capacity
        self._max_event_bytes = max_event_bytes
        self._was_connected = False
        self._has_consumer = False

    async def events(self) -> AsyncGenerator[StreamEvent, None]:
        """Yield Connected, events and Dropped in the order in which they happened, for ever.

        Dropped comes for every attempt that fails, also before the first Connected. Closing the generator closes the
        connection. Raises ServiceRefusedError when the key is refused for good, RuntimeError for a second consumer.
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
            if isinstance(decision, Stop):
                raise ServiceRefusedError(
                    f"Oxen refuses the API key ({ended.reason}). Set OXEN_API_KEY to a valid key and start again."
                )
            _log_dropped(ended, decision)
            queue.offer(Dropped(reason=ended.reason, retry_in_s=decision.in_s))
            await self._sleep(decision.in_s)
            backoff = decision.backoff

    async def _read_once(self, queue: EventQueue) -> Ended:
        parser = SseParser(max_event_bytes=self._max_event_bytes)
        has_received = False
        reason = "closed by the server"
        try:
            async with self._transport.open() as answer:
                if not answer.is_event_stream:
                    return await self._turned_away(answer)
                self._was_connected = True
                _log.info("stream connected")
                queue.offer(Connected())
                # No await in this loop but the read: when the line breaks while nobody waits in a read, aiohttp
                # raises and throws away what it had received (StreamReader.readany looks at the exception first).
                async for chunk in answer.chunks:
                    has_received = True
                    for event in parser.feed(chunk):
                        queue.offer(event_of(event.type, event.data))
        except (TransientError, EventTooLargeError) as error:
            reason = str(error)
        return Ended(reason=reason, has_received=has_received, retry_ms=parser.retry_ms)

    async def _turned_away(self, answer: Answer) -> Ended:
        is_refused = answer.status in _REFUSALS and await self._is_refused_for_good(answer)
        return Ended(
            reason=f"HTTP {answer.status}, {answer.content_type[:_MAX_SHOWN_TYPE]}",
            status=answer.status,
            refused=is_refused,
            retry_after_s=answer.retry_after_s,
        )

    async def _is_refused_for_good(self, answer: Answer) -> bool:
        if not self._was_connected:
            return _has_oxens_envelope(await _head_of(answer.chunks))
        try:
            return await self._confirm_refusal()
        except RemoteError:
            return False  # it could not be asked; the next attempt asks again


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


async def _head_of(chunks: AsyncIterator[bytes]) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(_REFUSAL_TIMEOUT_S):
            async for chunk in chunks:
                body += chunk
                if len(body) > _MAX_REFUSAL_BYTES:
                    break
    except TimeoutError:
        pass  # what came so far is judged
    return bytes(body)


def _has_oxens_envelope(body: bytes) -> bool:
    """Tell Oxen's own refusal from a proxy's page: both of its documented envelopes are JSON objects."""
    try:
        found = object_of(orjson.loads(body))
    except ValueError:
        return False
    error = object_of(found.get("error"))
    names_the_error = any(isinstance(error.get(key), str) for key in ("type", "title", "detail", "message"))
    return names_the_error or isinstance(found.get("status_message"), str)
