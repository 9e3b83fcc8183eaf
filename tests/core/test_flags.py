import time
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.flags import cut_flags
from bot.errors import UserError


def values(text: str) -> dict[str, str]:
    return {flag.name: flag.value for flag in cut_flags(text)[1]}


def test_the_flags_at_the_end_are_cut_off() -> None:
    prompt, flags = cut_flags("a cat --ar 16:9 --seed 7 --n 4 --model klein-4b --num_inference_steps 30")
    assert prompt == "a cat"
    assert {flag.name: flag.value for flag in flags} == {
        "aspect_ratio": "16:9",
        "seed": "7",
        "count": "4",
        "model": "klein-4b",
        "num_inference_steps": "30",
    }


@pytest.mark.parametrize(
    "text",
    [
        "a cat -- no, a dog",
        "a cat --",
        "well--known places",
        "--ar 16:9 a cat sits on it",
        "a cat --ar 16:9 wearing a hat",
        "the sea \N{EM DASH} calm",
        "a cat\N{EM DASH}sleeping",
        "a -small cat",
        "count --5",
        "  blanks around  ",
        "",
        "<@1> @everyone **bold** \N{RIGHT-TO-LEFT OVERRIDE}\u05d7\u05ea\u05d5\u05dc \N{CAT FACE}\N{ZERO WIDTH JOINER}",
    ],
)
def test_a_text_without_flags_at_its_end_stays_letter_by_letter(text: str) -> None:
    assert cut_flags(text) == (text, ())


@pytest.mark.parametrize(
    "dash", ["--", "\N{EM DASH}", "\N{EN DASH}", "\N{HORIZONTAL BAR}", "\N{EM DASH}\N{EM DASH}", "\N{EN DASH}" * 2]
)
def test_a_long_dash_is_two_hyphens(dash: str) -> None:
    prompt, (flag,) = cut_flags(f"a cat {dash}ar 1:1")
    assert (prompt, flag.name, flag.written, flag.value) == ("a cat", "aspect_ratio", "--ar", "1:1")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x --p one", "one"),
        ("x --p=one", "one"),
        ("x --p -1", "-1"),
        ('x --p "two words --ar 1:1"', "two words --ar 1:1"),
        ("x --p 'two words'", "two words"),
        ("x --p \N{LEFT DOUBLE QUOTATION MARK}two words\N{RIGHT DOUBLE QUOTATION MARK}", "two words"),
        ("x --p 1 MP", "1 MP"),
        ("x --p 0.5  mp", "0.5  mp"),
        ('x --p {"width": 640, "height": 480}', '{"width": 640, "height": 480}'),
        ("x --p [1, 2]", "[1, 2]"),
        ("x --p   ", ""),
        ("x --p --ar 1:1", ""),
        ("x --p=", ""),
    ],
)
def test_a_value_is_a_word_or_what_is_held_together(text: str, value: str) -> None:
    assert cut_flags(text)[0] == "x"
    assert values(text)["p"] == value


@pytest.mark.parametrize("written", ["--Guidance-Scale", "--guidance_scale", "--GUIDANCE_SCALE"])
def test_names_are_read_in_any_case_and_with_hyphens(written: str) -> None:
    assert values(f"x {written} 2") == {"guidance_scale": "2"}


def test_only_the_last_unbroken_row_is_cut() -> None:
    assert cut_flags("a --seed 1 cat --n 2")[0] == "a --seed 1 cat"


def test_a_text_of_flags_alone_has_an_empty_prompt() -> None:
    assert cut_flags("--ar 1:1")[0] == ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x --seed 1 --seed 2", "--seed is there twice. Keep one of them."),
        ("x --seed 1 --SEED 1", "--seed is there twice. Keep one of them."),
        ("x --n 1 --count 2", "--n and --count mean the same. Keep one of them."),
        ("x --ar", "--ar needs a value, such as --ar 16:9."),
        ("x --ar --seed 1", "--ar needs a value, such as --ar 16:9."),
        ('x --model ""', "--model needs a value, such as --model flux-2-dev."),
    ],
)
def test_doubled_and_empty_flags_are_refused(text: str, sentence: str) -> None:
    with pytest.raises(UserError) as refusal:
        cut_flags(text)
    assert str(refusal.value) == sentence


PIECES = st.lists(
    st.sampled_from(["--", "\N{EM DASH}", "ar", "n", " ", "=", '"', "'", "{", "}", "1 MP", "-1", "\n", "a", "\0", "😀"])
    | st.text(max_size=2),
    max_size=20,
).map("".join)


@given(PIECES)
@example("a --x 1  ")
def test_the_prompt_is_always_the_beginning_of_the_text(text: str) -> None:
    try:
        prompt, flags = cut_flags(text)
    except UserError:
        return
    assert text.startswith(prompt)
    assert flags or prompt == text


@pytest.mark.parametrize("piece", ['--a "', "--a \N{LEFT DOUBLE QUOTATION MARK}", "--a {", "--a ", "--a    ", "-- "])
def test_no_text_makes_the_search_slow(piece: str) -> None:
    began = time.process_time()
    with suppress(UserError):
        cut_flags(piece * (8000 // len(piece)) + "end")
    assert time.process_time() - began < 1
