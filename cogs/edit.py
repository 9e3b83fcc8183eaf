"""/edit: changes attached pictures."""

from bot.client import EaselBot
from bot.core.request import Command
from cogs.picture_command import picture_command


async def setup(bot: EaselBot) -> None:
    """Add the command; discord.py calls this by name."""
    bot.tree.add_command(picture_command(Command.EDIT, "Change a picture, or mix several, as your words say"))
