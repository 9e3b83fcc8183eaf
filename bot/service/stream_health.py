"""What everybody may know of the stream: whether it is up, and whether it may be trusted to tell; knows no clock.

A proxy that holds the stream back leaves it open and brings nothing. Then it is up, and yet of no use: Oxen is asked as
without a stream, until it brings what was missed: any event after silence, an end where pictures ended untold.
"""

import logging
from collections.abc import Callable, Collection, Iterable

log = logging.getLogger(__name__)

UNTOLD = "pictures are finished of which it said nothing"
SILENT = "it fell silent"


class StreamHealth:
    """Shared by the listener, which tells, and the worker and the sweeper, which ask and find."""

    def __init__(self) -> None:
        self.up = False
        self._doubt: str | None = None
        self._ends = 0
        self._open: dict[str, int] = {}
        self._observers: list[Callable[[], None]] = []
        self._reopen: Callable[[str], None] | None = None

    @property
    def is_trusted(self) -> bool:
        """Tell whether what it does not say may be believed not to have happened, for a while."""
        return self.up and self._doubt is None

    def observe(self, observer: Callable[[], None]) -> None:
        """Call `observer` at each connection from now on."""
        if observer not in self._observers:
            self._observers.append(observer)

    def reopen_with(self, reopen: Callable[[str], None]) -> None:
        """Let a stream that is open and brings nothing be opened anew by `reopen`, which takes the reason."""
        self._reopen = reopen

    def connected(self) -> None:
        self.up = True
        for observer in self._observers:
            observer()

    def dropped(self, *, was_silent: bool = False) -> None:
        self.up = False
        if was_silent:
            self._distrust(SILENT)

    def heard(self) -> None:
        """Note an event of another kind than an end: the stream carries, but perhaps not what it is needed for."""
        if self._doubt == SILENT:
            self._trust()

    def told_an_end(self) -> None:
        """Note that the end of something was told, whosever it was."""
        self._ends += 1
        if self._doubt is not None:
            self._trust()

    def expects(self, remote_ids: Iterable[str]) -> None:
        """Note what is open at Oxen now, and how many ends were told before."""
        self._open = {remote_id: self._open.get(remote_id, self._ends) for remote_id in remote_ids}

    def found(self, remote_ids: Collection[str]) -> None:
        """Note what ended untold and was found by asking: no end of anything was told since it was expected."""
        if self.up and any(self._open.get(remote_id) == self._ends for remote_id in remote_ids):
            self._distrust(UNTOLD)

    def _trust(self) -> None:
        self._doubt = None
        log.info("the event stream brings events again")

    def _distrust(self, why: str) -> None:
        if self._doubt in (why, UNTOLD):
            return
        self._doubt = why
        log.warning(
            "the event stream is not relied on: %s; until it brings events, Oxen is asked every few seconds", why
        )
        if self.up and self._reopen is not None:
            self._reopen(why)
