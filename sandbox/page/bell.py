"""Tells the page's feeds what changed beside Discord's own state; holds no state itself."""

from collections.abc import Callable
from enum import StrEnum


class Topic(StrEnum):
    """What a feed looks at again when it is rung."""

    BOT = "bot"
    TRAFFIC = "traffic"
    INCIDENT = "incident"


class Bell:
    """Everybody who listens hears every ring, in order."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[Topic], None]] = []

    def subscribe(self, listener: Callable[[Topic], None]) -> Callable[[], None]:
        """Call the listener at every ring; returns the way to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def ring(self, topic: Topic) -> None:
        for listener in tuple(self._listeners):
            listener(topic)
