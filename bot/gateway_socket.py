"""discord.py's socket with a boundary around its parsers: what it cannot read is dropped; knows no feature."""

from typing import Any

import aiohttp
import discord
from discord.gateway import DiscordWebSocket, ReconnectWebSocket, WebSocketClosure

from bot.boundary import report

ENDINGS = (ReconnectWebSocket, WebSocketClosure, discord.ConnectionClosed, aiohttp.ClientError, OSError)
"""How a connection ends in discord.py; its own loop knows these and nothing else."""


class SpoiltConnectionError(Exception):
    """Nothing that comes after this on the connection can be read."""


class GatewaySocket(DiscordWebSocket):
    """One connection to the gateway. An event that cannot be read costs itself alone, whatever is wrong with it."""

    async def poll_event(self) -> None:
        # From its first message on, so that one that never gets further is closed, too.
        self._connection._get_client().ws = self  # noqa: SLF001  # pyright: ignore[reportPrivateUsage, reportAttributeAccessIssue]
        await super().poll_event()

    async def received_message(self, msg: Any, /) -> None:
        if isinstance(msg, bytes):
            msg = self._unpacked(msg)
            if msg is None:
                return
        try:
            await super().received_message(msg)
        except ENDINGS:
            raise
        except Exception as error:
            report("a message of Discord's that cannot be read is dropped", error)
            if self._keep_alive is None:
                # It was the first: without its heartbeats Discord would close the connection soon.
                raise SpoiltConnectionError from error

    def _unpacked(self, packed: bytes) -> str | None:
        """Unpack the next part of the stream; None = a message is not whole yet."""
        try:
            return self._decompressor.decompress(packed)
        except Exception as error:
            # Every message builds on those before it.
            raise SpoiltConnectionError from error
