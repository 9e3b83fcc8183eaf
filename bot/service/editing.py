"""How messages are edited at Discord: in fair turns, each try with a limit, and not for ever; knows no card's words."""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

from bot.core.card import Card
from bot.core.job import Job
from bot.core.lasting import APART, LastingRefusals
from bot.core.placement import Placed, ResultFile
from bot.errors import CardRefusedError, TransientError
from bot.ports import Clock, Delivery
from bot.service.turns import Turns

EDITS_AT_ONCE = 8
EDITS_PER_CHANNEL = 2
"""Discord allows about five edits in five seconds in one channel, so more at once would only wait there."""
CARRIED_AT_ONCE = 24
"""Jobs whose pictures are fetched, made smaller or held in memory until Discord has them."""
LINGER_AFTER_S = 5.0
"""Longer than nearly every call takes; half of the 10 s within which a picture is shown beside calls that hang."""
LINGERING_EDITS = 32
LINGERING_CARRIED = 96
TRY_S = 30.0
"""discord.py itself waits for up to 300 s, and sleeps out every Retry-After before it says a word."""
SLOWEST_LINE_BYTES_PER_S = 256 * 1024
"""So slow a line may take longer with a large picture: 2 Mbit/s up is little, and happens at home."""
OWED_AT_MOST = timedelta(hours=24)
"""So long after its end, or after the last press for it, a job's card is tried while Discord answers with errors."""
FRESH = timedelta(minutes=1)
"""So long after its end a job goes before older cards: its person is still looking."""


class Editing:
    """Satisfies ports.Delivery.show, in turns."""

    def __init__(self, delivery: Delivery, *, clock: Clock) -> None:
        self._delivery = delivery
        self._clock = clock
        self._refusals = LastingRefusals()
        self._edits = Turns(
            at_once=EDITS_AT_ONCE,
            per_key=EDITS_PER_CHANNEL,
            linger_after_s=LINGER_AFTER_S,
            lingering=LINGERING_EDITS,
        )
        self._carried = Turns(
            at_once=CARRIED_AT_ONCE,
            per_key=CARRIED_AT_ONCE,
            linger_after_s=LINGER_AFTER_S,
            lingering=LINGERING_CARRIED,
        )

    def carrying(self, job: Job) -> AbstractAsyncContextManager[None]:
        """Wait until there is room for a job's pictures in memory, and hold it for the length of a block."""
        return self._carried.turn(job.channel_id, urgent=self._is_fresh(job))

    def is_free(self, job: Job) -> bool:
        """Tell whether a job could be carried and edited at once."""
        return self._carried.is_free(job.channel_id) and self._edits.is_free(job.channel_id)

    async def show(self, job: Job, card: Card, files: Mapping[str, ResultFile]) -> Placed:
        """Show a card as ports.Delivery does.

        Raises CardRefusedError only when the refusal lasts; TransientError says when to come again.
        """
        try:
            placed = await self._in_turn(job, card, files)
        except CardRefusedError as error:
            if self._refusals.lasts(job.id, self._clock()):
                raise
            raise TransientError(str(error), retry_after_s=APART.total_seconds()) from error
        self.forget(job)
        return placed

    def forget(self, job: Job) -> None:
        """Keep nothing of a job that leaves its message."""
        self._refusals.forget(job.id)

    async def _in_turn(self, job: Job, card: Card, files: Mapping[str, ResultFile]) -> Placed:
        size_bytes = sum(len(file.data) for file in files.values())
        async with self._edits.turn(job.channel_id, urgent=self._is_fresh(job)):
            try:
                async with asyncio.timeout(TRY_S + size_bytes / SLOWEST_LINE_BYTES_PER_S):
                    return await self._delivery.show(job, card, files)
            except TimeoutError as error:
                raise TransientError("Discord does not answer") from error

    def gives_up(self, job: Job) -> bool:
        """Tell, after a try that failed, whether a card has been owed for so long that it is tried no more."""
        now = self._clock()
        too_long = job.owed_since is not None and now - job.owed_since > OWED_AT_MOST
        return too_long and self._refusals.lasts(job.id, now)

    def _is_fresh(self, job: Job) -> bool:
        ends = [g.ended_at for g in job.current if g.ended_at]
        return job.under_way or (bool(ends) and self._clock() - max(ends) < FRESH)
