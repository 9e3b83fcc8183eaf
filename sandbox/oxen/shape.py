"""How large a picture becomes: from aspect ratio, resolution and the first reference to pixels."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.oxen.jsontext import JsonObject

_RATIO = re.compile(r"(\d+):(\d+)\Z")
_RESOLUTION = re.compile(r"(\d+(?:\.\d+)?)\s*(MP|K)\Z", re.IGNORECASE)
_GRAIN_PX = 8
"""Painters of this kind work in blocks, so that sides come out as multiples of this."""
_MAX_ENLARGEMENT = 1.5
"""A small program paints "4K" no larger than this times its usual picture: time matters more here than pixels."""
_SQUARE = (1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Width and height of a picture."""

    width_px: int
    height_px: int


def shape_for(params: JsonObject, references: Sequence[Shape], *, usual_long_side_px: int) -> Shape:
    """Choose the pixels for one picture; `params` have their defaults filled in."""
    across, down = _proportions(str(params.get("aspect_ratio", "")), references)
    long_side_px = usual_long_side_px * _enlargement(str(params.get("resolution", "")))
    scale = long_side_px / max(across, down)
    return Shape(width_px=_whole_blocks(across * scale), height_px=_whole_blocks(down * scale))


def _proportions(aspect_ratio: str, references: Sequence[Shape]) -> tuple[int, int]:
    match = _RATIO.match(aspect_ratio)
    if match:
        return int(match[1]), int(match[2])
    if references:
        return references[0].width_px, references[0].height_px
    return _SQUARE


def _enlargement(resolution: str) -> float:
    match = _RESOLUTION.match(resolution)
    if not match:
        return 1.0
    size = float(match[1])
    # Megapixels count an area, K counts a side.
    return min(math.sqrt(size) if match[2].upper() == "MP" else size, _MAX_ENLARGEMENT)


def _whole_blocks(side_px: float) -> int:
    return max(_GRAIN_PX, round(side_px / _GRAIN_PX) * _GRAIN_PX)
