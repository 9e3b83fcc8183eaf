"""The boundary around what runs for ever: what ends it unforeseen is logged with an id, and it starts anew.

Knows no loop, no service and no clock of its own.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from bot.core.backoff import Backoff
from bot.errors import ConfigurationError, ServiceRefusedError

log = logging.getLogger(__name__)

BACKOFF = Backoff(first_s=1.0, cap_s=60.0)
ENDS_THE_BOT = (ConfigurationError, ServiceRefusedError)
"""What no new start of a loop mends: raised at the start alone, for what never worked."""


def report(what: str, error: BaseException) -> str:
    """Log what nothing foresaw, under an id of its own, and return the id."""
    failure_id = secrets.token_hex(4)
    log.error("failure %s: %s", failure_id, what, exc_info=error)
    return failure_id


def report_left_over(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what no task's owner asked for, as discord.py's own tasks leave it; an event loop's exception handler."""
    error = context.get("exception")
    if isinstance(error, BaseException):
        report(str(context.get("message", "a task failed")), error)
    else:
        loop.default_exception_handler(context)


def ends_the_bot(error: Exception) -> bool:
    """Tell whether an error ends the process; a group of errors does with any such error in it."""
    return ExceptionGroup("", [error]).subgroup(ENDS_THE_BOT) is not None


class Boundary:
    """Keeps loops up: one that dies starts again, after pauses that grow while it dies at once each time."""

    def __init__(self, *, monotonic: Callable[[], float], sleep: Callable[[float], Awaitable[None]]) -> None:
        self._monotonic = monotonic
        self._sleep = sleep

    async def keep_up(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        """Run a loop until it returns by itself or is cancelled; raises only what ends the bot."""
        backoff = BACKOFF
        while True:
            began_s = self._monotonic()
            try:
                await loop()
            except Exception as error:
                if ends_the_bot(error):
                    raise
                report(f"{name} ended", error)
            else:
                return
            if self._monotonic() - began_s > BACKOFF.cap_s:
                backoff = BACKOFF
            log.info("%s starts again in %.0f s", name, backoff.pause_s)
            await self._sleep(backoff.pause_s)
            backoff = backoff.failed()
