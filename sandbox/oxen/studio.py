"""Makes the picture of one generation: checks the parameters, fetches the references, has it painted in a thread."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.oxen.catalogue import Model
from sandbox.oxen.jsontext import JsonObject
from sandbox.oxen.knobs import Knobs
from sandbox.oxen.references import ModelError, ReferenceFetcher, reference_urls, shape_of
from sandbox.oxen.shape import Shape, shape_for
from sandbox.oxen.validation import first_problem, with_defaults
from sandbox.painter import paint

_EXTENSIONS = {"jpeg": "jpg"}
_CONTENT_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
_QUALITY_WORDS = {"standard": 80, "low": 50, "medium": 75, "high": 92}
_USUAL_QUALITY = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """Everything that painting needs, checked."""

    prompt: str
    seed: int
    shape: Shape
    references: Sequence[bytes] = field(repr=False)
    output_format: str
    quality: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A finished picture."""

    data: bytes = field(repr=False)
    extension: str
    content_type: str


class Studio:
    """Where generations are made, for the queue and for the synchronous endpoints alike."""

    def __init__(self, *, fetcher: ReferenceFetcher, knobs: Knobs) -> None:
        self._fetcher = fetcher
        self._knobs = knobs

    async def prepare(self, model: Model, params: JsonObject, *, seed: int) -> Sketch:
        """Check the parameters and fetch the references; raise ModelError with the provider's text."""
        problem = first_problem(model.schema, params)
        if problem is not None:
            raise ModelError(f"Getting model response error: 422 - Value error, {problem}")
        if model.media_type != "image":
            raise ModelError("Getting model response error: 500 the sandbox paints pictures only")
        complete = with_defaults(model.schema, params)
        references = await self._fetcher.fetch_all(
            reference_urls(model.schema, complete), takes_data_uris=self._takes_data_uris(model)
        )
        shapes = [shape_of(picture) for picture in references]
        return Sketch(
            prompt=str(params.get("prompt") or ""),
            seed=seed,
            shape=shape_for(complete, shapes, usual_long_side_px=self._knobs.usual_long_side_px),
            references=references,
            output_format=_extension(complete),
            quality=_quality(complete),
        )

    async def paint(self, sketch: Sketch) -> Picture:
        """Paint, off the event loop."""
        data = await asyncio.to_thread(
            paint,
            prompt=sketch.prompt,
            seed=sketch.seed,
            width_px=sketch.shape.width_px,
            height_px=sketch.shape.height_px,
            references=sketch.references,
            output_format=sketch.output_format,
            quality=sketch.quality,
            grainy=self._knobs.grainy,
        )
        content_type = _CONTENT_TYPES[sketch.output_format]
        return Picture(data=data, extension=sketch.output_format, content_type=content_type)

    def _takes_data_uris(self, model: Model) -> bool:
        return self._knobs.accepts_data_uris and model.id not in self._knobs.models_refusing_data_uris


def _extension(params: JsonObject) -> str:
    wanted = str(params.get("output_format", "png"))
    extension = _EXTENSIONS.get(wanted, wanted)
    return extension if extension in _CONTENT_TYPES else "png"


def _quality(params: JsonObject) -> int:
    quality = params.get("output_quality", _USUAL_QUALITY)
    return quality if isinstance(quality, int) else _QUALITY_WORDS.get(str(quality), _USUAL_QUALITY)
