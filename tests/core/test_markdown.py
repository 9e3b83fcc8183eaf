import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.markdown import escaped, one_line, shortened

ESCAPED = re.compile(r"\\[^a-zA-Z0-9\s]")
LIVE = re.compile(r"[*~`|<>\[\]#\\]|\b_|_\b")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("**bold** and __more__", r"\*\*bold\*\* and \_\_more\_\_"),
        ("<@1> <#2> <t:1:R>", r"\<@1\> \<#2\> \<t:1:R\>".replace("#", r"\#")),
        ("[a](https://example.org)", r"\[a\](https://example.org)"),
        ("# loud", r"\# loud"),
        ("-# small", r"-\# small"),
        ("- item", r"\- item"),
        ("1. item", r"1\. item"),
        ("||secret|| `code`", r"\|\|secret\|\| \`code\`"),
        (r"C:\dir", r"C:\\dir"),
        ("a red cube, 1.5 m - tall", "a red cube, 1.5 m - tall"),
    ],
)
def test_marks_are_shown_letter_by_letter(typed: str, shown: str) -> None:
    assert escaped(typed) == shown


@given(st.text(alphabet=r"a\*_~`|<>[]# @1:-."))
def test_no_mark_is_left_alive(typed: str) -> None:
    assert LIVE.search(ESCAPED.sub(" ", escaped(typed))) is None


def test_an_underscore_inside_a_word_is_no_mark() -> None:
    assert escaped("num_inference_steps _em_ a__b__c") == r"num_inference_steps \_em\_ a\_\_b\_\_c"


@given(st.text())
def test_one_line_has_no_breaks_and_nothing_that_turns_text_around(typed: str) -> None:
    line = one_line(typed)
    assert len(line.splitlines()) <= 1
    assert not set(line) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069")


def test_right_to_left_words_and_emoji_stay() -> None:
    assert one_line(" שלום\n 🐂 👩‍🎨 ") == "שלום 🐂 👩‍🎨"


@given(st.text(), st.integers(2, 50))
def test_a_shortened_text_keeps_to_the_limit_and_begins_like_the_whole(typed: str, limit: int) -> None:
    short = shortened(typed, limit)
    assert len(short) <= limit
    assert short == typed or typed.startswith(short.removesuffix("…"))


def test_a_text_is_cut_at_a_word_and_a_word_without_spaces_where_it_stands() -> None:
    assert shortened("a red cube on a beach", 14) == "a red cube…"
    assert shortened("x" * 20, 10) == "x" * 9 + "…"
    assert shortened("a " + "x" * 20, 10) == "a xxxxxxx…"
