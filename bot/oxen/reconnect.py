"""When the event stream is opened again: pure values and one decision; knows no socket and no clock."""

from dataclasses import dataclass, replace
from http import HTTPStatus

from bot.core.backoff import Backoff

FIRST_RETRY_S = 0.25
"""The first retry comes within this time: what happens in a gap must be found by polling."""

MAX_BACKOFF_S = 30.0
"""The widest window for a retry after a broken line or a failing server."""

BACKOFF = Backoff(first_s=FIRST_RETRY_S, cap_s=MAX_BACKOFF_S)

MIN_BASE_S = 0.05
"""`retry: 0` must not become a loop that hammers the server."""

UNWELCOME_WAIT_S = 30.0
"""The least wait after an answer that more tries do not mend (204, redirects, most 4xx)."""

MAX_RETRY_AFTER_S = 3600.0
"""A mistaken Retry-After must not silence the stream for days."""

_HONOURS_RETRY_AFTER = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How one connection ended.

    `status` is the answer's, None when there was none or when an open stream broke. `has_received` says that the open
    stream gave bytes, `was_silent` that it fell silent at last. `retry_ms` is the stream's own `retry:` field.
    """

    reason: str
    status: int | None = None
    was_silent: bool = False
    has_received: bool = False
    retry_ms: int | None = None
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Open again in `in_s`, with `backoff` for the decision after that; `is_loud` asks for an operator's attention."""

    in_s: float
    backoff: Backoff
    is_loud: bool


def decide(backoff: Backoff, ended: Ended, *, jitter: float) -> Retry:
    """Say when to open the stream again; `jitter` is a random number from 0 to 1 (full jitter)."""
    first_s = _first_s(backoff, ended)
    current = replace(backoff, first_s=first_s, failures=0 if ended.has_received else backoff.failures)
    wait_s = jitter * current.pause_s
    is_unwelcome = _is_unwelcome(ended.status)
    if is_unwelcome:
        wait_s += UNWELCOME_WAIT_S
    if ended.retry_after_s is not None and ended.status in _HONOURS_RETRY_AFTER:
        wait_s = max(wait_s, min(ended.retry_after_s, MAX_RETRY_AFTER_S))
    return Retry(in_s=wait_s, backoff=current.failed(), is_loud=is_unwelcome)


def _first_s(backoff: Backoff, ended: Ended) -> float:
    if ended.retry_ms is None:
        return backoff.first_s
    return max(MIN_BASE_S, ended.retry_ms / 1000)


def _is_unwelcome(status: int | None) -> bool:
    if status is None or status == HTTPStatus.TOO_MANY_REQUESTS:
        return False
    return status == HTTPStatus.NO_CONTENT or HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.INTERNAL_SERVER_ERROR
