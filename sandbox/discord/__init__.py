"""A local Discord that the real bot talks to over real sockets: REST v10, gateway v10, CDN.

    async with LocalDiscord() as discord:
        environment = discord.environment()            # DISCORD_* variables for `python -m bot`
        await discord.wait_for(lambda: discord.hub.connected and discord.people.commands(robin, pictures))
        asked = discord.people.command(robin, pictures, "imagine", {"prompt": "a cube"}, {"image": Upload(...)})
        message = await discord.wait_for(lambda: discord.message_of(asked))
        assert discord.progress(asked) is Progress.ANSWERED and "Queued" in discord.text(message)
        discord.people.press(robin, message, discord.buttons(message)[0].custom_id)

What hangs on a `LocalDiscord`:

- `scene`: the people and places of the start: `guild`, `robin`, `sam` (members), `max` (may manage messages),
  `pictures`, `team` (text channels), `thread`, `dm` (Robin's). `builder` adds more, before the bot connects.
- `people`: what people do: `command`, `autocomplete` (await it), `press`, `choose`, `submit` (a window), `use_on`
  (menus), `say`, `delete`; `commands` is what the picker offers. They raise ClientRefusedError where Discord's
  client would not send.
- Questions: `messages(channel, seen_by=)`, `current(message)`, `versions(message)`, `answer_of(interaction)` (its
  `modal`, `choices`), `message_of(interaction)`, `follow_ups_of`, `progress(interaction)`, `payload(message)`; of
  one version of a message: `text`, `buttons`, `gallery` (filename, data, description, spoiler), `accent`. Messages
  are immutable versions: what `wait_for` returned does not change, ask `current` for how it is now.
- `wait_for(condition)`: the first true result, asked again after every change; `changes.subscribe(listener)` hears
  them all.
- `log`: every request of the bot: `all(method, template)`, `count`, `by_route`, `subscribe(hook)` (to check bodies
  against the OpenAPI file: `template` is the path there), with status, milliseconds, JSON and files; tokens are
  left out.
- `faults`: for the next requests whose path matches: `delay`, `hold`, `refuse`, `rate_limit`, `lose_answer`,
  `hold_answer`.
- `gateway`: `drop_all`, `close_all(code)`, `ask_to_reconnect`, `invalidate`, `accepting`. `hub`: `connected`,
  `identified_at`, `resumes`.
- `circumstances`: `advance(seconds)` (the clock of tokens, links and the three seconds; snowflakes follow it),
  `expire_token`, `limit_uploads`, `refuse_words`, `refuse_pictures`, `forget_uploads`, `delete_message`,
  `delete_channel`, `delete_guild`, `remove_bot`, `deny`, `close_thread`.
- `world`: the whole state as plain values, to read.

It refuses what Discord refuses. Two IDENTIFYs within five seconds get INVALID_SESSION, as there: a test that
restarts its bot at once gives `Settings(gateway=GatewaySettings(identify_spacing_s=0))`.
"""

from sandbox.discord.changes import Change, ChangeKind, WaitedTooLongError
from sandbox.discord.errors import ClientRefusedError, DiscordError, Problem
from sandbox.discord.hub import GatewaySettings
from sandbox.discord.permissions import Permission
from sandbox.discord.reading import Button, Picture
from sandbox.discord.record import Recorded
from sandbox.discord.server import LocalDiscord, Settings
from sandbox.discord.state import (
    Answer,
    CallbackType,
    Channel,
    Guild,
    Interaction,
    InteractionType,
    Message,
    MessageFlag,
    Progress,
    Upload,
    User,
    Version,
)

__all__ = [
    "Answer",
    "Button",
    "CallbackType",
    "Change",
    "ChangeKind",
    "Channel",
    "ClientRefusedError",
    "DiscordError",
    "GatewaySettings",
    "Guild",
    "Interaction",
    "InteractionType",
    "LocalDiscord",
    "Message",
    "MessageFlag",
    "Permission",
    "Picture",
    "Problem",
    "Progress",
    "Recorded",
    "Settings",
    "Upload",
    "User",
    "Version",
    "WaitedTooLongError",
]
