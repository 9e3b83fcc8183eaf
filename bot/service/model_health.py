"""How each model fares at Oxen: one that refuses or does not answer is left alone for a while, and only that one."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from bot.core.backoff import Backoff

BACKOFF = Backoff(first_s=2.0, cap_s=60.0)
LONGEST_WAIT_S = 300.0
"""Whatever Retry-After says: a week of silence is no reason not to ask after five minutes."""


@dataclass(slots=True)
class _Trouble:
    backoff: Backoff
    failed_at_s: float
    not_before_s: float


class ModelHealth:
    """Remembers the models whose last POST was not taken; there are never more than the catalogue has."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._troubles: dict[str, _Trouble] = {}

    def refused(self, model: str, *, began_s: float, retry_after_s: float | None) -> float | None:
        """Note a POST that was not taken, and return the pause: as long as Oxen asks for, else longer each time.

        The POSTs of one round fail for one reason, so they are one failure: for the others it is None.
        """
        known = self._troubles.get(model)
        backoff = known.backoff if known else BACKOFF
        asked_s = None if retry_after_s is None else min(retry_after_s, LONGEST_WAIT_S)
        return self._rest(model, began_s, asked_s or _about(backoff.pause_s), backoff.failed())

    def lost(self, model: str, *, began_s: float) -> float | None:
        """Note a POST without a clear answer, and return the pause; it does not grow, since Oxen may have taken it."""
        known = self._troubles.get(model)
        return self._rest(model, began_s, _about(BACKOFF.pause_s), known.backoff if known else BACKOFF)

    def _rest(self, model: str, began_s: float, pause_s: float, backoff: Backoff) -> float | None:
        known = self._troubles.get(model)
        if known is not None and began_s < known.failed_at_s:
            return None
        now_s = self._monotonic()
        self._troubles[model] = _Trouble(backoff, failed_at_s=now_s, not_before_s=now_s + pause_s)
        return pause_s

    def answered(self, model: str) -> None:
        """Note that Oxen took or decided a POST."""
        self._troubles.pop(model, None)

    def in_trouble(self, model: str) -> bool:
        """Tell whether the last POST failed: then one at a time tries, and the others wait for what becomes of it."""
        return model in self._troubles

    def is_tried(self, model: str, began_s: float) -> bool:
        """Tell whether a POST that began at a moment tries a model that was in trouble by then."""
        trouble = self._troubles.get(model)
        return trouble is not None and began_s >= trouble.failed_at_s

    def resting(self) -> set[str]:
        """Return the models that are left alone just now."""
        now_s = self._monotonic()
        return {model for model, trouble in self._troubles.items() if now_s < trouble.not_before_s}

    def ends_s(self) -> list[float]:
        """Return how long each model that rests is still left alone."""
        now_s = self._monotonic()
        return [trouble.not_before_s - now_s for trouble in self._troubles.values() if trouble.not_before_s > now_s]


def _about(limit_s: float) -> float:
    """Spread the tries of many models and processes."""
    return random.uniform(limit_s / 2, limit_s)  # noqa: S311 - no secret
