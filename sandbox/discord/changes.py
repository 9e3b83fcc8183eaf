"""Tell listeners that something happened, and wait for a condition without polling."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias, TypeVar

T = TypeVar("T")


class ChangeKind(StrEnum):
    MESSAGE_CREATED = "message created"
    MESSAGE_EDITED = "message edited"
    MESSAGE_DELETED = "message deleted"
    INTERACTION_CREATED = "interaction created"
    INTERACTION_ANSWERED = "interaction answered"
    COMMANDS_SET = "commands set"
    PLACES_CHANGED = "places changed"
    GATEWAY_CHANGED = "gateway changed"
    REQUEST_RECORDED = "request recorded"
    CLOCK_ADVANCED = "clock advanced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something happened to the thing with this id (0 where there is no one thing)."""

    kind: ChangeKind
    id: int = 0


Listener: TypeAlias = Callable[[Change], None]


class WaitedTooLongError(AssertionError):
    """A condition did not come true in time: in a test, that is a failure."""


class Changes:
    """The sandbox's bell: everything that changes state rings it."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call the listener at every change, in order; returns the way to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def publish(self, kind: ChangeKind, subject_id: int = 0) -> None:
        rung, self._rung = self._rung, asyncio.Event()
        rung.set()
        for listener in tuple(self._listeners):
            listener(Change(kind=kind, id=subject_id))

    async def wait_for(
        self, condition: Callable[[], T | None], *, timeout_s: float = 5.0, explain: Callable[[], str] = str
    ) -> T:
        """Return the condition's first true result; it is asked at once and after every change.

        Raises WaitedTooLongError, with what `explain` says, after `timeout_s` seconds of real time.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while not (result := condition()):
                    await self._rung.wait()
        except TimeoutError:
            raise WaitedTooLongError(f"The condition was not met within {timeout_s} s. {explain()}") from None
        return result
