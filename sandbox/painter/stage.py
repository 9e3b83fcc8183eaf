"""Where a motif stands, and what it draws with. Knows no motif."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.painter.canvas import Canvas, Pen, Point
from sandbox.painter.colour import BLACK, Colour
from sandbox.painter.palette import Palette

_USUAL_SIZE = 0.34


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where a motif stands: it draws in a square of its own, x from -0.5 to 0.5, y from 0 (ground) up to 1."""

    canvas: Canvas
    x: float
    ground: float
    size: float
    rng: random.Random

    def at(self, point: Point) -> Point:
        aspect = self.canvas.width_px / self.canvas.height_px
        return self.x + point[0] * self.size / aspect, self.ground - point[1] * self.size

    def polygon(self, points: list[Point], *stops: Colour) -> None:
        self.canvas.shape(lambda pen: pen.polygon([self.at(point) for point in points]), stops)

    def disc(self, centre: Point, radius: float, *stops: Colour) -> None:
        self.oval(centre, radius, radius, *stops)

    def oval(self, centre: Point, half_width: float, half_height: float, *stops: Colour) -> None:
        def draw(pen: Pen) -> None:
            across = half_width * self.size / pen.aspect
            pen.oval(self.at(centre), across, half_height * self.size)

        self.canvas.shape(draw, stops)

    def line(self, points: list[Point], thickness: float, colour: Colour) -> None:
        width = thickness * self.size
        self.canvas.shape(lambda pen: pen.line([self.at(point) for point in points], width), (colour, colour))

    def shadow(self, half_width: float) -> None:
        across = half_width * self.size * self.canvas.height_px / self.canvas.width_px
        self.canvas.soft_shape(
            lambda pen: pen.oval((self.x, self.ground), across, 0.03 * self.size / _USUAL_SIZE),
            BLACK,
            blur=0.012,
            opacity=0.45,
        )


Motif = Callable[[Stage, Palette], None]
