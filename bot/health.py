"""Keeps a file fresh while the bot is of use, so that its age tells how it is; knows no Discord, no Oxen, no store."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)

BEAT_S = 5.0
"""A health check takes a file that is older than a minute as a bad sign: many beats may be late before that."""
GRACE_S = 60.0
"""A line that is down for so long does not come back by itself at once, as most do within seconds."""

LineIsUp = Callable[[], bool]


class Heartbeat:
    """Touches a file while the event loop turns and every line is up, or was so a moment ago.

    Before all lines were up for the first time nothing is touched: a bot that is starting is not well yet.
    """

    def __init__(
        self,
        path: Path,
        *,
        lines: Mapping[str, LineIsUp],
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._path = path
        self._lines = lines
        self._monotonic = monotonic
        self._sleep = sleep
        self._last_up: dict[str, float] = {}
        self._trouble: str | None = None

    async def run(self) -> None:
        """Beat until cancelled; then the file goes, since nobody is there to keep it fresh."""
        try:
            while True:
                self._beat()
                await self._sleep(BEAT_S)
        finally:
            # One that cannot be removed grows old.
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    def _beat(self) -> None:
        now = self._monotonic()
        self._last_up |= {name: now for name, is_up in self._lines.items() if is_up()}
        begun = self._last_up.keys() == self._lines.keys()
        down = [name for name, at in self._last_up.items() if now - at > GRACE_S]
        if down:
            self._tell(f"down for over {GRACE_S:.0f} s: {', '.join(down)}")
        elif begun:
            self._tell(self._touch())

    def _touch(self) -> str | None:
        """Make the file fresh, and say what is wrong where that is impossible."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch()
        except OSError as error:
            return f"the health file cannot be written ({error.strerror})"
        return None

    def _tell(self, trouble: str | None) -> None:
        """Log trouble once, not at every beat."""
        if trouble and trouble != self._trouble:
            log.warning("not well: %s", trouble)
        elif self._trouble and not trouble:
            log.info("well again")
        self._trouble = trouble
