"""A plain client of the local Oxen: what a test says, without HTTP's words."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from sandbox.oxen import LocalOxen
from sandbox.oxen.jsontext import JsonObject, as_list, as_object, read

PROMPT: JsonObject = {"model": "flux-2-dev", "prompt": "a red cube"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    content_type: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> JsonObject:
        parsed = as_object(read(self.body))
        assert parsed is not None
        return parsed

    def rows(self, name: str = "generations") -> list[JsonObject]:
        return [as_object(item) or {} for item in as_list(self.json[name]) or []]


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    oxen: LocalOxen
    session: aiohttp.ClientSession

    async def call(
        self, method: str, path: str, *, json: object = None, headers: dict[str, str] | None = None
    ) -> Reply:
        """Call a path below /api, or a whole URL."""
        url = path if path.startswith("http") else self.oxen.api_url + path
        sent = {"Authorization": f"Bearer {self.oxen.account.key}"} if headers is None else headers
        async with self.session.request(method, url, json=json, headers=sent) as response:
            return Reply(
                status=response.status,
                content_type=response.content_type,
                headers=dict(response.headers),
                body=await response.read(),
            )

    async def enqueue(self, order: JsonObject = PROMPT, **more: object) -> str:
        """Order one picture; return its generation id."""
        reply = await self.call("POST", "/ai/queue", json={**order, **more})
        assert reply.status == 200, reply.body
        return str(reply.rows()[0]["generation_id"])

    async def row(self, generation_id: str) -> JsonObject:
        return (await self.call("GET", f"/ai/queue/{generation_id}")).json

    async def ended(self, order: JsonObject = PROMPT, **more: object) -> JsonObject:
        """Order one picture, wait for its end, return its row."""
        generation_id = await self.enqueue(order, **more)
        await self.wait_for_end(generation_id)
        return await self.row(generation_id)

    async def wait_for_end(self, generation_id: str) -> None:
        def has_ended() -> bool:
            row = self.oxen.ledger.get(generation_id)
            return row is not None and row.status.is_terminal

        await self.oxen.wait_for(has_ended)

    @asynccontextmanager
    async def stream(self) -> AsyncGenerator[aiohttp.StreamReader]:
        """Open the event stream, and wait until the server counts it."""
        open_before = self.oxen.streams.open_now
        headers = {"Authorization": f"Bearer {self.oxen.account.key}"}
        async with self.session.get(self.oxen.api_url + "/events", headers=headers) as response:
            await self.oxen.wait_for(lambda: self.oxen.streams.open_now > open_before)
            yield response.content


async def next_event(stream: aiohttp.StreamReader) -> tuple[str, bytes]:
    """Read one event's name and data, comments skipped."""
    lines = (await stream.readuntil(b"\n\n")).decode().splitlines()
    if lines[0].startswith(":"):
        return await next_event(stream)
    return lines[0].removeprefix("event: "), lines[1].removeprefix("data: ").encode()
