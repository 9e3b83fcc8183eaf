"""What can be made to go wrong: each fault as a value, and the box that says whose turn it is.

It must not know how a fault is acted out; each route, the worker and the announcer take the kinds that concern them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TypeVar

from sandbox.oxen.answers import Answer

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong once per match."""

    def concerns(self, route: str) -> bool:  # noqa: ARG002 - only faults of a route look at it
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFault(Fault):
    """Goes wrong on one route: "POST /ai/queue", "GET /ai/*", "*"."""

    route: str

    def concerns(self, route: str) -> bool:
        return fnmatchcase(route, self.route)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(RouteFault):
    """Wait before the request is looked at (late acceptance), or before its answer is sent."""

    before_s: float = 0.0
    after_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse(RouteFault):
    """Answer this and do nothing."""

    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Replace(RouteFault):
    """Do what was asked, then answer this instead."""

    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseAnswer(RouteFault):
    """Do what was asked, then close the connection without a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoseRequest(RouteFault):
    """Close the connection without a word, having done nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stick(Fault):
    """The generation stays `processing` until somebody cancels it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow(Fault):
    """The generation takes so much longer."""

    extra_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail(Fault):
    """The generation fails in these words."""

    error_message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OddResult(Fault):
    """The generation gives this file instead of a painted picture: a drawing, a video, something unheard of."""

    data: bytes = field(repr=False)
    extension: str
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTooLate(Fault):
    """A cancel is answered with success, and the generation succeeds all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DropEvent(Fault):
    """The completion event is never sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatEvent(Fault):
    """The completion event is sent this often."""

    copies: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayEvent(Fault):
    """The row is finished at once, its event follows later."""

    delay_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GarbleEvent(Fault):
    """The completion event's JSON breaks off in the middle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HugeEvent(Fault):
    """The completion event carries a field of this size that nobody asked for."""

    size_bytes: int = 5 * _MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFirst(Fault):
    """POST /ai/queue is answered only after its generations ended and their events went out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireLink(Fault):
    """The next signed link is one that has already run out; asking for the row again signs a good one."""


class FileFlaw(StrEnum):
    """What a download can be instead of the picture."""

    HTML = "html"
    EMPTY = "empty"
    TRUNCATED = "truncated"
    HUGE = "huge"


@dataclass(frozen=True, slots=True, kw_only=True)
class BadFile(Fault):
    """The next download is not the picture; `size_bytes` counts for a huge one only."""

    flaw: FileFlaw
    size_bytes: int = 64 * _MIB


AnyFault = TypeVar("AnyFault", bound=Fault)
PromptFaults = Callable[[str], Iterable[Fault]]


@dataclass(slots=True, kw_only=True)
class _Armed:
    fault: Fault
    spared: int
    left: int | None


class Faults:
    """The faults that wait for their match, oldest first; beside them, those that a prompt brings along."""

    def __init__(self, *, in_prompt: PromptFaults = lambda _prompt: ()) -> None:
        self._armed: list[_Armed] = []
        self._in_prompt = in_prompt

    def add(self, fault: Fault, *, times: int | None = 1, after: int = 0) -> None:
        """Arm a fault for the next `times` matches (None: until cleared), sparing the first `after` of them."""
        self._armed.append(_Armed(fault=fault, spared=after, left=times))

    def clear(self) -> None:
        """Disarm everything."""
        self._armed.clear()

    @property
    def armed(self) -> Sequence[Fault]:
        """What still waits for a match."""
        return [armed.fault for armed in self._armed]

    def take(self, kind: type[AnyFault], *, route: str = "", prompt: str = "") -> AnyFault | None:
        """Use up the first armed fault of this kind, else name the one that the prompt asks for, else None."""
        for armed in self._armed:
            fault = armed.fault
            if not isinstance(fault, kind) or not fault.concerns(route):
                continue
            if armed.spared:
                armed.spared -= 1
                continue
            self._use(armed)
            return fault
        prompted = (fault for fault in self._in_prompt(prompt) if isinstance(fault, kind) and fault.concerns(route))
        return next(prompted, None)

    def _use(self, armed: _Armed) -> None:
        if armed.left is None:
            return
        armed.left -= 1
        if armed.left <= 0:
            self._armed.remove(armed)
