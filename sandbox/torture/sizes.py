"""Results of 12 MB where Discord takes 10 MiB: each has to arrive as a smaller file of the same picture."""

import io
from collections.abc import Iterator, Mapping
from functools import partial

from PIL import Image

from sandbox.cards import Word
from sandbox.oxen import Knobs
from sandbox.painter.pillow import resized
from sandbox.torture.arena import Arena, open_arena
from sandbox.torture.crowd import spread
from sandbox.torture.databases import Engine
from sandbox.torture.history import NOBODYS
from sandbox.torture.judgement import Broken, Violation
from sandbox.torture.outcome import Outcome, outcome_of
from sandbox.torture.storm import DEAR

NAME = "results over the size limit"
LONG_SIDE_PX = 2200
"""Square and full of grain, some 12 MB as PNG."""
PAINTING_S = (0.1, 0.2)
PATIENCE_S = 120.0
LOOK_PX = 16
ALIKE = 6.0
"""Two pictures are the same one if, at 16 by 16 pixels, they differ by less than this on average, of 255."""


async def sizes(jobs: int, engine: Engine) -> Outcome:
    """Have large pictures made; which one a message shows is told by its looks, since its bytes are others."""
    knobs = Knobs(painting_s=PAINTING_S, usual_long_side_px=LONG_SIDE_PX, grainy=True)
    async with open_arena(engine, knobs=knobs, settings={}) as arena:
        await arena.fill(spread(jobs, model=DEAR), at_once=jobs)
        await arena.settle(patience_s=PATIENCE_S)
        await arena.end()
        looks = _looks_of_all(arena)
        smallest_mb = min(len(row.file.data) for row in arena.oxen.ledger.generations if row.file) / 1e6
        note = f"each {smallest_mb:.1f} MB or more"
        return outcome_of(arena, NAME, engine, identify=partial(_alike, looks), note=note, also=tuple(_untold(arena)))


def _untold(arena: Arena) -> Iterator[Violation]:
    """Find the cards that show another file than Oxen's and do not say so."""
    for message in arena.books().history(arena.crowd.requests).messages:
        if message.word is Word.DONE and not message.sentences:
            yield Violation(kind=Broken.TOLD_NOTHING, where=f"message {message.id} shows a smaller file")


def _looks_of_all(arena: Arena) -> Mapping[str, bytes]:
    return {row.generation_id: _look(row.file.data) for row in arena.oxen.ledger.generations if row.file}


def _look(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        return resized(image.convert("L"), LOOK_PX, LOOK_PX, Image.Resampling.BOX).tobytes()


def _alike(looks: Mapping[str, bytes], data: bytes) -> str:
    """Name the generation that looks most like this, unless it looks like none."""
    shown = _look(data)
    distance, name = min((_distance(shown, look), name) for name, look in looks.items())
    return name if distance < ALIKE else NOBODYS


def _distance(one: bytes, other: bytes) -> float:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)
