import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.core.image_format import is_whole
from bot.core.image_header import (
    MAX_REFERENCE_BYTES,
    ImageKind,
    PictureError,
    check_reference,
    check_stated,
    inspect,
    sniff,
)
from bot.errors import UserError
from tests.pictures import encoded, moving, noise


def painted(kind: str, *, size: tuple[int, int] = (30, 20), mode: str = "RGB", frames: int = 1, **how: object) -> bytes:
    pictures = [Image.new(mode, size, color) for color in ("red", "blue", "green")[:frames]]
    file = io.BytesIO()
    more = {"save_all": True, "append_images": pictures[1:]} if frames > 1 else {}
    pictures[0].save(file, kind, **more, **how)
    return file.getvalue()


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + b"\0\0\0\0"


def png(width_px: int, height_px: int) -> bytes:
    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    chunks = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", b"x") + png_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


WHOLE = {
    "png": painted("PNG"),
    "transparent png": painted("PNG", mode="RGBA"),
    "jpeg": painted("JPEG"),
    "progressive jpeg": painted("JPEG", progressive=True),
    "lossy webp": painted("WEBP"),
    "lossless webp": painted("WEBP", lossless=True),
    "extended webp": painted("WEBP", frames=2),
    "gif": painted("GIF"),
    "moving gif": painted("GIF", frames=3),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_picture_tells_kind_and_size(name: str) -> None:
    header = inspect(WHOLE[name])
    assert (header.width_px, header.height_px) == (30, 20)
    assert header.kind.name.lower() in name


MAY_LACK_BYTES = {"png": 21, "transparent png": 20, "gif": 2, "moving gif": 152}
"""What stands behind the pixels: checksums and IEND, the end of a GIF and all images but its first."""


@pytest.mark.parametrize("name", WHOLE)
def test_a_picture_is_taken_as_far_as_nothing_of_it_is_missing_and_whole_to_its_end(name: str) -> None:
    data = WHOLE[name]
    needed = len(data) - MAY_LACK_BYTES.get(name, 0)
    for end in range(needed):
        with pytest.raises(PictureError):
            inspect(data[:end])
    for end in range(needed, len(data)):
        assert inspect(data[:end]) == inspect(data)
        assert not is_whole(data[:end])
    assert is_whole(data)


def with_riff_length(length: int) -> bytes:
    return WHOLE["lossy webp"][:4] + length.to_bytes(4, "little") + WHOLE["lossy webp"][8:]


@pytest.mark.parametrize(
    "data",
    [
        WHOLE["jpeg"][:-2] + b"SEFHe\0\0\0\1\0\0\0SEFT",
        with_riff_length(len(WHOLE["lossy webp"]) - 8),
        WHOLE["moving gif"][:-20],
        moving("MPO", frames=2),
        moving("PNG"),
        noise("PNG", size=(300, 300))[:-12],
        noise("PNG", size=(300, 300), mode="RGBA")[:-4],
        encoded(Image.new("1", (31, 7)), "PNG")[:-12],
    ],
    ids=["panorama", "webp", "moving gif", "mpo", "apng", "no IEND", "half an IEND", "bits"],
)
def test_what_viewers_show_is_taken_though_it_ends_oddly(data: bytes) -> None:
    assert inspect(data).width_px > 0


@pytest.mark.parametrize(
    "data",
    [
        WHOLE["jpeg"][:-2],
        WHOLE["progressive jpeg"][:-40],
        with_riff_length(0),
        with_riff_length(2**32 - 1),
        with_riff_length(30),
        noise("PNG", size=(300, 300))[:-3000],
        noise("PNG").replace(b"\r\n", b"\n"),
        b"GIF89b" + WHOLE["gif"][6:],
    ],
    ids=["no end", "half a scan", "empty riff", "endless riff", "short riff", "rows", "line ends", "gif"],
)
def test_what_is_damaged_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(PictureError, match="cut off or damaged"):
        inspect(data)


@pytest.mark.parametrize("name", WHOLE)
def test_what_stands_after_a_picture_does_no_harm(name: str) -> None:
    assert inspect(WHOLE[name] + b"\0trailer of a phone") == inspect(WHOLE[name])


def test_a_thumbnail_inside_a_jpeg_is_not_its_end() -> None:
    thumbnail = b"\xff\xe1" + struct.pack(">H", 2 + len(WHOLE["jpeg"])) + WHOLE["jpeg"]
    whole = WHOLE["jpeg"][:2] + thumbnail + WHOLE["jpeg"][2:]
    assert inspect(whole).width_px == 30
    with pytest.raises(PictureError):
        inspect(whole[:-2])


@pytest.mark.parametrize(
    ("kind", "extension", "media_type"),
    [
        (ImageKind.PNG, "png", "image/png"),
        (ImageKind.JPEG, "jpg", "image/jpeg"),
        (ImageKind.WEBP, "webp", "image/webp"),
        (ImageKind.GIF, "gif", "image/gif"),
    ],
)
def test_each_kind_has_an_extension_and_a_media_type(kind: ImageKind, extension: str, media_type: str) -> None:
    assert (kind.extension, kind.media_type) == (extension, media_type)


def test_the_kind_is_told_from_the_first_bytes() -> None:
    assert sniff(WHOLE["lossy webp"][:12]) is ImageKind.WEBP
    assert sniff(b"<html>502 Bad Gateway</html>") is None


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Picture 2 is empty. Attach a PNG, JPEG, WebP or GIF file."),
        (b"just words", "Picture 2 is a text file. Attach a PNG, JPEG, WebP or GIF file."),
        (b"%PDF-1.7", "Picture 2 is a PDF file. Attach a PNG, JPEG, WebP or GIF file."),
        (b"\0\0\0\x18ftypmp42", "Picture 2 is an MP4 video. Attach a PNG, JPEG, WebP or GIF file."),
        (b"\x80\x81\x82", "Picture 2 is not a picture that can be read. Attach a PNG, JPEG, WebP or GIF file."),
        (
            b"\0\0\0\x18ftypheic",
            "Picture 2 is a HEIC picture, which the models cannot read. Save it as JPEG or PNG and attach that.",
        ),
        (
            b"\0\0\0\x18ftypavif",
            "Picture 2 is an AVIF picture, which the models cannot read. Save it as JPEG or PNG and attach that.",
        ),
        (
            WHOLE["png"][:50],
            "Picture 2 is cut off or damaged. Open it, save it again and attach the copy.",
        ),
        (
            png(40_000, 40_000),
            "Picture 2 is 40,000 x 40,000 pixels large; 100 megapixels are the most. Save it smaller.",
        ),
        (
            WHOLE["png"] + bytes(12 * 2**20),
            "Picture 2 has 12.1 MB; 10 MB is the most. Save it smaller or as JPEG.",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_what_would_be_right(data: bytes, sentence: str) -> None:
    with pytest.raises(UserError) as refusal:
        check_reference(data, 2)
    assert str(refusal.value) == sentence


def test_the_limits_themselves_are_allowed() -> None:
    assert check_reference(png(10_000, 10_000), 1).width_px == 10_000
    filled = WHOLE["png"] + bytes(MAX_REFERENCE_BYTES - len(WHOLE["png"]))
    assert check_reference(filled, 1).kind is ImageKind.PNG
    check_stated(MAX_REFERENCE_BYTES, 10_000, 10_000)


def test_a_picture_of_no_width_is_damaged() -> None:
    for empty in (png(0, 5), png(5, 0)):
        with pytest.raises(PictureError):
            inspect(empty)


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IDAT", b"x") * 3 + png_chunk(b"IEND", b""),
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", bytes(13)) + png_chunk(b"IEND", b""),
        png(5, 5)[:33] + png_chunk(b"tEXt", b"") * 500_000,
        b"\xff\xd8" + b"\xff" * 1_000_000,
        b"\xff\xd8" + b"\xff\xe0\x00\x00" * 200_000,
        b"GIF89a" + bytes(7) + b"!\xff" + b"\x01\x00" * 3_000_000,
        b"GIF89a" + bytes(7) + b";",
    ],
    ids=["no header", "no data", "endless chunks", "endless fill", "empty segments", "endless blocks", "no image"],
)
def test_a_forged_file_is_damaged(data: bytes) -> None:
    with pytest.raises(PictureError):
        inspect(data)


STARTS = st.sampled_from([b"", *(data[:13] for data in WHOLE.values()), b"\xff\xd8\xff\xda", b"\0\0\0\x18ftyp"])


def verdict(data: bytes) -> str:
    """Give the refusal, or the size of a picture that is none."""
    try:
        header = inspect(data)
    except PictureError as error:
        return error.clause
    return f"is {header.width_px} x {header.height_px} large."


@given(STARTS, st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_refusal(start: bytes, rest: bytes) -> None:
    assert verdict(start + rest).startswith("is ")


@given(st.sampled_from(sorted(WHOLE)), st.integers(0, 200), st.binary(min_size=1, max_size=4))
def test_a_picture_with_changed_bytes_never_raises_anything_else(name: str, at: int, change: bytes) -> None:
    data = WHOLE[name]
    assert verdict(data[:at] + change + data[at + len(change) :]).startswith("is ")
