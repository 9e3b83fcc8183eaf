"""The discord.py bot: what it subscribes to and which features it loads; knows no Oxen, no SQL and no job's inside."""

import logging
from collections.abc import Awaitable, Callable

import discord
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.core import words
from bot.errors import UserError
from bot.refusals import Refusals
from bot.replies import explain
from bot.service.desk import Desk
from bot.view import NOBODY, JobButton

log = logging.getLogger(__name__)

FEATURES = ("cogs.imagine", "cogs.edit", "cogs.inbox", "cogs.results")
READY_PATIENCE_S = 0.5
"""How long discord.py waits for further servers before it says ready; nothing of ours needs them."""

Press = Callable[[discord.Interaction["EaselBot"], str], Awaitable[None]]
"""Handles a button: the interaction and the job's id."""


class EaselTree(app_commands.CommandTree["EaselBot"]):
    """The command tree: one check before every command, one handler after every failure."""

    async def interaction_check(self, interaction: discord.Interaction["EaselBot"], /) -> bool:
        if interaction.client.works_in(interaction.guild_id):
            return True
        if interaction.type is not discord.InteractionType.autocomplete:
            await explain(interaction, UserError(words.NOT_HERE))
        return False

    async def on_error(
        self, interaction: discord.Interaction["EaselBot"], error: app_commands.AppCommandError, /
    ) -> None:
        await explain(interaction, error.original if isinstance(error, app_commands.CommandInvokeError) else error)


class EaselBot(commands.Bot):
    """The one Discord client; needs no privileged intent. `desk` is set before it logs in (see `app.py`)."""

    desk: Desk

    def __init__(self, *, sync_to_guild: int | None, allowed_guilds: frozenset[int], refusals: Refusals) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=EaselTree,
            intents=discord.Intents(guilds=True),
            allowed_mentions=NOBODY,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=READY_PATIENCE_S,
            http_trace=refusals.trace(),
        )
        self._sync_to_guild = sync_to_guild
        self._allowed_guilds = allowed_guilds
        self._presses: dict[str, Press] = {}
        self._was_ready = False

    def works_in(self, guild_id: int | None) -> bool:
        """Tell whether the operator allows the bot in a server."""
        return not self._allowed_guilds or guild_id in self._allowed_guilds

    async def setup_hook(self) -> None:
        """Load the features and tell Discord the commands, before the gateway opens."""
        self.add_dynamic_items(JobButton)
        for feature in FEATURES:
            # A login that failed half-way is tried again, and this with it.
            if feature not in self.extensions:
                await self.load_extension(feature)
        guild = discord.Object(self._sync_to_guild) if self._sync_to_guild else None
        if guild is not None:
            self.tree.copy_global_to(guild=guild)
        synced = await self.tree.sync(guild=guild)
        log.info("%d commands synced", len(synced))

    async def on_ready(self) -> None:
        """Say once that people can use the bot; discord.py calls this after every new session."""
        if not self._was_ready:
            self._was_ready = True
            log.info("ready")

    def on_press(self, verb: str, handler: Press) -> None:
        """Let a feature handle the buttons of one verb."""
        self._presses[verb] = handler

    async def press(self, interaction: discord.Interaction["EaselBot"], verb: str, job_id: str) -> None:
        """Hand a button to its feature; what goes wrong is told privately."""
        try:
            if not self.works_in(interaction.guild_id):
                raise UserError(words.NOT_HERE)  # noqa: TRY301 - every refusal takes the same way
            await self._presses[verb](interaction, job_id)
        except Exception as error:  # noqa: BLE001 - the one boundary where any failure becomes words for a person
            await explain(interaction, error)


# Easel never speaks, so discord.py need not warn at every start that the libraries for voice are missing.
discord.VoiceClient.warn_nacl = False
discord.VoiceClient.warn_dave = False


def point_discord_at(api_url: str, gateway_url: str) -> None:
    """Let discord.py speak to another Discord: the sandbox's. Called once, before any client is made.

    discord.py has no setting for it; both names are the same since its version 2.0.
    """
    Route.BASE = api_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)
