"""The page's parts on servers that are not started: nothing here opens a socket."""

import pytest

from sandbox.discord import LocalDiscord
from sandbox.discord.commands import read_commands, with_ids
from sandbox.discord.jsontypes import Json
from sandbox.oxen import LocalOxen
from sandbox.page import Backstage, Bell, BotKeeper
from sandbox.page.faces import Faces
from sandbox.page.scenery import Scenery
from sandbox.page.traffic import Traffic
from sandbox.page.troubles import Troubles
from tests.sandbox.page.lives import Lives


async def at_once() -> None:
    """Be ready."""


@pytest.fixture
async def backstage() -> Backstage:
    """Give both servers with one command, /imagine, and a bot that never answers."""
    discord, bell = LocalDiscord(), Bell()
    prompt: Json = {"type": 3, "name": "prompt", "description": "what", "required": True}
    imagine: Json = {"name": "imagine", "description": "paints", "contexts": [0], "options": [prompt]}
    commands = read_commands([imagine])
    discord.world.commands[None] = with_ids(
        commands, before=(), application_id=discord.application_id, guild_id=None, new_id=discord.core.new_id
    )
    bot = BotKeeper(start=Lives().start, ready=at_once, bell=bell)
    return Backstage(discord=discord, oxen=LocalOxen(), bot=bot, bell=bell)


@pytest.fixture
async def scenery(backstage: Backstage) -> Scenery:
    return Scenery(
        backstage=backstage,
        faces=Faces(discord=backstage.discord),
        traffic=Traffic(discord=backstage.discord, oxen=backstage.oxen, bell=backstage.bell),
        troubles=Troubles(backstage),
    )
