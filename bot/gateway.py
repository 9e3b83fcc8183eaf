"""Logs in to Discord and keeps the gateway open; says which refusals are final. Knows no feature."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

import aiohttp
import discord

from bot.client import EaselBot
from bot.core.backoff import Backoff
from bot.discord_codes import Code
from bot.errors import ConfigurationError, ServiceRefusedError

log = logging.getLogger(__name__)

BACKOFF = Backoff(first_s=1.0, cap_s=60.0)
FAREWELL_S = 1.0
"""How long a socket may take to close; a line that is half dead would take for ever."""
AUTHENTICATION_FAILED = 4004
"""Gateway close code for a bad token (developer documentation, "Opcodes and Status Codes")."""
TOKEN_REFUSED = "Discord refuses the token in DISCORD_TOKEN. Make a new one under Bot > Reset Token."  # noqa: S105


class Gateway:
    """The bot's line to Discord."""

    def __init__(self, bot: EaselBot, *, token: str, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._bot = bot
        self._token = token
        self._sleep = sleep

    async def run(self) -> None:
        """Stay connected until cancelled; raises ServiceRefusedError for a bad token."""
        await self._log_in()
        try:
            await self._bot.connect(reconnect=True)
        except discord.ConnectionClosed as error:
            if error.code == AUTHENTICATION_FAILED:
                raise ServiceRefusedError(TOKEN_REFUSED) from None
            raise

    async def _log_in(self) -> None:
        """Log in and tell Discord the commands; while Discord cannot be reached, try again for ever."""
        backoff = BACKOFF
        while True:
            try:
                await self._bot.login(self._token)
            except discord.LoginFailure:
                raise ServiceRefusedError(TOKEN_REFUSED) from None
            except discord.Forbidden as error:
                raise _sync_refused(error) from None
            except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
                log.warning("Discord cannot be reached (%s); next try in %.0f s", type(error).__name__, backoff.pause_s)
            else:
                return
            await self._sleep(backoff.pause_s)
            backoff = backoff.failed()

    def is_open(self) -> bool:
        """Tell whether Discord's events reach us just now."""
        socket = self._bot.ws
        # discord.py leaves `ws` unset until the first connection, against its own annotation.
        return self._bot.is_ready() and socket is not None and socket.open  # pyright: ignore[reportUnnecessaryComparison]

    async def leave(self) -> None:
        """Close the gateway's socket, so that Discord sends nothing new; calls over HTTP still work."""
        socket = self._bot.ws
        # discord.py leaves `ws` unset until the first connection, against its own annotation.
        if socket is not None:  # pyright: ignore[reportUnnecessaryComparison]
            with suppress(TimeoutError):
                async with asyncio.timeout(FAREWELL_S):
                    await socket.close()

    async def close(self) -> None:
        """Close the client for good, so that `run` ends even if discord.py took its cancellation for a lost line."""
        await self._bot.close()


def _sync_refused(error: discord.Forbidden) -> ConfigurationError:
    if error.code == Code.MISSING_ACCESS:
        return ConfigurationError(
            ("DISCORD_GUILD_ID names a server that the bot is not in: invite it there, or leave the variable out.",)
        )
    return ConfigurationError((f"Discord does not let the bot set its commands (code {error.code}).",))
