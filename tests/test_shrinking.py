"""What a picture looks like once it is remade: upright, in the same colours, as bright as before."""

import io
import random
from typing import Any

import pytest
from PIL import Image

from bot.core.file_kind import AVIF, BMP, TIFF, kind_of
from bot.shrinking import (
    LOSSLESS_PIXELS,
    ONE_COPY_PIXELS,
    PIXELS_AT_MOST,
    SMALLEST_SIDE_PX,
    WEBP_LONGEST_SIDE_PX,
    Form,
    main,
    remade,
)
from tests.pictures import (
    PNG_END_BYTES,
    black,
    encoded,
    grey_profile,
    moving,
    noise,
    plain,
    sideways,
    srgb_profile,
    with_chunk,
    with_text,
)

LOOSE = 10**9
CLOSE = 6
"""By how much of 255 a colour may be off after lossy packing."""


def smaller(data: bytes, limit_bytes: int | None = None) -> Form | None:
    return remade(data, len(data) - 1 if limit_bytes is None else limit_bytes, to_png=False)


def opened(form: Form | None) -> Image.Image:
    assert form is not None
    return Image.open(io.BytesIO(form.data))


def colour(form: Form | None, at: tuple[int, int] = (3, 3)) -> Any:
    return opened(form).convert("RGBA").getpixel(at)


def near(found: tuple[int, ...], expected: tuple[int, ...]) -> bool:
    return all(abs(one - other) <= CLOSE for one, other in zip(found, expected, strict=True))


def test_what_can_be_kept_without_loss_is() -> None:
    form = smaller(plain("RGB", "red", compress_level=0))
    assert form is not None
    assert (opened(form).size, colour(form), form.extension) == ((48, 48), (255, 0, 0, 255), "webp")


def test_where_quality_alone_does_not_help_the_picture_loses_pixels() -> None:
    side_px = SMALLEST_SIDE_PX * 4 // 3 + 1
    fits = next(f for f in (smaller(noise(size=(side_px, side_px)), n * 1000) for n in range(20, 90, 10)) if f)
    assert SMALLEST_SIDE_PX <= opened(fits).width < side_px


def test_an_impossible_limit_ends_in_no_form() -> None:
    assert smaller(noise(), 10) is None


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_picture_stands_upright_as_every_viewer_turns_it(orientation: int, kind: str) -> None:
    form = smaller(sideways(kind, orientation=orientation), LOOSE)
    picture = opened(form)
    assert picture.size == ((30, 40) if orientation >= 5 else (40, 30))
    red_in = {1: (3, 15), 2: (36, 15), 3: (36, 15), 4: (3, 15), 5: (15, 3), 6: (15, 3), 7: (15, 36), 8: (15, 36)}
    assert near(colour(form, red_in[orientation]), (255, 0, 0, 255))
    assert not dict(picture.getexif())


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_profile_for_colours_is_kept(kind: str) -> None:
    profile = srgb_profile()
    assert opened(smaller(noise(kind, icc_profile=profile), LOOSE)).info["icc_profile"] == profile


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        (plain("I;16", 40_000), (155, 155, 155, 255)),
        (plain("I;16", 300), (1, 1, 1, 255)),
        (plain("L", 90), (90, 90, 90, 255)),
        (plain("LA", (90, 128)), (90, 90, 90, 128)),
        (plain("1", 1), (255, 255, 255, 255)),
        (plain("RGBA", (10, 200, 30, 0)), (10, 200, 30, 0)),
        (plain("RGB", (10, 200, 30), transparency=(10, 200, 30)), (10, 200, 30, 0)),
        (plain("L", 90, transparency=90), (90, 90, 90, 0)),
        (plain("CMYK", (0, 255, 255, 0), "JPEG", quality=95), (254, 0, 0, 255)),
        (plain("L", 90, icc_profile=grey_profile()), (90, 90, 90, 255)),
        (plain("L", 90, icc_profile=srgb_profile()), (90, 90, 90, 255)),
        (with_chunk(b"gAMA", (100_000).to_bytes(4, "big"), png=plain("RGB", (55, 55, 55))), (127, 127, 127, 255)),
        (plain("I;16", 40_000, "TIFF"), (155, 155, 155, 255)),
        (plain("I;16B", 40_000, "TIFF"), (155, 155, 155, 255)),
    ],
)
def test_a_picture_keeps_its_colours_its_brightness_and_its_transparency(data: bytes, seen: tuple[int, ...]) -> None:
    form = smaller(data, LOOSE)
    found = colour(form)
    assert near(found, seen) or (seen[3] == found[3] == 0), found


def test_a_palette_keeps_its_transparent_colour() -> None:
    picture = Image.new("P", (48, 48), 1)
    picture.putpalette([255, 0, 0, 0, 0, 255])
    assert colour(smaller(encoded(picture, "PNG", transparency=1), LOOSE))[3] == 0
    assert near(colour(smaller(encoded(picture, "GIF"), LOOSE)), (0, 0, 255, 255))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_what_moved_stands_still_and_says_so(kind: str) -> None:
    form = smaller(moving(kind), LOOSE)
    assert form is not None
    assert form.still
    assert not getattr(opened(form), "is_animated", False)


