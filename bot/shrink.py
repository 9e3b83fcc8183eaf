"""Makes a picture fit Discord's size limit, in a thread; knows pixels and bytes, nothing of messages."""

import asyncio
import io
import warnings
from collections.abc import Iterator

from PIL import Image

from bot.core.placement import ResultFile

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
"""What Oxen's models give; Pillow's other readers are not needed and stay shut."""
PIXELS_AT_MOST = 100_000_000
WEBP_QUALITIES = (90, 80, 70)
SCALE_STEP = 0.75
SMALLEST_SIDE_PX = 256
WEBP_LONGEST_SIDE_PX = 16_383
"""Of 14 bits (https://developers.google.com/speed/webp/faq#what_is_the_maximum_size_a_webp_image_can_be)."""
AT_ONCE = 1
"""A decoded picture of 100 megapixels takes 400 MB."""


class PictureShrinker:
    """Satisfies ports.Shrinker with Pillow."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def shrink(self, file: ResultFile, limit_bytes: int) -> ResultFile:
        """Give the file as it is when it fits, else the first smaller form that does, and the smallest if none does."""
        if len(file.data) <= limit_bytes:
            return file
        async with self._turn:
            return await asyncio.to_thread(_shrink, file, limit_bytes)


def _shrink(file: ResultFile, limit_bytes: int) -> ResultFile:
    smallest = file
    for data in _smaller_forms(file.data):
        if len(data) < len(smallest.data):
            smallest = file.remade(data, "webp")
        if len(data) <= limit_bytes:
            break
    return smallest


def _smaller_forms(data: bytes) -> Iterator[bytes]:
    """Yield ever smaller forms: lossless, then WebP, then fewer pixels; nothing for what cannot or must not be read."""
    picture = _decoded(data)
    if picture is None:
        return
    if max(picture.size) > WEBP_LONGEST_SIDE_PX:
        picture.thumbnail((WEBP_LONGEST_SIDE_PX, WEBP_LONGEST_SIDE_PX))
    if picture.mode not in {"RGB", "RGBA"}:
        picture = picture.convert("RGBA")
    yield _webp(picture, lossless=True, quality=75)
    for quality in WEBP_QUALITIES:
        yield _webp(picture, lossless=False, quality=quality)
    while min(picture.size) * SCALE_STEP >= SMALLEST_SIDE_PX:
        # Pillow's stub leaves one type open where it also takes NumPy arrays.
        picture = picture.resize(_scaled(picture.size))  # pyright: ignore[reportUnknownMemberType]
        yield _webp(picture, lossless=False, quality=WEBP_QUALITIES[-1])


def _decoded(data: bytes) -> Image.Image | None:
    with warnings.catch_warnings():
        # What Pillow thinks of a damaged or a large file is no news: the limit is ours, and below the one at which it
        # refuses. It is held by the header, so that nothing is unpacked before.
        warnings.simplefilter("ignore")
        try:
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
            if picture.width * picture.height > PIXELS_AT_MOST:
                return None
            picture.load()
        except Exception:  # noqa: BLE001 - for damaged files Pillow raises what comes to hand, SyntaxError among it
            return None
    return picture


def _scaled(size: tuple[int, int]) -> tuple[int, int]:
    return round(size[0] * SCALE_STEP), round(size[1] * SCALE_STEP)


def _webp(picture: Image.Image, *, lossless: bool, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", lossless=lossless, quality=quality)
    return out.getvalue()
