"""The decision to open the stream again: pure values in, a value out."""

from dataclasses import replace

import pytest

from bot.core.backoff import Backoff
from bot.oxen.reconnect import BACKOFF, Ended, Retry, decide

BROKEN = Ended(reason="broken")
LATEST = 1.0
"""The jitter that waits out the whole window."""


def retry(backoff: Backoff, ended: Ended, *, jitter: float = LATEST) -> Retry:
    decision = decide(backoff, ended, jitter=jitter)
    assert isinstance(decision, Retry)
    return decision


def waits_of(endings: list[Ended]) -> list[float]:
    backoff, waits = BACKOFF, list[float]()
    for ended in endings:
        decision = retry(backoff, ended)
        backoff = decision.backoff
        waits.append(decision.in_s)
    return waits


def test_the_first_retry_comes_within_a_quarter_of_a_second() -> None:
    assert retry(BACKOFF, BROKEN).in_s == 0.25


def test_the_window_doubles_up_to_thirty_seconds() -> None:
    assert waits_of([BROKEN] * 9) == [0.25, 0.5, 1, 2, 4, 8, 16, 30, 30]


def test_a_thousand_failures_wait_no_longer_than_ten() -> None:
    assert waits_of([BROKEN] * 2000)[-1] == 30


def test_the_wait_is_anywhere_in_the_window() -> None:
    assert retry(replace(BACKOFF, failures=3), BROKEN, jitter=0.0).in_s == 0
    assert retry(replace(BACKOFF, failures=3), BROKEN, jitter=0.5).in_s == 1


def test_received_bytes_start_the_backoff_over() -> None:
    assert waits_of([BROKEN, BROKEN, Ended(reason="closed", has_received=True), BROKEN]) == [0.25, 0.5, 0.25, 0.5]


def test_an_open_stream_without_a_byte_does_not_start_it_over() -> None:
    assert waits_of([BROKEN, Ended(reason="closed"), BROKEN]) == [0.25, 0.5, 1]


def test_the_retry_field_sets_the_base_for_good() -> None:
    told = Ended(reason="closed", has_received=True, retry_ms=3000)
    assert waits_of([told, BROKEN, Ended(reason="closed", has_received=True)]) == [3, 6, 3]


def test_a_retry_field_of_zero_does_not_hammer_the_server() -> None:
    assert retry(BACKOFF, Ended(reason="closed", has_received=True, retry_ms=0)).in_s > 0


def test_an_absurd_retry_field_waits_no_longer_than_the_widest_window() -> None:
    assert retry(BACKOFF, Ended(reason="closed", retry_ms=10**17)).in_s == 30


@pytest.mark.parametrize("status", [204, 301, 400, 401, 403, 404, 426])
def test_an_answer_that_tries_do_not_mend_is_asked_again_slowly_and_loudly(status: int) -> None:
    decision = retry(BACKOFF, Ended(reason="turned away", status=status), jitter=0.0)
    assert decision.in_s >= 30
    assert decision.is_loud


@pytest.mark.parametrize("status", [None, 200, 429, 500, 502, 503, 524])
def test_a_passing_fault_is_asked_again_soon_and_quietly(status: int | None) -> None:
    decision = retry(BACKOFF, Ended(reason="passing", status=status))
    assert decision.in_s <= 0.25
    assert not decision.is_loud


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured(status: int) -> None:
    assert retry(BACKOFF, Ended(reason="busy", status=status, retry_after_s=120)).in_s == 120


def test_retry_after_never_shortens_the_wait() -> None:
    assert retry(replace(BACKOFF, failures=9), Ended(reason="busy", status=429, retry_after_s=1)).in_s == 30


def test_retry_after_means_nothing_with_another_status() -> None:
    assert retry(BACKOFF, Ended(reason="broken", status=500, retry_after_s=120)).in_s == 0.25


def test_a_mistaken_retry_after_waits_an_hour_at_most() -> None:
    assert retry(BACKOFF, Ended(reason="busy", status=503, retry_after_s=10**9)).in_s == 3600
