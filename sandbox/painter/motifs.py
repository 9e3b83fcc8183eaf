"""What of a prompt's nouns can be drawn, and where it stands in the scene: tall things behind, small ones in front."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from sandbox.painter import animals, things
from sandbox.painter.canvas import Canvas
from sandbox.painter.palette import Palette, words_of
from sandbox.painter.stage import Motif, Stage

_MOST = 3
_BESIDE_SHARE = 0.72
"""So much smaller is what sits in front of something tall."""


class Place(IntEnum):
    """Where a motif belongs, in the order of painting."""

    BEHIND = 1
    AFLOAT = 2
    ALOFT = 3
    IN_FRONT = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One motif, with the words that ask for it."""

    draw: Motif
    place: Place
    words: str


KINDS = (
    Kind(draw=things.house, place=Place.BEHIND, words="house cottage home hut cabin"),
    Kind(draw=things.castle, place=Place.BEHIND, words="castle palace fortress"),
    Kind(draw=things.lighthouse, place=Place.BEHIND, words="lighthouse"),
    Kind(draw=things.tree, place=Place.BEHIND, words="tree oak maple"),
    Kind(draw=things.boat, place=Place.AFLOAT, words="boat ship sailboat"),
    Kind(draw=things.balloon, place=Place.ALOFT, words="balloon"),
    Kind(draw=things.rocket, place=Place.ALOFT, words="rocket spaceship"),
    Kind(draw=things.robot, place=Place.IN_FRONT, words="robot android"),
    Kind(draw=things.mushroom, place=Place.IN_FRONT, words="mushroom"),
    Kind(draw=things.flower, place=Place.IN_FRONT, words="flower flowers rose tulip daisy"),
    Kind(draw=things.teapot, place=Place.IN_FRONT, words="teapot kettle"),
    Kind(draw=things.cube, place=Place.IN_FRONT, words="cube box"),
    Kind(draw=things.ball, place=Place.IN_FRONT, words="ball sphere"),
    Kind(draw=animals.cat, place=Place.IN_FRONT, words="cat kitten cats"),
    Kind(draw=animals.fox, place=Place.IN_FRONT, words="fox"),
    Kind(draw=animals.dog, place=Place.IN_FRONT, words="dog puppy"),
    Kind(draw=animals.owl, place=Place.IN_FRONT, words="owl"),
)
_BY_WORD: Mapping[str, Kind] = {word: kind for kind in KINDS for word in kind.words.split()}
_GROUND = {Place.BEHIND: 0.8, Place.AFLOAT: 0.8, Place.ALOFT: 0.7, Place.IN_FRONT: 0.84}
_SIZE = {Place.BEHIND: 0.4, Place.AFLOAT: 0.32, Place.ALOFT: 0.34, Place.IN_FRONT: 0.34}


def motifs_for(prompt: str) -> list[Kind]:
    """Find the first things that a prompt names and that can be drawn, each once."""
    named = dict.fromkeys(_BY_WORD[word] for word in words_of(prompt) if word in _BY_WORD)
    return list(named)[:_MOST]


def draw_motifs(kinds: list[Kind], canvas: Canvas, palette: Palette, rng: random.Random) -> None:
    """Put them into the scene: one around the middle, several beside one another."""
    spread = [*range(len(kinds))]
    first = rng.uniform(0.4, 0.6) if len(kinds) == 1 else rng.uniform(0.28, 0.34)
    step = (1 - 2 * first) / max(1, len(kinds) - 1)
    # What is named first stands to the left; but what is further back is painted first.
    places = [(kind, first + number * step) for number, kind in zip(spread, kinds, strict=True)]
    is_company = any(kind.place is Place.BEHIND for kind in kinds)
    for kind, x in sorted(places, key=lambda placed: placed[0].place):
        share = _BESIDE_SHARE if is_company and kind.place is not Place.BEHIND else 1.0
        size = _SIZE[kind.place] * share * canvas.squatness * rng.uniform(0.92, 1.12)
        ground = _GROUND[kind.place] + rng.uniform(-0.02, 0.02)
        kind.draw(Stage(canvas=canvas, x=x, ground=ground, size=size, rng=rng), palette)
