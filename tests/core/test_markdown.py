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


@pytest.mark.parametrize(
    "link",
    [
        "https://en.wikipedia.org/wiki/Foo_(bar)#Conservation_status",
        "https://example.org/~user/_a_/",
        "http://example.org:8080/a__b__c?x=1&_y_=2#_z",
        "HTTPS://example.org/#",
        "https://example.org",
    ],
)
def test_a_link_leads_where_it_did(link: str) -> None:
    assert escaped(link) == link
    assert escaped(f"*like* {link} _in oil_") == rf"\*like\* {link} \_in oil\_"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("https://x.org/a|b||c||", "https://x.org/a%7Cb%7C%7Cc%7C%7C"),
        ("https://x.org/`a`", "https://x.org/%60a%60"),
        ("https://x.org/**a**~~b~~", "https://x.org/%2A%2Aa%2A%2A%7E%7Eb%7E%7E"),
        ("https://x.org/<@1>", r"https://x.org/\<@1\>"),
        ("<https://x.org/_a_>", r"\<https://x.org/_a_\>"),
        ("[a](https://x.org/_b_)", r"\[a\](https://x.org/_b_)"),
        ("https://*a*", r"https://\*a\*"),
        ("https://x.org/a](https://y.org)", "https://x.org/a%5D(https://y.org)"),
    ],
)
def test_no_mark_hides_in_a_link(typed: str, shown: str) -> None:
    assert escaped(typed) == shown


@given(st.text(alphabet=r"a\*_~`|<>[]()# @1:-./"), st.text(alphabet=r"a\*_~`|<>[]()# @1:-./"))
def test_beside_a_link_no_mark_is_left_alive(before: str, after: str) -> None:
    shown = ESCAPED.sub(" ", escaped(f"{before} https://x.org/{after}"))
    assert LIVE.search(re.sub(r"https?://[^\s<>]*", " ", shown)) is None
    assert not set("`|\\[]*") & set(shown)


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
