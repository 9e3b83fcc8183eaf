"""What [Info] tells, and to whom."""

from dataclasses import replace

import pytest

from bot.core.info import info_of
from bot.core.job import GenerationState
from bot.view import PROMPT_INLINE_LIMIT
from tests.core.jobs import OWNER, PLAN, a_job, an_ask

S = GenerationState
STRANGER = OWNER + 1
NOTE_LIMIT = 4000
"""Discord's, for all the words of one message of components."""


def test_names_are_those_of_everyday_and_no_switch_of_the_safety_filter_is_shown() -> None:
    parameters = {"num_inference_steps": 30, "disable_safety_checker": False, "aspect_ratio": "16:9"}
    text = info_of(a_job(S.SUCCEEDED, plan=replace(PLAN, parameters=parameters)), None, reader_id=STRANGER).text
    for fact in ("Steps: 30", "Shape: 16:9", "Time: 12 s", "Picture: ready, seed 1234", "[Full size](<https://results"):
        assert fact in text
    assert "safety" not in text
    assert "_" not in text
    assert text.splitlines()[-1] == "-# Job 1 · r-1-1"


def test_one_line_makes_the_same_picture_again() -> None:
    line = info_of(a_job(S.SUCCEEDED), None, reader_id=STRANGER).line or ""
    assert line.startswith("/imagine prompt: a red cube --model flux-2-dev")
    assert "--seed 1234" in line


@pytest.mark.parametrize("state", [S.FAILED, S.CANCELLED, S.UNKNOWN])
def test_the_words_of_what_brought_no_picture_are_its_owner_s_alone(state: S) -> None:
    job = a_job(state, ask=an_ask("unspeakable"))
    assert "unspeakable" in (info_of(job, None, reader_id=OWNER).line or "")
    other = info_of(job, None, reader_id=STRANGER)
    assert other.line is None
    assert "unspeakable" not in other.text


def test_links_that_would_be_too_much_are_left_out() -> None:
    job = a_job(*[S.SUCCEEDED] * 4, ask=an_ask("x" * (PROMPT_INLINE_LIMIT - 200), count=4))
    long = replace(job, generations=tuple(replace(g, url=f"{g.url}?{'s' * 400}") for g in job.generations))
    info = info_of(long, None, reader_id=OWNER)
    assert "Full size" not in info.text
    assert len(info.text) + len(info.line or "") < NOTE_LIMIT
