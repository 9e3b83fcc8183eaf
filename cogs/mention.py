"""Answers a person that speaks to the bot, in a server or a direct message, with one line about its commands."""

import logging

import discord

from bot.addressing import Address
from bot.client import EaselBot
from bot.core import words
from bot.errors import TransientError
from bot.view import NOBODY

log = logging.getLogger(__name__)

PAUSE_S = 60.0
"""A channel gets one line in this time, so that nobody makes the bot write by the page."""
CHANNELS_KEPT = 1000
"""More channels in one pause are a flood, which gets no answer."""


class Mentions:
    """Remembers for a minute where it has answered."""

    def __init__(self, bot: EaselBot) -> None:
        self._bot = bot
        self._answered_s: dict[int, float] = {}

    async def on_address(self, address: Address) -> None:
        """Answer in the same channel; where Discord does not let the bot write, there is no answer."""
        in_server = address.guild_id is not None
        if in_server and not self._bot.works_in(address.guild_id):
            return
        if not self._takes_turn(address.channel_id, self._bot.loop.time()):
            return
        try:
            self._bot.refusals.check()
            await self._bot.get_partial_messageable(address.channel_id).send(
                words.MENTIONED if in_server else words.DIRECT_MESSAGE, allowed_mentions=NOBODY
            )
        except (discord.DiscordException, TransientError, OSError) as error:
            log.debug("no answer to a mention in channel %d: %s", address.channel_id, error)

    def _takes_turn(self, channel_id: int, now_s: float) -> bool:
        """Tell whether a channel may be answered now, and note that it is."""
        self._answered_s = {kept: at_s for kept, at_s in self._answered_s.items() if now_s - at_s < PAUSE_S}
        if channel_id in self._answered_s or len(self._answered_s) >= CHANNELS_KEPT:
            return False
        self._answered_s[channel_id] = now_s
        return True


async def setup(bot: EaselBot) -> None:
    """Listen; discord.py calls this by name."""
    bot.add_listener(Mentions(bot).on_address, "on_address")
