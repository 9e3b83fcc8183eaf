"""The scenes: each covers a canvas from edge to edge. Words of the prompt choose one, else the seed does."""

import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.painter.canvas import Canvas, Pen, Point
from sandbox.painter.colour import BLACK, WHITE, Colour, mix
from sandbox.painter.palette import Palette, words_of
from sandbox.painter.sky import paint_sky, paint_stars
from sandbox.painter.storm import paint_storm
from sandbox.painter.terrain import Block, down_to_edge, ellipse, peaks, ridge, skyline, snow_line
from sandbox.painter.things import AUTUMN_LEAVES

Scene = Callable[[Canvas, Palette, random.Random], None]

_TREE_LINE = 0.45
"""Ranges further away than this are too far for trees to be seen."""
_LIT_SHARE = 0.42
"""So many windows have somebody at home."""


def scene_for(prompt: str, rng: random.Random) -> Scene:
    """Choose the scene."""
    drawn = rng.choice(_COMMON)
    words = words_of(prompt)
    # "A balloon over the mountains" is in the mountains: a place counts before a thing that has its usual place.
    asked = (scene for table in (_PLACES, _THINGS) for word in words for scene, names in table.items() if word in names)
    return next(asked, drawn)


def paint_hills(canvas: Canvas, palette: Palette, rng: random.Random) -> None:
    """Paint ranges of hills under a wide sky, hazy far away and dark up close, trees on the nearest."""
    horizon = rng.uniform(0.48, 0.6)
    paint_sky(canvas, palette, rng, horizon)
    ranges = rng.randint(4, 6)
    for number in range(ranges):
        depth = number / (ranges - 1)
        crest = horizon + (1.02 - horizon) * depth**1.35 * 0.8
        rise = (0.08 + 0.09 * (1 - depth) * rng.random()) * canvas.squatness
        line = ridge(rng, crest, rise=rise, roughness=1 - depth * 0.6)
        land = mix(palette.far, palette.near, depth)
        mist = mix(land, palette.sky[2], 0.45 * (1 - depth * 0.7))
        _cover(canvas, down_to_edge(line), land, mist)
        if depth > _TREE_LINE:
            trees = _leafy_trees if palette.is_autumn else _trees
            trees(canvas, line, mix(land, palette.near, 0.7), rng, size=0.03 + 0.06 * depth)


def paint_mountains(canvas: Canvas, palette: Palette, rng: random.Random) -> None:
    """Paint three ranges of jagged peaks, snow on the two that are high enough, firs in front."""
    horizon = rng.uniform(0.62, 0.7)
    paint_sky(canvas, palette, rng, horizon - 0.06)
    for number, (height, snow) in enumerate(((0.36, 0.14), (0.27, 0.07), (0.14, 0.0))):
        depth = (number + 1) / 3
        summits = peaks(rng, horizon + 0.12 * depth, height * (0.5 + 0.5 * canvas.squatness))
        rock = mix(palette.far, palette.near, depth * 0.85)
        _cover(canvas, down_to_edge(summits), rock, mix(rock, palette.sky[2], 0.55))
        if snow:
            caps = [*summits, *reversed(snow_line(rng, summits, depth=snow))]
            _cover(canvas, caps, mix(WHITE, palette.sky[2], 0.1 + 0.1 * number), mix(WHITE, rock, 0.25))
    meadow = ridge(rng, 0.87, rise=0.04 * canvas.squatness, roughness=0.5)
    _cover(canvas, down_to_edge(meadow), palette.near, mix(palette.near, BLACK, 0.3))
    _trees(canvas, meadow, mix(palette.near, BLACK, 0.25), rng, size=0.11)


def paint_sea(canvas: Canvas, palette: Palette, rng: random.Random) -> None:
    """Paint open water with the light's path on it, and land far out."""
    if palette.is_stormy:
        paint_storm(canvas, palette, rng)
        return
    horizon = rng.uniform(0.5, 0.6)
    sun_x = paint_sky(canvas, palette, rng, horizon)
    shore = ridge(rng, horizon - 0.01, rise=0.06 * canvas.squatness, roughness=0.7)
    _cover(canvas, [*shore, (1, horizon), (0, horizon)], palette.far, palette.sky[2])
    deep, bright = palette.near, mix(palette.near, palette.sky[2], 0.65)
    canvas.shape(lambda pen: pen.box(0, horizon, 1, 1), (bright, mix(bright, deep, 0.7), deep))
    canvas.shape(lambda pen: _glitter(pen, rng, sun_x, horizon, spread=0.06), (palette.light, bright), opacity=0.75)
    canvas.shape(lambda pen: _glitter(pen, rng, 0.5, horizon, spread=0.5), (bright, palette.far), opacity=0.35)
    for number in range(3):
        wave = ridge(rng, 0.8 + 0.08 * number, rise=0.02, roughness=0.4)
        _cover(canvas, down_to_edge(wave), mix(bright, deep, 0.6), deep, opacity=0.55)


