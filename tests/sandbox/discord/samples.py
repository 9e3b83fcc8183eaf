"""Requests and files as a bot sends them, and a local Discord whose clock stands still."""

import io
from collections.abc import Callable
from datetime import UTC, datetime

from PIL import Image

from sandbox.discord import Interaction, LocalDiscord, Upload
from sandbox.discord.body import Body
from sandbox.discord.commands import read_commands, with_ids
from sandbox.discord.errors import DiscordError
from sandbox.discord.jsontypes import Json, JsonObject

NOON = datetime(2026, 8, 6, 12, tzinfo=UTC)
V2 = 1 << 15
EPHEMERAL = 1 << 6
IMAGINE: JsonObject = {
    "name": "imagine",
    "description": "Make a picture",
    "options": [
        {"type": 3, "name": "prompt", "description": "What to paint", "required": True, "max_length": 100},
        {"type": 11, "name": "image", "description": "A reference"},
        {"type": 3, "name": "model", "description": "Which model", "autocomplete": True},
        {"type": 4, "name": "count", "description": "How many", "min_value": 1, "max_value": 4},
    ],
}


def png(width: int = 8, height: int = 6) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, "PNG")
    return out.getvalue()


def picture(name: str = "a.png") -> Upload:
    return Upload(filename=name, data=png())


def text(content: str = "hello") -> JsonObject:
    return {"type": 10, "content": content}


def button(custom_id: str = "easel:again:1") -> JsonObject:
    return {"type": 2, "style": 1, "label": "Again", "custom_id": custom_id}


def row(*parts: Json) -> JsonObject:
    return {"type": 1, "components": list(parts)}


def container(*parts: Json) -> JsonObject:
    return {"type": 17, "components": list(parts)}


def shown(*names: str) -> JsonObject:
    return {"type": 12, "items": [{"media": {"url": f"attachment://{name}"}} for name in names]}


def card(*parts: Json) -> JsonObject:
    return {"flags": V2, "components": list(parts) or [text()]}


def answer(kind: int, data: Json = None, *uploads: Upload) -> Body:
    return Body(json={"type": kind, "data": data}, uploads=dict(enumerate(uploads)))


def quiet_discord(*commands: JsonObject) -> LocalDiscord:
    """A local Discord that does not listen: noon, with these commands, /imagine unless others are given."""
    discord = LocalDiscord(now=lambda: NOON)
    registered = read_commands(list[Json](commands) or [IMAGINE])
    ids = discord.core.new_id
    discord.world.commands[None] = with_ids(registered, before=(), application_id=1, guild_id=None, new_id=ids)
    return discord


def asked(discord: LocalDiscord) -> Interaction:
    return discord.people.command(discord.scene.robin, discord.scene.pictures, "imagine", {"prompt": "a cube"})


def answered(discord: LocalDiscord, data: Json, *uploads: Upload) -> Interaction:
    """An interaction that the bot answered with this message."""
    interaction = asked(discord)
    discord.core.interactions.answer(interaction.id, interaction.token, answer(4, data, *uploads))
    return interaction


def refusal(attempt: Callable[[], object]) -> DiscordError:
    """Return how Discord refuses this."""
    try:
        attempt()
    except DiscordError as error:
        return error
    raise AssertionError("It was not refused.")


def codes(error: DiscordError) -> list[str]:
    """Return the codes of all fields that were refused."""
    return _codes(error.errors)


def _codes(value: Json) -> list[str]:
    if isinstance(value, list):
        return [code for each in value for code in _codes(each)]
    if not isinstance(value, dict):
        return []
    own = [value["code"]] if isinstance(value.get("code"), str) else []
    return [str(code) for code in own] + [code for each in value.values() for code in _codes(each)]
