"""Counts within a sliding span of time, to stop before somebody else stops us; knows neither clock nor Discord."""

from collections import deque
from collections.abc import Hashable


class Tally:
    """Tells whether something happened `limit` times within `window_s`; remembers that many moments and no more.

    Moments are seconds of a clock that never goes back.
    """

    def __init__(self, *, limit: int, window_s: float) -> None:
        self._limit = limit
        self._window_s = window_s
        self._moments: deque[float] = deque(maxlen=limit)

    def note(self, moment: float) -> None:
        self._moments.append(moment)

    def is_full(self, now: float) -> bool:
        return len(self._moments) == self._limit and now - self._moments[0] < self._window_s

    def is_over(self, now: float) -> bool:
        """Tell whether all that was noted is longer ago than the window."""
        return not self._moments or now - self._moments[-1] >= self._window_s


class Tallies:
    """One tally for each key, for as long as there is something to count."""

    def __init__(self, *, limit: int, window_s: float) -> None:
        self._limit = limit
        self._window_s = window_s
        self._tallies: dict[Hashable, Tally] = {}

    def note(self, key: Hashable, moment: float) -> None:
        self._tallies = {each: tally for each, tally in self._tallies.items() if not tally.is_over(moment)}
        self._tallies.setdefault(key, Tally(limit=self._limit, window_s=self._window_s)).note(moment)

    def is_full(self, key: Hashable, now: float) -> bool:
        tally = self._tallies.get(key)
        return tally is not None and tally.is_full(now)

    def forget(self, key: Hashable) -> None:
        self._tallies.pop(key, None)

    def __len__(self) -> int:
        return len(self._tallies)
