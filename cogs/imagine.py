"""/imagine: paints a picture from words, with or without references."""

from bot.client import EaselBot
from bot.core.request import Command
from cogs.picture_command import picture_command


async def setup(bot: EaselBot) -> None:
    """Add the command; discord.py calls this by name."""
    bot.tree.add_command(
        picture_command(Command.IMAGINE, "Paint a picture from words, and from pictures if you attach some")
    )
