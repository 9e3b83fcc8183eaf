"""The discord.py bot: what it subscribes to and which features it loads; knows no Oxen, no SQL and no job's inside."""

import logging
from collections.abc import Awaitable, Callable

import discord
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.addressing import read_address
from bot.boundary import report
from bot.command_list import CommandList
from bot.core import words
from bot.errors import UserError
from bot.refusals import Refusals
from bot.replies import explain
from bot.service.desk import Desk
from bot.view import NOBODY, JobButton

log = logging.getLogger(__name__)

FEATURES = ("cogs.imagine", "cogs.edit", "cogs.inbox", "cogs.help", "cogs.mention", "cogs.results")

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
        await self._explain(interaction, error)

    def _from_interaction(self, interaction: discord.Interaction["EaselBot"]) -> None:
        """Handle a command in a task of its own, whose failures, too, become words for a person."""

        async def handled() -> None:
            try:
                await self._call(interaction)
            except Exception as error:  # noqa: BLE001 - the one boundary around whatever a command may raise
                await self._explain(interaction, error)

        self.client.loop.create_task(handled(), name=f"command {interaction.id}")

    async def _explain(self, interaction: discord.Interaction["EaselBot"], error: Exception) -> None:
        if interaction.type is discord.InteractionType.autocomplete:
            # Suggestions have no room for a sentence.
            report("suggestions failed", error)
        elif isinstance(error, app_commands.CommandSignatureMismatch | app_commands.CommandNotFound):
            # The device of the person has not heard of an update of ours yet.
            await explain(interaction, UserError(words.OLD_FORM))
        else:
            await explain(interaction, error.original if isinstance(error, app_commands.CommandInvokeError) else error)


class EaselBot(commands.Bot):
    """The one Discord client; hears interactions and mentions. `desk` is set before it logs in (see `app.py`)."""

    desk: Desk

    def __init__(self, *, sync_to_guild: int | None, allowed_guilds: frozenset[int], refusals: Refusals) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=EaselTree,
            # Without that for servers nothing of them is kept in memory: 2,000 of them took 239 MiB.
            intents=discord.Intents(guild_messages=True, dm_messages=True),
            allowed_mentions=NOBODY,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            # discord.py would wait for servers that never come.
            guild_ready_timeout=0.0,
            http_trace=refusals.trace(),
        )
        self.refusals = refusals
        self._sync_to_guild = sync_to_guild
        self._allowed_guilds = allowed_guilds
        self._presses: dict[str, Press] = {}
        self._was_ready = False
        self.identifies = 0
        # Without the intent nothing keeps the servers up to date that READY names; each interaction brings its own.
        parse_ready = self._connection.parsers["READY"]
        self._connection.parsers["READY"] = lambda data: parse_ready({**data, "guilds": []})
        self._connection.parsers["MESSAGE_CREATE"] = self._hear
        for unread in ("MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK"):
            del self._connection.parsers[unread]

    def _hear(self, data: object) -> None:
        """Let go of a message at once that is not written to the bot: discord.py builds no object of it."""
        address = read_address(data, own_id=self._connection.self_id or 0)
        if address is not None:
            self.dispatch("address", address)

    def works_in(self, guild_id: int | None) -> bool:
        """Tell whether the operator allows the bot in a server."""
        return not self._allowed_guilds or guild_id in self._allowed_guilds

    async def login(self, token: str) -> None:
        """Log in over HTTP; the session of a login that failed is closed first."""
        await self.http.close()
        self.http.connector = discord.utils.MISSING
        await super().login(token)

    async def setup_hook(self) -> None:
        """Load the features, before the gateway opens."""
        self.add_dynamic_items(JobButton)
        for feature in FEATURES:
            # A login that failed half-way is tried again, and this with it.
            if feature not in self.extensions:
                await self.load_extension(feature)

    async def write_commands(self) -> None:
        """Tell Discord the commands; raises CommandsRefusedError where it does not take them."""
        synced = await CommandList(self.http, self._connection.application_id or 0).write(
            [command.to_dict(self.tree) for command in self.tree.get_commands()], guild_id=self._sync_to_guild
        )
        log.info("%d commands synced", synced)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Count the sessions that are begun; the gateway has waited for its turn already."""
        del shard_id, initial
        self.identifies += 1

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
# Nor need it say that the intent for servers is missing: nothing of ours reads its cache.
logging.getLogger("discord.state").addFilter(lambda record: "Guilds intent" not in record.getMessage())


def point_discord_at(api_url: str, gateway_url: str) -> None:
    """Let discord.py speak to another Discord: the sandbox's. Called once, before any client is made.

    discord.py has no setting for it; both names are the same since its version 2.0.
    """
    Route.BASE = api_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)
