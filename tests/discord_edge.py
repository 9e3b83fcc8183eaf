"""discord.py's outermost calls, as far as one message needs them, and its errors as Discord makes them."""

from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import aiohttp
import discord
from discord.components import _component_factory  # pyright: ignore[reportPrivateUsage] - it reads what Discord sends

if TYPE_CHECKING:
    from discord.types.components import Component as ComponentPayload


def refused(status: int, code: int = 0) -> discord.HTTPException:
    """Return the error that discord.py raises for an answer of Discord's; code 0 is a page of a proxy's."""
    return answered(status, {"code": code, "message": "made up"} if code else "<html>")


def answered(status: int, body: Mapping[str, object] | str) -> discord.HTTPException:
    """Return the error that discord.py raises for an answer with this body: JSON, or a page."""
    headers = {"content-type": "application/json" if isinstance(body, Mapping) else "text/html"}
    response = cast("aiohttp.ClientResponse", SimpleNamespace(status=status, reason="made up", headers=headers))
    kinds = {403: discord.Forbidden, 404: discord.NotFound}
    kind = discord.DiscordServerError if status >= 500 else kinds.get(status, discord.HTTPException)
    return kind(response, body if isinstance(body, str) else dict(body))


UNAUTHORIZED = {"message": "401: Unauthorized", "code": 0}


def message_with(view: discord.ui.LayoutView | None = None, **more: object) -> discord.Message:
    """Give a message that shows a view, its components read by discord.py as they come back from Discord."""
    numbers = count(1)

    def numbered(component: object) -> object:
        if isinstance(component, dict):
            read = cast("dict[str, object]", component)
            marked = {"id": next(numbers)} if "type" in read else {}
            return marked | {key: numbered(value) for key, value in read.items()}
        return (
            [numbered(part) for part in cast("list[object]", component)] if isinstance(component, list) else component
        )

    sent = view.to_components() if view else []
    read = [_component_factory(cast("ComponentPayload", numbered(component))) for component in sent]
    return cast("discord.Message", SimpleNamespace(**{"id": 77, "components": read} | more))


class Edge:
    """One way to a message: each call meets the next of `answers`, an error or None; arguments are kept."""

    def __init__(self) -> None:
        self.message = message_with()
        self.answers: deque[BaseException | None] = deque()
        self.calls: list[tuple[str, dict[str, object]]] = []

    async def edit_message(self, message_id: int, **how: object) -> discord.Message:
        return self._message("edit", message_id=message_id, **how)

    async def edit(self, **how: object) -> discord.Message:
        return self._message("edit", **how)

    async def fetch_message(self, message_id: object) -> discord.Message:
        return self._message("fetch", message_id=message_id)

    async def delete_message(self, message_id: int) -> None:
        self._message("delete", message_id=message_id)

    async def delete(self) -> None:
        self._message("delete")

    def _message(self, call: str, **how: object) -> discord.Message:
        self.calls.append((call, how))
        answer = self.answers.popleft() if self.answers else None
        if answer is not None:
            raise answer
        return self.message


def channel(kind: type[discord.TextChannel | discord.Thread] = discord.TextChannel, *, nsfw: bool = False) -> object:
    """Return a channel as an interaction brings it, as far as the cogs read it."""
    made = object.__new__(kind)
    made.name = "garden"
    if isinstance(made, discord.TextChannel):
        made.nsfw = nsfw
    return made


class Response:
    """The first answer to an interaction: takes one, or meets the next of `answers`."""

    def __init__(self) -> None:
        self.answers: deque[BaseException | None] = deque()
        self.said: list[tuple[str, dict[str, object]]] = []
        self.message_id: int | None = 77

    def is_done(self) -> bool:
        return bool(self.said)

    async def send_message(self, **what: object) -> SimpleNamespace:
        self._say("message", what)
        return SimpleNamespace(message_id=self.message_id)

    async def defer(self) -> None:
        self._say("defer", {})

    async def edit_message(self, **what: object) -> None:
        self._say("edit", what)

    def _say(self, kind: str, what: dict[str, object]) -> None:
        answer = self.answers.popleft() if self.answers else None
        if answer is not None:
            raise answer
        self.said.append((kind, what))


class FakeInteraction:
    """A command or a press, with what the cogs read of it."""

    def __init__(self, client: object = None, *, user_id: int = 7, moderator: bool = False, number: int = 1) -> None:
        self.client = client
        self.id = number
        self.user = SimpleNamespace(id=user_id, display_name="Robin")
        self.data: dict[str, object] = {}
        self.permissions = discord.Permissions(manage_messages=moderator)
        self.channel_id, self.guild_id, self.application_id = 8, 10, 9
        self.channel: object = channel(nsfw=False)
        self.token = "interaction token"
        self.created_at = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
        self.filesize_limit = 100
        self.command: object = None
        self.message: object = None
        self.namespace = SimpleNamespace()
        self.response = Response()
        self.taken_back = False
        self.followup = SimpleNamespace(send=self._follow_up)
        self.followed_up: list[dict[str, object]] = []

    async def delete_original_response(self) -> None:
        self.taken_back = True

    async def _follow_up(self, **what: object) -> None:
        self.followed_up.append(what)


def text_of(said: dict[str, object]) -> str:
    """Give all words of a message."""
    view = said["view"]
    assert isinstance(view, discord.ui.LayoutView)
    return "\n".join(item.content for item in view.walk_children() if isinstance(item, discord.ui.TextDisplay))
