import io
import random

import pytest
from PIL import Image, ImageChops

from sandbox.painter import paint
from sandbox.painter.captions import shortened, width_px
from sandbox.painter.motifs import KINDS, motifs_for
from sandbox.painter.palette import MOODS, palette_for, words_of
from sandbox.painter.scenes import paint_mountains, scene_for

RED = paint(prompt="a red cube", seed=1, width_px=96, height_px=96)


def small(prompt: str = "a quiet lake", seed: int = 7, references: tuple[bytes, ...] = ()) -> bytes:
    return paint(prompt=prompt, seed=seed, width_px=128, height_px=72, references=references)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def difference(first: bytes, second: bytes) -> float:
    """Measure the mean difference of two pictures, 0 to 255."""
    histogram = ImageChops.difference(opened(first), opened(second)).convert("L").histogram()
    return sum(level * count for level, count in enumerate(histogram)) / sum(histogram)


def test_the_same_words_and_seed_give_the_same_bytes() -> None:
    assert small() == small()


@pytest.mark.parametrize("prompt", ["a quiet lake", "city", "space", "abstract", "mountain", "hill"])
def test_another_seed_gives_a_visibly_different_picture(prompt: str) -> None:
    assert difference(small(prompt, seed=1), small(prompt, seed=2)) > 2


def test_another_prompt_gives_a_visibly_different_picture() -> None:
    assert difference(small("a red cube"), small("a blue city")) > 8


@pytest.mark.parametrize(("name", "format_name"), [("png", "PNG"), ("webp", "WEBP"), ("jpg", "JPEG"), ("jpeg", "JPEG")])
def test_a_picture_has_the_format_and_size_that_was_asked_for(name: str, format_name: str) -> None:
    data = paint(prompt="x", seed=1, width_px=80, height_px=48, output_format=name)
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.size) == (format_name, (80, 48))


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="no such output format: gif"):
        paint(prompt="x", seed=1, width_px=16, height_px=16, output_format="gif")


def test_the_file_itself_says_who_drew_it() -> None:
    with Image.open(io.BytesIO(RED)) as image:
        assert "not AI" in str(image.getexif()[0x0131])


def test_references_change_the_upper_edge() -> None:
    plain, with_one = small("a green hill"), small("a green hill", references=(RED,))
    box = (0, 0, 64, 30)
    assert ImageChops.difference(opened(plain).crop(box), opened(with_one).crop(box)).getbbox() is not None


def test_the_order_of_references_is_seen() -> None:
    other = paint(prompt="a blue ball", seed=2, width_px=96, height_px=96)
    assert difference(small(references=(RED, other)), small(references=(other, RED))) > 0.2


def test_a_reference_without_a_prompt_becomes_the_picture() -> None:
    enlarged = paint(prompt="", seed=0, width_px=192, height_px=192, references=(RED,))
    above_caption = (0, 0, 96, 72)
    shrunk = opened(enlarged).reduce(2).crop(above_caption)
    histogram = ImageChops.difference(shrunk, opened(RED).crop(above_caption)).convert("L").histogram()
    assert sum(histogram[40:]) < 0.02 * sum(histogram)


@pytest.mark.parametrize("size", [(8, 8), (8, 64), (64, 8), (40, 400)])
def test_no_shape_is_too_odd(size: tuple[int, int]) -> None:
    data = paint(prompt="a cat in space", seed=1, width_px=size[0], height_px=size[1], references=(RED,) * 10)
    assert opened(data).size == size


@pytest.mark.parametrize("prompt", ["", "   ", "日本の山 🏔️", "x" * 4000, "word " * 800])
def test_no_prompt_is_too_odd(prompt: str) -> None:
    assert opened(small(prompt)).size == (128, 72)


@pytest.mark.parametrize("word", sorted(word for kind in KINDS for word in kind.words.split()))
def test_a_thing_that_can_be_drawn_is_drawn(word: str) -> None:
    assert len(motifs_for(f"one {word}, please")) == 1
    assert difference(small(f"one {word}, on a hill"), small("one xyz, on a hill")) > 1


def test_everything_that_a_prompt_names_is_drawn_and_a_place_counts_before_a_thing() -> None:
    assert [kind.draw.__name__ for kind in motifs_for("a cat in front of a house, a cat in a tree")] == [
        "cat",
        "house",
        "tree",
    ]
    balloon = scene_for("a balloon over the mountains at dawn", random.Random(1))
    assert balloon is paint_mountains
    assert palette_for("a boat on a stormy sea", random.Random(1)).is_stormy


@pytest.mark.parametrize("side_px", [128, 576, 1024])
def test_a_caption_fits_into_the_square_that_a_tile_shows(side_px: int) -> None:
    size_px = max(9, round(side_px * 0.034))
    text = shortened("a very long prompt " * 20, size_px, side_px * 0.92)
    assert text.endswith("...")
    assert width_px(text, size_px) <= side_px * 0.92


def test_the_hour_counts_before_the_place() -> None:
    night = palette_for("a boat on the sea at night", random.Random(1))
    assert night.is_dark is MOODS["night"].is_dark


def test_a_named_colour_stands_out() -> None:
    assert palette_for("a RED cube", random.Random(1)).accent == (214, 40, 57)
    assert words_of("A Red-Cube!") == ["a", "red", "cube"]
