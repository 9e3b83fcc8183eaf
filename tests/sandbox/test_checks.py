from dataclasses import replace

import pytest

from sandbox.cards import Word
from sandbox.checks import CALLS_OF_A_JOB, CALLS_WITH_BEGINNING, EDIT, ORDER, Ending, Seen, checks

SEEN = Seen(
    command="edit",
    card="a lighthouse · @Robin",
    state=Word.DONE,
    shown=(b"picture",),
    served=(b"picture",),
    attached=("a.png", "b.png"),
    references=("a.png", "b.png"),
    calls=CALLS_OF_A_JOB,
)
ENDING = Ending(messages=1, streams=1, polls=0, exit_code=0, log="all is well")


def broken(seen: Seen, ending: Ending = ENDING) -> list[str]:
    return [str(check) for check in checks([seen], ending) if not check.kept]


def test_what_was_promised_passes() -> None:
    assert broken(SEEN) == []


def test_a_card_that_waited_for_its_references_may_tell_that_painting_began() -> None:
    told = replace(SEEN, calls=CALLS_WITH_BEGINNING)
    assert broken(told) == []
    assert any("three calls" in str(check) for check in checks([told], ENDING))


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (replace(SEEN, card="Failed · @Robin", state=Word.FAILED), "ends with its picture. Found: Failed"),
        (replace(SEEN, card="", state=None), "Found: no card"),
        (replace(SEEN, shown=(b"other",)), "Found: 5 bytes on the message, 7 bytes at Oxen"),
        (replace(SEEN, shown=(), served=()), "Found: nothing on the message"),
        (replace(SEEN, served=(b"picture", b"picture")), "Found: 7 bytes on the message, 7 bytes, 7 bytes"),
        (replace(SEEN, calls={**CALLS_OF_A_JOB, ORDER: 2}), f"2 x {ORDER}"),
        (replace(SEEN, calls={**CALLS_OF_A_JOB, EDIT: 3}), f"3 x {EDIT}"),
        (replace(SEEN, attached=(), references=(), calls=CALLS_WITH_BEGINNING), f"2 x {EDIT}"),
        (replace(SEEN, references=("b.png", "a.png")), "in the given order. Found: b.png, a.png"),
    ],
)
def test_a_job_that_went_otherwise_is_told_with_what_there_was(seen: Seen, told: str) -> None:
    assert [told in each for each in broken(seen)] == [True]


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        (replace(ENDING, messages=2), "Found: 2 messages"),
        (replace(ENDING, streams=2), "Found: 2 streams, 0 polls"),
        (replace(ENDING, polls=1), "Found: 1 streams, 1 polls"),
        (replace(ENDING, exit_code=-9), "Found: exit code -9"),
        (replace(ENDING, log="Traceback (most recent call last):"), "Found: exit code 0, a traceback"),
    ],
)
def test_so_is_an_ending_that_was_not_clean(ending: Ending, told: str) -> None:
    assert [told in each for each in broken(SEEN, ending)] == [True]
