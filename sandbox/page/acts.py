"""What people do on the page, handed on to the local Discord's people; each is one short request."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from sandbox.discord import Interaction, Upload
from sandbox.discord.client_rules import OptionValue
from sandbox.discord.jsontypes import Json, JsonObject
from sandbox.discord.windows import FieldValue
from sandbox.page.backstage import Backstage
from sandbox.page.reading import Sent
from sandbox.page.values import MalformedError, object_in, text_in, texts_in

Act: TypeAlias = Callable[[Backstage, Sent], Awaitable[Json]]

COMPLETION_S = 3.0


async def command(backstage: Backstage, sent: Sent) -> Json:
    """Send a slash command."""
    discord, json = backstage.discord, sent.json
    files = {option: uploads[0] for option, uploads in sent.files.items()}
    return _told(
        discord.people.command(
            backstage.viewer(json), backstage.channel(json), text_in(json, "name"), _options(json), files
        )
    )


async def autocomplete(backstage: Backstage, sent: Sent) -> Json:
    """Return the choices for what is typed so far; nothing of it is kept."""
    json = sent.json
    choices = await backstage.discord.people.autocomplete(
        backstage.viewer(json),
        backstage.channel(json),
        text_in(json, "name"),
        text_in(json, "option"),
        text_in(json, "value"),
        others=_options(json),
        timeout_s=COMPLETION_S,
    )
    return {"choices": list[Json](choices)}


async def use_on(backstage: Backstage, sent: Sent) -> Json:
    """Pick a command from the menu of a message."""
    json = sent.json
    message = backstage.message(json)
    channel = backstage.discord.world.channels[message.channel_id]
    return _told(backstage.discord.people.use_on(backstage.viewer(json), channel, text_in(json, "name"), message))


async def press(backstage: Backstage, sent: Sent) -> Json:
    json = sent.json
    return _told(
        backstage.discord.people.press(backstage.viewer(json), backstage.message(json), text_in(json, "custom_id"))
    )


async def choose(backstage: Backstage, sent: Sent) -> Json:
    json = sent.json
    return _told(
        backstage.discord.people.choose(
            backstage.viewer(json), backstage.message(json), text_in(json, "custom_id"), texts_in(json, "values")
        )
    )


async def submit(backstage: Backstage, sent: Sent) -> Json:
    """Send a window back."""
    json = sent.json
    values = {name: _field(value) for name, value in object_in(json, "values").items()}
    interaction = backstage.discord.people.submit(
        backstage.viewer(json), backstage.interaction(json), values, sent.files
    )
    return _told(interaction)


async def say(backstage: Backstage, sent: Sent) -> Json:
    """Write an ordinary message."""
    json = sent.json
    files: list[Upload] = [upload for uploads in sent.files.values() for upload in uploads]
    message = backstage.discord.people.say(
        backstage.viewer(json), backstage.channel(json), text_in(json, "content"), files
    )
    return {"message": str(message.id)}


async def delete(backstage: Backstage, sent: Sent) -> Json:
    backstage.discord.people.delete(backstage.viewer(sent.json), backstage.message(sent.json))
    return {}


ACTS: Mapping[str, Act] = {
    "command": command,
    "autocomplete": autocomplete,
    "use": use_on,
    "press": press,
    "choose": choose,
    "submit": submit,
    "say": say,
    "delete": delete,
}


def _told(interaction: Interaction) -> JsonObject:
    return {"interaction": str(interaction.id)}


def _options(json: JsonObject) -> dict[str, OptionValue]:
    found: dict[str, OptionValue] = {}
    for name, value in object_in(json, "options").items():
        if not isinstance(value, str | int | float):
            raise MalformedError(f"The option {name!r} must be text, a number or a truth value.")
        found[name] = value
    return found


def _field(value: Json) -> FieldValue:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, list):
        return [str(item) for item in value]
    raise MalformedError("A field of a window is text, a truth value or a list.")
