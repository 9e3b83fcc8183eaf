"""`python -m bot.shrinking`: remakes one picture, in a process of its own with limits of its own.

What it decodes was made by strangers and may be as large as memory: here it can take neither the bot's memory nor its
time, and whatever ends this process ends only one picture's smaller form. It reads the picture from stdin and writes
its new form to stdout, behind a line that says of which kind it is. It knows pixels and bytes, and none of the bot's
secrets; the bot's side of it is `bot/shrink.py`.
"""

import io
import math
import os
import resource
import signal
import sys
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from PIL import Image, ImageCms, ImageFile, PngImagePlugin

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF", "BMP", "TIFF")
"""What models give, and what Discord shows only as PNG; Pillow's other readers stay shut."""
LOSSY = frozenset({"JPEG", "MPO"})
"""MPO is what Pillow calls a JPEG that holds more than one."""
MEMORY_BYTES = 400 * 2**20
"""Of address space; what is resident stays near 300 MB, so that bot and system fit beside it into 512 MB."""
CPU_S = 30
PIXELS_AT_MOST = 40_000_000
"""Four bytes each once they are decoded. Of a JPEG only so many are decoded, of the others none beyond that."""
ONE_COPY_PIXELS = 12_000_000
"""Above that there is no room for a second copy of all pixels, which WebP and every turn and conversion need."""
LOSSLESS_PIXELS = 4_000_000
"""A lossless form of more takes longer than a person waits gladly, and ten times the memory of a lossy one."""
LOSSLESS_GAIN = 2
"""Lossless WebP makes a third of a PNG go away, seldom a half; drawings of few colours are small anyway."""
QUALITIES = (90, 80, 70)
JPEG_QUALITIES = (92, 85)
SCALE_STEP = 0.75
SMALLEST_SIDE_PX = 256
WEBP_LONGEST_SIDE_PX = 16_383
"""Of 14 bits (https://developers.google.com/speed/webp/faq#what_is_the_maximum_size_a_webp_image_can_be)."""
LARGEST_PROFILE_BYTES = 8 * 2**20
"""A printer's profile has up to 4 MB; Pillow's own limit of 1 MiB is meant for processes without one."""
HDR_TRANSFERS = frozenset({16, 18})
"""PQ and HLG (ITU-T H.273): their light does not fit a plain PNG."""

ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each way in which a camera was held (Exif 2.32, tag 274)."""
PNG_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
BRIGHTEST_OF_16_BITS = 0xFFFF
USUAL_GAMMA = 2.2
GAMMA_TOLERANCE = 0.05

Extension = Literal["png", "jpg", "webp"]


class CannotError(Exception):
    """There is no faithful form of this picture within these limits."""


FAILURES = (CannotError, MemoryError, OSError, ValueError, OverflowError)
"""The last three are how Pillow's encoders say that memory has run out, among other things."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A new form of a picture; `still` says that the old one moves."""

    extension: Extension
    still: bool
    data: bytes


def as_png(data: bytes) -> Form:
    """Remake a picture that Discord does not show, losing nothing; raises CannotError where that cannot be."""
    picture = _opened(data)
    if _frames(picture) > 1:
        raise CannotError("more than one picture")
    _loaded(picture)
    if picture.mode not in {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}:
        picture = _in_plain_colours(picture)
    return Form(extension="png", still=False, data=_encoded(_upright(picture), "PNG"))


def smaller_forms(data: bytes, limit_bytes: int) -> Iterator[Form]:
    """Yield ever smaller forms, upright and in the same colours: lossless, of less quality, of fewer pixels.

    Raises CannotError where there are none.
    """
    picture = _opened(data)
    still, lossy = _frames(picture) > 1, picture.format in LOSSY
    _loaded(picture)
    forms = _forms(picture, lossless=not lossy and len(data) <= LOSSLESS_GAIN * limit_bytes)
    # All its pixels go as soon as there is a smaller picture, and only `_forms` may hold them.
    del picture
    for extension, form in forms:
        yield Form(extension=extension, still=still, data=form)


def _forms(picture: Image.Image, *, lossless: bool) -> Iterator[tuple[Extension, bytes]]:
    if _pixels(picture) > ONE_COPY_PIXELS:
        if picture.mode in {"RGB", "L"} and "transparency" not in picture.info and _turn(picture) is None:
            for quality in JPEG_QUALITIES:
                yield "jpg", _encoded(picture, "JPEG", quality=quality)
        picture = _with_room(picture)
    picture = _in_plain_colours(_upright(picture))
    if max(picture.size) > WEBP_LONGEST_SIDE_PX:
        picture = _scaled(picture, WEBP_LONGEST_SIDE_PX / max(picture.size))
    if lossless and _pixels(picture) <= LOSSLESS_PIXELS:
        yield "webp", _encoded(picture, "WEBP", lossless=True, quality=75)
    # The slower search for a smaller file costs seconds where there are many pixels.
    method = 4 if _pixels(picture) <= LOSSLESS_PIXELS else 2
    for quality in QUALITIES:
        yield "webp", _encoded(picture, "WEBP", quality=quality, method=method)
    while min(picture.size) * SCALE_STEP >= SMALLEST_SIDE_PX:
        picture = _scaled(picture, SCALE_STEP)
        yield "webp", _encoded(picture, "WEBP", quality=QUALITIES[-1], method=method)


