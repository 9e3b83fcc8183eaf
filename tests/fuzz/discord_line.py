"""The real client with all its features, and a Discord that is a function: payloads in, the bot's calls out."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Any, Self, cast

import aiohttp
import discord

from bot.client import FEATURES, EaselBot
from bot.refusals import Refusals
from bot.view import JobButton
from sandbox.discord.components import read_components, walk
from sandbox.discord.form import Form, Node
from sandbox.discord.jsontypes import Json, JsonObject
from tests.service.rig import Rig

BOT_ID = 9
COMMAND, PRESS, COMPLETE, SUBMIT = 2, 3, 4, 5
"""Interaction types (developer documentation, "Interaction Type")."""
BUTTON = 2
"""A component type (likewise, "Component Types")."""
EPHEMERAL = 64
JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One HTTP call of the bot: `body` is its JSON, also where it stands beside files."""

    method: str
    path: str
    body: JsonObject

    @property
    def message(self) -> JsonObject | None:
        """Give the message that it sends or edits, if it does."""
        data = self.body.get("data", self.body)
        return cast("JsonObject", data) if isinstance(data, dict) and "components" in data else None

    @property
    def is_private(self) -> bool:
        message = self.message or {}
        return bool(cast("int", message.get("flags", 0)) & EPHEMERAL)


class Answer:
    """As much of aiohttp's response as discord.py reads."""

    status = 200
    reason = "OK"

    def __init__(self, said: Json) -> None:
        self._said = said
        self.headers = {"content-type": JSON}

    async def text(self, encoding: str = "utf-8") -> str:
        del encoding
        return json.dumps(self._said)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class Session:
    """As much of aiohttp's session as discord.py uses for interactions; takes everything and keeps it."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def request(self, method: str, url: str, *, data: object = None, **how: object) -> Answer:
        del how
        path = str(url).partition("/api/v10")[2]
        self.calls.append(Call(method=method, path=path, body=_json_of(data)))
        # The first answer may come back whole, everything else is a message.
        return Answer(
            {"interaction": {"id": "1", "type": 2, "response_message_id": "77"}} if "callback" in path else MESSAGE
        )

    async def close(self) -> None:
        return None


def _json_of(data: object) -> JsonObject:
    if isinstance(data, aiohttp.FormData):
        parts = cast("list[tuple[dict[str, str], object, object]]", data._fields)  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType]
        data = next((content for options, _, content in parts if options["name"] == "payload_json"), None)
    return json.loads(data) if isinstance(data, str | bytes) else {}


USER: JsonObject = {"id": "7", "username": "ada", "discriminator": "0", "avatar": None, "global_name": None}
MESSAGE: JsonObject = {
    "id": "77",
    "channel_id": "8",
    "author": USER,
    "content": "",
    "timestamp": "2026-11-21T12:00:00+00:00",
    "edited_timestamp": None,
    "tts": False,
    "mention_everyone": False,
    "mentions": [],
    "mention_roles": [],
    "attachments": [],
    "embeds": [],
    "components": [],
    "flags": 1 << 15,
    "pinned": False,
    "type": 0,
}

_numbers = count(1000)


def interaction(kind: int, data: Json, *, user_id: int = 7, **more: Json) -> JsonObject:
    """Give an interaction as the gateway hands it over, with an id of its own."""
    number = str(next(_numbers))
    return {
        "id": number,
        "application_id": str(BOT_ID),
        "type": kind,
        "token": f"token-of-{number}",
        "version": 1,
        "channel_id": "8",
        "channel": {"id": "8", "type": 0, "name": "pictures", "position": 0, "permissions": "0"},
        "guild_id": "10",
        "guild": {"id": "10", "locale": "en-US", "features": []},
        "member": {
            "user": {**USER, "id": str(user_id)},
            "roles": [],
            "permissions": "0",
            "joined_at": None,
            "flags": 0,
        },
        "app_permissions": "0",
        "locale": "en-US",
        "guild_locale": "en-US",
        "entitlements": [],
        "authorizing_integration_owners": {},
        "context": 0,
        "attachment_size_limit": 10_485_760,
        "data": data,
        **more,
    }


def option(name: str, kind: int, value: Json) -> JsonObject:
    return {"name": name, "type": kind, "value": value}


def press(custom_id: str, message_id: str = "77", *, kind: int = BUTTON, **who: int) -> JsonObject:
    """Give a press on a message that holds this button: discord.py handles no other."""
    data: JsonObject = {"custom_id": custom_id, "component_type": kind, "id": 5}
    if kind != BUTTON:
        data["values"] = ["1"]
    button: JsonObject = {"type": BUTTON, "id": 5, "style": 2, "label": "a", "custom_id": custom_id}
    row: JsonObject = {"type": 1, "id": 4, "components": [button]}
    return interaction(PRESS, data, message={**MESSAGE, "id": message_id, "components": [row]}, **who)


class Line:
    """The bot as the gateway sees it; `left` is what nobody caught."""

    def __init__(self, bot: EaselBot, session: Session) -> None:
        self.bot = bot
        self._session = session
        self.left: list[BaseException | str] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: self.left.append(str(context)))

    async def hand_over(self, payload: JsonObject, event: str = "INTERACTION_CREATE") -> list[Call]:
        """Let the bot handle an event to its end, and give the calls that it made."""
        self._session.calls.clear()
        before = asyncio.all_tasks()
        self.bot._connection.parsers[event](cast("Any", payload))  # pyright: ignore[reportPrivateUsage]
        while tasks := asyncio.all_tasks() - before:
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            self.left += [error for error in ended if isinstance(error, BaseException)]
        return list(self._session.calls)


@asynccontextmanager
async def connected(rig: Rig, allowed_guilds: Iterable[int] = ()) -> AsyncGenerator[Line]:
    """Give a bot that is ready, without any socket."""
    bot = EaselBot(
        sync_to_guild=None,
        allowed_guilds=frozenset(allowed_guilds),
        refusals=Refusals(monotonic=rig.clock.monotonic),
    )
    bot.desk = rig.desk()
    session = Session()
    await bot._async_setup_hook()  # pyright: ignore[reportPrivateUsage]
    state = bot._connection  # pyright: ignore[reportPrivateUsage]
    # Every call names its own: edits by the bot's token have no default.
    state.allowed_mentions = None
    state.user = discord.ClientUser(state=state, data=cast("Any", {**USER, "id": str(BOT_ID), "bot": True}))
    bot.http._HTTPClient__session = cast("aiohttp.ClientSession", session)  # pyright: ignore[reportAttributeAccessIssue]
    bot.http._global_over = asyncio.Event()  # pyright: ignore[reportPrivateUsage]
    bot.http._global_over.set()  # pyright: ignore[reportPrivateUsage]
    bot.add_dynamic_items(JobButton)
    for feature in FEATURES:
        await bot.load_extension(feature)
    yield Line(bot, session)
    for feature in FEATURES:
        await bot.unload_extension(feature)


def judge(message: JsonObject) -> list[JsonObject]:
    """Give every component of a message; fails where the stand-in's rules say that Discord would refuse it."""
    form = Form()

    def media(url: Node, _uploaded_only: bool) -> JsonObject:  # noqa: FBT001 - the stand-in calls it so
        return {"url": url.value}

    found = read_components(Node(message["components"], form), v2=True, media=media)
    form.check()
    return list(walk(cast("Json", list(found))))


def words_of(call: Call) -> str:
    return "\n".join(str(c["content"]) for c in judge(call.message or {"components": []}) if "content" in c)


class Failures(logging.Handler):
    """Keeps the errors that are logged: each is something that nobody foresaw."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.seen.append(self.format(record))
