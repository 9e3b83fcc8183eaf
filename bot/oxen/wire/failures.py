"""Oxen's unhappy answers, read into the error that tells whether the call had an effect; no I/O."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import cast

import orjson

from bot.core.json_value import object_of, text_of
from bot.errors import Cause, NotFoundError, OutcomeUnclearError, PermanentError, RemoteError, TransientError
from bot.oxen.wire.causes import cause_of, without_secrets
from bot.oxen.wire.values import parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An HTTP answer, read whole; `retry_after` and `date` are the headers of these names."""

    status: int
    body: bytes = field(repr=False)
    retry_after: str | None = None
    date: str | None = None

    @property
    def ok(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


_REFUSES_KEY = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_CLIENT_ERRORS = range(HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR)

_GAVE_UP_WAITING = frozenset({HTTPStatus.REQUEST_TIMEOUT, 499})
"""4xx by which a proxy says that it stopped waiting; what stands behind it may have gone on (499 is nginx's)."""

_DECISIVE = frozenset({HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UPGRADE_REQUIRED})
"""Refusals whoever gives them, so that they are believed without Oxen's envelope."""

_OUTDATED = "Oxen takes our User-Agent for its own command-line program."
"""A 426: any User-Agent that contains Oxen's name gets it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reason:
    """What an answer says went wrong (empty: nothing), and who says it: Oxen, or a proxy by a web page."""

    text: str
    by_oxen: bool = False
    by_page: bool = False


def read_json(reply: Reply, failed: Callable[[Reply], RemoteError]) -> object:
    """Give the JSON of a 2xx answer; raises what `failed` makes of any other."""
    if not reply.ok:
        raise failed(reply)
    try:
        return parse(reply.body)
    except ValueError:
        raise failed(reply) from None


def query_error(reply: Reply) -> RemoteError:
    """Make the error for an answer to a call that costs nothing."""
    reason = _reason_of(reply)
    return _error(_query_error_kind(reply, reason), reply, reason)


def paid_error(reply: Reply) -> RemoteError:
    """Make the error for an answer to a call that costs money: what is not surely a refusal is unclear."""
    reason = _reason_of(reply)
    return _error(_paid_error_kind(reply, reason), reply, reason)


def _query_error_kind(reply: Reply, reason: _Reason) -> type[RemoteError]:
    if reply.status not in _CLIENT_ERRORS or reply.status in _GAVE_UP_WAITING:
        return TransientError
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS or reason.by_page:
        return TransientError
    if reply.status in _REFUSES_KEY and not reason.by_oxen:
        return TransientError
    return NotFoundError if reply.status == HTTPStatus.NOT_FOUND else PermanentError


def _paid_error_kind(reply: Reply, reason: _Reason) -> type[RemoteError]:
    known = cause_of(None, reason.text)
    if reply.ok:  # Oxen answers some refusals with 200, but only one that we know is surely no acceptance
        return OutcomeUnclearError if known is Cause.OTHER else PermanentError
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS and known is not Cause.NO_CREDITS:
        return TransientError
    if reply.status in _DECISIVE:
        return PermanentError
    if reply.status not in _CLIENT_ERRORS or reply.status in _GAVE_UP_WAITING or not reason.text:
        return OutcomeUnclearError
    if reply.status in _REFUSES_KEY and not reason.by_oxen:
        return OutcomeUnclearError
    return PermanentError


def _error(kind: type[RemoteError], reply: Reply, reason: _Reason) -> RemoteError:
    proxys = reply.status in _REFUSES_KEY and not reason.by_oxen
    text = reason.text or f"Oxen answered {reply.status} and nothing that can be read."
    return kind(
        f"{_OUTDATED} {text}" if reply.status == HTTPStatus.UPGRADE_REQUIRED else text,
        status=reply.status,
        cause=cause_of(None if proxys else reply.status, reason.text),
        retry_after_s=retry_after_s(reply.retry_after, reply.date),
    )


def _reason_of(reply: Reply) -> _Reason:
    """Read the reason out of an answer; text that is no JSON counts only beside a status that is no success."""
    try:
        body = parse(reply.body)
    except ValueError:
        page = reply.body.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
        raw = "" if page or reply.ok else reply.body.decode(errors="replace")
        return _Reason(text=without_secrets(raw), by_page=page)
    if isinstance(body, str):
        return _Reason(text=without_secrets(body))
    envelope = object_of(body)
    by_oxen = bool(envelope.get("error")) or envelope.get("status") == "error"
    # A row or a list may have an `error_message` of its own: on 2xx only the envelope says that the call failed.
    text = "" if reply.ok and not by_oxen else _stated(envelope)
    return _Reason(text=without_secrets(text), by_oxen=by_oxen)


def _stated(envelope: Mapping[str, object]) -> str:
    """Read both of Oxen's envelopes, the string in `error`, and what gateways use; the most telling field first."""
    inner = object_of(envelope.get("error"))
    fields: list[object] = [inner.get(name) for name in ("detail", "message", "title", "type")]
    fields.extend(envelope.get(name) for name in ("error", "error_message", "status_message", "detail", "message"))
    return next((told for told in map(_sentence, fields) if told), "")


def _sentence(raw: object) -> str:
    if raw and isinstance(raw, dict | list):
        return orjson.dumps(cast("object", raw)).decode()
    return text_of(raw)


_SECONDS = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*", re.ASCII)


def retry_after_s(retry_after: str | None, date: str | None) -> float | None:
    """Read a Retry-After header, seconds or a date; a date is counted from the answer's own Date header."""
    if retry_after is None:
        return None
    seconds = _SECONDS.fullmatch(retry_after)
    if seconds is not None:
        return float(seconds[1])
    try:
        wait = parsedate_to_datetime(retry_after) - parsedate_to_datetime(date or "")
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, wait.total_seconds())
