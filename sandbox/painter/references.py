"""References inside a picture: as numbered photographs pinned to it, or as the picture itself."""

import io
import random
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

from sandbox.painter.canvas import Canvas
from sandbox.painter.colour import WHITE, Colour, saturation
from sandbox.painter.pillow import with_levels

_MAX_SIDE_SHARE = 0.3
_ROW_SHARE = 0.92
_GAP_SHARE = 0.1
_MAX_TILT_DEGREES = 4.0
_BADGE = (35, 39, 52)
_SAMPLE_PX = 24
_SAMPLE_COLOURS = 6
_MIN_SATURATION = 0.18


def paste_references(canvas: Canvas, references: Sequence[bytes], rng: random.Random) -> None:
    """Pin all references in a row along the upper edge, numbered from 1 in the given order."""
    if not references:
        return
    count = len(references)
    cell_px = min(canvas.short_px * _MAX_SIDE_SHARE, canvas.width_px * _ROW_SHARE / count)
    side_px = max(8, round(cell_px * (1 - _GAP_SHARE)))
    margin_px = round(canvas.short_px * 0.04)
    for index, data in enumerate(references):
        photo = _photo(data, side_px, number=index + 1, tilt=rng.uniform(-_MAX_TILT_DEGREES, _MAX_TILT_DEGREES))
        corner = (margin_px + round(index * cell_px) - (photo.width - side_px) // 2, margin_px)
        _cast_shadow(canvas.image, photo, corner)
        canvas.image.paste(photo, corner, photo)


def as_backdrop(reference: bytes, width_px: int, height_px: int) -> Image.Image:
    """Fill the whole picture with a reference, cut to its shape."""
    return ImageOps.fit(_open(reference, (width_px, height_px)), (width_px, height_px), Image.Resampling.LANCZOS)


def dominant_colour(reference: bytes) -> Colour | None:
    """Find the colour that a reference shows most, grey and pale ones apart; None when it has no other."""
    sample = ImageOps.fit(_open(reference, (_SAMPLE_PX, _SAMPLE_PX)), (_SAMPLE_PX, _SAMPLE_PX))
    counted = sample.quantize(_SAMPLE_COLOURS).convert("RGB").getcolors() or []
    colours = [colour for _, colour in sorted(counted, reverse=True) if isinstance(colour, tuple)]
    strong = [(red, green, blue) for red, green, blue in colours if saturation((red, green, blue)) > _MIN_SATURATION]
    return strong[0] if strong else None


def _photo(data: bytes, side_px: int, *, number: int, tilt: float) -> Image.Image:
    border_px = max(2, round(side_px * 0.05))
    inner_px = side_px - 2 * border_px
    picture = ImageOps.contain(_open(data, (inner_px, inner_px)), (inner_px, inner_px), Image.Resampling.LANCZOS)
    size = (picture.width + 2 * border_px, picture.height + 2 * border_px)
    photo = Image.new("RGBA", size, (*WHITE, 255))
    photo.paste(picture, (border_px, border_px))
    _write_number(photo, number, side_px)
    return photo.rotate(tilt, Image.Resampling.BICUBIC, expand=True)


def _write_number(photo: Image.Image, number: int, side_px: int) -> None:
    radius = max(7, round(side_px * 0.1))
    centre = (radius + 2, radius + 2)
    draw = ImageDraw.Draw(photo)
    draw.circle(centre, radius, fill=_BADGE, outline=WHITE, width=max(1, radius // 8))
    draw.text(centre, str(number), font=ImageFont.load_default(round(radius * 1.3)), fill=WHITE, anchor="mm")


def _cast_shadow(image: Image.Image, photo: Image.Image, corner: tuple[int, int]) -> None:
    blur_px = max(2, photo.width // 40)
    pad_px = 3 * blur_px
    mask = Image.new("L", (photo.width + 2 * pad_px, photo.height + 2 * pad_px))
    mask.paste(with_levels(photo.getchannel("A"), [level // 2 for level in range(256)]), (pad_px, pad_px))
    image.paste(
        (10, 12, 20), (corner[0] - pad_px, corner[1] - pad_px + blur_px), mask.filter(ImageFilter.BoxBlur(blur_px))
    )


def _open(data: bytes, wanted: tuple[int, int]) -> Image.Image:
    with Image.open(io.BytesIO(data)) as image:
        image.draft("RGB", wanted)  # JPEG only: decode no more pixels than are needed
        return ImageOps.exif_transpose(image).convert("RGB")
