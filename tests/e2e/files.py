"""Files as people attach them: good pictures, and all that only looks like one."""

import io
import struct
import zlib

from PIL import Image

from sandbox.discord import Upload

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def picture(filename: str = "picture.png", *, colour: str = "teal", size_px: int = 48) -> Upload:
    return Upload(filename=filename, data=png(colour, size_px))


def png(colour: str = "teal", size_px: int = 48) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (size_px, size_px), colour).save(out, "PNG")
    return out.getvalue()


def four_pictures() -> list[Upload]:
    """Give four that can be told apart."""
    return [picture(f"{colour}.png", colour=colour) for colour in ("red", "green", "blue", "gold")]


def padded_png(size_bytes: int) -> bytes:
    """Give a good picture of this size: what is too much lies in a chunk that nobody shows."""
    whole = png()
    end = whole.index(b"IEND") - 4
    room = size_bytes - len(whole) - 12
    return whole[:end] + _chunk(b"teXt", bytes(room)) + whole[end:]


def png_header(width_px: int, height_px: int) -> bytes:
    """Give a picture that claims a size and holds next to nothing."""
    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    parts = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(bytes(64))), _chunk(b"IEND", b""))
    return PNG_SIGNATURE + b"".join(parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