def test_the_second_picture_of_a_phone_s_file_is_no_movement() -> None:
    form = smaller(moving("MPO", frames=2), LOOSE)
    assert form is not None
    assert not form.still


@pytest.mark.parametrize("unpacked_bytes", [2 * 2**20, 20 * 2**20])
def test_a_text_that_unpacks_to_much_changes_nothing(unpacked_bytes: int) -> None:
    assert smaller(with_text(unpacked_bytes, png=noise()), LOOSE) == smaller(noise(), LOOSE)


@pytest.mark.parametrize("data", [noise()[:-PNG_END_BYTES], noise("JPEG")[:-200]])
def test_of_a_picture_that_was_cut_off_there_is_a_form_of_what_is_there(data: bytes) -> None:
    assert opened(smaller(data, LOOSE)).size == (48, 48)


@pytest.mark.parametrize("junk", [b"", b"<html>" * 100, noise()[:20], noise("PPM"), noise("ICO"), b"RIFF\0\0\0\0WEBP"])
def test_of_what_is_no_picture_there_is_no_form(junk: bytes) -> None:
    assert smaller(junk, LOOSE) is None


def test_a_picture_too_long_for_webp_loses_pixels_as_well() -> None:
    picture = opened(smaller(plain("RGB", "red", size=(WEBP_LONGEST_SIDE_PX + 1, 2), compress_level=0)))
    assert (picture.format, picture.width) == ("WEBP", WEBP_LONGEST_SIDE_PX)


def test_a_bomb_is_not_unpacked() -> None:
    assert smaller(black(int(PIXELS_AT_MOST**0.5) + 1), LOOSE) is None


def test_what_is_too_large_for_a_second_copy_keeps_its_pixels_as_jpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.shrinking.ONE_COPY_PIXELS", 48 * 48 - 1)
    assert ONE_COPY_PIXELS > LOSSLESS_PIXELS
    form = smaller(noise(), LOOSE)
    assert form is not None
    assert (form.extension, opened(form).size) == ("jpg", (48, 48))
    assert opened(smaller(noise(mode="RGBA"), LOOSE)).size == (24, 24)
    assert colour(smaller(plain("RGB", "red", transparency=(255, 0, 0)), LOOSE))[3] == 0
    upright = opened(smaller(sideways(), LOOSE))
    assert upright.height > upright.width


def test_memory_that_runs_out_in_the_encoder_ends_in_no_form(monkeypatch: pytest.MonkeyPatch) -> None:
    def encoding(*_: object, **__: object) -> None:
        raise ValueError("encoding error 1")

    data = noise()
    monkeypatch.setattr(Image.Image, "save", encoding)
    assert smaller(data, LOOSE) is None
    assert remade(data, LOOSE, to_png=True) is None


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (AVIF, noise("AVIF", quality=100, subsampling="4:4:4")),
        (BMP, noise("BMP")),
        (TIFF, noise("TIFF")),
        (TIFF, noise("TIFF", mode="CMYK")),
        (TIFF, plain("I;16", 40_000, "TIFF")),
    ],
)
def test_what_discord_does_not_show_becomes_a_png_without_loss(kind: object, data: bytes) -> None:
    assert kind_of(data) is kind
    form = remade(data, LOOSE, to_png=True)
    assert form is not None
    assert (form.extension, opened(form).size) == ("png", (48, 48) if len(data) else None)
    with Image.open(io.BytesIO(data)) as before:
        if before.mode != "CMYK":
            assert opened(form).tobytes() == before.tobytes()


@pytest.mark.parametrize("data", [moving("TIFF"), moving("AVIF"), plain("F", 0.5, "TIFF")])
def test_what_no_png_holds_stays_what_it_is(data: bytes) -> None:
    assert remade(data, LOOSE, to_png=True) is None


def test_light_beyond_a_png_stays_what_it_is() -> None:
    data = noise("AVIF")
    at = data.find(b"colrnclx")
    assert at > 0
    bright = data[: at + 10] + (16).to_bytes(2, "big") + data[at + 12 :]
    assert remade(bright, LOOSE, to_png=True) is None


def test_a_png_that_would_be_over_the_limit_is_made_smaller() -> None:
    form = remade(noise("BMP"), len(noise("BMP")) // 2, to_png=True)
    assert form is not None
    assert form.extension == "webp"


def test_damage_anywhere_ends_in_a_form_or_in_none() -> None:
    chance = random.Random(11)
    for data in (noise(), noise("JPEG"), noise("WEBP"), noise("GIF", mode="P"), moving("GIF")):
        for _ in range(20):
            at = chance.randrange(len(data))
            form = smaller(data[:at] + chance.randbytes(3) + data[at + 3 :], LOOSE)
            assert form is None or opened(form).size[0] > 0


def test_the_program_says_of_which_kind_the_form_is_and_nothing_where_there_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.shrinking.within_limits", lambda: None)
    said = io.BytesIO()
    main(["smaller", "5000"], io.BytesIO(moving("GIF")), said)
    assert said.getvalue().startswith(b"webp still\nRIFF")
    silent = io.BytesIO()
    main(["png", "5000"], io.BytesIO(b"junk"), silent)
    assert silent.getvalue() == b""
