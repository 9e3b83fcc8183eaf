"""Kind, size and wholeness of PNG, JPEG, WebP and GIF files, read from their structure; nothing is ever decoded."""

from collections.abc import Callable, Iterator
from enum import StrEnum

_MAX_BLOCKS = 100_000
"""Parts of one file: a picture has thousands at most, and a forged one must not keep us busy."""


class ImageKind(StrEnum):
    """A kind of picture; the value is its file extension."""

    PNG = "png"
    JPEG = "jpg"
    WEBP = "webp"
    GIF = "gif"

    @property
    def extension(self) -> str:
        return self.value

    @property
    def media_type(self) -> str:
        return "image/jpeg" if self is ImageKind.JPEG else f"image/{self.value}"


class BrokenImageError(Exception):
    """The file ends too early or contradicts its own kind."""


def sniff(data: bytes) -> ImageKind | None:
    """Tell the kind of picture by content; None for everything else, however it is named."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return ImageKind.PNG
    if data.startswith(b"\xff\xd8\xff"):
        return ImageKind.JPEG
    if data.startswith((b"GIF87a", b"GIF89a")):
        return ImageKind.GIF
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return ImageKind.WEBP
    return None


def size_px(kind: ImageKind, data: bytes) -> tuple[int, int]:
    """Give width and height of a whole picture of this kind; raises BrokenImageError for a truncated one."""
    try:
        return _READERS[kind](data)
    except IndexError as error:
        raise BrokenImageError from error


def is_whole(kind: ImageKind, data: bytes) -> bool:
    """Tell whether a picture of this kind is there up to its end."""
    try:
        size_px(kind, data)
    except BrokenImageError:
        return False
    return True


def _big(data: bytes, start: int, length: int) -> int:
    if start + length > len(data):
        raise BrokenImageError
    return int.from_bytes(data[start : start + length], "big")


def _little(data: bytes, start: int, length: int) -> int:
    if start + length > len(data):
        raise BrokenImageError
    return int.from_bytes(data[start : start + length], "little")


def _sized(width_px: int, height_px: int) -> tuple[int, int]:
    if not width_px or not height_px:
        raise BrokenImageError
    return width_px, height_px


def _png(data: bytes) -> tuple[int, int]:
    """Walk the chunks: IHDR first, IDAT somewhere, IEND whole (PNG specification, 5.3 and 5.6)."""
    names: set[bytes] = set()
    for name in _png_chunks(data):
        if not names and name != b"IHDR":
            raise BrokenImageError
        names.add(name)
    if not {b"IDAT", b"IEND"} <= names:
        raise BrokenImageError
    return _sized(_big(data, 16, 4), _big(data, 20, 4))


def _png_chunks(data: bytes) -> Iterator[bytes]:
    """Yield chunk names up to IEND; length (4), name (4), data, checksum (4)."""
    at = 8
    for _ in range(_MAX_BLOCKS):
        end = at + 12 + _big(data, at, 4)
        if end > len(data):
            raise BrokenImageError
        name = data[at + 4 : at + 8]
        yield name
        if name == b"IEND":
            return
        at = end
    raise BrokenImageError


_JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a length: TEM, RST0 to RST7 and SOI (ITU T.81, table B.1)."""

_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Start of frame, of whatever process; DHT, JPG and DAC lie among them."""

_JPEG_FILL, _JPEG_SCAN, _JPEG_END = 0xFF, 0xDA, b"\xff\xd9"


def _jpeg(data: bytes) -> tuple[int, int]:
    """Walk the segments to the first scan, then look for the end marker.

    Coded data never holds it (T.81, B.1.1.5), thumbnails before the scan do, and phones append things after it.
    """
    size: tuple[int, int] | None = None
    for marker, at in _jpeg_segments(data):
        if marker in _JPEG_FRAMES:
            size = _sized(_big(data, at + 5, 2), _big(data, at + 3, 2))
        if marker == _JPEG_SCAN and size is not None and data.find(_JPEG_END, at) >= 0:
            return size
    raise BrokenImageError


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield each marker with the place of its length, up to the first scan."""
    at = 2
    for _ in range(_MAX_BLOCKS):
        if data[at] != _JPEG_FILL:
            raise BrokenImageError
        marker = data[at + 1]
        if marker == _JPEG_FILL:
            at += 1
        elif marker in _JPEG_ALONE:
            at += 2
        else:
            yield marker, at + 2
            if marker == _JPEG_SCAN:
                return
            at += 2 + _big(data, at + 2, 2)


def _webp(data: bytes) -> tuple[int, int]:
    """Read the first chunk of the container (RFC 9649): lossy, lossless or extended."""
    if 8 + _little(data, 4, 4) > len(data):
        raise BrokenImageError
    match data[12:16]:
        case b"VP8X":
            return _little(data, 24, 3) + 1, _little(data, 27, 3) + 1
        case b"VP8L" if data[20:21] == b"\x2f":
            bits = _little(data, 21, 4)
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 " if data[23:26] == b"\x9d\x01\x2a":
            return _sized(_little(data, 26, 2) & 0x3FFF, _little(data, 28, 2) & 0x3FFF)
        case _:
            raise BrokenImageError


def _gif(data: bytes) -> tuple[int, int]:
    """Walk extensions (!) and images (,) with their sub-blocks to the trailer (;); one image is needed (GIF89a)."""
    at = 13 + _gif_colours(data, 10)
    seen_image = in_sub_blocks = False
    for _ in range(_MAX_BLOCKS):
        if in_sub_blocks:
            in_sub_blocks = data[at] > 0
            at += data[at] + 1
            continue
        match data[at : at + 1]:
            case b"!":
                at += 2
            case b",":
                seen_image = True
                at += 11 + _gif_colours(data, at + 9)
            case b";" if seen_image:
                return _sized(_little(data, 6, 2), _little(data, 8, 2))
            case _:
                break
        in_sub_blocks = True
    raise BrokenImageError


def _gif_colours(data: bytes, flags_at: int) -> int:
    """Give the bytes of the colour table that these flags announce."""
    flags = data[flags_at]
    return 3 << ((flags & 0x07) + 1) if flags & 0x80 else 0


_READERS: dict[ImageKind, Callable[[bytes], tuple[int, int]]] = {
    ImageKind.PNG: _png,
    ImageKind.JPEG: _jpeg,
    ImageKind.WEBP: _webp,
    ImageKind.GIF: _gif,
}
