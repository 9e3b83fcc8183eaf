"""Reads from Discord's MESSAGE_CREATE whether a person speaks to the bot; keeps no words and knows no client."""

from dataclasses import dataclass
from typing import cast

ORDINARY_TYPES = (0, 19)
"""A message and a reply; every other type is Discord's own (developer documentation, "Message Types")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a person spoke to the bot; a direct message has no server."""

    channel_id: int
    guild_id: int | None


def read_address(data: object, *, own_id: int) -> Address | None:
    """Return where a person wrote to the bot, or None for whatever else was written."""
    message = _mapping(data)
    channel_id, guild_id = _id(message.get("channel_id")), _id(message.get("guild_id"))
    if channel_id is None or not _is_of_a_person(message):
        return None
    to_the_bot = bool(message.get("content")) if guild_id is None else _mentions(message, own_id)
    return Address(channel_id=channel_id, guild_id=guild_id) if to_the_bot else None


def _is_of_a_person(message: dict[str, object]) -> bool:
    author = _mapping(message.get("author"))
    is_ordinary = message.get("type") in ORDINARY_TYPES and message.get("webhook_id") is None
    return is_ordinary and bool(author) and not author.get("bot") and not author.get("system")


def _mentions(message: dict[str, object], own_id: int) -> bool:
    """Tell whether the bot itself is named: a reply pings it without, and so do a role and everyone."""
    content, mentioned = message.get("content"), message.get("mentions")
    if not isinstance(content, str) or not isinstance(mentioned, list):
        return False
    ids = {_id(_mapping(user).get("id")) for user in cast("list[object]", mentioned)}
    return own_id in ids and any(written in content for written in (f"<@{own_id}>", f"<@!{own_id}>"))


def _mapping(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _id(value: object) -> int | None:
    return int(value) if isinstance(value, str) and value.isdecimal() else None
