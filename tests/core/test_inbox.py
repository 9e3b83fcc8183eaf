"""What the inbox says of each job that waits in it."""

import pytest

from bot.core import words
from bot.core.inbox import JOBS_SHOWN, inbox_of
from bot.core.job import GenerationState
from bot.errors import Cause
from tests.core.jobs import NOW, a_job, an_ask

S = GenerationState


def line_of(*states: S, prompt: str = "a red cube") -> str:
    (entry,) = inbox_of([a_job(*states, ask=an_ask(prompt, count=len(states)))]).entries
    return entry.text


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ((S.SUCCEEDED,), "1 of 1 ready."),
        ((S.SUCCEEDED, S.FAILED), f"1 of 2 ready. {words.failure(Cause.SAFETY)}"),
        ((S.FAILED,), words.failure(Cause.SAFETY)),
        ((S.QUEUED, S.SUCCEEDED), words.STILL_UNDER_WAY),
    ],
)
def test_a_line_has_the_prompt_what_came_of_it_and_when(states: tuple[S, ...], told: str) -> None:
    assert line_of(*states) == f"> a red cube\n{told} Requested <t:{int(NOW.timestamp())}:R>."


def test_a_prompt_is_cut_short_and_harmless() -> None:
    text = line_of(S.SUCCEEDED, prompt="<@1> @everyone\n" + "word " * 100)
    assert text.startswith("> \\<@1\\> @everyone word")
    assert "word…" in text.splitlines()[0]


@pytest.mark.parametrize(("jobs", "shown", "goes_on"), [(0, 0, False), (5, JOBS_SHOWN, False), (6, JOBS_SHOWN, True)])
def test_the_newest_are_shown_and_more_is_said_to_be_there(jobs: int, shown: int, goes_on: bool) -> None:  # noqa: FBT001
    inbox = inbox_of([a_job(S.SUCCEEDED, number=n + 1) for n in range(jobs)])
    assert (len(inbox.entries), inbox.goes_on) == (shown, goes_on)
