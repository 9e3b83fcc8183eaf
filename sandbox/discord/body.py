"""A request's body as values: JSON and files, however they were sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
from aiohttp import BodyPartReader, web

from sandbox.discord.errors import DiscordError, Problem
from sandbox.discord.form import Form
from sandbox.discord.jsontypes import Json, decode
from sandbox.discord.state import MIB, Upload

# https://discord.com/developers/docs/reference#uploading-files
MAX_BODY_BYTES = 25 * MIB
_FILE_FIELD = re.compile(r"files\[(\d+)\]")
_CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """`uploads` is by the number in `files[n]`."""

    json: Json = None
    uploads: Mapping[int, Upload] = field(default_factory=dict[int, Upload])


async def read_body(request: web.Request) -> Body:
    """Read a body whole. Raises DiscordError 40005 if it is too large, 50109 or 50035 if it cannot be read."""
    if not request.body_exists:
        return Body()
    if (request.content_length or 0) > MAX_BODY_BYTES:
        await _drain(request)
        raise DiscordError(Problem.TOO_LARGE)
    try:
        if request.content_type.startswith("multipart/"):
            return await _read_multipart(request)
        data = await request.read()
    except web.HTTPRequestEntityTooLarge:
        await _drain(request)
        raise DiscordError(Problem.TOO_LARGE) from None
    return Body(json=_parse(data) if data else None)


async def _drain(request: web.Request) -> None:
    """Take the rest in, as a client that is still sending would see a broken pipe instead of the answer."""
    async for _ in request.content.iter_chunked(_CHUNK_BYTES):
        pass


async def _read_multipart(request: web.Request) -> Body:
    payload: Json = None
    uploads: dict[int, Upload] = {}
    size_bytes = 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        data = bytes(await part.read())
        size_bytes += len(data)
        if size_bytes > MAX_BODY_BYTES:
            await _drain(request)
            raise DiscordError(Problem.TOO_LARGE)
        if part.name == "payload_json":
            payload = _parse(data)
        elif part.filename is not None:
            uploads[_number(part.name)] = Upload(filename=part.filename, data=data)
    return Body(json=payload, uploads=uploads)


def _number(field_name: str | None) -> int:
    match = _FILE_FIELD.fullmatch(field_name or "")
    if match is None:
        form = Form()
        form.refuse((field_name or "file",), "UPLOAD_FIELD_INVALID", "Files must be named files[n]")
        form.check()
    return int(match[1]) if match else 0


def _parse(data: bytes) -> Json:
    try:
        return decode(data)
    except orjson.JSONDecodeError:
        raise DiscordError(Problem.INVALID_JSON) from None
