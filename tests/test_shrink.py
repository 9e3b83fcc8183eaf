import asyncio
import io
import random
import threading
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from PIL import Image

from bot.core.image_format import ImageKind, sniff
from bot.core.placement import SMALLER, ResultFile, made_smaller
from bot.shrink import PIXELS_AT_MOST, SMALLEST_SIDE_PX, WEBP_LONGEST_SIDE_PX, PictureShrinker

SIDE_PX = 48
LIMIT_BYTES = 5_000
PNG_END_BYTES = 12


def noise(kind: str = "PNG", *, side_px: int = SIDE_PX, mode: str = "RGB") -> bytes:
    """Give a picture that no compression makes much smaller."""
    size = (side_px, side_px)
    pixels = random.Random(7).randbytes(side_px * side_px * len(mode))
    out = io.BytesIO()
    Image.frombytes(mode, size, pixels).save(out, kind)
    return out.getvalue()


def flat(side_px: int = SIDE_PX) -> bytes:
    """Give a picture that WebP packs far better than its file does."""
    out = io.BytesIO()
    Image.new("RGB", (side_px, side_px), "red").save(out, "PNG", compress_level=0)
    return out.getvalue()


def file_of(data: bytes, name: str = "1-1.png") -> ResultFile:
    return ResultFile(filename=name, data=data)


async def shrink(data: bytes, limit_bytes: int) -> ResultFile:
    return await PictureShrinker().shrink(file_of(data), limit_bytes)


async def test_what_fits_is_left_exactly_as_it_is() -> None:
    file = file_of(noise())
    assert await PictureShrinker().shrink(file, len(file.data)) is file
    assert not made_smaller(file.filename)


async def test_what_does_not_fit_is_made_smaller_and_named_so() -> None:
    small = await shrink(noise(), LIMIT_BYTES)
    assert len(small.data) <= LIMIT_BYTES
    assert sniff(small.data) is ImageKind.WEBP
    assert small.filename == f"1-1{SMALLER}.webp"
    assert made_smaller(small.filename)


async def test_what_can_be_kept_without_loss_is() -> None:
    small = await shrink(flat(), len(flat()) - 1)
    with Image.open(io.BytesIO(small.data)) as picture:
        assert picture.size == (SIDE_PX, SIDE_PX)
        assert picture.convert("RGB").getpixel((1, 1)) == (255, 0, 0)


async def test_where_quality_alone_does_not_help_the_picture_loses_pixels() -> None:
    side_px = SMALLEST_SIDE_PX * 4 // 3 + 1
    small = await shrink(noise(side_px=side_px), 10)
    with Image.open(io.BytesIO(small.data)) as picture:
        assert SMALLEST_SIDE_PX <= picture.width < side_px


async def test_a_picture_keeps_its_transparency() -> None:
    with Image.open(io.BytesIO((await shrink(noise(mode="RGBA"), LIMIT_BYTES)).data)) as picture:
        assert picture.mode == "RGBA"


async def test_what_has_been_made_smaller_once_keeps_its_name() -> None:
    small = await PictureShrinker().shrink(file_of(noise(), f"1-1{SMALLER}.webp"), LIMIT_BYTES)
    assert small.filename == f"1-1{SMALLER}.webp"


async def test_an_impossible_limit_gives_the_smallest_form_there_is() -> None:
    small = await shrink(noise(), 10)
    assert 10 < len(small.data) < len(noise())


def with_chunk(name: bytes, data: bytes) -> bytes:
    """Give a PNG with one more chunk behind its pixels."""
    chunk = len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")
    return noise()[:-PNG_END_BYTES] + chunk + noise()[-PNG_END_BYTES:]


def with_short_header() -> bytes:
    return noise()[:8] + (4).to_bytes(4, "big") + b"IHDR" + bytes(4) + zlib.crc32(b"IHDR" + bytes(4)).to_bytes(4, "big")


@pytest.mark.parametrize(
    "junk",
    [
        b"<html>" * 100,
        noise()[:1000],
        with_short_header(),
        with_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(2**21))),
    ],
    ids=["page", "cut off", "short header", "text bomb"],
)
async def test_what_cannot_be_read_stays_as_it_is(junk: bytes) -> None:
    assert (await shrink(junk, 10)).data == junk


async def test_a_picture_too_long_for_webp_loses_pixels_as_well() -> None:
    out = io.BytesIO()
    Image.new("RGB", (WEBP_LONGEST_SIDE_PX + 1, 2)).save(out, "PNG", compress_level=0)
    small = await shrink(out.getvalue(), len(out.getvalue()) - 1)
    with Image.open(io.BytesIO(small.data)) as picture:
        assert (picture.format, picture.width) == ("WEBP", WEBP_LONGEST_SIDE_PX)


def black(side_px: int) -> bytes:
    """Give a whole PNG of many pixels in few bytes."""
    header = side_px.to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    rows = bytes(side_px * (1 + -(-side_px // 8)))
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big") for name, data in chunks
    )


async def test_a_bomb_is_not_unpacked() -> None:
    bomb = black(int(PIXELS_AT_MOST**0.5) + 1)
    assert (await shrink(bomb, 10)).data == bomb


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "PPM"])
async def test_readers_that_no_model_needs_stay_shut(kind: str) -> None:
    assert (await shrink(noise(kind), 10)).data == noise(kind)


async def test_of_ten_thousand_frames_one_is_unpacked() -> None:
    begin = b"GIF89a" + bytes([1, 0, 1, 0, 0, 0, 0])
    frame = b"," + bytes([0, 0, 0, 0, 1, 0, 1, 0, 0x80]) + bytes(6) + b"\x02\x02L\x01\0"
    moving = begin + frame * 10_000 + b";"
    with Image.open(io.BytesIO((await shrink(moving, 100_000)).data)) as picture:
        assert getattr(picture, "n_frames", 1) == 1


class Watched(bytes):
    """A file that tells when somebody looks at its length, as every way to shrink it does."""

    looked: Callable[[], object]

    def __len__(self) -> int:
        self.looked()
        return super().__len__()


async def test_pictures_are_unpacked_one_at_a_time_and_never_on_the_event_loop() -> None:
    meeting = threading.Barrier(2)
    seen: list[str] = []

    def look() -> None:
        if threading.current_thread() is threading.main_thread():
            return
        seen.append("looked at")
        with suppress(threading.BrokenBarrierError):
            meeting.wait(timeout=0.02)
            seen.append("two at once")

    shrinker, files = PictureShrinker(), [Watched(noise()), Watched(noise())]
    for file in files:
        file.looked = look
    await asyncio.gather(*(shrinker.shrink(file_of(file), LIMIT_BYTES) for file in files))
    assert set(seen) == {"looked at"}
