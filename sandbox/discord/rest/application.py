"""The bot itself: its user, its application, its commands, and where the gateway is."""

from sandbox.discord import payloads
from sandbox.discord.changes import ChangeKind
from sandbox.discord.commands import lacks_entry_point, read_commands, with_ids
from sandbox.discord.errors import DiscordError, Problem
from sandbox.discord.jsontypes import Json
from sandbox.discord.rest.calls import Call, Reply, Route


def current_user(call: Call) -> Reply:
    return Reply(json=payloads.current_user(call.core.world))


def current_application(call: Call) -> Reply:
    return Reply(json=payloads.application(call.core.world))


def gateway(call: Call) -> Reply:
    return Reply(json={"url": call.core.hub.url})


def gateway_bot(call: Call) -> Reply:
    hub = call.core.hub
    return Reply(json={"url": hub.url, "shards": 1, "session_start_limit": hub.start_limit()})


def _guild_id(call: Call) -> int | None:
    """Return the server whose commands are meant, None for the global ones. Raises DiscordError 10002 or 50001."""
    if call.id("application_id") != call.core.world.application.id:
        raise DiscordError(Problem.UNKNOWN_APPLICATION)
    if "guild_id" not in call.params:
        return None
    guild_id = call.id("guild_id")
    guild = call.core.world.guilds.get(guild_id)
    if guild is None or call.core.world.application.bot_id not in guild.members:
        raise DiscordError(Problem.MISSING_ACCESS)
    return guild_id


def list_commands(call: Call) -> Reply:
    commands = call.core.world.commands.get(_guild_id(call), ())
    return Reply(json=list[Json](commands))


def set_commands(call: Call) -> Reply:
    world, guild_id = call.core.world, _guild_id(call)
    before = world.commands.get(guild_id, ())
    commands = read_commands(call.body.json)
    if lacks_entry_point(commands, before):
        raise DiscordError(Problem.ENTRY_POINT_MISSING)
    world.commands[guild_id] = with_ids(
        commands,
        before=before,
        application_id=world.application.id,
        guild_id=guild_id,
        new_id=call.core.new_id,
    )
    call.core.changes.publish(ChangeKind.COMMANDS_SET)
    return list_commands(call)


ROUTES = (
    Route(method="GET", template="/users/@me", endpoint=current_user),
    Route(method="GET", template="/oauth2/applications/@me", endpoint=current_application),
    Route(method="GET", template="/applications/@me", endpoint=current_application),
    Route(method="GET", template="/gateway", endpoint=gateway, open=True),
    Route(method="GET", template="/gateway/bot", endpoint=gateway_bot),
    Route(method="GET", template="/applications/{application_id}/commands", endpoint=list_commands),
    Route(method="PUT", template="/applications/{application_id}/commands", endpoint=set_commands),
    Route(method="GET", template="/applications/{application_id}/guilds/{guild_id}/commands", endpoint=list_commands),
    Route(method="PUT", template="/applications/{application_id}/guilds/{guild_id}/commands", endpoint=set_commands),
)
