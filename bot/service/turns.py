"""Gives out a bounded number of turns: urgent ones first, then each key in its turn; knows no job and no call."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True, eq=False)
class _Turn:
    """One that waits, has its turn, or lingers: it goes on, but others need not wait for it any more."""

    key: Hashable
    given: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    lingers: bool = False


_Line = dict[Hashable, deque[_Turn]]
"""Those that wait, by key; the keys stand in the order in which they are served."""


class Turns:
    """At most `at_once` turns, of them at most `per_key` of one key.

    A turn that takes longer than `linger_after_s` gives its place to the next, so that a few calls which hang hold up
    nobody. It goes on counting for its key, and at most `lingering` do so at a time.
    """

    def __init__(self, *, at_once: int, per_key: int, linger_after_s: float, lingering: int) -> None:
        self._at_once = at_once
        self._per_key = per_key
        self._linger_after_s = linger_after_s
        self._lingering_at_most = lingering
        self._urgent: _Line = {}
        self._patient: _Line = {}
        self._taken = 0
        self._lingering = 0
        self._of_key: Counter[Hashable] = Counter()

    def is_free(self, key: Hashable) -> bool:
        """Tell whether a turn would be given at once."""
        return self._taken < self._at_once and self._of_key[key] < self._per_key

    @asynccontextmanager
    async def turn(self, key: Hashable, *, urgent: bool) -> AsyncGenerator[None]:
        """Wait for a turn and hold it for the length of the block."""
        turn = _Turn(key=key)
        (self._urgent if urgent else self._patient).setdefault(key, deque()).append(turn)
        self._give()
        try:
            await turn.given
        except asyncio.CancelledError:
            if turn.given.done() and not turn.given.cancelled():
                self._take_back(turn)
            raise
        timer = asyncio.get_running_loop().call_later(self._linger_after_s, self._linger, turn)
        try:
            yield
        finally:
            timer.cancel()
            self._take_back(turn)

    def _give(self) -> None:
        while self._taken < self._at_once:
            turn = self._next(self._urgent) or self._next(self._patient)
            if turn is None:
                return
            self._taken += 1
            self._of_key[turn.key] += 1
            turn.given.set_result(None)

    def _next(self, line: _Line) -> _Turn | None:
        """Return the first turn of the first key that may have one more; its key goes to the end of the line."""
        for key in [*line]:
            waiting = line[key]
            while waiting and waiting[0].given.cancelled():
                waiting.popleft()
            if not waiting:
                del line[key]
            elif self._of_key[key] < self._per_key:
                del line[key]
                turn = waiting.popleft()
                if waiting:
                    line[key] = waiting
                return turn
        return None

    def _linger(self, turn: _Turn) -> None:
        if self._lingering < self._lingering_at_most:
            turn.lingers = True
            self._lingering += 1
            self._taken -= 1
            self._give()

    def _take_back(self, turn: _Turn) -> None:
        if turn.lingers:
            self._lingering -= 1
        else:
            self._taken -= 1
        self._of_key[turn.key] -= 1
        if not self._of_key[turn.key]:
            del self._of_key[turn.key]
        self._give()
