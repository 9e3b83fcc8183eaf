"""How long to wait between tries that fail in a row: the one back-off for every loop; knows no clock and no chance."""

from dataclasses import dataclass, replace

_MAX_DOUBLINGS = 64
"""Any pause reaches its cap before; 2.0 ** n overflows at 1,024 failures in a row, which a long night brings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """A pause that doubles with every failure in a row, from `first_s` up to `cap_s`.

    It is a value: keep what `failed` returns, and go back to a new one after a success.
    """

    first_s: float
    cap_s: float
    failures: int = 0

    @property
    def pause_s(self) -> float:
        """Return how long to wait before the next try, after `failures` earlier failures and one more just now."""
        return min(self.cap_s, self.first_s * 2 ** min(self.failures, _MAX_DOUBLINGS))

    def failed(self) -> "Backoff":
        """Return the back-off after one more failure."""
        return replace(self, failures=self.failures + 1)
