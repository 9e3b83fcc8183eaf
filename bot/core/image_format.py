"""Kind, size and wholeness of PNG, JPEG, WebP and GIF files, read from their structure; no pixel is ever decoded.

A file can be used when viewers show all of its picture, whatever stands behind it or lacks at its end. It is whole when
it ends as its kind demands: that is asked of a download, which can be made again.
"""

import zlib
from collections.abc import Callable, Iterator
from enum import StrEnum

from bot.core.file_kind import GIF, JPEG, PNG, SVG, WEBP, kind_of

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
    kind = kind_of(data)
    return None if kind is None else _KINDS.get(kind.extension)


def size_px(kind: ImageKind, data: bytes) -> tuple[int, int]:
    """Give width and height of a picture of this kind that can be used; raises BrokenImageError for any other."""
    try:
        return _READERS[kind](data)
    except IndexError as error:
        raise BrokenImageError from error


def is_whole(data: bytes) -> bool:
    """Tell whether a file is there up to its end, as far as its kind shows that."""
    kind = sniff(data)
    try:
        if kind is not None:
            size_px(kind, data)
    except BrokenImageError:
        return False
    match kind:
        case ImageKind.PNG:
            return _png_ends(data)
        case ImageKind.GIF:
            return data.rstrip(b"\0").endswith(b";")
        case ImageKind.JPEG | ImageKind.WEBP:
            return True
        case None:
            return kind_of(data) is not SVG or data.rstrip().endswith(b">")


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
    """Walk the chunks: IHDR first, IDAT somewhere, IEND whole (PNG specification, 5.3 and 5.6).

    Where the end is missing, the pixels are counted.
    """
    if data[12:16] != b"IHDR":
        raise BrokenImageError
    size = _sized(_big(data, 16, 4), _big(data, 20, 4))
    if not _png_ends(data) and not _has_all_rows(data, *size):
        raise BrokenImageError
    return size


def _png_ends(data: bytes) -> bool:
    names: set[bytes] = set()
    try:
        for name, _, end in _png_chunks(data):
            if end > len(data):
                return False
            names.add(name)
    except BrokenImageError:
        return False
    return {b"IDAT", b"IEND"} <= names


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, start and end of each chunk up to IEND: length (4), name (4), data, checksum (4)."""
    at = 8
    for _ in range(_MAX_BLOCKS):
        end = at + 12 + _big(data, at, 4)
        name = data[at + 4 : at + 8]
        yield name, at + 8, end
        if name == b"IEND":
            return
        at = end
    raise BrokenImageError


_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""By colour type (PNG specification, table 11.1)."""
_UNPACKED_AT_ONCE = 2**20
_COUNTED_BYTES = 256 * 2**20
"""More pixels are not counted, as that would hold up everybody for a second: such a file must have its end."""


