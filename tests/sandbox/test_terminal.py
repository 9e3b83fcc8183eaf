import io

from sandbox.terminal import Terminal
from sandbox.words import plain


class Screen(io.StringIO):
    """A terminal with a person before it."""

    def isatty(self) -> bool:
        return True


def test_a_message_reads_without_marks_and_with_names() -> None:
    text = "**Painting** · <@17>\nStarted <t:1795225039:R>, usually 5 s\n-# flux-2-dev"
    assert plain(text, {17: "Robin"}) == "Painting · @Robin\nStarted just now, usually 5 s\nflux-2-dev"


def test_what_somebody_typed_stays_as_it_was_typed() -> None:
    assert plain(r"\<@17\> \*\*bold\*\* a\\b", {17: "Robin"}) == r"<@17> **bold** a\b"


def test_colours_are_for_people_who_look_on() -> None:
    shown, piped, refused = Screen(), io.StringIO(), Screen()
    Terminal(shown, {}).verdict("fine", ok=True)
    Terminal(piped, {}).verdict("fine", ok=True)
    Terminal(refused, {"NO_COLOR": "1"}).verdict("fine", ok=True)
    assert "\x1b[32mok" in shown.getvalue()
    assert piped.getvalue() == refused.getvalue() == "  ok  fine\n"


def test_a_moment_of_several_lines_is_indented() -> None:
    out = io.StringIO()
    Terminal(out, {}).moment(1.5, "first\nsecond")
    assert out.getvalue() == "   1.50 s  first\n           second\n"


def test_a_terminal_that_lacks_a_letter_gets_a_question_mark() -> None:
    raw = io.BytesIO()
    screen = io.TextIOWrapper(raw, encoding="ascii")
    Terminal(screen, {}).line("Done · @Robin")
    assert raw.getvalue() == b"Done ? @Robin\n"
