"""The lines that land and towns make against the sky, as points. Nothing is drawn here."""

import math
import random
from itertools import pairwise

from sandbox.painter.canvas import Point

Block = tuple[float, float, float, float]
"""Left, top, right, bottom of one building."""
_STEPS = 96
_SPLITS = 4
_BELOW_EDGE = 1.01


def ridge(rng: random.Random, crest: float, *, rise: float, roughness: float) -> list[Point]:
    """Make a rolling line around the height `crest`; `rise` is how far it swings."""
    waves = [(rng.uniform(0.6, 1.6) * 2**octave, rng.random() * math.tau, 0.5**octave) for octave in range(4)]

    def height(x: float) -> float:
        smooth = sum(size * math.sin(x * math.tau * pace + turn) for pace, turn, size in waves[:2])
        rough = sum(size * math.sin(x * math.tau * pace * 2 + turn) for pace, turn, size in waves[2:])
        return crest - rise * (smooth + roughness * rough) * 0.7

    return [(step / _STEPS, height(step / _STEPS)) for step in range(_STEPS + 1)]


def peaks(rng: random.Random, base: float, height: float) -> list[Point]:
    """Make a jagged line of summits and saddles that stand on the height `base`."""
    points = [(-0.05, base - height * rng.uniform(0.1, 0.5))]
    x = rng.uniform(0.02, 0.12)
    while x < 1:
        points.append((x, base - height * rng.uniform(0.6, 1.05)))
        x += rng.uniform(0.09, 0.16)
        points.append((x, base - height * rng.uniform(0.1, 0.35)))
        x += rng.uniform(0.09, 0.16)
    points.append((max(x, 1.05), base - height * rng.uniform(0.2, 0.6)))
    jump = height * 0.16
    for _ in range(_SPLITS):
        points = _split(rng, points, jump)
        jump *= 0.5
    return points


def snow_line(rng: random.Random, summits: list[Point], *, depth: float) -> list[Point]:
    """Follow the summits from below, with a jagged edge, and touch them where they are too low for snow."""
    edge = min(y for _, y in summits) + depth
    ragged = [
        (x, edge + (rng.random() - 0.5) * depth * (0.9 if number % 2 else 0.3)) for number, (x, _) in enumerate(summits)
    ]
    return [(x, max(top, low)) for (x, top), (_, low) in zip(summits, ragged, strict=True)]


def down_to_edge(line: list[Point]) -> list[Point]:
    """Close a line into the area below it."""
    return [*line, (line[-1][0], _BELOW_EDGE), (line[0][0], _BELOW_EDGE)]


def skyline(rng: random.Random, *, base: float, height: float, width: float) -> list[Block]:
    """Set buildings side by side, all down to the lower edge."""
    blocks: list[Block] = []
    x = -width * rng.random()
    while x < 1:
        across = width * rng.uniform(0.7, 1.5)
        blocks.append((x, base - height * rng.uniform(0.25, 1) ** 1.3, x + across, 1.0))
        x += across * rng.uniform(0.95, 1.25)
    return blocks


def ellipse(centre: Point, radius: float, *, aspect: float, tilt: float, degrees: range) -> list[Point]:
    """Walk along a flat, tilted ellipse; `radius` is a fraction of the height, 0 degrees lies to the right."""
    x, y = centre
    flat = [
        (radius * math.cos(math.radians(angle)), 0.28 * radius * math.sin(math.radians(angle))) for angle in degrees
    ]
    return [
        (x + (u * math.cos(tilt) - v * math.sin(tilt)) / aspect, y + u * math.sin(tilt) + v * math.cos(tilt))
        for u, v in flat
    ]


def _split(rng: random.Random, points: list[Point], jump: float) -> list[Point]:
    split: list[Point] = []
    for (left_x, left_y), (right_x, right_y) in pairwise(points):
        share = rng.uniform(0.35, 0.65)
        middle_y = left_y + (right_y - left_y) * share + rng.uniform(-jump, jump)
        split += [(left_x, left_y), (left_x + (right_x - left_x) * share, middle_y)]
    return [*split, points[-1]]
