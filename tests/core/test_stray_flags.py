"""Nothing typed is silently misread: a flag is read, refused or told, and prose stays prose."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.core.ask import Command, ask_of
from bot.core.plan import Plan
from bot.core.resolve import resolve
from bot.errors import UserError
from tests.core.catalogue import FLUX_DEV, MODELS


def planned(text: str) -> Plan:
    asked = ask_of(Command.IMAGINE, text, (), {})
    return resolve(asked, MODELS, default_model=FLUX_DEV.id, allowed=frozenset(), random_seed=lambda: 1)


def refusal(text: str) -> UserError:
    with pytest.raises(UserError) as refused:
        planned(text)
    return refused.value


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("a cube --ar 9:16 🦊", "a cube 🦊 --ar 9:16"),
        ("a --ar 1:1 teapot in the middle", "a teapot in the middle --ar 1:1"),
        ("a cube --ar 9:16, in rain --seed 7", None),
        ("--ar 9:16 a cat", "a cat --ar 9:16"),
        ("a cube --seed 7 and --n 2 more", "a cube and more --seed 7 --n 2"),
        ("a \N{EM DASH}ar 1:1 teapot", "a teapot --ar 1:1"),
        ("a -ar 1:1 teapot", "a teapot --ar 1:1"),
        ("a ---ar 1:1 teapot", "a teapot --ar 1:1"),
        ("a \uff0d\uff0dar 1:1 teapot", "a teapot --ar 1:1"),
        ("a --ar: 1:1 teapot", "a teapot --ar 1:1"),
        ("a --ar1:1 teapot", "a teapot --ar 1:1"),
        ("a -- ar 1:1 teapot", "a teapot --ar 1:1"),
        ("a cube,--ar 1:1", "a cube, --ar 1:1"),
        ("a --model klein cat", "a cat --model klein"),
        ("a \N{EM DASH}model klein cat", "a cat --model klein"),
        ("a --private detective", "a detective --private"),
        ("a --output_format png cat", "a cat --output_format png"),
    ],
)
def test_a_flag_among_the_words_is_refused_with_the_line_put_right(typed: str, line: str | None) -> None:
    refused = refusal(typed)
    if line is not None:
        assert "stands where it would be painted as words" in str(refused)
        assert refused.line == f"/imagine prompt: {line}"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("a cube --ar 9:16 --no text, watermark", "flux-2-dev takes no --no. Write it in the prompt, for example: "),
        ("a --v 6 cat in rain", "--v chooses a version of Midjourney."),
        ("a --v6 cat", "--v chooses a version"),
        ('a cube --style "dark fantasy', "--style opens a quote or a bracket that is never closed."),
        ("a --aspct 9:16 cat", "--aspct 9:16 looks like a flag. Did you mean"),
        ("a --stpes 30 cat", "looks like a flag. Did you mean --steps?"),
        ("a --style ink drawing of a cat", "--style is Midjourney's"),
        ("a cat -style ink", "--style is Midjourney's"),
        ("a cube (--ar 9:16)", "--ar 9:16"),
    ],
)
def test_what_easel_cannot_put_right_by_itself_is_told(typed: str, sentence: str) -> None:
    assert sentence in str(refusal(typed))


@pytest.mark.parametrize(
    "prose",
    [
        "a cat -- a dog",
        "well--known",
        "one\n--- divider\ntwo",
        "a cat --fluffy in a box",
        "the sea \N{EM DASH} calm",
        "a woman \N{EM DASH}model of patience\N{EM DASH} in red",
        "\u2014\u00bfC\u00f3mo est\u00e1s? \u2014dijo ella con 2 flores",
        "\u4ed6\u2014\u2014style\u2014\u2014\u5979",
        "a row of pots - seed 7 is growing",
        "chapter - model 3 of the series",
        "size -s of the shoe, a -small cat",
        "a list:\n- model in red\n- style of the 1920s\n- quality leather",
        "a state-of-the-art e-mail of a 9-to-5 man",
        'a sign that says "--ar 1:1" in neon',
        "a terminal with `--model klein` on it",
        "-40 degrees, 10--20 people, --5",
        "a \u2013style-conscious\u2013 dandy",
        "rock-n 4 roll",
    ],
)
def test_ordinary_prose_goes_to_the_model_letter_by_letter(prose: str) -> None:
    asked = ask_of(Command.IMAGINE, prose, (), {})
    assert (asked.prompt, asked.options) == (prose, {})
    assert planned(prose).model == FLUX_DEV.id


EM = "\N{EM DASH}"
SLIPS = st.sampled_from(
    ["--ar 9:16", f"{EM}ar 9:16", "-ar 9:16", "---ar 9:16", "--ar9:16", "--ar: 9:16", "--ar=9 : 16", "-- ar 9:16"]
) | st.sampled_from(
    ["\uff0d\uff0dar 9:16", "\u2212ar 9:16", "--\u200bar\ufeff 9:16", "--AR 9x16", "--aspect-ratio 9:16", "-ar9:16"]
)
WORDS = st.lists(st.sampled_from(["a", "cat", EM, "-", "in", "rain,", "🦊", "9", "--"]), max_size=5).map(" ".join)


@given(WORDS, SLIPS, WORDS)
def test_a_shape_that_was_typed_is_sent_or_refused_wherever_it_stands(before: str, slip: str, after: str) -> None:
    try:
        plan = planned(f"x {before} {slip} {after}")
    except UserError:
        return
    assert plan.parameters["aspect_ratio"] == "9:16"


PROSE = st.lists(
    st.sampled_from(["a", "cat", EM, "-", "--", "---", "well-known", "well--known", "\u2013", f"rain{EM}and", "3"])
    | st.sampled_from([f"{EM}model", "-style", f"{EM}quality", "- seed", "of", "the", "x-ray", "9:16"]),
    min_size=1,
    max_size=8,
).map(lambda words: " ".join([*words, "the end"]))


@given(PROSE)
def test_dashes_among_ordinary_words_never_stop_a_prompt(prose: str) -> None:
    assume(f"{EM}quality 3" not in prose)
    assert ask_of(Command.IMAGINE, prose, (), {}).prompt == prose
    assert planned(prose).model == FLUX_DEV.id
