"""Keeps the bot far from Discord's ban: counts every refused call of this process and says when to stop calling.

Discord bans an address for 10,000 answers of 401, 403 or 429 within 10 minutes (developer documentation, "Rate
Limits", "Invalid Request Limit"). Knows no job; the counting itself is core's.
"""

import logging
from collections.abc import Callable
from http import HTTPStatus
from types import SimpleNamespace

import aiohttp

from bot.core.breaker import Tallies, Tally
from bot.errors import TransientError

log = logging.getLogger(__name__)

COUNTED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})
WINDOW_S = 600.0
LIMIT = 1000
"""A tenth of what Discord allows: other processes may share the address, and answers to people go on."""
CHANNEL_LIMIT = 3
"""So many refusals in a row are no chance: the bot has lost the channel."""


class Refusals:
    """One for the process; `trace` sees every answer of Discord's, also those that discord.py deals with itself."""

    def __init__(self, *, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._all = Tally(limit=LIMIT, window_s=WINDOW_S)
        self._by_channel = Tallies(limit=CHANNEL_LIMIT, window_s=WINDOW_S)
        self._pausing = False

    def trace(self) -> aiohttp.TraceConfig:
        """Give what lets an HTTP session of Discord's report its answers here."""
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._on_answer)
        return trace

    async def _on_answer(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        del session, context
        # Limits that other bots used up are not ours, and Discord does not count them.
        shared = end.response.headers.get("X-RateLimit-Scope") == "shared"
        if end.response.status in COUNTED and not shared:
            self.note()

    def note(self) -> None:
        """Count one refused call."""
        self._all.note(self._monotonic())
        if not self._pausing and self._all.is_full(self._monotonic()):
            self._pausing = True
            log.error(
                "Discord refused %d calls within %d minutes: nothing but answers to people is sent until they are"
                " fewer. Look above for what is refused, mostly a lost permission",
                LIMIT,
                WINDOW_S // 60,
            )

    def check(self) -> None:
        """Raise TransientError while nothing should be sent that no person waits for at this moment."""
        if self._all.is_full(self._monotonic()):
            raise TransientError("too many refusals of Discord's, so nothing is sent for a while")
        if self._pausing:
            self._pausing = False
            log.warning("Discord is called again")

    def note_channel(self, channel_id: int) -> None:
        """Count a call that was refused for where it goes."""
        self._by_channel.note(channel_id, self._monotonic())

    def forgive_channel(self, channel_id: int) -> None:
        """Forget what a channel refused, since it took something."""
        self._by_channel.forget(channel_id)

    def gave_up_channel(self, channel_id: int) -> bool:
        """Tell whether a channel refused so often that nothing is sent there for now."""
        return self._by_channel.is_full(channel_id, self._monotonic())