def paint_room(canvas: Canvas, palette: Palette, rng: random.Random) -> None:
    """Paint a wall with a window in it, and a table that reaches to the lower edge."""
    canvas.fill((mix(palette.sky[0], WHITE, 0.25), palette.sky[1], mix(palette.sky[1], palette.near, 0.25)))
    x, wide = rng.choice((0.12, 0.64)), 0.24
    canvas.glow((x + wide / 2, 0.32), 0.8, palette.light, 0.55)
    canvas.shape(lambda pen: pen.box(x - 0.015, 0.09, x + wide + 0.015, 0.53), (mix(palette.near, BLACK, 0.1),))
    canvas.shape(lambda pen: pen.box(x, 0.11, x + wide, 0.51), ((126, 184, 226), (214, 234, 240)))
    bars = [(x + wide / 2 - 0.004, 0.11, x + wide / 2 + 0.004, 0.51), (x, 0.3, x + wide, 0.31)]
    canvas.shape(lambda pen: [pen.box(*bar) for bar in bars], (mix(palette.near, BLACK, 0.1),))
    canvas.shape(lambda pen: pen.box(0, 0.72, 1, 1), (palette.far, palette.near))
    canvas.shape(lambda pen: pen.box(0, 0.72, 1, 0.735), (mix(palette.far, WHITE, 0.35),))


def paint_city(canvas: Canvas, palette: Palette, rng: random.Random) -> None:
    """Paint a skyline in three rows, windows lit in the nearer ones."""
    paint_sky(canvas, palette, rng, 0.72)
    for number in range(3):
        depth = (number + 1) / 3
        width = (0.045 + 0.03 * number) / canvas.squatness
        blocks = skyline(rng, base=0.62 + 0.12 * depth, height=0.42 - 0.1 * number, width=width)
        wall = mix(palette.far, palette.near, depth)
        foot = mix(wall, palette.sky[2], 0.4 * (1 - depth))
        canvas.shape(lambda pen, blocks=blocks: [pen.box(*block) for block in blocks], (wall, foot))
        if number:
            lights = (palette.light, palette.accent)
            canvas.shape(lambda pen, blocks=blocks: _windows(pen, blocks, rng), lights, opacity=0.85)
    street = mix(palette.near, BLACK, 0.35)
    canvas.shape(lambda pen: pen.box(0, 0.88, 1, 1), (street, mix(street, palette.accent, 0.35)))


def paint_space(canvas: Canvas, palette: Palette, rng: random.Random) -> None:
    """Paint clouds of gas, stars, and one large planet inside its ring."""
    dark = mix(palette.sky[0], BLACK, 0.65)
    canvas.fill((dark, mix(dark, palette.sky[1], 0.4), dark))
    for colour in (palette.sky[1], palette.accent, palette.sky[2], palette.far):
        canvas.glow((rng.random(), rng.random()), rng.uniform(0.8, 1.3), colour, 0.45)
    paint_stars(canvas, rng, 1.0, count=260)
    centre, radius = (rng.uniform(0.3, 0.7), rng.uniform(0.38, 0.5)), rng.uniform(0.17, 0.24)
    canvas.glow(centre, radius * 2.8, mix(palette.accent, WHITE, 0.3), 0.6)
    planet = _Planet(centre=centre, radius=radius, tilt=rng.uniform(-0.45, 0.45))
    planet.paint_rings(canvas, palette, range(180, 361, 4))
    shades = (mix(palette.accent, WHITE, 0.55), palette.accent, mix(palette.accent, dark, 0.55), dark)
    canvas.shape(lambda pen: pen.disc(centre, radius), shades)
    planet.paint_rings(canvas, palette, range(0, 181, 4))


def paint_ribbons(canvas: Canvas, palette: Palette, rng: random.Random) -> None:
    """Paint nothing in particular: wide bands that flow across each other."""
    canvas.fill(palette.sky)
    canvas.glow((rng.random(), rng.uniform(0.1, 0.4)), 1.2, palette.light, 0.7)
    colours = (palette.far, palette.accent, palette.light, palette.near, palette.sky[1])
    for number in range(10):
        upper = ridge(rng, 0.14 + 0.09 * number + rng.uniform(-0.05, 0.05), rise=0.11, roughness=0.0)
        thickness = rng.uniform(0.06, 0.2)
        lower = [(x, y + thickness * (0.3 + 0.7 * math.sin(math.pi * x) ** 2)) for x, y in upper]
        colour = mix(colours[number % len(colours)], palette.near, 0.06 * number)
        _cover(canvas, [*upper, *reversed(lower)], mix(colour, WHITE, 0.4), colour, opacity=0.72)


