"""Pictures for tests, in every form in which the field sends them."""

import io
import random
import zlib

from PIL import Image, ImageCms

PNG_END_BYTES = 12


def encoded(picture: Image.Image, kind: str, **how: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **how)
    return out.getvalue()


def noise(kind: str = "PNG", *, size: tuple[int, int] = (48, 48), mode: str = "RGB", **how: object) -> bytes:
    """Give a picture that no compression makes much smaller."""
    pixels = random.Random(7).randbytes(size[0] * size[1] * len(mode))
    return encoded(Image.frombytes(mode, size, pixels), kind, **how)


def plain(mode: str, colour: object, kind: str = "PNG", *, size: tuple[int, int] = (48, 48), **how: object) -> bytes:
    """Give a picture of one colour, packed as little as its kind allows."""
    return encoded(Image.new(mode, size, colour), kind, **how)  # pyright: ignore[reportArgumentType]


def moving(kind: str, *, frames: int = 3) -> bytes:
    """Give a picture that moves."""
    pictures = [Image.frombytes("RGB", (48, 48), random.Random(n).randbytes(48 * 48 * 3)) for n in range(frames)]
    return encoded(pictures[0], kind, save_all=True, append_images=pictures[1:])


def sideways(kind: str = "JPEG", *, orientation: int = 6) -> bytes:
    """Give a picture of 40 x 30 that a camera wants to be turned: red on its left, so red on top when it is 6."""
    picture = Image.new("RGB", (40, 30), "blue")
    picture.paste("red", (0, 0, 20, 30))
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(picture, kind, exif=exif)


def with_chunk(name: bytes, data: bytes, *, png: bytes) -> bytes:
    """Give a PNG with one more chunk before its pixels."""
    chunk = len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")
    return png[:33] + chunk + png[33:]


def with_text(unpacked_bytes: int, *, png: bytes) -> bytes:
    """Give a PNG with a packed text that is so large when it is unpacked."""
    return with_chunk(b"iTXt", b"workflow\0\1\0\0\0" + zlib.compress(bytes(unpacked_bytes)), png=png)


def grey_profile() -> bytes:
    """Give a profile that no picture in colours can have."""
    profile = bytearray(srgb_profile())
    profile[16:20] = b"GRAY"
    return bytes(profile)


def srgb_profile() -> bytes:
    profile = ImageCms.createProfile("sRGB")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return ImageCms.ImageCmsProfile(profile).tobytes()  # pyright: ignore[reportUnknownArgumentType]


def black(side_px: int) -> bytes:
    """Give a whole PNG of many pixels in few bytes."""
    header = side_px.to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    rows = bytes(side_px * (1 + -(-side_px // 8)))
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big") for name, data in chunks
    )
