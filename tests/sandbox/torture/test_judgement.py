"""The judge of the torture: it finds each kind of broken promise in a history that was doctored to have it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from sandbox.cards import Word
from sandbox.torture.history import NOBODYS, Fate, Generation, History, Message, Request
from sandbox.torture.judgement import Broken, excesses, figures, violations

ASKED = Request(job_id=1, prompt="a cat", images=2)
OTHER = Request(job_id=2, prompt="a dog", images=1)
CARD = Message(id=10, job_id=1, word=Word.DONE, pictures=("g1", "g2"), ever_shown=frozenset({"g1", "g2"}))
OTHERS = Message(id=20, job_id=2, word=Word.DONE, pictures=("g3",), ever_shown=frozenset({"g3"}))
MADE = [
    Generation(id="g1", prompt="a cat", fate=Fate.PAINTED),
    Generation(id="g2", prompt="a cat", fate=Fate.PAINTED),
    Generation(id="g3", prompt="a dog", fate=Fate.PAINTED),
]
GOOD = History(requests=[ASKED, OTHER], messages=[CARD, OTHERS], generations=MADE)
FAILED = [replace(MADE[0], fate=Fate.FAILED), replace(MADE[1], fate=Fate.FAILED), MADE[2]]
EMPTY = replace(CARD, pictures=(), ever_shown=frozenset())


def with_card(card: Message, *more: Message) -> History:
    return replace(GOOD, messages=[card, OTHERS, *more])


def paid(*more: Generation) -> History:
    return replace(GOOD, generations=[*MADE, *more])


DOCTORED: dict[Broken, Callable[[], History]] = {
    Broken.LOST_JOB: lambda: with_card(replace(CARD, word=Word.PAINTING)),
    Broken.LOST_PICTURE: lambda: with_card(replace(CARD, pictures=("g1",), sentences=("sorry",))),
    Broken.TOLD_NOTHING: lambda: replace(with_card(replace(EMPTY, word=Word.UNCLEAR)), generations=[MADE[2]]),
    Broken.GIVEN_UP: lambda: replace(
        with_card(replace(EMPTY, word=Word.FAILED, sentences=("sorry",))), generations=[MADE[2]]
    ),
    Broken.TWO_MESSAGES: lambda: with_card(CARD, replace(CARD, id=11)),
    Broken.SHOWN_TWICE: lambda: with_card(replace(CARD, pictures=("g1", "g2", "g2"))),
    Broken.TWO_PAYMENTS: lambda: paid(Generation(id="g4", prompt="a cat", fate=Fate.FAILED)),
    Broken.PAID_FOR_NOBODY: lambda: paid(Generation(id="g4", prompt="a bird", fate=Fate.PAINTED)),
    Broken.MISPLACED: lambda: with_card(replace(CARD, ever_shown=CARD.ever_shown | {"g3"})),
    Broken.UNASKED: lambda: with_card(replace(CARD, ever_shown=CARD.ever_shown | {NOBODYS})),
    Broken.STRAY_MESSAGE: lambda: with_card(CARD, replace(OTHERS, id=30, job_id=None)),
}


def kinds(history: History) -> set[Broken]:
    return {violation.kind for violation in violations(history)}


def test_a_history_without_fault_breaks_nothing() -> None:
    assert kinds(GOOD) == set()


@pytest.mark.parametrize("broken", DOCTORED)
def test_each_kind_of_broken_promise_is_found(broken: Broken) -> None:
    assert kinds(DOCTORED[broken]()) == {broken}


def test_every_kind_that_a_history_can_show_is_tried() -> None:
    of_the_whole = {Broken.UNANSWERED, Broken.UNORDERED, Broken.EXTRAVAGANCE, Broken.BAD_END}
    assert set(Broken) - set(DOCTORED) == of_the_whole


def test_a_deleted_message_and_an_unanswered_job_that_was_paid_are_found_as_well() -> None:
    assert kinds(with_card(replace(CARD, deleted=True))) == {Broken.LOST_JOB}
    assert kinds(replace(GOOD, messages=[OTHERS])) == {Broken.PAID_FOR_NOBODY}


def test_a_card_that_says_cancelled_where_nobody_cancels_is_found() -> None:
    cancelled = replace(EMPTY, word=Word.CANCELLED, sentences=("Cancelled before a picture was ready.",))
    assert kinds(replace(with_card(cancelled), generations=FAILED)) == {Broken.GIVEN_UP}


def test_a_bot_that_answers_nobody_does_not_pass() -> None:
    silent = replace(GOOD, messages=[], generations=[])
    assert kinds(silent) == set()
    assert [each.kind for each in excesses(figures(silent), excuses=0)] == [Broken.UNANSWERED]
    assert excesses(figures(GOOD), excuses=0) == []


def test_a_bot_that_only_apologizes_does_not_pass() -> None:
    sorry = replace(EMPTY, word=Word.UNCLEAR, sentences=("Nobody can tell.",))
    apologies = replace(with_card(sorry), generations=[MADE[2]])
    assert kinds(apologies) == set()
    assert [each.kind for each in excesses(figures(apologies), excuses=0)] == [Broken.UNORDERED]
    assert excesses(figures(apologies), excuses=1) == []


def test_what_failed_at_oxen_and_was_told_is_an_honest_end() -> None:
    told = replace(EMPTY, word=Word.FAILED, sentences=("The model could not paint this.",))
    assert kinds(replace(with_card(told), generations=FAILED)) == set()


def test_the_figures_count_accepted_jobs() -> None:
    asked = replace(GOOD, requests=[ASKED, OTHER, replace(OTHER, job_id=3, prompt="nobody answered")])
    counted = figures(asked)
    assert (counted.asked, counted.accepted, counted.painted, counted.delivered) == (3, 2, 3, 3)
    assert (counted.messages_at_most, counted.payments, counted.payments_at_most) == (1, 3, 1.0)
