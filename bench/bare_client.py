"""The floor of a start: discord.py alone logs in, tells its one command, and says that it is ready.

`python -m bench.bare_client PATIENCE_S`, with DISCORD_TOKEN, DISCORD_API_URL and DISCORD_GATEWAY_URL; the patience is
how long discord.py waits for further servers.
"""

import os
import sys

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

Route.BASE = os.environ["DISCORD_API_URL"]
DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])


class BareClient(discord.Client):
    """One command, which does nothing."""

    async def setup_hook(self) -> None:
        tree = app_commands.CommandTree(self)
        tree.add_command(app_commands.Command(name="imagine", description="Make a picture", callback=nothing))
        await tree.sync()

    async def on_ready(self) -> None:
        print("ready", flush=True)


async def nothing(interaction: discord.Interaction) -> None:
    await interaction.response.defer()


if __name__ == "__main__":
    client = BareClient(intents=discord.Intents(guilds=True), guild_ready_timeout=float(sys.argv[1]))
    client.run(os.environ["DISCORD_TOKEN"], log_handler=None)
