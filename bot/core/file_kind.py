"""Which kinds of files there are, told by their first bytes, and how Discord shows each; decodes nothing."""

from codecs import getincrementaldecoder
from dataclasses import dataclass
from enum import Enum

SPOILER = "SPOILER_"
"""Discord covers every file whose name begins so, wherever it is shown."""


class Showing(Enum):
    """What Discord makes of a file of some kind in a message."""

    INLINE = "shown as it is"
    AS_PNG = "shown once it is a PNG, which loses nothing"
    AS_FILE = "a file to download"
    NEVER = "nothing that a model makes"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """A kind of file; `name` is for people, and `phrase` follows "is" in a sentence."""

    name: str
    phrase: str
    extension: str
    showing: Showing

    @property
    def is_picture(self) -> bool:
        return self.phrase.endswith((" picture", " drawing"))


def _kind(name: str, noun: str, extension: str, showing: Showing, *, article: str = "a") -> FileKind:
    return FileKind(name=name, phrase=f"{article} {name} {noun}".rstrip(), extension=extension, showing=showing)


PNG = _kind("PNG", "picture", "png", Showing.INLINE)
JPEG = _kind("JPEG", "picture", "jpg", Showing.INLINE)
WEBP = _kind("WebP", "picture", "webp", Showing.INLINE)
GIF = _kind("GIF", "picture", "gif", Showing.INLINE)
# Pillow's reading of the next three keeps every pixel; Discord shows AVIF in messages of people, but not in galleries
# (discord-api-docs #7738 and #8103).
AVIF = _kind("AVIF", "picture", "avif", Showing.AS_PNG, article="an")
BMP = _kind("BMP", "picture", "bmp", Showing.AS_PNG)
TIFF = _kind("TIFF", "picture", "tiff", Showing.AS_PNG)
HEIC = _kind("HEIC", "picture", "heic", Showing.AS_FILE)
JXL = _kind("JPEG XL", "picture", "jxl", Showing.AS_FILE)
JPEG_2000 = _kind("JPEG 2000", "picture", "jp2", Showing.AS_FILE)
PSD = _kind("Photoshop", "picture", "psd", Showing.AS_FILE)
EXR = _kind("OpenEXR", "picture", "exr", Showing.AS_FILE, article="an")
SVG = _kind("SVG", "drawing", "svg", Showing.AS_FILE, article="an")
EPS = _kind("PostScript", "drawing", "eps", Showing.AS_FILE)
PDF = _kind("PDF", "file", "pdf", Showing.AS_FILE)
MP4 = _kind("MP4", "video", "mp4", Showing.INLINE, article="an")
WEBM = _kind("WebM", "video", "webm", Showing.INLINE)
MOV = _kind("QuickTime", "video", "mov", Showing.INLINE)
ZIP = FileKind(name="ZIP", phrase="a ZIP archive or a document", extension="zip", showing=Showing.AS_FILE)
XML = _kind("XML", "file", "xml", Showing.NEVER, article="an")
TEXT = _kind("text", "file", "txt", Showing.NEVER)

TAKEN = frozenset({PNG, JPEG, WEBP, GIF})
"""What models read as references."""
KINDS = (
    *(PNG, JPEG, WEBP, GIF, AVIF, BMP, TIFF, HEIC, JXL, JPEG_2000, PSD, EXR, SVG, EPS, PDF),
    *(MP4, WEBM, MOV, ZIP, XML, TEXT),
)
_BY_EXTENSION = {kind.extension: kind for kind in KINDS} | {
    **dict.fromkeys(("jpeg", "jpe", "jfif"), JPEG),
    **dict.fromkeys(("heif", "hif"), HEIC),
    **dict.fromkeys(("tif", "dng"), TIFF),
    **dict.fromkeys(("svg+xml", "svgz"), SVG),
    **dict.fromkeys(("jpx", "j2k", "jpm"), JPEG_2000),
    **dict.fromkeys(("x-ms-bmp", "dib"), BMP),
}

_BY_START = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF", PDF),
    (b"%!PS", EPS),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00", TIFF),
    (b"MM\x00+", TIFF),
    (b"\xff\x0a", JXL),
    (b"\x00\x00\x00\x0cJXL ", JXL),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", JPEG_2000),
    (b"\xff\x4f\xff\x51", JPEG_2000),
    (b"PK\x03\x04", ZIP),
    (b"8BPS", PSD),
    (b"v/1\x01", EXR),
    (b"\x1aE\xdf\xa3", WEBM),
)
_BY_TWO_PLACES = (
    (b"RIFF", 8, b"WEBP", WEBP),
    (b"BM", 6, bytes(4), BMP),  # reserved; words may begin so as well
)
_BY_BRAND = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), HEIC),
    **dict.fromkeys((b"avif", b"avis"), AVIF),
    b"qt  ": MOV,
}
"""ISO base media files by their major brand (bytes 8 to 12); the others are MP4."""

_TEXT_SAMPLE_BYTES = 512
_SVG_SAMPLE_BYTES = 16 * 1024
"""How far a drawing's root may be from the start; editors put a licence and a list of entities before it."""


def kind_of(data: bytes) -> FileKind | None:
    """Tell what a file is by its content, however it is named; None for what is neither known nor text."""
    if data[4:8] == b"ftyp":
        return _of_brands(data)
    for start, place, more, kind in _BY_TWO_PLACES:
        if data.startswith(start) and data[place : place + len(more)] == more:
            return kind
    for start, kind in _BY_START:
        if data.startswith(start):
            return kind
    return _of_text(data) if data and _is_text(data[:_TEXT_SAMPLE_BYTES]) else None


def _of_text(data: bytes) -> FileKind:
    text = data[:_SVG_SAMPLE_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    if _root(text).startswith(b"<svg"):
        return SVG
    return XML if text.startswith(b"<?xml") else TEXT


def kind_named(extension: str) -> FileKind | None:
    """Tell a kind by a file's extension or by the second half of its media type."""
    return _BY_EXTENSION.get(extension.casefold())


def _of_brands(data: bytes) -> FileKind:
    """Tell an ISO base media file by its brands; `mif1` is any still picture, and what it holds stands behind it."""
    major, compatible = data[8:12], data[16 : int.from_bytes(data[:4], "big")]
    if major == b"mif1" and b"avif" in compatible:
        return AVIF
    return _BY_BRAND.get(major, MP4)


_PROLOGUE = ((b"<?", b"?>"), (b"<!--", b"-->"), (b"<!DOCTYPE svg", b">"))


def _root(text: bytes) -> bytes:
    """Give a document from its first element on, without declaration, comments and document type."""
    while True:
        ends = next((end for start, end in _PROLOGUE if text.startswith(start)), None)
        if ends is None:
            return text
        head, found, rest = text.partition(ends)
        if b"[" in head and head.startswith(b"<!DOCTYPE"):
            # Entities stand in brackets, each with an angle of its own.
            _, found, rest = text.partition(b"]>")
        if not found:
            return b""
        text = rest.lstrip()


def _is_text(sample: bytes) -> bool:
    try:
        text = getincrementaldecoder("utf-8-sig")().decode(sample)
    except UnicodeDecodeError:
        return False
    return all(char.isprintable() or char.isspace() for char in text)