def _opened(data: bytes) -> Image.Image:
    """Read a picture's header, which tells how much there is to unpack; nothing is unpacked yet."""
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except Exception as error:
        # For damaged files Pillow raises what comes to hand, SyntaxError among it.
        raise CannotError("no picture that can be read") from error
    if picture.format in LOSSY and _pixels(picture) > PIXELS_AT_MOST:
        scale = (ONE_COPY_PIXELS / _pixels(picture)) ** 0.5
        picture.draft(None, (int(picture.width * scale), int(picture.height * scale)))
    if _pixels(picture) > PIXELS_AT_MOST:
        raise CannotError("too many pixels")
    if picture.format == "AVIF" and _is_hdr(data):
        raise CannotError("light that a plain picture does not hold")
    return picture


def _loaded(picture: Image.Image) -> None:
    """Decode the first frame; of a file that was cut off, as much as there is."""
    try:
        picture.load()
    except Exception as error:
        raise CannotError("no picture that can be decoded") from error


def without_text(data: bytes) -> bytes:
    """Give a PNG without its texts: a bomb may lie in them, and megabytes of them make Pillow refuse the file."""
    if not data.startswith(b"\x89PNG\r\n\x1a\n"):
        return data
    whole = memoryview(data)
    kept, at = [whole[:8]], 8
    while at + 8 <= len(data):
        end = at + 12 + int.from_bytes(whole[at : at + 4], "big")
        if data[at + 4 : at + 8] not in PNG_TEXTS:
            kept.append(whole[at:end])
        at = end
    return b"".join(kept)


def _frames(picture: Image.Image) -> int:
    # Of every further MPO frame only the first counts: a phone's second picture is a map of depth or of light.
    return 1 if picture.format in LOSSY else int(getattr(picture, "n_frames", 1))


def _is_hdr(data: bytes) -> bool:
    at = data.find(b"colrnclx")
    return at >= 0 and int.from_bytes(data[at + 10 : at + 12], "big") in HDR_TRANSFERS


def _pixels(picture: Image.Image) -> int:
    return picture.width * picture.height


def _turn(picture: Image.Image) -> Image.Transpose | None:
    """Tell how a camera wants its picture turned; None for one that stands upright, or whose EXIF cannot be read."""
    try:
        return TURNS.get(int(picture.getexif().get(ORIENTATION, 1)))
    except Exception:  # noqa: BLE001 - Pillow's readers of EXIF raise as its decoders do
        return None


def _upright(picture: Image.Image) -> Image.Image:
    turn = _turn(picture)
    return picture if turn is None else _with_info(picture.transpose(turn), picture)


def _in_plain_colours(picture: Image.Image) -> Image.Image:
    """Give the picture as 8-bit RGB or RGBA of the same looks; a profile for RGB stays, others are worked in."""
    if picture.mode == "F":
        raise CannotError("brightness without a scale")
    if picture.mode.startswith("I"):
        picture = _in_eight_bits(picture)
    transparent = "transparency" in picture.info or picture.mode in {"LA", "PA", "La", "RGBA", "RGBa"}
    alpha = picture.convert("RGBA").getchannel("A") if transparent else None
    plain = _with_info(_in_rgb(picture), picture)
    plain = _with_usual_gamma(plain)
    if alpha is not None:
        plain.putalpha(alpha)
    return plain


def _in_rgb(picture: Image.Image) -> Image.Image:
    """Give the colours without transparency; a profile of grey or of printing inks is worked in and then dropped."""
    profile = bytes(picture.info.get("icc_profile") or b"")
    space = profile[16:20]  # ICC.1:2022, 7.2.8
    if profile and space != b"RGB ":
        picture.info.pop("icc_profile")
        flat = picture.convert("L") if picture.mode in {"1", "LA", "La"} else picture
        with suppress(ImageCms.PyCMSError, OSError):
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            output = ImageCms.createProfile("sRGB")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            srgb = ImageCms.ImageCmsProfile(output)  # pyright: ignore[reportUnknownArgumentType]
            found = ImageCms.profileToProfile(flat, source, srgb, outputMode="RGB")
            if found is not None:
                found.info.pop("icc_profile", None)
                return found
    if picture.mode == "RGB":
        return picture
    # By way of RGBA, since a palette's transparency is no colour.
    return (picture.convert("RGBA") if picture.mode in {"P", "PA"} else picture).convert("RGB")


