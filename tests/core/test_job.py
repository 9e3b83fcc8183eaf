from dataclasses import replace

import pytest

from bot.core.job import UNDER_WAY, Answer, GenerationState, Job, JobState, Place
from tests.core.jobs import a_generation, a_job

S = GenerationState
J = JobState


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((S.PLANNED,), J.WAITING),
        ((S.SUBMITTING,), J.RUNNING),
        ((S.QUEUED, S.PLANNED), J.RUNNING),
        ((S.SUCCEEDED, S.PLANNED), J.RUNNING),
        ((S.FAILED, S.QUEUED), J.RUNNING),
        ((S.SUCCEEDED, S.SUCCEEDED), J.DONE),
        ((S.SUCCEEDED, S.FAILED), J.PARTLY_DONE),
        ((S.SUCCEEDED, S.UNKNOWN), J.PARTLY_DONE),
        ((S.SUCCEEDED, S.CANCELLED), J.PARTLY_DONE),
        ((S.FAILED, S.CANCELLED), J.NOT_PAINTED),
        ((S.TIMED_OUT,), J.NOT_PAINTED),
        ((S.UNKNOWN,), J.NOT_PAINTED),
        ((S.CANCELLED, S.CANCELLED), J.CANCELLED),
    ],
)
def test_a_job_s_state_follows_from_its_generations(states: tuple[S, ...], expected: J) -> None:
    assert a_job(*states).state is expected


def test_a_job_waits_only_once_it_is_checked() -> None:
    assert replace(a_job(), checked=False).state is J.ACKED


def test_an_unanswered_job_is_received_and_a_missed_one_abandoned() -> None:
    assert replace(a_job(), answer=Answer.OWED).state is J.RECEIVED
    assert replace(a_job(), answer=Answer.MISSED).state is J.ABANDONED


def test_an_abandoned_job_is_not_under_way() -> None:
    assert not replace(a_job(), answer=Answer.MISSED).under_way


@pytest.mark.parametrize("state", GenerationState)
def test_under_way_is_what_a_person_still_waits_for(state: S) -> None:
    assert a_job(state).under_way == (state in UNDER_WAY)


def _twice_tried() -> Job:
    first, other = a_job(S.FAILED, S.QUEUED).generations
    second = replace(a_generation(S.SUCCEEDED), id="1-1-2", attempt=2)
    return replace(a_job(), generations=(first, other, second))


def test_only_the_last_try_of_a_picture_counts() -> None:
    assert [g.id for g in _twice_tried().current] == ["1-1-2", "1-2"]
    assert [g.id for g in _twice_tried().succeeded] == ["1-1-2"]


def test_a_card_is_owed_while_the_message_is_behind_and_can_be_reached() -> None:
    behind = replace(a_job(), revision=2)
    assert behind.card_owed
    assert not replace(behind, shown_revision=2).card_owed
    assert not replace(behind, answer=Answer.OWED).card_owed
    assert not replace(behind, place=Place.INBOX).card_owed


def test_a_generation_is_found_by_its_id_and_a_stranger_is_a_key_error() -> None:
    assert a_job(S.QUEUED, S.FAILED).generation("1-2").state is S.FAILED
    with pytest.raises(KeyError):
        a_job().generation("2-1")


def test_tokens_and_signed_links_never_show_in_a_log() -> None:
    assert "interaction token" not in repr(a_job())
    assert "results.example" not in repr(a_job(S.SUCCEEDED))
