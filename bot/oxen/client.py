"""Oxen's API over aiohttp: sends what `wire` builds and hands back what it reads; knows no job and no Discord.

No aiohttp exception leaves this module: their texts hold the URL, their reprs the key.
"""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from io import BytesIO
from typing import Final

import aiohttp
from yarl import URL

from bot.core.hosts import is_loopback
from bot.core.remote import MAX_RESULT_BYTES, QueuePost, RemoteRow
from bot.core.schema import Model
from bot.errors import Cause, NotFoundError, OutcomeUnclearError, PermanentError, TooLargeError, TransientError
from bot.oxen import wire
from bot.oxen.wire import requests

CONNECT_S: Final = 10
QUERY_TIMEOUT: Final = aiohttp.ClientTimeout(total=30, connect=CONNECT_S)
ENQUEUE_S: Final = 120.0
"""As long as the vendor's own harness waits."""
PART_OF_GRACE: Final = 0.8
"""An order is given up before it counts as not arrived: else it could arrive after it was sent once more."""
SYNC_TIMEOUT: Final = aiohttp.ClientTimeout(total=300, connect=CONNECT_S)
"""Slow models take up to 109 s, and the call holds the line until the picture is there."""
DOWNLOAD_TIMEOUT: Final = aiohttp.ClientTimeout(total=120, connect=CONNECT_S, sock_read=30)

MIB: Final = 2**20
MAX_REPLY_BYTES: Final = 64 * MIB
"""One row may echo four inline references of 10 MiB, which are 53 MiB in base64."""
MAX_REDIRECTS: Final = 5
HISTORY_PAGE_SIZES: Final = (100, 10, 1)
"""Rows that echo inline references make a page too large to read; then it is asked for in smaller ones."""

CHUNK_BYTES: Final = 64 * 1024
LARGE_BODY_BYTES: Final = MIB
"""From here on aiohttp wants a file: bytes in one piece would hold up the event loop."""

NEVER_SENT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
"""Raised before the first byte of a request is written: no connection, no TLS, no free place in the pool."""
LOST: Final = (aiohttp.ClientError, TimeoutError, OSError)

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
NEEDS_KEY: Final = frozenset({401, 403})
DEAD_LINK: Final = frozenset({400, 401, 403, 404, 410})
"""Stores differ in how they refuse an expired signature; 400 is Google's."""
COME_BACK: Final = frozenset({408, 425, 429})
NOTHING_TO_CANCEL: Final = frozenset({400, 404, 409, 410, 422})
"""Which of them an ended generation gets is not documented; the GET that follows tells the truth."""


class _LostError(TransientError):
    """No whole answer came back. A paid call turns it into OutcomeUnclearError."""


