"""Both local servers with the real bot between them, put up and taken down together; knows no plot."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.bot_process import BOT, BotProcess, running_bot
from sandbox.discord import LocalDiscord, WaitedTooLongError
from sandbox.oxen import Knobs, LocalOxen

READY_S = 30.0
"""A slow machine needs some seconds for Python's imports and the first migration."""


class StuckError(Exception):
    """Something did not happen within its time; the text is a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What a play needs."""

    discord: LocalDiscord
    oxen: LocalOxen
    bot: BotProcess

    async def ready(self) -> None:
        """Wait until people can use the bot; raises BotEndedError or StuckError when it does not get that far."""
        try:
            await self.bot.while_running(self.discord.wait_for(self._commands_offered, timeout_s=READY_S))
            await self.bot.while_running(self.oxen.wait_for(lambda: self.oxen.streams.open_now > 0, timeout_s=READY_S))
        except (WaitedTooLongError, TimeoutError) as error:
            raise StuckError(f"The bot was not ready within {READY_S:.0f} s.") from error

    def _commands_offered(self) -> bool:
        scene = self.discord.scene
        return self.discord.hub.connected and bool(self.discord.people.commands(scene.robin, scene.pictures))


@asynccontextmanager
async def open_stage(*, folder: Path, knobs: Knobs, command: Sequence[str] = BOT) -> AsyncGenerator[Stage]:
    """Start the servers and the bot, which keeps its data in `folder`; end all three afterwards."""
    async with LocalDiscord() as discord, LocalOxen(knobs=knobs) as oxen:
        variables = {**discord.environment(), "OXEN_API_URL": oxen.api_url, "OXEN_API_KEY": oxen.account.key}
        async with running_bot(variables, folder=folder, command=command) as bot:
            yield Stage(discord=discord, oxen=oxen, bot=bot)
