"""Things that can stand in a scene, for the nouns that people try first: a cube, a ball, a cat, a house, a boat ..."""

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.painter.canvas import Canvas, Pen, Point
from sandbox.painter.colour import BLACK, WHITE, Colour, mix
from sandbox.painter.palette import Palette, words_of

_GROUND = 0.86
_SIZE = 0.34


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """Where a motif stands: it draws in a square of its own, x from -0.5 to 0.5, y from 0 (ground) up to 1."""

    canvas: Canvas
    x: float
    ground: float
    size: float

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
            lambda pen: pen.oval((self.x, self.ground), across, 0.03 * self.size / _SIZE),
            BLACK,
            blur=0.012,
            opacity=0.45,
        )


Motif = Callable[[_Stage, Palette], None]


def motif_for(prompt: str) -> Motif | None:
    """Find the first thing that a prompt names and that can be drawn."""
    return next((_MOTIFS[word] for word in words_of(prompt) if word in _MOTIFS), None)


def draw_motif(motif: Motif, canvas: Canvas, palette: Palette, rng: random.Random) -> None:
    """Put it into the scene, somewhere around the middle."""
    size = _SIZE * min(1.0, canvas.width_px / canvas.height_px) * rng.uniform(0.9, 1.15)
    ground = _GROUND + rng.uniform(-0.03, 0.02)
    motif(_Stage(canvas=canvas, x=rng.uniform(0.38, 0.62), ground=ground, size=size), palette)


def _cube(stage: _Stage, palette: Palette) -> None:
    colour = palette.accent
    stage.shadow(0.55)
    left, right, near, top = (-0.45, 0.24), (0.45, 0.24), (0.0, 0.0), (0.0, 0.48)
    rise = 0.52
    stage.polygon([left, near, (0, rise), (-0.45, 0.24 + rise)], mix(colour, WHITE, 0.08), mix(colour, BLACK, 0.12))
    stage.polygon([right, near, (0, rise), (0.45, 0.24 + rise)], mix(colour, BLACK, 0.25), mix(colour, BLACK, 0.5))
    roof = [(-0.45, 0.24 + rise), (0, rise), (0.45, 0.24 + rise), (0, top[1] + rise)]
    stage.polygon(roof, mix(colour, WHITE, 0.55), mix(colour, WHITE, 0.3))


def _ball(stage: _Stage, palette: Palette) -> None:
    colour = palette.accent
    stage.shadow(0.4)
    stage.disc((0, 0.42), 0.42, mix(colour, WHITE, 0.3), mix(colour, BLACK, 0.45))
    stage.oval((-0.14, 0.62), 0.12, 0.08, mix(colour, WHITE, 0.75), mix(colour, WHITE, 0.4))


def _house(stage: _Stage, palette: Palette) -> None:
    wall, roof = mix(WHITE, palette.light, 0.4), palette.accent
    stage.shadow(0.55)
    stage.polygon([(-0.42, 0), (0.42, 0), (0.42, 0.48), (-0.42, 0.48)], wall, mix(wall, palette.near, 0.35))
    stage.polygon([(0.18, 0.6), (0.3, 0.6), (0.3, 0.9), (0.18, 0.9)], mix(roof, BLACK, 0.45))
    stage.polygon([(-0.52, 0.46), (0.52, 0.46), (0, 0.92)], mix(roof, WHITE, 0.2), mix(roof, BLACK, 0.2))
    stage.polygon([(-0.09, 0), (0.11, 0), (0.11, 0.3), (-0.09, 0.3)], mix(palette.near, BLACK, 0.3))
    for x in (-0.31, 0.21):
        stage.polygon([(x, 0.18), (x + 0.13, 0.18), (x + 0.13, 0.34), (x, 0.34)], palette.light)


def _boat(stage: _Stage, palette: Palette) -> None:
    hull = mix(palette.accent, BLACK, 0.1)
    stage.line([(0, 0.1), (0, 0.98)], 0.02, mix(palette.near, BLACK, 0.5))
    stage.polygon([(0.03, 0.28), (0.4, 0.3), (0.03, 0.95)], WHITE, mix(WHITE, palette.sky[2], 0.5))
    stage.polygon([(-0.03, 0.3), (-0.3, 0.32), (-0.03, 0.85)], mix(WHITE, palette.light, 0.6), palette.light)
    stage.polygon([(-0.5, 0.24), (0.52, 0.24), (0.36, 0), (-0.36, 0)], hull, mix(hull, BLACK, 0.35))
    stage.polygon([(-0.47, 0.2), (0.49, 0.2), (0.47, 0.165), (-0.45, 0.165)], WHITE)


