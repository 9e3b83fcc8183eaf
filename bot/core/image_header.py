"""Which pictures can be used, by content and never by name, and in which words the others are refused."""

from dataclasses import dataclass

from bot.core.file_kind import FileKind, kind_of
from bot.core.image_format import BrokenImageError, ImageKind, size_px, sniff
from bot.errors import UserError

__all__ = ["ImageHeader", "ImageKind", "PictureError", "check_reference", "check_stated", "inspect", "sniff"]

MAX_REFERENCE_BYTES = 10 * 1024 * 1024
MAX_REFERENCE_PIXELS = 100_000_000
"""100 megapixels: more would cost whoever decodes the picture hundreds of megabytes."""

KINDS_IN_WORDS = "PNG, JPEG, WebP or GIF"
DAMAGED = "is cut off or damaged. Open it, save it again and attach the copy."


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
        raise PictureError(DAMAGED) from error
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


def _what_else(data: bytes) -> str:
    """Say what the file is instead, and what would be right."""
    if not data:
        return f"is empty. Attach a {KINDS_IN_WORDS} file."
    if data.startswith((b"\x89PNG", b"GIF8")):
        return DAMAGED  # a transfer as text has changed its line ends
    kind = kind_of(data)
    if kind is None:
        return f"is not a picture that can be read. Attach a {KINDS_IN_WORDS} file."
    return refusal_of(kind)


def refusal_of(kind: FileKind) -> str:
    """Say what a file is that no model takes, and what would be right."""
    if kind.is_picture:
        return f"is {kind.phrase}, which the models cannot read. Save it as JPEG or PNG and attach that."
    return f"is {kind.phrase}. Attach a {KINDS_IN_WORDS} file."