class _OversizedError(_LostError):
    """The answer is larger than we read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fetched:
    status: int
    data: bytes = field(repr=False)
    location: str | None = field(repr=False)


class OxenClient:
    """Oxen's API with one key. Safe for concurrent use; the session stays the caller's.

    A refused key raises PermanentError with Cause.KEY_REFUSED: whether it is final, the caller decides. `grace_s` is
    how long after its sending an order without an answer counts as not arrived.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        base_url: str,
        api_key: str,
        namespace: str | None = None,
        grace_s: float = float("inf"),
    ) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._origin = _origin(URL(self._base_url))
        self._headers = {
            "Authorization": f"Bearer {api_key}",
            "User-Agent": wire.USER_AGENT,
            "Accept": "application/json",
        }
        self._namespace = namespace
        enqueue_s = min(ENQUEUE_S, PART_OF_GRACE * grace_s)
        self._enqueue_timeout = aiohttp.ClientTimeout(total=enqueue_s, connect=min(CONNECT_S, enqueue_s))

    async def enqueue(self, post: QueuePost) -> Sequence[str]:
        """Send the paid POST and give the remote ids; see ImageApi for which error means what."""
        return wire.enqueued_ids(await self._pay(requests.enqueue(post, self._namespace), self._enqueue_timeout))

    async def generate(self, post: wire.ImagePost) -> wire.InlineImage | wire.LinkedImage:
        """Paint one picture while the caller waits; paid for, so its errors are those of `enqueue`."""
        return wire.image_of(await self._pay(requests.generate(post, self._namespace), SYNC_TIMEOUT))

    async def edit(self, post: wire.ImagePost) -> wire.InlineImage | wire.LinkedImage:
        """Like `generate`, for a post whose parameters carry pictures."""
        return wire.image_of(await self._pay(requests.edit(post, self._namespace), SYNC_TIMEOUT))

    async def get(self, remote_id: str) -> RemoteRow:
        return wire.one_row(await self._ask(requests.get_row(remote_id)))

    async def list_open(self) -> Sequence[RemoteRow]:
        return wire.row_list(await self._ask(requests.list_open(self._namespace)))

    async def history(self, since: datetime) -> Sequence[RemoteRow]:
        """Give each row that was or may have been enqueued at or after `since`, once.

        The active ones are read first: a generation that ends in between is then in the second list.
        """
        active = await self.list_open()
        rows = wire.merged(active, await self._generations(since))
        return tuple(row for row in rows if row.enqueued_at is None or row.enqueued_at >= since)

    async def cancel(self, remote_id: str) -> None:
        reply = await self._ask(requests.cancel(remote_id))
        if not reply.ok and reply.status not in NOTHING_TO_CANCEL:
            raise wire.query_error(reply)

    async def charge_usd(self, remote_id: str) -> float | None:
        return wire.one_row(await self._ask(requests.get_charge(remote_id))).cost_usd

    async def models(self, also: Iterable[str] = ()) -> Sequence[Model]:
        """Give the catalogue, text models too, in Oxen's order, with the models of `also` behind it.

        Oxen's list is known to leave models out; those of `also` are fetched one by one where it lacks them. An id
        that Oxen does not know at all is skipped.
        """
        models = {model.id: model for model in wire.model_list(await self._ask(requests.list_models()))}
        for model_id in dict.fromkeys(also):
            if model_id in models:
                continue
            try:
                model = await self.model(model_id)
            except PermanentError:
                continue
            models.setdefault(model.id, model)
        return tuple(models.values())

    async def model(self, model_id: str) -> Model:
        return wire.one_model(await self._ask(requests.get_model(model_id)))

    async def check_key(self) -> bool:
        """Tell whether Oxen takes the key; raises RemoteError where nobody but a proxy answered."""
        reply = await self._ask(requests.check_key())
        if reply.ok:
            wire.row_list(reply)
            return True
        error = wire.query_error(reply)
        if error.cause is Cause.KEY_REFUSED:
            return False
        raise error

    async def download(self, url: str, *, at_most_bytes: int = MAX_RESULT_BYTES) -> bytes:
        """Fetch a result file whole, without the key; with it only where our own API asks for it.

        Follows redirects by hand, so that the key never goes to another host. See ImageApi for the errors.
        """
        link, with_key, may_use_key = _link(url), False, True
        redirects = 0
        while redirects <= MAX_REDIRECTS:
            self._refuse_insecure(link)
            fetched = await self._fetch(link, at_most_bytes, with_key=with_key)
            if fetched.status in NEEDS_KEY and may_use_key and self._is_ours(link):
                with_key, may_use_key = True, False
                continue
            if fetched.location is None:
                return _result_of(fetched)
            redirects += 1
            link = _next_link(link, fetched.location)
            with_key = with_key and self._is_ours(link)
        raise PermanentError(f"The result's link leads on more than {MAX_REDIRECTS} times.")

    async def _generations(self, since: datetime) -> Sequence[RemoteRow]:
        *roomy, smallest = HISTORY_PAGE_SIZES
        for page_size in roomy:
            try:
                return await self._pages(since, page_size)
            except _OversizedError:
                continue
        return await self._pages(since, smallest)

    async def _pages(self, since: datetime, page_size: int) -> Sequence[RemoteRow]:
        pages: list[wire.HistoryPage] = []
        while not pages or wire.wants_more(pages, since):
            request = requests.history(self._namespace, page=len(pages) + 1, page_size=page_size)
            pages.append(wire.history_page(await self._ask(request)))
        return [row for page in pages for row in page.rows]

    async def _ask(self, request: wire.Request) -> wire.Reply:
        return await self._send(request, QUERY_TIMEOUT)

    async def _pay(self, request: wire.Request, patience: aiohttp.ClientTimeout) -> wire.Reply:
        try:
            return await self._send(request, patience)
        except _LostError as error:
            raise OutcomeUnclearError(str(error)) from None

    async def _send(self, request: wire.Request, patience: aiohttp.ClientTimeout) -> wire.Reply:
        """Send one call; aiohttp itself sends a POST never twice, even on a connection that went stale."""
        url = URL(self._base_url + request.target, encoded=True)
        headers = self._headers | ({"Content-Type": "application/json"} if request.body is not None else {})
        if isinstance(request.body, wire.Body):
            headers["Content-Length"] = str(request.body.size_bytes)
        call = self._session.request(
            request.method, url, data=_payload(request.body), headers=headers, timeout=patience, allow_redirects=False
        )
        try:
            async with call as response:
                return wire.Reply(
                    status=response.status,
                    body=await _read(response, MAX_REPLY_BYTES),
                    retry_after=response.headers.get("Retry-After"),
                    date=response.headers.get("Date"),
                )
        except NEVER_SENT as error:
            raise TransientError(f"Oxen cannot be reached: {type(error).__name__}.") from None
        except LOST as error:
            raise _LostError(f"Oxen's answer was lost ({type(error).__name__}).") from None

    async def _fetch(self, link: URL, at_most_bytes: int, *, with_key: bool) -> _Fetched:
        # Pictures are packed already; a packed answer could only be a bomb.
        headers = {"User-Agent": wire.USER_AGENT, "Accept-Encoding": "identity"}
        if with_key:
            headers["Authorization"] = self._headers["Authorization"]
        call = self._session.get(link, headers=headers, timeout=DOWNLOAD_TIMEOUT, allow_redirects=False)
        try:
            async with call as response:
                is_file = response.status == HTTPStatus.OK
                return _Fetched(
                    status=response.status,
                    data=await _read(response, at_most_bytes) if is_file else b"",
                    location=response.headers.get("Location") if response.status in REDIRECTS else None,
                )
        except _OversizedError:
            raise TooLargeError(f"The result is larger than {at_most_bytes // MIB} MiB.") from None
        except (*LOST, UnicodeError) as error:  # the latter for a host that no name server can be asked for
            raise TransientError(f"The result could not be fetched ({type(error).__name__}).") from None

    def _is_ours(self, link: URL) -> bool:
        return _origin(link) == self._origin

    def _refuse_insecure(self, link: URL) -> None:
        """Let plain HTTP pass to the API's own place, and on one machine where the API is on it too."""
        if link.scheme == "https" or (link.scheme == "http" and self._is_ours(link)):
            return
        if link.scheme != "http" or not (is_loopback(link.host) and is_loopback(self._origin[1])):
            raise PermanentError("The result's link is not https.")