def _cat(stage: _Stage, palette: Palette) -> None:
    fur = mix(palette.accent, BLACK, 0.12)
    dark, eye = mix(fur, BLACK, 0.35), mix(palette.light, (250, 220, 90), 0.5)
    stage.shadow(0.4)
    stage.line([(0.2 + 0.27 * math.sin(t / 8), 0.26 - 0.2 * math.cos(t / 8)) for t in range(21)], 0.065, dark)
    stage.oval((0, 0.26), 0.28, 0.3, fur, dark)
    for side in (-1, 1):
        stage.polygon([(side * 0.23, 0.62), (side * 0.05, 0.78), (side * 0.24, 0.98)], dark)
    stage.oval((0, 0.64), 0.25, 0.21, mix(fur, WHITE, 0.12), fur)
    for side in (-1, 1):
        stage.oval((side * 0.1, 0.67), 0.045, 0.055, eye)
        stage.oval((side * 0.1, 0.67), 0.016, 0.05, BLACK)
        stage.line([(side * 0.08, 0.57), (side * 0.34, 0.6)], 0.008, mix(fur, WHITE, 0.6))
        stage.oval((side * 0.11, 0.03), 0.09, 0.05, mix(fur, WHITE, 0.2))
    stage.polygon([(-0.03, 0.6), (0.03, 0.6), (0, 0.565)], mix(fur, (255, 150, 160), 0.7))


def _balloon(stage: _Stage, palette: Palette) -> None:
    colour = palette.accent
    for side in (-1, 1):
        stage.line([(side * 0.2, 0.82), (side * 0.08, 0.5)], 0.01, mix(palette.near, BLACK, 0.3))
    stage.disc((0, 1.15), 0.45, mix(colour, WHITE, 0.3), mix(colour, BLACK, 0.25))
    stage.polygon(
        [(-0.33, 0.86), (0.33, 0.86), (0.1, 0.66), (-0.1, 0.66)], mix(colour, BLACK, 0.12), mix(colour, BLACK, 0.3)
    )
    stage.oval((0, 1.15), 0.2, 0.45, mix(palette.light, colour, 0.15), mix(palette.light, colour, 0.5))
    stage.oval((0, 1.15), 0.06, 0.45, mix(colour, WHITE, 0.2), mix(colour, BLACK, 0.2))
    stage.polygon([(-0.1, 0.38), (0.1, 0.38), (0.12, 0.52), (-0.12, 0.52)], (150, 98, 58), (104, 66, 40))


def _robot(stage: _Stage, palette: Palette) -> None:
    metal, glow = mix(palette.accent, (150, 158, 170), 0.55), mix(palette.light, palette.accent, 0.3)
    dark = mix(metal, BLACK, 0.45)
    stage.shadow(0.42)
    for side in (-1, 1):
        stage.polygon([(side * 0.06, 0), (side * 0.22, 0), (side * 0.19, 0.16), (side * 0.09, 0.16)], dark)
        stage.line([(side * 0.28, 0.46), (side * 0.42, 0.36), (side * 0.42, 0.2)], 0.07, dark)
        stage.disc((side * 0.42, 0.18), 0.06, metal, dark)
    stage.polygon([(-0.28, 0.14), (0.28, 0.14), (0.3, 0.52), (-0.3, 0.52)], mix(metal, WHITE, 0.25), metal)
    stage.polygon([(-0.24, 0.57), (0.24, 0.57), (0.24, 0.88), (-0.24, 0.88)], mix(metal, WHITE, 0.4), metal)
    stage.polygon([(-0.18, 0.63), (0.18, 0.63), (0.18, 0.8), (-0.18, 0.8)], mix(BLACK, palette.near, 0.3))
    for side in (-1, 1):
        stage.disc((side * 0.09, 0.72), 0.045, WHITE, glow)
    stage.line([(0, 0.88), (0, 1.0)], 0.02, dark)
    stage.disc((0, 1.02), 0.04, mix(palette.accent, WHITE, 0.3), palette.accent)
    stage.disc((0, 0.34), 0.08, glow, palette.accent)


