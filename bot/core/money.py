"""Money as whole micro-dollars, so that twenty times five cents is one dollar exactly; knows no job and no model."""

from decimal import ROUND_HALF_UP, Decimal
from math import ceil

MICROUSD_PER_USD = 1_000_000
MOST_MICROUSD = 10**15
"""A thousand million dollars: more than anything costs, and sums of a day stay within a database's 64 bits."""

_CENT = Decimal("0.01")
_SMALLEST = Decimal("0.0001")
"""The cheapest models cost tenths of a cent."""


def microusd_of(amount_usd: float) -> int:
    """Return dollars as whole micro-dollars, rounded up, so that what costs anything never counts as free."""
    return min(ceil(Decimal(repr(amount_usd)) * MICROUSD_PER_USD), MOST_MICROUSD)


def dollars(amount_microusd: int) -> str:
    """Return an amount as people write it: "$0.20", or "$0.004" where cents do not do."""
    exact = (Decimal(amount_microusd) / MICROUSD_PER_USD).quantize(_SMALLEST, rounding=ROUND_HALF_UP)
    if amount_microusd > 0:
        exact = max(exact, _SMALLEST)
    in_cents = exact.quantize(_CENT)
    return f"${in_cents:,}" if in_cents == exact else f"${exact.normalize():,f}"
