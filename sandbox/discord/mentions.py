"""Whom a text pings, given what the sender allowed. Pure."""

import re
from collections.abc import Iterable

from sandbox.discord.form import Node
from sandbox.discord.state import Mentions

_USER = re.compile(r"<@!?(\d{15,20})>")
_ROLE = re.compile(r"<@&(\d{15,20})>")
_EVERYONE = re.compile(r"@(?:everyone|here)\b")
EVERY_KIND = frozenset({"users", "roles", "everyone"})
USERS_ONLY = frozenset({"users"})


def read_mentions(texts: Iterable[str], allowed: Node, *, default: frozenset[str]) -> Mentions:
    """Return who is pinged by these texts.

    `default` is what counts where the request has no `allowed_mentions`: users only in answers to interactions,
    everything in other messages and in their edits.
    """
    text = "\n".join(texts)
    users = [int(found) for found in _USER.findall(text)]
    roles = [int(found) for found in _ROLE.findall(text)]
    parse = default
    if allowed.given:
        parse = frozenset(kind for node in allowed["parse"].items() if (kind := node.text()) is not None)
    return Mentions(
        user_ids=_allowed(users, "users", parse, allowed),
        role_ids=_allowed(roles, "roles", parse, allowed),
        everyone="everyone" in parse and _EVERYONE.search(text) is not None,
    )


def _allowed(found: list[int], kind: str, parse: frozenset[str], allowed: Node) -> tuple[int, ...]:
    if kind not in parse:
        listed = {node.integer() for node in allowed[kind].items()}
        found = [number for number in found if number in listed]
    return tuple(dict.fromkeys(found))
