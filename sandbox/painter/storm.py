"""The sea in a storm: heavy clouds, a flash, waves with foam on them, and rain over everything."""

import random

from sandbox.painter.canvas import Canvas, Pen, Point
from sandbox.painter.colour import BLACK, WHITE, mix
from sandbox.painter.palette import Palette
from sandbox.painter.terrain import down_to_edge, ridge

_DROPS = 150
_WAVES = 5
_SEA = 0.5
"""So far down the flash reaches."""


def paint_storm(canvas: Canvas, palette: Palette, rng: random.Random) -> None:
    """Cover the canvas."""
    canvas.fill((mix(palette.sky[0], BLACK, 0.35), palette.sky[0], palette.sky[1]))
    _clouds(canvas, palette, rng)
    _flash(canvas, rng)
    deep, crest = mix(palette.near, BLACK, 0.15), mix(palette.far, palette.near, 0.3)
    for number in range(_WAVES):
        depth = number / (_WAVES - 1)
        line = ridge(rng, 0.52 + 0.36 * depth, rise=(0.03 + 0.05 * depth) * canvas.squatness, roughness=0.9)
        foam = [*line, *((x, y + 0.006 + 0.012 * depth) for x, y in reversed(line))]
        canvas.shape(lambda pen, line=line: pen.polygon(down_to_edge(line)), (mix(crest, WHITE, 0.12), deep))
        canvas.shape(lambda pen, foam=foam: pen.polygon(foam), (WHITE,), opacity=0.35 + 0.3 * depth)
    canvas.shape(lambda pen: _rain(pen, rng), (WHITE,), opacity=0.22)


def _clouds(canvas: Canvas, palette: Palette, rng: random.Random) -> None:
    for shade in (0.55, 0.35, 0.15):
        puffs = [((rng.random(), rng.uniform(0.0, 0.3)), rng.uniform(0.08, 0.2)) for _ in range(12)]
        canvas.soft_shape(
            lambda pen, puffs=puffs: [pen.oval(place, size, size * 0.45 * canvas.squatness) for place, size in puffs],
            mix(palette.sky[1], BLACK, shade),
            blur=0.03,
            opacity=0.8,
        )


def _flash(canvas: Canvas, rng: random.Random) -> None:
    x, y = rng.choice((rng.uniform(0.12, 0.3), rng.uniform(0.7, 0.88))), 0.12
    bolt: list[Point] = [(x, y)]
    while y < _SEA:
        x, y = x + rng.uniform(-0.035, 0.035), y + rng.uniform(0.05, 0.09)
        bolt.append((x, y))
    canvas.glow(bolt[1], 0.5, (226, 232, 255), 0.6)
    canvas.shape(lambda pen: pen.line(bolt, 0.008), ((255, 252, 226),))


def _rain(pen: Pen, rng: random.Random) -> None:
    for _ in range(_DROPS):
        x, y = rng.random(), rng.random()
        pen.line([(x, y), (x - 0.012, y + 0.05)], 0.002)
