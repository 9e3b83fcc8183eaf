"""Which waiting jobs are left alone for a while, since the last try at them failed; knows no loop and no reason."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from bot.core.backoff import Backoff

REST = Backoff(first_s=1.0, cap_s=60.0)
"""How long a job is left alone that cannot be worked on; Discord's CDN answers 5xx for seconds, not for minutes."""
REMEMBERED_S = 6 * 3600.0
"""No job waits for longer; what ended without a word to this process is forgotten then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rest:
    owner_id: int
    until_s: float
    backoff: Backoff
    unread: int


class JobRests:
    """Remembers until when each job rests, and how often its references could not be read."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._rests: dict[str, _Rest] = {}

    def rest(self, job_id: str, owner_id: int, *, unread: bool = False) -> None:
        """Leave a job alone, longer each time; `unread` says that its references were the reason."""
        now_s = self._monotonic()
        self._rests = {each: rest for each, rest in self._rests.items() if now_s < rest.until_s + REMEMBERED_S}
        known = self._rests.get(job_id)
        backoff = known.backoff if known else REST
        times = (known.unread if known else 0) + unread
        until_s = now_s + backoff.pause_s
        self._rests[job_id] = _Rest(owner_id=owner_id, until_s=until_s, backoff=backoff.failed(), unread=times)

    def forget(self, job_id: str) -> None:
        """Forget a job that waits for nothing any more."""
        self._rests.pop(job_id, None)

    def resting(self) -> set[str]:
        """Return the jobs that are left alone just now."""
        now_s = self._monotonic()
        return {job_id for job_id, rest in self._rests.items() if now_s < rest.until_s}

    def times_unread(self, job_id: str) -> int:
        """Return how often the references of a job could not be read."""
        known = self._rests.get(job_id)
        return known.unread if known else 0

    def unread_by_owner(self) -> Counter[int]:
        """Return how many jobs of each member have references that could not be read."""
        return Counter(rest.owner_id for rest in self._rests.values() if rest.unread)

    def ends_s(self) -> list[float]:
        """Return how long each job that rests is still left alone."""
        now_s = self._monotonic()
        return [rest.until_s - now_s for rest in self._rests.values() if rest.until_s > now_s]
