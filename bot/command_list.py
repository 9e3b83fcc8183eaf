"""Writes the bot's commands at Discord so that each is once in the picker; knows no feature.

Commands of a server and global ones stand side by side in the picker, so what an earlier start wrote in the other place
is taken away. Commands that are not ours stay: an application's Entry Point command must, or Discord refuses the list.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

import aiohttp
import discord
from discord.http import HTTPClient, Route

from bot.discord_codes import Code, is_refusal
from bot.errors import EaselError

log = logging.getLogger(__name__)

ENTRY_POINT = 4
"""The type of the command that opens an application's Activity (developer documentation, "Application Commands")."""
GUILDS_LISTED = 200
"""The most that Discord lists in one call. A bot in more servers has outgrown the server that it was tried in."""
AT_ONCE = 4

Command = Mapping[str, object]


class CommandsRefusedError(EaselError):
    """Discord does not take the commands; the text says what to do."""


class CommandList:
    """The commands of one application, in all their places."""

    def __init__(self, http: HTTPClient, application_id: int) -> None:
        self._http = http
        self._application_id = application_id

    async def write(self, ours: Sequence[Command], *, guild_id: int | None) -> int:
        """Write our commands globally, or in one server alone, and return how many there are now.

        Raises CommandsRefusedError where Discord says no, discord.py's and aiohttp's errors where it cannot be asked.
        """
        names = {command["name"] for command in ours}
        if guild_id is None:
            await self._put(None, [*ours, *await self._entry_points()])
        else:
            await self._put(guild_id, ours)
            await self._take_away(None, names)
        await self._take_away_elsewhere(guild_id, names)
        return len(ours)

    async def _entry_points(self) -> list[Command]:
        return [command for command in await self._get(None) if command.get("type") == ENTRY_POINT]

    async def _take_away_elsewhere(self, guild_id: int | None, names: set[object]) -> None:
        """Take our commands away from the servers in which an earlier start wrote them."""
        room = asyncio.Semaphore(AT_ONCE)

        async def clear(other: int) -> None:
            async with room:
                await self._take_away(other, names)

        try:
            guilds = await self._http.get_guilds(GUILDS_LISTED)
            others = [int(guild["id"]) for guild in guilds if int(guild["id"]) != guild_id]
            if len(guilds) < GUILDS_LISTED:
                await asyncio.gather(*(clear(other) for other in others))
        except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
            # A command that stands twice is a blemish, and the next start tries again.
            log.warning("older commands may stand in the picker, too (%s)", type(error).__name__)

    async def _take_away(self, place: int | None, names: set[object]) -> None:
        there = await self._get(place)
        kept = [command for command in there if command.get("type") == ENTRY_POINT or command["name"] not in names]
        if len(kept) < len(there):
            await self._put(place, kept)

    async def _get(self, place: int | None) -> list[Command]:
        return cast("list[Command]", await self._http.request(self._route("GET", place)))

    async def _put(self, place: int | None, commands: Sequence[Command]) -> None:
        body: Any = [dict(command) for command in commands]
        try:
            await self._http.request(self._route("PUT", place), json=body)
        except discord.HTTPException as error:
            if error.status != HTTPStatus.UNAUTHORIZED and is_refusal(error):
                raise CommandsRefusedError(_sentence(error)) from None
            raise

    def _route(self, method: str, place: int | None) -> Route:
        path = "/applications/{application_id}" + ("" if place is None else "/guilds/{guild_id}") + "/commands"
        return Route(method, path, application_id=self._application_id, guild_id=place)


def _sentence(error: discord.HTTPException) -> str:
    if error.code == Code.MISSING_ACCESS:
        return "DISCORD_GUILD_ID names a server that the bot is not in: invite it there, or leave the variable out."
    return f"Discord does not take the bot's commands (code {error.code}: {error.text.strip() or 'no reason given'})."