def _with_usual_gamma(picture: Image.Image) -> Image.Image:
    """Give the picture as its gAMA chunk says, which a new form would lack; profile and sRGB go before it."""
    gamma = picture.info.get("gamma")
    if not isinstance(gamma, float) or "icc_profile" in picture.info or "srgb" in picture.info:
        return picture
    if gamma <= 0 or abs(gamma * USUAL_GAMMA - 1) <= GAMMA_TOLERANCE:
        return picture
    levels = [round(255 * (level / 255) ** (1 / (gamma * USUAL_GAMMA))) for level in range(256)]
    return _with_info(picture.point(levels * 3), picture)  # pyright: ignore[reportUnknownMemberType]


def _with_info(picture: Image.Image, before: Image.Image) -> Image.Image:
    """Keep what stands beside the pixels and still holds; transparency is a channel by now."""
    picture.info = {name: value for name, value in before.info.items() if name != "transparency"}
    return picture


def _in_eight_bits(picture: Image.Image) -> Image.Image:
    """Give 16-bit grey as 8-bit grey: Pillow's own conversion makes all but the darkest 256th of it white."""
    whole = picture.convert("I")
    _, brightest = whole.getextrema()
    if not isinstance(brightest, int | float) or brightest > BRIGHTEST_OF_16_BITS:
        raise CannotError("brightness without a scale")
    grey = whole.point(lambda level: level * (1 / 257) + 0.5).convert("L")  # pyright: ignore[reportUnknownMemberType]
    return _with_info(grey, picture)


def _scaled(picture: Image.Image, scale: float) -> Image.Image:
    # A palette's neighbours are no colours in between. Pillow's stub leaves one type open where it takes NumPy's too.
    plain = picture.convert("RGBA") if picture.mode in {"P", "PA"} else picture
    size = (max(1, round(plain.width * scale)), max(1, round(plain.height * scale)))
    scaled = plain.resize(size, Image.Resampling.LANCZOS)  # pyright: ignore[reportUnknownMemberType]
    return _with_info(scaled, picture)


def _with_room(picture: Image.Image) -> Image.Image:
    """Give a large picture with so few pixels that it can be worked on, channel by channel where it has several.

    Pillow weighs colours by their transparency in a copy of the whole; here that of one channel must do.
    """
    scale = (ONE_COPY_PIXELS / _pixels(picture)) ** 0.5
    if "transparency" in picture.info:
        picture = picture.convert("RGBA")
    if picture.mode not in {"RGB", "RGBA", "LA", "CMYK"}:
        return _scaled(picture, scale)
    factor = math.ceil(1 / scale)
    channels = [picture.getchannel(channel).reduce(factor) for channel in picture.getbands()]
    return _with_info(Image.merge(picture.mode, channels), picture)


def _encoded(picture: Image.Image, form: str, **how: object) -> bytes:
    out = io.BytesIO()
    # Of what stands beside the pixels only the profile changes how they look; nothing else is taken along.
    picture.save(out, form, icc_profile=picture.info.get("icc_profile") or b"", exif=b"", comment=None, **how)
    return out.getvalue()


def within_limits() -> None:
    """Hold this process to its memory and its time, behind everything else that runs, and first where memory ends."""
    # The bot's own end comes by its pipe; a group's signal must not look like a picture that cannot be made smaller.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    with suppress(OSError, AttributeError):
        os.nice(10)
    with suppress(OSError):
        # Linux, proc(5): where memory runs out, the kernel ends this process and not the bot.
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))


def remade(data: bytes, limit_bytes: int, *, to_png: bool) -> Form | None:
    """Return the first form that fits; None where there is none."""
    with _lenient_pillow():
        return _first_that_fits(without_text(data), limit_bytes, to_png=to_png)


@contextmanager
def _lenient_pillow() -> Generator[None]:
    """Let Pillow read what is large or damaged, without a word about it; afterwards it is as it was."""
    before = (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, PngImagePlugin.MAX_TEXT_CHUNK)
    Image.init()  # asked for formats by name, Pillow looks among those alone that it knows already
    # Our own limit of pixels holds, and it is the header's.
    Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES = None, True
    PngImagePlugin.MAX_TEXT_CHUNK = LARGEST_PROFILE_BYTES
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, PngImagePlugin.MAX_TEXT_CHUNK = before


def _first_that_fits(data: bytes, limit_bytes: int, *, to_png: bool) -> Form | None:
    try:
        if to_png and len((png := as_png(data)).data) <= limit_bytes:
            return png
    except FAILURES:
        if len(data) <= limit_bytes:
            return None
    with suppress(*FAILURES):
        return next((form for form in smaller_forms(data, limit_bytes) if len(form.data) <= limit_bytes), None)
    return None


def main(arguments: list[str], pictures: IO[bytes], forms: IO[bytes]) -> None:
    """Read a picture, and write its new form behind a line with its kind; nothing where there is none."""
    within_limits()
    to_png, limit_bytes = arguments[0] == "png", int(arguments[1])
    form = remade(pictures.read(), limit_bytes, to_png=to_png)
    if form is not None:
        forms.write(f"{form.extension} {'still' if form.still else 'whole'}\n".encode())
        forms.write(form.data)
        forms.flush()


if __name__ == "__main__":
    main(sys.argv[1:], sys.stdin.buffer, sys.stdout.buffer)