def _rocket(stage: _Stage, palette: Palette) -> None:
    body, fin = mix(WHITE, palette.sky[2], 0.2), palette.accent
    stage.polygon([(-0.12, 0.2), (0.12, 0.2), (0, -0.22)], (255, 226, 120), (240, 90, 40))
    for side in (-1, 1):
        stage.polygon([(side * 0.14, 0.42), (side * 0.34, 0.12), (side * 0.12, 0.2)], fin, mix(fin, BLACK, 0.4))
    stage.oval((0, 0.6), 0.19, 0.46, body, mix(body, palette.near, 0.45))
    stage.polygon([(-0.155, 0.86), (0.155, 0.86), (0, 1.14)], mix(fin, WHITE, 0.2), fin)
    stage.disc((0, 0.68), 0.085, mix(fin, BLACK, 0.3))
    stage.disc((0, 0.68), 0.062, mix(palette.light, (120, 190, 230), 0.6), (60, 110, 170))


def _tree(stage: _Stage, palette: Palette) -> None:
    leaf = mix(palette.accent, palette.near, 0.3)
    stage.shadow(0.45)
    stage.polygon([(-0.06, 0), (0.07, 0), (0.04, 0.5), (-0.04, 0.5)], (122, 84, 54), (84, 56, 38))
    for x, y, radius in ((-0.24, 0.6, 0.22), (0.25, 0.62, 0.22), (0, 0.82, 0.28), (0.02, 0.58, 0.26)):
        stage.disc((x, y), radius, mix(leaf, WHITE, 0.28), mix(leaf, BLACK, 0.22))


def _mushroom(stage: _Stage, palette: Palette) -> None:
    cap = palette.accent
    stage.shadow(0.38)
    stage.polygon([(-0.13, 0), (0.13, 0), (0.09, 0.5), (-0.09, 0.5)], (250, 240, 220), (214, 196, 170))
    dome = [(-0.48, 0.44), (-0.42, 0.62), (-0.26, 0.78), (0, 0.86), (0.26, 0.78), (0.42, 0.62), (0.48, 0.44), (0, 0.37)]
    stage.polygon(dome, mix(cap, WHITE, 0.2), mix(cap, BLACK, 0.25))
    for x, y, radius in ((-0.22, 0.6, 0.07), (0.05, 0.72, 0.06), (0.25, 0.56, 0.075), (0.0, 0.5, 0.045)):
        stage.oval((x, y), radius, radius * 0.8, WHITE, mix(WHITE, cap, 0.15))


def _lighthouse(stage: _Stage, palette: Palette) -> None:
    stripe, white = palette.accent, mix(WHITE, palette.light, 0.3)
    stage.canvas.glow(stage.at((0, 1.12)), 0.35, palette.light, 0.7)
    stage.oval((0, 0.0), 0.5, 0.1, mix(palette.near, WHITE, 0.2), palette.near)
    for number in range(5):
        low, high = number * 0.2, number * 0.2 + 0.2
        near, far = 0.2 - 0.09 * low, 0.2 - 0.09 * high
        colour = white if number % 2 else stripe
        stage.polygon([(-near, low), (near, low), (far, high), (-far, high)], colour, mix(colour, BLACK, 0.15))
    stage.polygon([(-0.16, 1.0), (0.16, 1.0), (0.16, 1.04), (-0.16, 1.04)], mix(palette.near, BLACK, 0.4))
    stage.polygon([(-0.09, 1.04), (0.09, 1.04), (0.09, 1.2), (-0.09, 1.2)], WHITE, palette.light)
    stage.polygon([(-0.13, 1.2), (0.13, 1.2), (0, 1.34)], stripe, mix(stripe, BLACK, 0.3))


_MOTIFS: Mapping[str, Motif] = {
    "cube": _cube, "box": _cube, "ball": _ball, "sphere": _ball, "house": _house, "cottage": _house, "home": _house,
    "boat": _boat, "ship": _boat, "cat": _cat, "kitten": _cat, "balloon": _balloon, "robot": _robot, "rocket": _rocket,
    "spaceship": _rocket, "tree": _tree, "mushroom": _mushroom, "lighthouse": _lighthouse,
}  # fmt: skip
