import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.money import MOST_MICROUSD, dollars, microusd_of


def test_twenty_times_five_cents_is_one_dollar() -> None:
    assert 20 * microusd_of(0.05) == microusd_of(1)


@given(st.floats(min_value=0, exclude_min=True, allow_infinity=False))
def test_what_costs_anything_is_never_counted_as_free(amount_usd: float) -> None:
    assert 1 <= microusd_of(amount_usd) <= MOST_MICROUSD


@given(st.integers(0, 10**7))
def test_amounts_to_the_thousandth_of_a_cent_are_exact(units: int) -> None:
    assert microusd_of(units / 100_000) == units * 10


@pytest.mark.parametrize(
    ("amount_usd", "text"),
    [
        (0, "$0.00"),
        (0.2, "$0.20"),
        (0.004, "$0.004"),
        (0.13, "$0.13"),
        (4.52, "$4.52"),
        (20, "$20.00"),
        (1234.5, "$1,234.50"),
        (0.00000001, "$0.0001"),
        (10, "$10.00"),
    ],
)
def test_an_amount_is_written_in_cents_where_they_do(amount_usd: float, text: str) -> None:
    assert dollars(microusd_of(amount_usd)) == text
