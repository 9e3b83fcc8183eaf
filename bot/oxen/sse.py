"""Server-sent events from bytes, however they were cut; does no I/O and knows nothing of Oxen.

The rules are those of the WHATWG HTML standard, 9.2.5 and 9.2.6 (parsing and interpreting an event stream).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.errors import EaselError

MAX_EVENT_BYTES = 64 * 1024 * 1024
"""Far above any event of Oxen (a few hundred bytes), and yet a limit on what a broken server can make us hold."""

DEFAULT_TYPE = "message"

_BOM = b"\xef\xbb\xbf"
_LINE_ENDS = (b"\n", b"\r")
_LONGEST_LOOK = 64
_NAME = re.compile(rb"[\w.-]{0,40}")
"""What fields of event streams are called. The standard ignores all others, among them `HTTP/1.1 502` and `<html>`."""
# int() raises beyond 4,300 digits; eighteen are already longer than the age of the universe in milliseconds.
_MAX_RETRY_DIGITS = 18


class EventTooLargeError(EaselError):
    """One event outgrew the limit; the parser that raised this cannot be used any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerEvent:
    """One dispatched event; `last_event_id` is the stream's id at that moment, which outlives the event that set it."""

    type: str
    data: str
    last_event_id: str


class SseParser:
    """Turns the bytes of ONE connection into events; the next connection needs a new parser.

    Every byte is looked at and copied a fixed number of times, so the time is linear for any chunking.
    What is unfinished when the bytes end is dropped, as the standard demands. `is_foreign` says that something came
    which no event stream has: a proxy's own answer in the middle of it, or bytes of another kind.
    """

    __slots__ = (
        "_after_cr",
        "_at_start",
        "_data",
        "_data_bytes",
        "_max_event_bytes",
        "_next_id",
        "_tail",
        "_type",
        "is_foreign",
        "last_event_id",
        "retry_ms",
    )

    def __init__(self, *, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self.last_event_id = ""
        self.retry_ms: int | None = None
        self.is_foreign = False
        self._max_event_bytes = max_event_bytes
        self._at_start = True
        self._after_cr = False
        self._tail = bytearray()
        self._type = ""
        self._next_id = ""
        self._data: list[bytes] = []
        self._data_bytes = 0

    def feed(self, chunk: bytes) -> Iterator[ServerEvent]:
        """Yield the events that this chunk completes, in order; iterate to the end before the next call.

        Raises EventTooLargeError, after the events that were complete before it.
        """
        if self._at_start:
            chunk = self._without_bom(chunk)
        if self._after_cr and chunk:
            # A CR ended its line at once; an LF that follows belongs to it.
            chunk = chunk.removeprefix(b"\n")
            self._after_cr = False
        if not chunk:
            return
        self._after_cr = chunk.endswith(b"\r")
        # bytes.splitlines knows exactly LF, CR and CRLF, unlike str.splitlines.
        lines = chunk.splitlines()
        rest = b"" if chunk.endswith(_LINE_ENDS) else lines.pop()
        if lines and self._tail:
            lines[0] = bytes(self._tail + lines[0])
            self._tail.clear()
        for line in lines:
            self._check_size(len(line))
            if (event := self._take(line)) is not None:
                yield event
        self._tail += rest
        self._check_size(len(self._tail))
        self._check_name(bytes(self._tail[:_LONGEST_LOOK]).partition(b":")[0])

    def _without_bom(self, chunk: bytes) -> bytes:
        start = bytes(self._tail) + chunk
        if len(start) < len(_BOM) and _BOM.startswith(start):
            self._tail[:] = start
            return b""
        self._at_start = False
        self._tail.clear()
        return start.removeprefix(_BOM)

    def _check_size(self, line_bytes: int) -> None:
        if self._data_bytes + line_bytes > self._max_event_bytes:
            raise EventTooLargeError(f"an event is larger than {self._max_event_bytes} bytes")

    def _check_name(self, name: bytes) -> None:
        if _NAME.fullmatch(name) is None:
            self.is_foreign = True

    def _take(self, line: bytes) -> ServerEvent | None:
        if not line:
            return self._dispatch()
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        match name:
            case b"data":
                self._data.append(value)
                self._data_bytes += len(value) + 1
            case b"event":
                self._type = _text(value)
            case b"id" if b"\0" not in value:
                self._next_id = _text(value)
            case b"retry" if value.isdigit() and len(value) <= _MAX_RETRY_DIGITS:
                self.retry_ms = int(value)
            case _:
                # A comment (its name is empty) or a field of somebody else.
                self._check_name(name)
        return None

    def _dispatch(self) -> ServerEvent | None:
        event_type, self._type = self._type or DEFAULT_TYPE, ""
        self.last_event_id = self._next_id
        if not self._data:
            return None
        data = _text(b"\n".join(self._data))
        self._data.clear()
        self._data_bytes = 0
        return ServerEvent(type=event_type, data=data, last_event_id=self.last_event_id)


def _text(value: bytes) -> str:
    # Broken UTF-8 becomes U+FFFD; it never crosses a line, because no part of a character is an LF.
    return value.decode("utf-8", "replace")
