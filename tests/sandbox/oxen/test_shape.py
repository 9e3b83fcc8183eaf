import pytest

from sandbox.oxen.jsontext import JsonObject
from sandbox.oxen.shape import Shape, shape_for

TALL = Shape(width_px=300, height_px=600)


@pytest.mark.parametrize(
    ("params", "references", "size"),
    [
        ({"aspect_ratio": "16:9", "resolution": "1 MP"}, [], (1024, 576)),
        ({"aspect_ratio": "16:9", "resolution": "0.5 MP"}, [], (728, 408)),
        ({"aspect_ratio": "1:1", "resolution": "2 MP"}, [], (1448, 1448)),
        ({"aspect_ratio": "9:16", "resolution": "1K"}, [], (576, 1024)),
        ({"aspect_ratio": "1:1", "resolution": "4K"}, [], (1536, 1536)),
        ({"aspect_ratio": "match_input_image"}, [TALL], (512, 1024)),
        ({"aspect_ratio": "match_input_image"}, [], (1024, 1024)),
        ({"aspect_ratio": "auto"}, [TALL], (512, 1024)),
        ({}, [], (1024, 1024)),
    ],
)
def test_shape_follows_the_parameters(params: JsonObject, references: list[Shape], size: tuple[int, int]) -> None:
    shape = shape_for(params, references, usual_long_side_px=1024)
    assert (shape.width_px, shape.height_px) == size


def test_no_side_vanishes() -> None:
    thread = Shape(width_px=1, height_px=5000)
    assert shape_for({}, [thread], usual_long_side_px=64) == Shape(width_px=8, height_px=64)
