"""What there is to ask for: a few models that differ where the promises differ, and pictures to start from."""

import asyncio
import struct
import zlib
from collections.abc import Sequence
from functools import cache
from itertools import count

from bot.core.parameter import Kind, Parameter
from bot.core.placement import ResultFile
from bot.core.request import Reference
from bot.core.schema import Model, Prices
from bot.errors import NotFoundError, TransientError
from tests.simulation.faults import Fault, Faults, Place

HOLD_ABOVE_USD = 0.25

_SEED = {"seed": Parameter(name="seed", kind=Kind.INTEGER)}
_SHAPE = {"aspect_ratio": Parameter(name="aspect_ratio", choices=("1:1", "16:9"), default="16:9")}


def _model(name: str, *, price_usd: float | None, seed: bool) -> Model:
    return Model(
        id=name,
        display_name=name,
        makes_images=True,
        takes_images=True,
        reference_field="input_image",
        parameters=_SHAPE | (_SEED if seed else {}),
        prices=Prices(per_image_usd=price_usd),
    )


SEEDED = _model("seeded", price_usd=0.02, seed=True)
SEEDLESS = _model("seedless", price_usd=0.02, seed=False)
DEAR = _model("dear", price_usd=1.0, seed=True)
UNPRICED = _model("unpriced", price_usd=None, seed=False)
MODELS = (SEEDED, SEEDLESS, DEAR, UNPRICED)


def is_cheap(model: str) -> bool:
    """Tell whether a lost POST for this model may be sent once more."""
    return model in {SEEDED.id, SEEDLESS.id}


def reference() -> Reference:
    return Reference(url="https://cdn.discordapp.com/a.png?hm=1", filename="a.png", size_bytes=len(whole_png()))


@cache
def whole_png() -> bytes:
    """Give the smallest whole PNG."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + body


class Shop:
    """Satisfies the ports Catalogue, ReferenceReader and Shrinker for one process."""

    def __init__(self, faults: Faults, *, random_seeds: "count[int]") -> None:
        self._faults = faults
        self._loaded = False
        self._random_seeds = random_seeds

    def models(self) -> Sequence[Model] | None:
        return MODELS if self._loaded else None

    async def load(self) -> Sequence[Model]:
        fault = self._faults.draw(Place.CATALOGUE)
        await self._wait()
        if fault is Fault.DOWN and not self._loaded:
            raise TransientError("502", status=502)
        self._loaded = True
        return MODELS

    async def read(self, url: str) -> bytes:  # noqa: ARG002 - every link leads to the same picture
        fault = self._faults.draw(Place.REFERENCE)
        await self._wait()
        if fault is Fault.DOWN:
            raise TransientError("503", status=503)
        if fault is Fault.GONE:
            raise NotFoundError("404", status=404)
        return whole_png()

    async def shrink(self, file: ResultFile, limit_bytes: int) -> ResultFile:  # noqa: ARG002 - all pictures are small
        return file

    def random_seed(self) -> int:
        return next(self._random_seeds)

    async def _wait(self) -> None:
        await asyncio.sleep(self._faults.there_s() + self._faults.back_s())
