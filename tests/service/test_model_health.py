"""How long a model that is in trouble rests, and that no other one rests with it."""

import pytest

from bot.service.model_health import BACKOFF, LONGEST_WAIT_S, ModelHealth
from tests.fakes import ManualClock

MODEL, OTHER = "flux-2-dev", "another"
WEEK_S = 7 * 86_400.0
MANY = 50


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def models(clock: ManualClock) -> ModelHealth:
    return ModelHealth(clock.monotonic)


def refuse(models: ModelHealth, clock: ManualClock, retry_after_s: float | None = None) -> float:
    """Refuse a POST that begins now, and return the pause that follows."""
    pause_s = models.refused(MODEL, began_s=clock.monotonic(), retry_after_s=retry_after_s)
    assert pause_s is not None
    return pause_s


@pytest.mark.parametrize(("asked_s", "pause_s"), [(30.0, 30.0), (LONGEST_WAIT_S, 300.0), (WEEK_S, 300.0)])
def test_it_rests_as_long_as_oxen_asks_and_never_longer_than_five_minutes(
    models: ModelHealth, clock: ManualClock, asked_s: float, pause_s: float
) -> None:
    assert refuse(models, clock, asked_s) == pause_s
    clock.advance(pause_s - 1)
    assert models.resting() == {MODEL}
    assert models.ends_s() == [1]
    clock.advance(1)
    assert models.resting() == set()
    assert models.ends_s() == []


def test_a_retry_after_of_nothing_is_no_leave_to_ask_at_once(models: ModelHealth, clock: ManualClock) -> None:
    assert refuse(models, clock, 0.0) >= BACKOFF.first_s / 2


def test_the_posts_of_one_round_are_one_failure(models: ModelHealth, clock: ManualClock) -> None:
    began_s = clock.monotonic()
    clock.advance(1)
    pauses = [models.refused(MODEL, began_s=began_s, retry_after_s=None) for _ in range(MANY)]
    assert [pause is not None for pause in pauses] == [True] + [False] * (MANY - 1)
    clock.advance(BACKOFF.cap_s)
    assert refuse(models, clock) <= 2 * BACKOFF.first_s


def test_pauses_grow_from_round_to_round_and_end_at_the_cap(models: ModelHealth, clock: ManualClock) -> None:
    pauses: list[float] = []
    for _ in range(2_000):
        pauses.append(refuse(models, clock))
        clock.advance(BACKOFF.cap_s)
    assert pauses[0] <= BACKOFF.first_s
    assert BACKOFF.cap_s / 2 <= pauses[-1] <= BACKOFF.cap_s


def test_the_pause_after_a_lost_answer_does_not_grow(models: ModelHealth, clock: ManualClock) -> None:
    for _ in range(MANY):
        pause_s = models.lost(MODEL, began_s=clock.monotonic())
        assert pause_s is not None
        assert pause_s <= BACKOFF.first_s
        clock.advance(BACKOFF.cap_s)


def test_a_lost_answer_does_not_undo_what_refusals_have_grown_to(models: ModelHealth, clock: ManualClock) -> None:
    for _ in range(MANY):
        refuse(models, clock)
        clock.advance(BACKOFF.cap_s)
    models.lost(MODEL, began_s=clock.monotonic())
    clock.advance(BACKOFF.cap_s)
    assert refuse(models, clock) >= BACKOFF.cap_s / 2


def test_what_is_out_of_reach_of_one_model_is_not_of_another(models: ModelHealth, clock: ManualClock) -> None:
    refuse(models, clock, WEEK_S)
    assert models.resting() == {MODEL}
    assert not models.in_trouble(OTHER)


def test_after_its_rest_one_post_tries_it_and_an_answer_ends_the_trouble(
    models: ModelHealth, clock: ManualClock
) -> None:
    early_s = clock.monotonic()
    clock.advance(1)
    refuse(models, clock)
    clock.advance(BACKOFF.cap_s)
    assert models.in_trouble(MODEL)
    assert not models.is_tried(MODEL, early_s), "what was sent before proves nothing"
    assert models.is_tried(MODEL, clock.monotonic())
    models.answered(MODEL)
    assert not models.in_trouble(MODEL)
    assert not models.is_tried(MODEL, clock.monotonic())
