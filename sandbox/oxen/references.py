"""Fetches the pictures that an order refers to, as the service's workers do: late, by themselves, without a key.

Nothing beyond loopback is ever asked: any other host counts as one that refuses us.
"""

import asyncio
import base64
import binascii
import io
import ipaddress
from collections.abc import Sequence

import aiohttp
from PIL import Image
from yarl import URL

from sandbox.oxen import jsontext
from sandbox.oxen.jsontext import JsonObject
from sandbox.oxen.shape import Shape
from sandbox.oxen.validation import picture_params
from sandbox.painter import paint

DEFAULT_PICTURE_URL = "https://sandbox.invalid/default-picture.png"
"""The picture that one model of the catalogue has by default; painted here, fetched from nowhere."""
MAX_REFERENCE_BYTES = 30 * 1024 * 1024
"""What one model's page states for a picture; there is no general figure."""
_MAX_REFERENCE_PIXELS = 40_000_000
"""More would take seconds and half a gigabyte to decode."""
# What Pillow raises for bytes that are no picture, broken off ones and bombs among them.
_PICTURE_ERRORS = (
    OSError,
    ValueError,
    SyntaxError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
_FETCH_TIMEOUT = aiohttp.ClientTimeout(total=10)
_DATA_URI = "data:"
_CLIENT_ERROR, _SERVER_ERROR = range(400, 500), range(500, 600)


class ModelError(Exception):
    """A generation that cannot be made; the text becomes the row's `error_message`."""


def reference_urls(schema: JsonObject, params: JsonObject) -> Sequence[str]:
    """List the picture links of an order, parameter by parameter, in the order given."""
    urls: list[str] = []
    for name in picture_params(schema):
        value = params.get(name)
        items = jsontext.as_list(value)
        urls += [str(item) for item in ([value] if items is None else items) if item is not None]
    return urls


class ReferenceFetcher:
    """Reads references over HTTP on loopback, or out of data URIs."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def fetch_all(self, urls: Sequence[str], *, takes_data_uris: bool) -> Sequence[bytes]:
        """Read all pictures, in the given order; raise ModelError in the service's words for the first that fails."""
        return [await self._fetch(url, takes_data_uris=takes_data_uris) for url in urls]

    async def _fetch(self, url: str, *, takes_data_uris: bool) -> bytes:
        if url == DEFAULT_PICTURE_URL:
            return await asyncio.to_thread(_default_picture)
        if url.startswith(_DATA_URI):
            if not takes_data_uris:
                raise ModelError("Getting model response error: 500 Internal Server Error")
            return await _checked_picture(_data_uri_bytes(url))
        if not _is_on_loopback(url):
            raise _http_error(403, "Forbidden", url)
        return await _checked_picture(await self._download(url))

    async def _download(self, url: str) -> bytes:
        try:
            # A redirect could lead away from this machine.
            async with self._session.get(url, timeout=_FETCH_TIMEOUT, allow_redirects=False) as response:
                if response.status != 200:  # noqa: PLR2004 - HTTP's own number
                    raise _http_error(response.status, response.reason or "", url)
                if response.content_type == "text/html":
                    raise _not_a_picture()
                return await _read_limited(response)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ModelError(f"Getting model response error: could not reach url: {url}") from error


async def _read_limited(response: aiohttp.ClientResponse) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_any():
        data += chunk
        if len(data) > MAX_REFERENCE_BYTES:
            raise _not_valid("input image is larger than 30 MB")
    return bytes(data)


def shape_of(picture: bytes) -> Shape:
    """Read width and height from a picture's header."""
    with Image.open(io.BytesIO(picture)) as image:
        return Shape(width_px=image.width, height_px=image.height)


async def _checked_picture(data: bytes) -> bytes:
    try:
        await asyncio.to_thread(_decode, data)
    except _PICTURE_ERRORS as error:
        raise _not_a_picture() from error
    return data


def _decode(data: bytes) -> None:
    with Image.open(io.BytesIO(data)) as image:
        if image.width * image.height > _MAX_REFERENCE_PIXELS:
            raise Image.DecompressionBombError(image.size)
        image.load()


def _data_uri_bytes(uri: str) -> bytes:
    head, _, payload = uri.partition(",")
    if not head.startswith("data:image/") or not head.endswith(";base64"):
        raise _not_a_picture()
    try:
        return base64.b64decode(payload, validate=True)
    except binascii.Error as error:
        raise _not_a_picture() from error


def _is_on_loopback(url: str) -> bool:
    try:
        parsed = URL(url)
        host = parsed.host or ""
        return parsed.scheme in ("http", "https") and (host == "localhost" or ipaddress.ip_address(host).is_loopback)
    except ValueError:
        return False


def _http_error(status: int, reason: str, url: str) -> ModelError:
    side = "Client" if status in _CLIENT_ERROR else "Server" if status in _SERVER_ERROR else "Redirect"
    return ModelError(f"Getting model response error: {status} {side} Error: {reason} for url: {url}")


def _not_a_picture() -> ModelError:
    return _not_valid("cannot identify image file")


def _not_valid(problem: str) -> ModelError:
    return ModelError(f"Getting model response error: 422 - Value error, {problem}")


def _default_picture() -> bytes:
    return paint(prompt="default picture", seed=0, width_px=512, height_px=512, references=(), output_format="png")
