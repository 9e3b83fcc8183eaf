"""Discord's rate limits: buckets with a fixed window, as the headers of every answer state them. No HTTP."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many requests in so many seconds."""

    requests: int
    per_s: float


# Discord publishes no numbers and changes them; these are what bots see. Webhooks: discord-api-docs #2701.
WEBHOOK = Rate(requests=5, per_s=2.0)
CHANNEL_WRITE = Rate(requests=5, per_s=5.0)
ORDINARY = Rate(requests=50, per_s=1.0)
# https://discord.com/developers/docs/topics/rate-limits#global-rate-limit
GLOBAL = Rate(requests=50, per_s=1.0)


@dataclass(slots=True, kw_only=True)
class _Window:
    rate: Rate
    ends_at: datetime
    used: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a request may pass, and the state of its bucket after it."""

    passed: bool
    everywhere: bool
    limit: int
    remaining: int
    reset_at: datetime
    reset_after_s: float
    bucket: str

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": f"{self.reset_at.timestamp():.3f}",
            "X-RateLimit-Reset-After": f"{self.reset_after_s:.3f}",
            "X-RateLimit-Bucket": self.bucket,
        }


class RateLimits:
    """Count requests per bucket."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._windows: dict[tuple[str, str], _Window] = {}

    def take(self, route: str, major: str, rate: Rate, *, counts_globally: bool) -> Verdict:
        """Count one request. Answers to interactions and what follows them do not count globally."""
        overall = self._use(("global", ""), GLOBAL) if counts_globally else None
        window = self._use((route, major), rate)
        everywhere = overall is not None and overall.used > overall.rate.requests
        limiting = overall if overall is not None and everywhere else window
        return Verdict(
            passed=limiting.used <= limiting.rate.requests,
            everywhere=everywhere,
            limit=limiting.rate.requests,
            remaining=max(0, limiting.rate.requests - limiting.used),
            reset_at=limiting.ends_at,
            reset_after_s=max(0.0, (limiting.ends_at - self._now()).total_seconds()),
            bucket=sha256(route.encode()).hexdigest()[:32],
        )

    def _use(self, key: tuple[str, str], rate: Rate) -> _Window:
        moment = self._now()
        window = self._windows.get(key)
        if window is None or window.ends_at <= moment:
            window = _Window(rate=rate, ends_at=moment + timedelta(seconds=rate.per_s))
            self._windows[key] = window
        window.used += 1
        return window