@asynccontextmanager
async def open_client(*, base_url: str, api_key: str, namespace: str | None = None) -> AsyncGenerator[OxenClient]:
    """Open a client with a session of its own, for a program that makes a few calls and ends."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield OxenClient(session, base_url=base_url, api_key=api_key, namespace=namespace)


async def _read(response: aiohttp.ClientResponse, limit_bytes: int) -> bytes:
    """Read a body whole; raises _OversizedError as soon as it is over the limit."""
    read = bytearray()
    if (response.content_length or 0) > limit_bytes:
        raise _OversizedError(f"Oxen's answer is larger than {limit_bytes // MIB} MiB.")
    async for chunk in response.content.iter_chunked(CHUNK_BYTES):
        read += chunk
        if len(read) > limit_bytes:
            raise _OversizedError(f"Oxen's answer is larger than {limit_bytes // MIB} MiB.")
    return bytes(read)


def _payload(body: bytes | wire.Body | None) -> bytes | BytesIO | wire.Body | None:
    return BytesIO(body) if isinstance(body, bytes) and len(body) > LARGE_BODY_BYTES else body


def _origin(url: URL) -> tuple[str, str | None, int | None]:
    return url.scheme.lower(), url.host, url.port


def _link(url: str) -> URL:
    """Read a link as it stands: a signature covers the exact spelling."""
    try:
        link = URL(url, encoded=url.isascii() and url.isprintable() and " " not in url)
    except ValueError:
        raise PermanentError("The result's link cannot be read.") from None
    if link.host is None:
        raise PermanentError("The result's link names no host.")
    return link


def _next_link(link: URL, location: str) -> URL:
    try:
        return _link(str(link.join(URL(location, encoded=True))))
    except ValueError:
        raise PermanentError("The result's link leads to one that cannot be read.") from None


def _result_of(fetched: _Fetched) -> bytes:
    if fetched.status == HTTPStatus.OK:
        return fetched.data
    text = f"The result's link answered {fetched.status}."
    if fetched.status in DEAD_LINK:
        raise NotFoundError(text, status=fetched.status)
    if fetched.status in COME_BACK or fetched.status not in range(400, 500):
        raise TransientError(text, status=fetched.status)
    raise PermanentError(text, status=fetched.status)
