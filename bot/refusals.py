"""Keeps the bot far from Discord's ban: counts every refused call of this process and says when to stop calling.

Discord bans an address for 10,000 answers of 401, 403 or 429 within 10 minutes (developer documentation, "Rate
Limits", "Invalid Request Limit"). Knows no job; the counting itself is core's.
"""

import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from types import SimpleNamespace
from typing import cast

import aiohttp

from bot.core.backoff import Backoff
from bot.core.breaker import Tallies, Tally
from bot.discord_codes import Code
from bot.errors import TransientError

log = logging.getLogger(__name__)

COUNTED = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS})
WINDOW_S = 600.0
LIMIT = 1000
"""A tenth of what Discord allows: other processes may share the address, and answers to people go on."""
CHANNEL_LIMIT = 3
"""So many refusals in a row are no chance: the bot has lost the channel."""
OLD_EDITS_BACKOFF = Backoff(first_s=30.0, cap_s=600.0)
"""Discord does not say how many messages older than an hour may be edited, nor when the next one may."""
TOO_MANY_OLD_EDITS = "Discord takes no more edits of messages older than an hour in this channel for a while"
CHANNEL_MESSAGE = re.compile(r"/channels/(?P<channel>[0-9]+)/messages/")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lane:
    """A channel whose old messages may be edited again at a moment of the clock that never goes back."""

    opens_at_s: float
    backoff: Backoff


class Refusals:
    """One for the process; `trace` sees every answer of Discord's, also those that discord.py deals with itself."""

    def __init__(self, *, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._all = Tally(limit=LIMIT, window_s=WINDOW_S)
        self._by_channel = Tallies(limit=CHANNEL_LIMIT, window_s=WINDOW_S)
        self._pausing = False
        self._lanes: dict[int, _Lane] = {}

    def trace(self) -> aiohttp.TraceConfig:
        """Give what lets an HTTP session of Discord's report its answers here."""
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._on_answer)
        return trace

    async def _on_answer(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        del session, context
        if end.response.status == HTTPStatus.TOO_MANY_REQUESTS and await _is_of_old_edits(end.response):
            # This ends the call, which discord.py would else send four times more. It says nothing of any other call,
            # so it is not counted.
            found = CHANNEL_MESSAGE.search(end.url.path)
            pause_s = self.rest_old_edits(int(found["channel"])) if found else OLD_EDITS_BACKOFF.pause_s
            raise TransientError(TOO_MANY_OLD_EDITS, status=end.response.status, retry_after_s=pause_s)
        # Limits that other bots used up are not ours, and Discord does not count them.
        shared = end.response.headers.get("X-RateLimit-Scope") == "shared"
        if end.response.status in COUNTED and not shared:
            self.note()

    def rest_old_edits(self, channel_id: int) -> float:
        """Let a channel rest that takes no edits of old messages, and return for how many seconds."""
        known = self._lanes.get(channel_id)
        backoff = known.backoff.failed() if known else OLD_EDITS_BACKOFF
        self._lanes[channel_id] = _Lane(opens_at_s=self._monotonic() + backoff.pause_s, backoff=backoff)
        return backoff.pause_s

    def check_old_edits(self, channel_id: int) -> None:
        """Raise TransientError while a channel takes no edits of messages that are older than an hour."""
        lane = self._lanes.get(channel_id)
        wait_s = lane.opens_at_s - self._monotonic() if lane else 0.0
        if wait_s > 0:
            raise TransientError(TOO_MANY_OLD_EDITS, retry_after_s=wait_s)

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
        self._lanes.pop(channel_id, None)

    def gave_up_channel(self, channel_id: int) -> bool:
        """Tell whether a channel refused so often that nothing is sent there for now."""
        return self._by_channel.is_full(channel_id, self._monotonic())


async def _is_of_old_edits(response: aiohttp.ClientResponse) -> bool:
    """Tell whether an answer is about too many edits of old messages; discord.py reads the same bytes again."""
    try:
        body = cast("object", json.loads(await response.read()))
    except (ValueError, aiohttp.ClientError):
        return False
    return isinstance(body, dict) and cast("dict[str, object]", body).get("code") == Code.OLD_EDITS
