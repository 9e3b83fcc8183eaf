from hypothesis import given
from hypothesis import strategies as st

from bot.core.backoff import Backoff


def test_a_pause_doubles_with_every_failure_up_to_its_cap() -> None:
    backoff = Backoff(first_s=1.0, cap_s=60.0)
    pauses_s: list[float] = []
    for _ in range(8):
        pauses_s.append(backoff.pause_s)
        backoff = backoff.failed()
    assert pauses_s == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]


@given(st.integers(min_value=0, max_value=10**9), st.floats(min_value=0.01, max_value=10.0))
def test_no_number_of_failures_takes_a_pause_over_its_cap(failures: int, first_s: float) -> None:
    assert 0 < Backoff(first_s=first_s, cap_s=60.0, failures=failures).pause_s <= 60.0
