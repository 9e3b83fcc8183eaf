"""Reads what the browser sent: JSON, or a form with JSON in it and files beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
from aiohttp import web

from sandbox.discord import Upload
from sandbox.discord.jsontypes import JsonObject, decode
from sandbox.page.values import MalformedError

JSON_FIELD = "request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request's JSON, and its files by the name of the option or field that they are for, in order."""

    json: JsonObject
    files: Mapping[str, Sequence[Upload]]


async def read(request: web.Request) -> Sent:
    """Raises MalformedError."""
    if not request.content_type.startswith("multipart/"):
        return Sent(json=_object(await request.read()), files={})
    form = await request.post()
    files: dict[str, list[Upload]] = {}
    for name, value in form.items():
        if isinstance(value, web.FileField):
            files.setdefault(name, []).append(Upload(filename=value.filename, data=value.file.read()))
    text = form.get(JSON_FIELD)
    return Sent(json=_object(text.encode() if isinstance(text, str) else b""), files=files)


def _object(data: bytes) -> JsonObject:
    try:
        value = decode(data)
    except orjson.JSONDecodeError:
        raise MalformedError("This is not JSON.") from None
    if not isinstance(value, dict):
        raise MalformedError("A request is a JSON object.")
    return value
