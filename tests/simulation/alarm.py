"""Listens to the bot's log for the length of a run: an error that nobody expected is a broken promise too."""

import logging
from collections.abc import Callable
from typing import Self, cast

from bot.errors import EaselError
from tests.simulation.faults import UnheardOfError


class Alarm(logging.Handler):
    """Silences the bot's log, apart from errors that neither the bot nor a fault made; `tell` hears of those."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.tell: Callable[[str], None] | None = None
        self._bot = logging.getLogger("bot")
        self._was = (self._bot.level, self._bot.propagate)

    def __enter__(self) -> Self:
        self._bot.setLevel(logging.ERROR)
        self._bot.propagate = False
        self._bot.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._bot.removeHandler(self)
        level, self._bot.propagate = self._was
        self._bot.setLevel(level)

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if self.tell is not None and error is not None and not _is_expected(error):
            self.tell(f"an error that nobody expected: {record.getMessage()}: {error!r}")


def _is_expected(error: BaseException) -> bool:
    if isinstance(error, BaseExceptionGroup):
        return all(_is_expected(part) for part in cast("BaseExceptionGroup[BaseException]", error).exceptions)
    return isinstance(error, EaselError | UnheardOfError)
