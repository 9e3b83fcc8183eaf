"""/help: one private card about what Easel does and what is left of the member's day."""

import discord
from discord import app_commands

from bot.client import EaselBot
from bot.core import words
from bot.replies import tell

Interaction = discord.Interaction[EaselBot]


async def show_help(interaction: Interaction) -> None:
    """Answer privately."""
    desk = interaction.client.desk
    used = await desk.store.used_of_day(interaction.user.id)
    await tell(interaction, words.HELP, words.left_of_day(used, desk.submission.limits), words.HELP_RULES)


async def setup(bot: EaselBot) -> None:
    """Add the command; discord.py calls this by name."""
    command: app_commands.Command[app_commands.Group, ..., None] = app_commands.Command(
        name="help", description="What this bot does, and what is left of your day", callback=show_help
    )
    bot.tree.add_command(command)
