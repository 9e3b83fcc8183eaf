"""What everybody may know of the stream: whether it is up; tells who waits for it when it comes up."""

from collections.abc import Callable


class StreamHealth:
    """Shared by the listener, which tells, and the worker and the sweeper, which ask."""

    def __init__(self) -> None:
        self.up = False
        self._observers: list[Callable[[], None]] = []

    def observe(self, observer: Callable[[], None]) -> None:
        """Call `observer` at each connection from now on."""
        self._observers.append(observer)

    def connected(self) -> None:
        self.up = True
        for observer in self._observers:
            observer()

    def dropped(self) -> None:
        self.up = False
