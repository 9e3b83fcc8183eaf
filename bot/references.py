"""Reads the pictures that people attached, from the allowed hosts only; knows nothing of pictures or of Oxen."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Final

import aiohttp
from yarl import URL

from bot.core.hosts import is_loopback
from bot.errors import Cause, NotFoundError, PermanentError, TooLargeError, TransientError

TIMEOUT: Final = aiohttp.ClientTimeout(total=60, connect=10, sock_read=20)
CHUNK_BYTES: Final = 64 * 1024
DEAD_LINK: Final = frozenset({401, 403, 404, 410})
COME_BACK: Final = frozenset({408, 425, 429})


class AttachmentReader:
    """Fetches attachments by https; plain HTTP passes only to an allowed host on this machine.

    `allowed_hosts` are names without ports. No redirect is followed: Discord's CDN gives none, and one could lead
    to any address that this machine can reach. The session stays the caller's.
    """

    def __init__(self, session: aiohttp.ClientSession, allowed_hosts: Iterable[str], *, max_bytes: int) -> None:
        self._session = session
        self._allowed_hosts = frozenset(host.lower() for host in allowed_hosts)
        self._max_bytes = max_bytes

    async def read(self, url: str) -> bytes:
        """Fetch a reference whole; see ReferenceReader for the errors."""
        link = self._checked(url)
        call = self._session.get(link, headers={"Accept-Encoding": "identity"}, timeout=TIMEOUT, allow_redirects=False)
        try:
            async with call as response:
                _raise_unless_found(response.status)
                return await self._body(response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise TransientError(f"The reference could not be fetched ({type(error).__name__}).") from None

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        read = bytearray()
        async for chunk in response.content.iter_chunked(CHUNK_BYTES):
            read += chunk
            if len(read) > self._max_bytes:
                raise TooLargeError(f"The reference is larger than {self._max_bytes} bytes.")
        return bytes(read)

    def _checked(self, url: str) -> URL:
        """Read a link as it stands, since a signature covers its spelling, and refuse what must not be opened."""
        try:
            link = URL(url, encoded=True)
        except ValueError:
            raise _refusal("cannot be read") from None
        if not (url.isascii() and url.isprintable()) or " " in url:
            raise _refusal("cannot be read")
        if link.host not in self._allowed_hosts or link.user is not None:
            raise _refusal("leads to a host that is not allowed")
        if link.scheme != "https" and not (link.scheme == "http" and is_loopback(link.host)):
            raise _refusal("is not https")
        return link


def _refusal(why: str) -> PermanentError:
    return PermanentError(f"The reference's link {why}.", cause=Cause.REFUSED_BY_US)


def _raise_unless_found(status: int) -> None:
    if status == HTTPStatus.OK:
        return
    text = f"The reference's link answered {status}."
    if status in DEAD_LINK:
        raise NotFoundError(text, status=status)
    if status in COME_BACK or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise TransientError(text, status=status)
    raise PermanentError(text, status=status)