def _cover(canvas: Canvas, outline: list[Point], *stops: Colour, opacity: float = 1.0) -> None:
    canvas.shape(lambda pen: pen.polygon(outline), stops, opacity=opacity)


def _trees(canvas: Canvas, line: list[Point], colour: Colour, rng: random.Random, *, size: float) -> None:
    tall = size * canvas.squatness
    places = [(rng.choice(line), rng.uniform(0.6, 1.1) * tall) for _ in range(rng.randint(10, 26))]
    canvas.shape(lambda pen: [_fir(pen, place, height) for place, height in places], (colour,))


def _leafy_trees(canvas: Canvas, line: list[Point], _colour: Colour, rng: random.Random, *, size: float) -> None:
    tall = size * canvas.squatness
    for leaf in AUTUMN_LEAVES:
        places = [(rng.choice(line), rng.uniform(0.6, 1.1) * tall) for _ in range(rng.randint(3, 7))]
        trunks = [((x, y), (x, y - high * 0.6), high) for (x, y), high in places]
        canvas.shape(
            lambda pen, trunks=trunks: [pen.line(trunk[:2], trunk[2] * 0.12) for trunk in trunks], ((92, 62, 42),)
        )
        crowns = [((x, y - high * 0.75), high * 0.42) for (x, y), high in places]
        canvas.shape(
            lambda pen, crowns=crowns: [pen.oval(middle, size / pen.aspect, size) for middle, size in crowns],
            (mix(leaf, WHITE, 0.15), mix(leaf, BLACK, 0.15)),
        )


def _fir(pen: Pen, foot: Point, height: float) -> None:
    x, y = foot
    for level in range(3):
        half = height * (0.3 - 0.07 * level) / pen.aspect
        bottom = y + height * 0.06 - height * 0.27 * level
        pen.polygon([(x - half, bottom), (x + half, bottom), (x, bottom - height * 0.46)])


def _glitter(pen: Pen, rng: random.Random, x: float, horizon: float, *, spread: float) -> None:
    for _ in range(120):
        depth = rng.random() ** 1.4
        y = horizon + 0.005 + depth * (1 - horizon)
        half = rng.uniform(0.004, 0.03) * (0.4 + depth)
        pen.oval((x + rng.gauss(0, spread * (0.3 + 0.6 * depth)), y), half, 0.0012 + 0.003 * depth)


def _windows(pen: Pen, blocks: list[Block], rng: random.Random) -> None:
    across = 0.008 / min(1.0, pen.aspect)
    down = across * pen.aspect
    for left, top, right, _ in blocks:
        for column in range(int((right - left) / across / 1.9)):
            for row in range(int((0.9 - top) / down / 1.9)):
                if rng.random() < _LIT_SHARE:
                    x, y = left + across * (0.6 + column * 1.9), top + down * (0.8 + row * 1.9)
                    pen.box(x, y, x + across * 0.9, y + down)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planet:
    centre: Point
    radius: float
    tilt: float

    def paint_rings(self, canvas: Canvas, palette: Palette, degrees: range) -> None:
        for share, opacity in ((1.8, 0.75), (1.66, 0.5), (1.52, 0.6)):
            reach = self.radius * share * canvas.squatness
            arc = ellipse(
                self.centre, reach, aspect=canvas.width_px / canvas.height_px, tilt=self.tilt, degrees=degrees
            )
            stops = (palette.light, mix(palette.light, palette.far, 0.4))
            canvas.shape(lambda pen, arc=arc: pen.line(arc, 0.009 * canvas.squatness), stops, opacity=opacity)


_COMMON: tuple[Scene, ...] = (paint_hills, paint_mountains, paint_sea, paint_ribbons)


def _table(words: Mapping[Scene, str]) -> Mapping[Scene, frozenset[str]]:
    return {scene: frozenset(listed.split()) for scene, listed in words.items()}


_PLACES = _table(
    {
        paint_city: "city street town harbour skyline cyberpunk noir",
        paint_space: "space galaxy universe cosmos planet",
        paint_sea: "sea ocean beach lake island wave waves river coast bay",
        paint_mountains: "mountain mountains alps peak peaks glacier",
        paint_hills: "hill hills meadow forest field garden wood woods valley",
        paint_room: "table room kitchen shelf desk",
        paint_ribbons: "abstract pattern flow ribbon wallpaper texture",
    }
)
_THINGS = _table(
    {
        paint_city: "tower skyscraper robot android car",
        paint_space: "stars rocket spaceship astronaut alien ufo",
        paint_sea: "boat ship sailboat fish lighthouse whale",
        paint_mountains: "snow snowy winter castle dragon volcano",
        paint_hills: "house cottage home hut cabin tree trees mushroom fox deer cat kitten cats dog puppy owl cube box "
        "ball sphere balloon autumn flower flowers rose tulip daisy",
        paint_room: "teapot kettle cup vase",
        paint_ribbons: "music dream",
    }
)
