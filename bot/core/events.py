"""What the event stream can say, as values in one order; knows nothing of bytes or of jobs."""

from dataclasses import dataclass

from bot.errors import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """The stream is open; what fired before now is lost, so the caller reconciles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """The stream is closed, or our own queue overflowed; it is opened again in `retry_in_s`.

    `was_silent` says that it was open and brought not even its keep-alives any more.
    """

    reason: str
    retry_in_s: float
    was_silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeeded:
    """A generation has its picture; `url` is signed and expires."""

    remote_id: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A generation ended without a picture; `text` is the provider's and not for people."""

    remote_id: str
    cause: Cause
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """An event that is not ours to understand: another type, or a body that cannot be read."""

    name: str


StreamEvent = Connected | Dropped | Succeeded | Failed | Other