def _has_all_rows(data: bytes, width_px: int, height_px: int) -> bool:
    """Tell whether the rows of a PNG without an end are all there, by unpacking and forgetting them."""
    depth, colour_type, interlaced = data[24], data[25], data[28]
    row_bytes = 1 + -(-width_px * depth * _CHANNELS.get(colour_type, 4) // 8)
    wanted_bytes = row_bytes * height_px
    if wanted_bytes > _COUNTED_BYTES:
        return False
    unpacked_bytes, unpacker = 0, zlib.decompressobj()
    try:
        for packed in _png_rows(data):
            rest = packed
            while rest and unpacked_bytes <= _COUNTED_BYTES:
                unpacked_bytes += len(unpacker.decompress(rest, _UNPACKED_AT_ONCE))
                rest = unpacker.unconsumed_tail
    except zlib.error:
        return False
    # Interlaced rows are counted otherwise; their stream must have come to its own end.
    return unpacker.eof or (not interlaced and unpacked_bytes >= wanted_bytes)


def _png_rows(data: bytes) -> Iterator[bytes]:
    try:
        for name, start, end in _png_chunks(data):
            if name == b"IDAT":
                yield data[start : end - 4]
    except BrokenImageError:
        return


_JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers without a length: TEM, RST0 to RST7 and SOI (ITU T.81, table B.1)."""

_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Start of frame, of whatever process; DHT, JPG and DAC lie among them."""

_JPEG_FILL, _JPEG_SCAN, _JPEG_END = 0xFF, 0xDA, b"\xff\xd9"
_SAMSUNG_END = b"SEFT"
"""Ends what Samsung's cameras put behind a panorama, in place of the end marker."""


def _jpeg(data: bytes) -> tuple[int, int]:
    """Walk the segments to the first scan, then look for the end marker.

    Coded data never holds it (T.81, B.1.1.5), thumbnails before the scan do, and phones append things after it.
    """
    size: tuple[int, int] | None = None
    for marker, at in _jpeg_segments(data):
        if marker in _JPEG_FRAMES:
            size = _sized(_big(data, at + 5, 2), _big(data, at + 3, 2))
        if marker == _JPEG_SCAN and size is not None and _jpeg_ends(data, at):
            return size
    raise BrokenImageError


def _jpeg_ends(data: bytes, scan_at: int) -> bool:
    return data.find(_JPEG_END, scan_at) >= 0 or data.endswith(_SAMSUNG_END)


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


_WEBP_PICTURES = frozenset({b"VP8 ", b"VP8L", b"ANMF"})


def _webp_chunks(data: bytes, end: int) -> Iterator[bytes]:
    """Yield the names of the chunks that lie within the container: name (4), length (4), data, a byte to be even."""
    at = 12
    for _ in range(_MAX_BLOCKS):
        if at + 8 > end:
            return
        size_bytes = _little(data, at + 4, 4)
        if at + 8 + size_bytes > end:
            return
        yield data[at : at + 4]
        at += 8 + size_bytes + size_bytes % 2


def _webp(data: bytes) -> tuple[int, int]:
    """Read the first chunk of the container (RFC 9649): lossy, lossless or extended; a picture must lie within it."""
    end = 8 + _little(data, 4, 4)
    if end > len(data) or not any(name in _WEBP_PICTURES for name in _webp_chunks(data, end)):
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
    """Walk the extensions (!) to the first image (,) and to the end of its sub-blocks (GIF89a).

    What stands behind it, further images and the trailer among it, viewers do without.
    """
    size = _sized(_little(data, 6, 2), _little(data, 8, 2))
    at = 13 + _gif_colours(data, 10)
    for _ in range(_MAX_BLOCKS):
        match data[at : at + 1]:
            case b"!":
                at = _gif_after_blocks(data, at + 2)
            case b",":
                _gif_after_blocks(data, at + 11 + _gif_colours(data, at + 9))
                return size
            case _:
                break
    raise BrokenImageError


def _gif_after_blocks(data: bytes, at: int) -> int:
    """Give the place behind a run of sub-blocks, each with its length before it, which an empty one ends.

    The last one of a picture is hardly ever full, so that the file may as well end with it.
    """
    length = 0
    for _ in range(_MAX_BLOCKS):
        if at == len(data) and 0 < length < _GIF_FULL_BLOCK:
            return at
        length = data[at]
        at += length + 1
        if at > len(data):
            break
        if not length:
            return at
    raise BrokenImageError


_GIF_FULL_BLOCK = 255


def _gif_colours(data: bytes, flags_at: int) -> int:
    """Give the bytes of the colour table that these flags announce."""
    flags = data[flags_at]
    return 3 << ((flags & 0x07) + 1) if flags & 0x80 else 0


_KINDS = {kind.extension: image for kind, image in zip((PNG, JPEG, WEBP, GIF), ImageKind, strict=True)}
_READERS: dict[ImageKind, Callable[[bytes], tuple[int, int]]] = {
    ImageKind.PNG: _png,
    ImageKind.JPEG: _jpeg,
    ImageKind.WEBP: _webp,
    ImageKind.GIF: _gif,
}
