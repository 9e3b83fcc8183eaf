import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.flags import Flag, cut_flags, strays, without
from bot.core.signs import DASHES, LONG_DASHES


def parted(text: str) -> tuple[str, tuple[Flag, ...]]:
    reading = cut_flags(text)
    assert not reading.mistakes
    return reading.prompt, reading.flags


def values(text: str) -> dict[str, str]:
    return {flag.name: flag.value for flag in parted(text)[1]}


def test_the_flags_at_the_end_are_cut_off() -> None:
    prompt, flags = parted("a cat --ar 16:9 --seed 7 --n 4 --model klein-4b --num_inference_steps 30")
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
    assert parted(text) == (text, ())


@pytest.mark.parametrize(
    "dash", ["--", "\N{EM DASH}", "\N{EN DASH}", "\N{HORIZONTAL BAR}", "\N{EM DASH}\N{EM DASH}", "\N{EN DASH}" * 2]
)
def test_a_long_dash_is_two_hyphens(dash: str) -> None:
    prompt, (flag,) = parted(f"a cat {dash}ar 1:1")
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
    assert parted(text)[0] == "x"
    assert values(text)["p"] == value


@pytest.mark.parametrize("written", ["--Guidance-Scale", "--guidance_scale", "--GUIDANCE_SCALE"])
def test_names_are_read_in_any_case_and_with_hyphens(written: str) -> None:
    assert values(f"x {written} 2") == {"guidance_scale": "2"}


def test_only_the_last_unbroken_row_is_cut() -> None:
    assert parted("a --seed 1 cat --n 2")[0] == "a --seed 1 cat"


def test_a_text_of_flags_alone_has_an_empty_prompt() -> None:
    assert parted("--ar 1:1")[0] == ""


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
    assert cut_flags(text).mistakes == (sentence,)


PIECES = st.lists(
    st.sampled_from(["--", "\N{EM DASH}", "ar", "n", " ", "=", '"', "'", "{", "}", "1 MP", "-1", "\n", "a", "\0", "😀"])
    | st.text(max_size=2),
    max_size=20,
).map("".join)


@given(PIECES)
@example("a --x 1  ")
def test_the_prompt_is_always_the_beginning_of_the_text(text: str) -> None:
    reading = cut_flags(text)
    assert text.startswith(reading.prompt)
    assert reading.flags or reading.prompt == text


@pytest.mark.parametrize("piece", ['--a "', "--a \N{LEFT DOUBLE QUOTATION MARK}", "--a {", "--a ", "--a    ", "-- "])
def test_no_text_makes_the_search_slow(piece: str) -> None:
    began = time.process_time()
    strays(cut_flags(piece * (8000 // len(piece)) + "end").prompt)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "written",
    [
        "--ar 9 : 16",
        "--ar: 9:16",
        "--ar : 9:16",
        "--ar = 9:16",
        "--ar= 9:16",
        "--ar9:16",
        "--ar_9:16",
        "--ar(9:16)",
        "-ar 9:16",
        "---ar 9:16",
        "-- ar 9:16",
        "- ar 9:16",
        "\u2013 ar 9:16",
        "\uff0d\uff0dar 9:16",
        "\uff0d\uff0d\uff41\uff52\u3000\uff19\uff1a\uff11\uff16",
        "\u30fc\u30fcar 9:16",
        "\u2212\u2212ar 9:16",
        "\u2010\u2011ar 9:16",
        "-\u200b-\ufeffar\u00ad \u20669:16\u2069\ufe0f",
        "--AR=9:16\u200b",
        "\u2e3aar 9:16",
    ],
)
def test_a_slip_in_a_flag_that_every_model_knows_is_read_for_what_it_means(written: str) -> None:
    prompt, (ratio, seed) = parted(f"a cube {written} --seed 7")
    assert (prompt, ratio.name, ratio.written.casefold(), seed.value) == ("a cube", "aspect_ratio", "--ar", "7")
    assert ratio.value.replace(" ", "") == "9:16"


@pytest.mark.parametrize("dash", [each for each in DASHES if each not in LONG_DASHES])
def test_every_dash_of_unicode_begins_a_flag(dash: str) -> None:
    assert values(f"a cube {dash}{dash}ar 9:16 {dash}seed 7") == {"aspect_ratio": "9:16", "seed": "7"}


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("x --seed7", "seed", "7"),
        ("x --n4", "count", "4"),
        ("x -n 4", "count", "4"),
        ("x -steps 30", "steps", "30"),
        ("x --v6.1", "v", "6.1"),
        ("x --no text, watermark", "no", "text, watermark"),
        ("x --no plants --n 2", "no", "plants"),
        ("x -q .5", "", ""),
        ("x - s 40", "", ""),
        ("x -model wears red", "", ""),
        ("x -small 3", "", ""),
        ("x --- divider", "", ""),
        ("x - seed 7", "", ""),
        ("x cube--ar 9:16", "", ""),
    ],
)
def test_a_slip_counts_only_where_hardly_anything_else_can_be_meant(text: str, name: str, value: str) -> None:
    assert values(text).get(name, "") == value


def test_invisible_signs_stay_in_the_words_of_the_prompt_and_leave_the_values() -> None:
    artist = "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{ARTIST PALETTE}\N{VARIATION SELECTOR-16}"
    prompt, flags = parted(f"\ufeff{artist} a\u200bb \u200b--x \u200bin{artist}k\u2060 --y {artist}")
    assert prompt == f"\ufeff{artist} a\u200bb"
    assert [flag.value for flag in flags] == [f"in{artist}k", artist]


@pytest.mark.parametrize("value", ['"dark fantasy', "\u201cdark fantasy", "{1, 2", "\u00abdark", '"'])
def test_a_quote_that_is_never_closed_is_told(value: str) -> None:
    assert "--style opens a quote or a bracket that is never closed." in str(cut_flags(f"x --style {value}").mistakes)


def names_of_strays(text: str) -> list[str]:
    return [f"{piece.flag.name}={piece.flag.value}" for piece in strays(parted(text)[0])]


def test_what_looks_like_a_flag_within_the_words_is_found_and_can_be_taken_out() -> None:
    assert names_of_strays("a --ar 1:1 teapot -x in, --seed 7 the") == ["aspect_ratio=1:1", "x=in,", "seed=7"]
    prompt = "a --ar 1:1 tea\u200bpot --seed 7 rain"
    assert without(prompt, strays(prompt)) == "a tea\u200bpot rain"


@pytest.mark.parametrize("quote", ['"', "'", "`", "\u201c", "\u00ab"])
def test_in_quotes_a_flag_is_words(quote: str) -> None:
    assert strays(f"a sign that says {quote}--ar 1:1{quote} in red") == []


@given(PIECES)
def test_a_prompt_that_was_cut_holds_no_more_flags_at_its_end(text: str) -> None:
    reading = cut_flags(text)
    assert reading.mistakes or cut_flags(reading.prompt).flags == ()
