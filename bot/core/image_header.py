"""Which pictures can be used, by content and never by name, and in which words the others are refused."""

from codecs import getincrementaldecoder
from dataclasses import dataclass

from bot.core.image_format import BrokenImageError, ImageKind, size_px, sniff
from bot.errors import UserError

__all__ = ["ImageHeader", "ImageKind", "PictureError", "check_reference", "check_stated", "inspect", "sniff"]

MAX_REFERENCE_BYTES = 10 * 1024 * 1024
MAX_REFERENCE_PIXELS = 100_000_000
"""100 megapixels: more would cost whoever decodes the picture hundreds of megabytes."""

KINDS_IN_WORDS = "PNG, JPEG, WebP or GIF"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageHeader:
    kind: ImageKind
    width_px: int
    height_px: int


class PictureError(UserError):
    """A file that cannot be used; `clause` follows "Picture 2", and the whole text is a sentence of its own."""

    def __init__(self, clause: str) -> None:
        super().__init__(f"The file {clause}")
        self.clause = clause


def inspect(data: bytes) -> ImageHeader:
    """Read kind and size of a whole picture; raises PictureError for other files and for truncated ones."""
    kind = sniff(data)
    if kind is None:
        raise PictureError(_what_else(data))
    try:
        width_px, height_px = size_px(kind, data)
    except BrokenImageError as error:
        raise PictureError("is cut off or damaged. Open it, save it again and attach the copy.") from error
    return ImageHeader(kind=kind, width_px=width_px, height_px=height_px)


def check_reference(data: bytes, number: int) -> ImageHeader:
    """Inspect the reference that people know as picture `number`; raises UserError in their words, limits included."""
    try:
        _check_size(len(data))
        header = inspect(data)
        _check_pixels(header.width_px, header.height_px)
    except PictureError as error:
        raise UserError(f"Picture {number} {error.clause}") from error
    return header


def check_stated(size_bytes: int, width_px: int | None, height_px: int | None) -> None:
    """Check what is known of a reference before its bytes are; raises PictureError."""
    _check_size(size_bytes)
    _check_pixels(width_px or 0, height_px or 0)


def _check_size(size_bytes: int) -> None:
    if size_bytes <= 0:
        raise PictureError(f"is empty. Attach a {KINDS_IN_WORDS} file.")
    if size_bytes > MAX_REFERENCE_BYTES:
        tenths = -(-size_bytes * 10 // 2**20)
        raise PictureError(f"has {tenths / 10:g} MB; 10 MB is the most. Save it smaller or as JPEG.")


def _check_pixels(width_px: int, height_px: int) -> None:
    if width_px * height_px > MAX_REFERENCE_PIXELS:
        raise PictureError(
            f"is {width_px:,} x {height_px:,} pixels large; 100 megapixels are the most. Save it smaller."
        )


_OTHER_FILES = (
    (b"%PDF", "a PDF file"),
    (b"BM", "a BMP picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"<svg", "an SVG drawing"),
    (b"<?xml", "an XML file"),
    (b"PK\x03\x04", "a ZIP archive or a document"),
    (b"8BPS", "a Photoshop file"),
    (b"\x1aE\xdf\xa3", "a video"),
)

_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "a HEIC picture"),
    **dict.fromkeys((b"avif", b"avis"), "an AVIF picture"),
}
"""ISO base media files by their major brand (bytes 8 to 12); the others are videos."""

_TEXT_SAMPLE_BYTES = 512


def _what_else(data: bytes) -> str:
    """Say what the file is instead, and what would be right."""
    if not data:
        return f"is empty. Attach a {KINDS_IN_WORDS} file."
    if data[4:8] == b"ftyp":
        name = _BRANDS.get(data[8:12], "a video")
    else:
        name = next((name for start, name in _OTHER_FILES if data.startswith(start)), "")
    if name.endswith(("picture", "drawing")):
        return f"is {name}, which the models cannot read. Save it as JPEG or PNG and attach that."
    if not name:
        name = "a text file" if _is_text(data[:_TEXT_SAMPLE_BYTES]) else "not a picture that can be read"
    return f"is {name}. Attach a {KINDS_IN_WORDS} file."


def _is_text(sample: bytes) -> bool:
    try:
        text = getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return all(char.isprintable() or char.isspace() for char in text)
