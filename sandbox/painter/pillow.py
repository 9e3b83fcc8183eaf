"""Two of Pillow's methods behind plain types: their own annotations name numpy, which is not installed."""

from collections.abc import Sequence

from PIL import Image


def with_levels(image: Image.Image, levels: Sequence[int]) -> Image.Image:
    """Replace every level of a greyscale picture by the one that the table of 256 names."""
    return image.point(levels)  # pyright: ignore[reportUnknownMemberType] - numpy's type, never met here


def resized(image: Image.Image, width_px: int, height_px: int, resampling: Image.Resampling) -> Image.Image:
    return image.resize((width_px, height_px), resampling)  # pyright: ignore[reportUnknownMemberType] - likewise
