"""Says in a few words what a request of the bot did, so that its log can be read by people. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence

from sandbox.discord import CallbackType
from sandbox.discord.jsontypes import Json, JsonObject

_KILO, _MEGA = 1000, 1_000_000
_LONGEST = 48
_EPHEMERAL = 1 << 6


def discord_words(method: str, template: str, body: Json, sizes: Sequence[int]) -> str:
    """Say what a request to Discord did; `template` is its path in Discord's OpenAPI file."""
    sent: JsonObject = body if isinstance(body, dict) else {}
    for known, tell in _DISCORD.items():
        if re.fullmatch(known, f"{method} {template}"):
            return tell(sent, sizes)
    return f"{method} {template}"


def oxen_words(method: str, path: str, body: Json) -> str:
    """Say what a request to Oxen did; `path` may have a query."""
    sent: JsonObject = body if isinstance(body, dict) else {}
    bare = path.partition("?")[0].removeprefix("/api")
    for known, tell in _OXEN.items():
        if re.fullmatch(known, f"{method} {bare}"):
            return tell(sent)
    return f"{method} {bare}"


def is_completion(words: str) -> bool:
    """Tell whether this is one of the many answers while a person types."""
    return words.startswith(_COMPLETED)


def _callback(sent: JsonObject, sizes: Sequence[int]) -> str:
    data = sent.get("data")
    data = data if isinstance(data, dict) else {}
    kind = sent.get("type")
    match kind:
        case CallbackType.MESSAGE:
            private = isinstance(flags := data.get("flags"), int) and bool(flags & _EPHEMERAL)
            return f"answered{' privately' if private else ''} with a card{_load(data, sizes)}"
        case CallbackType.UPDATE_MESSAGE:
            return f"changed the card{_load(data, sizes)}"
        case CallbackType.AUTOCOMPLETE:
            return f"{_COMPLETED}: {_count(data.get('choices'), 'choice')}"
        case CallbackType.MODAL:
            return f"opened a window: {_cut(str(data.get('title')))}"
        case _:
            return "said that it thinks" if kind == CallbackType.DEFERRED_MESSAGE else "took the press of a button"


def _edit(how: str) -> Callable[[JsonObject, Sequence[int]], str]:
    return lambda sent, sizes: f"edited the card{how}{_load(sent, sizes)}"


def _load(data: JsonObject, sizes: Sequence[int]) -> str:
    """Say how many pictures a message has, and how much of them is new."""
    files = data.get("attachments")
    count = max(len(files) if isinstance(files, list) else 0, len(sizes))
    if not count:
        return ""
    new = f", {_size(sum(sizes))}" if sizes else ", none new"
    return f": {count} picture{'s' if count > 1 else ''}{new}"


def _size(size_bytes: int) -> str:
    return f"{size_bytes / _MEGA:.1f} MB" if size_bytes >= _MEGA else f"{size_bytes / _KILO:.0f} kB"


def _count(value: Json, noun: str) -> str:
    count = len(value) if isinstance(value, list) else 0
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + "\u2026"


def _plainly(words: str) -> Callable[[JsonObject, Sequence[int]], str]:
    return lambda _sent, _sizes: words


def _order(sent: JsonObject) -> str:
    many = sent.get("num_generations")
    count = many if isinstance(many, int) and many > 1 else 1
    what = "a picture" if count == 1 else f"{count} pictures"
    prompt = sent.get("prompt")
    return f"ordered {what}: {_cut(prompt)}" if isinstance(prompt, str) and prompt else f"ordered {what}"


def _say(words: str) -> Callable[[JsonObject], str]:
    return lambda _sent: words


_COMPLETED = "completed while somebody types"
_ID = r"[^/ ]+"
_DISCORD: Mapping[str, Callable[[JsonObject, Sequence[int]], str]] = {
    rf"POST /interactions/{_ID}/{_ID}/callback": _callback,
    rf"PATCH /webhooks/{_ID}/{_ID}/messages/{_ID}": _edit(""),
    rf"PATCH /channels/{_ID}/messages/{_ID}": _edit(" by its own token"),
    rf"POST /webhooks/{_ID}/{_ID}": lambda sent, sizes: f"sent another message{_load(sent, sizes)}",
    rf"POST /channels/{_ID}/messages": lambda sent, sizes: f"posted a message{_load(sent, sizes)}",
    rf"DELETE /(?:webhooks/{_ID}|channels)/{_ID}/messages/{_ID}": _plainly("deleted the message"),
    rf"GET /(?:webhooks/{_ID}|channels)/{_ID}/messages/{_ID}": _plainly("looked at the card"),
    rf"GET /channels/{_ID}/messages": _plainly("looked through the channel's messages"),
    rf"GET /channels/{_ID}": _plainly("looked at the channel"),
    rf"PUT /applications/{_ID}(?:/guilds/{_ID})?/commands": _plainly("registered its commands"),
    rf"GET /applications/{_ID}(?:/guilds/{_ID})?/commands": _plainly("read which commands it has"),
    r"GET /users/@me": _plainly("asked who it is"),
    r"GET /users/@me/guilds": _plainly("asked in which servers it is"),
    rf"GET /guilds/{_ID}(?:/.*)?": _plainly("looked at the server"),
    r"GET /(?:oauth2/applications|applications)/@me": _plainly("asked what its application may do"),
    r"GET /gateway(?:/bot)?": _plainly("asked where the gateway is"),
}
_OXEN: Mapping[str, Callable[[JsonObject], str]] = {
    r"POST /ai/queue": _order,
    r"GET /ai/queue": _say("looked at what is under way"),
    rf"GET /ai/queue/{_ID}": _say("asked how a picture is doing"),
    rf"(?:DELETE|POST) /ai/queue/{_ID}(?:/cancel)?": _say("cancelled a picture"),
    r"GET /ai/generations": _say("looked through the history"),
    rf"GET /ai/generations/{_ID}": _say("asked how a picture is doing"),
    r"GET /ai/models": _say("asked which models there are"),
    rf"GET /ai/models/{_ID}": _say("asked about a model"),
    r"GET /events": _say("listens for finished pictures"),
    r"GET /repos/.+": _say("fetched the picture"),
    r"GET /(?:user|users)(?:/.*)?": _say("asked whose key it has"),
}
