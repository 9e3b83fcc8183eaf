"""The upper part of a scene: light, stars, clouds, birds."""

import random

from sandbox.painter.canvas import Canvas, Pen
from sandbox.painter.colour import WHITE, mix
from sandbox.painter.palette import Palette

_LOW_HORIZON = 0.7


def paint_sky(canvas: Canvas, palette: Palette, rng: random.Random, horizon: float) -> float:
    """Paint sky, sun or moon, then stars or clouds; return where the sun stands from left to right."""
    # Above a high horizon the lowest band of the sky would hide behind the land, so it is repeated.
    canvas.fill(palette.sky if horizon > _LOW_HORIZON else (*palette.sky, palette.sky[2]))
    sun = (rng.uniform(0.18, 0.82), horizon - rng.uniform(0.14, 0.34))
    if palette.is_dark:
        paint_stars(canvas, rng, horizon, count=140)
    canvas.glow(sun, 0.85, palette.light, 0.6)
    canvas.glow(sun, 0.28, palette.light, 0.7)
    radius = rng.uniform(0.045, 0.075)
    canvas.shape(lambda pen: pen.disc(sun, radius), (WHITE, palette.light))
    if palette.is_dark:
        return sun[0]
    for _ in range(rng.randint(2, 4)):
        _cloud(canvas, palette, rng, horizon)
    _birds(canvas, palette, rng, horizon)
    return sun[0]


def paint_stars(canvas: Canvas, rng: random.Random, horizon: float, *, count: int) -> None:
    """Scatter stars down to the horizon."""
    places = [((rng.random(), rng.random() * horizon), rng.uniform(0.0008, 0.0028)) for _ in range(count)]
    canvas.shape(lambda pen: [pen.disc(place, radius) for place, radius in places], (WHITE,), opacity=0.85)


def _cloud(canvas: Canvas, palette: Palette, rng: random.Random, horizon: float) -> None:
    x, y = rng.random(), rng.uniform(0.06, horizon * 0.6)
    puffs = [((x + rng.uniform(-0.1, 0.1), y + rng.uniform(-0.012, 0.012)), rng.uniform(0.03, 0.08)) for _ in range(7)]
    canvas.soft_shape(
        lambda pen: [pen.oval(place, size, size * 0.34 * canvas.squatness) for place, size in puffs],
        mix(WHITE, palette.sky[2], 0.3),
        blur=0.012,
        opacity=0.75,
    )


def _birds(canvas: Canvas, palette: Palette, rng: random.Random, horizon: float) -> None:
    x, y = rng.uniform(0.2, 0.8), rng.uniform(0.15, horizon * 0.55)
    flock = [(x + rng.uniform(-0.09, 0.09), y + rng.uniform(-0.05, 0.05), rng.uniform(0.007, 0.013)) for _ in range(5)]
    ink = mix(palette.near, palette.sky[0], 0.3)
    canvas.shape(lambda pen: [_bird(pen, *bird) for bird in flock], (ink,), opacity=0.8)


def _bird(pen: Pen, x: float, y: float, span: float) -> None:
    lift = span * pen.aspect
    for side in (-1, 1):
        wing = [(x, y), (x + side * span * 0.4, y - lift * 0.55), (x + side * span, y - lift * 0.45)]
        pen.line(wing, 0.0035 * min(1.0, pen.aspect))
