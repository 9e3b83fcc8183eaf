"""The sheet that is painted on: gradients, glows and smooth-edged shapes over Pillow; and the way out to bytes."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from sandbox.painter.colour import Colour, mix
from sandbox.painter.pillow import resized, with_levels

Point = tuple[float, float]
_SMOOTHING = 2
"""Shapes are drawn this much larger and then reduced, which softens their edges."""
_RADIAL_EDGE = 181
"""What Pillow's radial gradient has reached in the middle of an edge."""
_SOFTWARE_TAG = 0x0131
"""EXIF's "Software"."""
_PROVENANCE = "Easel sandbox painter: a drawing routine, not AI"
_GRAIN = 0.5
"""How much of a grainy picture is noise: enough that PNG keeps nearly every byte of it."""
_FORMATS = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG", "webp": "WEBP"}


@dataclass(slots=True)
class Canvas:
    """A picture in the making. Coordinates are fractions of width and height, from the upper left."""

    image: Image.Image

    @classmethod
    def blank(cls, width_px: int, height_px: int) -> "Canvas":
        return cls(Image.new("RGB", (width_px, height_px)))

    @property
    def width_px(self) -> int:
        return self.image.width

    @property
    def height_px(self) -> int:
        return self.image.height

    @property
    def short_px(self) -> int:
        return min(self.image.size)

    @property
    def squatness(self) -> float:
        """1 for square and wide pictures, less for tall ones: what is measured by the height shrinks by it."""
        return min(1.0, self.width_px / self.height_px)

    def strew_grain(self, rng: Random) -> None:
        """Lay noise over everything, as a film or a sensor does."""
        grain = Image.frombytes("RGB", self.image.size, rng.randbytes(3 * self.width_px * self.height_px))
        self.image = Image.blend(self.image, grain, _GRAIN)

    def fill(self, stops: Sequence[Colour]) -> None:
        """Cover everything with a gradient from top to bottom."""
        self.image.paste(gradient(self.width_px, self.height_px, stops))

    def glow(self, centre: Point, radius: float, colour: Colour, strength: float) -> None:
        """Shine from a point; `radius` is a fraction of the short side."""
        side_px = max(2, round(radius * self.short_px * 2))
        mask = resized(
            with_levels(Image.radial_gradient("L"), _fading_out(strength)), side_px, side_px, Image.Resampling.BICUBIC
        )
        corner = (round(centre[0] * self.width_px - side_px / 2), round(centre[1] * self.height_px - side_px / 2))
        self.image.paste(colour, corner, mask)

    def shape(self, draw_on: Callable[["Pen"], object], stops: Sequence[Colour], *, opacity: float = 1.0) -> None:
        """Fill whatever the callback draws with a gradient that runs over the shape's own height."""
        pen = Pen(self.width_px, self.height_px)
        draw_on(pen)
        self._paste(pen.mask(opacity), stops)

    def soft_shape(self, draw_on: Callable[["Pen"], object], colour: Colour, *, blur: float, opacity: float) -> None:
        """Fill a shape with blurred edges; `blur` is a fraction of the short side."""
        pen = Pen(self.width_px, self.height_px, scale=0.25)
        draw_on(pen)
        mask = pen.small_mask(opacity).filter(ImageFilter.GaussianBlur(blur * self.short_px * 0.25))
        self._paste(resized(mask, self.width_px, self.height_px, Image.Resampling.BILINEAR), (colour, colour))

    def _paste(self, mask: Image.Image, stops: Sequence[Colour]) -> None:
        box = mask.getbbox()
        if box is None:
            return
        left, top, right, bottom = box
        self.image.paste(gradient(right - left, bottom - top, stops), (left, top), mask.crop(box))


class Pen:
    """Draws the outline of one shape, larger than it will be."""

    def __init__(self, width_px: int, height_px: int, *, scale: float = _SMOOTHING) -> None:
        self._across = max(1, round(width_px * scale))
        self._down = max(1, round(height_px * scale))
        self._sheet = Image.new("L", (self._across, self._down))
        self._draw = ImageDraw.Draw(self._sheet)

    @property
    def aspect(self) -> float:
        """Width over height, for round things."""
        return self._across / self._down

    def polygon(self, points: Sequence[Point]) -> None:
        self._draw.polygon([self._at(point) for point in points], fill=255)

    def disc(self, centre: Point, radius: float) -> None:
        """Draw a round disc; `radius` is a fraction of the short side."""
        half_height = radius * min(1.0, self.aspect)
        self.oval(centre, half_height / self.aspect, half_height)

    def oval(self, centre: Point, half_width: float, half_height: float) -> None:
        x, y = centre
        corners = [self._at((x - half_width, y - half_height)), self._at((x + half_width, y + half_height))]
        self._draw.ellipse(corners, fill=255)

    def box(self, left: float, top: float, right: float, bottom: float) -> None:
        self._draw.rectangle([self._at((left, top)), self._at((right, bottom))], fill=255)

    def line(self, points: Sequence[Point], thickness: float) -> None:
        """Draw a line; `thickness` is a fraction of the height."""
        width_px = max(1, round(thickness * self._down))
        self._draw.line([self._at(point) for point in points], fill=255, width=width_px, joint="curve")

    def mask(self, opacity: float) -> Image.Image:
        return with_levels(self._sheet.reduce(_SMOOTHING), _faded(opacity))

    def small_mask(self, opacity: float) -> Image.Image:
        """Return the mask as small as it was drawn."""
        return with_levels(self._sheet, _faded(opacity))

    def _at(self, point: Point) -> Point:
        return point[0] * self._across, point[1] * self._down


def gradient(width_px: int, height_px: int, stops: Sequence[Colour]) -> Image.Image:
    """Make a gradient from top to bottom through all stops, evenly spaced."""
    column = Image.new("RGB", (1, height_px))
    spans = max(1, len(stops) - 1)
    for row in range(height_px):
        place = row / max(1, height_px - 1) * spans
        index = min(int(place), spans - 1)
        column.putpixel((0, row), mix(stops[index], stops[min(index + 1, len(stops) - 1)], place - index))
    return resized(column, width_px, height_px, Image.Resampling.NEAREST)


def encode(image: Image.Image, *, output_format: str, quality: int) -> bytes:
    """Write the picture with its provenance; raise ValueError for a format that is not offered."""
    pillow_format = _FORMATS.get(output_format)
    if pillow_format is None:
        raise ValueError(f"no such output format: {output_format}")
    exif = Image.Exif()
    exif[_SOFTWARE_TAG] = _PROVENANCE
    buffer = io.BytesIO()
    # Little effort in packing: half a second saved at each picture is worth more here than a tenth of its size.
    image.save(buffer, pillow_format, quality=quality, method=1, compress_level=3, exif=exif)
    return buffer.getvalue()


def _faded(opacity: float) -> list[int]:
    return [round(level * opacity) for level in range(256)]


def _fading_out(strength: float) -> list[int]:
    return [round(255 * strength * max(0.0, 1 - level / _RADIAL_EDGE) ** 2) for level in range(256)]
