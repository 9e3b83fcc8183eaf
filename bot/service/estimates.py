"""How long a model usually takes, from the store's own history; a guess for people, never a decision."""

from collections.abc import Callable
from statistics import median

from bot.ports import JobStore

SAMPLE = 21
"""Generations that the running median looks back on; odd, so that it is one of them."""
MEMORY_S = 60.0
"""How long a median is believed before the store is asked again."""


class Estimates:
    """Keep a running median of seconds per model."""

    def __init__(self, store: JobStore, monotonic: Callable[[], float]) -> None:
        self._store = store
        self._monotonic = monotonic
        self._known: dict[str, tuple[float, float | None]] = {}

    def usual_s(self, model: str | None) -> float | None:
        """Give the median that is remembered, at once; None without history."""
        known = self._known.get(model) if model else None
        return known[1] if known else None

    async def refresh(self, model: str) -> None:
        """Ask the store for the model's median, at most once a minute."""
        known = self._known.get(model)
        if known and self._monotonic() - known[0] < MEMORY_S:
            return
        durations_s = await self._store.durations_s(model, SAMPLE)
        self._known[model] = (self._monotonic(), median(durations_s) if durations_s else None)
