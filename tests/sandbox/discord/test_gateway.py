"""The gateway as a client sees it on the wire: hello, close codes, resume, compression."""

import zlib
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest

from sandbox.discord import GatewaySettings, LocalDiscord, Settings
from sandbox.discord.jsontypes import Json, JsonObject, decode, encode
from sandbox.discord.opcodes import Close, Op
from sandbox.discord.sessions import Intent

pytestmark = pytest.mark.e2e

PLAIN = "?v=10&encoding=json"


class Line:
    """A gateway connection without a library's patience."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def send(self, op: int, data: Json) -> None:
        await self.socket.send_bytes(encode({"op": op, "d": data}))

    async def receive(self) -> JsonObject:
        payload = decode((await self.socket.receive_str()).encode())
        assert isinstance(payload, dict)
        return payload

    async def closed_with(self) -> int | None:
        """Return the close code, whatever comes before it."""
        async for _ in self.socket:
            pass
        return self.socket.close_code


Open = Callable[[str], Awaitable[Line]]


@pytest.fixture
async def discord() -> AsyncIterator[LocalDiscord]:
    async with LocalDiscord() as running:
        yield running


async def opening(discord: LocalDiscord) -> AsyncIterator[Open]:
    async with aiohttp.ClientSession() as session:

        async def connect(query: str = PLAIN) -> Line:
            line = Line(await session.ws_connect(discord.gateway_url + query))
            if query == PLAIN:
                assert (await line.receive())["op"] == Op.HELLO
            return line

        yield connect


@pytest.fixture
async def connect(discord: LocalDiscord) -> AsyncIterator[Open]:
    async for connect in opening(discord):
        yield connect


def identity(discord: LocalDiscord, **changed: Json) -> JsonObject:
    return {"token": discord.token, "intents": int(Intent.GUILDS), "properties": {}, **changed}


async def ready(discord: LocalDiscord, line: Line) -> JsonObject:
    """Identify and return what READY says."""
    await line.send(Op.IDENTIFY, identity(discord))
    payload = await line.receive()
    assert payload["t"] == "READY"
    assert (await line.receive())["t"] == "GUILD_CREATE"
    data = payload["d"]
    assert isinstance(data, dict)
    return data


async def test_identify_is_welcomed(discord: LocalDiscord, connect: Open) -> None:
    data = await ready(discord, await connect(PLAIN))
    assert data["resume_gateway_url"] == discord.gateway_url
    assert data["guilds"] == [{"id": str(discord.scene.guild.id), "unavailable": True}]
    assert discord.hub.connected


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"token": "wrong"}, Close.AUTHENTICATION_FAILED),
        ({"intents": None}, Close.INVALID_INTENTS),
        ({"intents": int(Intent.MESSAGE_CONTENT)}, Close.DISALLOWED_INTENTS),
        ({"shard": [1, 1]}, Close.INVALID_SHARD),
    ],
)
async def test_a_wrong_identity_is_closed_with_its_code(
    discord: LocalDiscord, connect: Open, changed: JsonObject, code: Close
) -> None:
    line = await connect(PLAIN)
    await line.send(Op.IDENTIFY, identity(discord, **changed))
    assert await line.closed_with() == code


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"{", Close.DECODE_ERROR),
        (b"[]", Close.DECODE_ERROR),
        (b'{"op": 99}', Close.UNKNOWN_OPCODE),
        (b'{"op": 3, "d": {}}', Close.NOT_AUTHENTICATED),
    ],
)
async def test_nonsense_is_closed_with_its_code(connect: Open, sent: bytes, code: Close) -> None:
    line = await connect(PLAIN)
    await line.socket.send_bytes(sent)
    assert await line.closed_with() == code


async def test_another_version_is_not_spoken(connect: Open) -> None:
    line = await connect("?v=9&encoding=json")
    assert await line.closed_with() == Close.INVALID_API_VERSION


async def test_one_connection_identifies_once(discord: LocalDiscord, connect: Open) -> None:
    line = await connect(PLAIN)
    await ready(discord, line)
    await line.send(Op.IDENTIFY, identity(discord))
    assert await line.closed_with() == Close.ALREADY_AUTHENTICATED


async def test_the_second_identify_in_five_seconds_is_turned_away(discord: LocalDiscord, connect: Open) -> None:
    await ready(discord, await connect(PLAIN))
    second = await connect(PLAIN)
    await second.send(Op.IDENTIFY, identity(discord))
    assert await second.receive() == {"op": Op.INVALID_SESSION, "d": False}
    discord.circumstances.advance(5)
    await ready(discord, await connect(PLAIN))


async def resumed(discord: LocalDiscord, connect: Open, session_id: Json, sequence: int) -> JsonObject:
    """Resume and return the first thing that comes."""
    line = await connect(PLAIN)
    await line.send(Op.RESUME, {"token": discord.token, "session_id": session_id, "seq": sequence})
    return await line.receive()


async def test_a_session_outlives_a_broken_line_but_not_a_goodbye(discord: LocalDiscord, connect: Open) -> None:
    line = await connect(PLAIN)
    session_id = (await ready(discord, line))["session_id"]
    discord.gateway.drop_all()
    await discord.wait_for(lambda: not discord.hub.connected)
    assert (await resumed(discord, connect, session_id, 1))["t"] == "GUILD_CREATE"
    assert discord.hub.resumes == 1


async def test_a_goodbye_ends_the_session(discord: LocalDiscord, connect: Open) -> None:
    line = await connect(PLAIN)
    session_id = (await ready(discord, line))["session_id"]
    await line.socket.close(code=1000)
    await discord.wait_for(lambda: not discord.hub.connected)
    assert await resumed(discord, connect, session_id, 2) == {"op": Op.INVALID_SESSION, "d": False}


async def test_an_invalidated_session_cannot_be_resumed(discord: LocalDiscord, connect: Open) -> None:
    line = await connect(PLAIN)
    session_id = (await ready(discord, line))["session_id"]
    discord.gateway.invalidate()
    assert await line.receive() == {"op": Op.INVALID_SESSION, "d": False}
    assert await resumed(discord, connect, session_id, 2) == {"op": Op.INVALID_SESSION, "d": False}


async def test_heartbeats_are_answered(connect: Open) -> None:
    line = await connect(PLAIN)
    await line.send(Op.HEARTBEAT, None)
    assert await line.receive() == {"op": Op.HEARTBEAT_ACK}


async def test_who_does_not_beat_is_closed() -> None:
    async with LocalDiscord(Settings(gateway=GatewaySettings(heartbeat_interval_s=0.005))) as discord:
        async for connect in opening(discord):
            line = await connect(PLAIN)
            assert await line.closed_with() == Close.SESSION_TIMED_OUT


async def test_members_are_told_on_request(discord: LocalDiscord, connect: Open) -> None:
    line = await connect(PLAIN)
    await ready(discord, line)
    scene = discord.scene
    await line.send(Op.REQUEST_GUILD_MEMBERS, {"guild_id": str(scene.guild.id), "user_ids": [str(scene.sam.id)]})
    chunk = (await line.receive())["d"]
    assert isinstance(chunk, dict)
    assert f"'{scene.sam.id}'" in str(chunk["members"])
    assert f"'{scene.robin.id}'" not in str(chunk["members"])


async def test_zlib_stream_is_one_stream_with_a_flush_per_message(discord: LocalDiscord, connect: Open) -> None:
    line = await connect(PLAIN + "&compress=zlib-stream")
    inflater = zlib.decompressobj()
    hello = await line.socket.receive_bytes()
    await line.send(Op.IDENTIFY, identity(discord))
    welcome = await line.socket.receive_bytes()
    assert hello.endswith(b"\x00\x00\xff\xff")
    assert b'"op":10' in inflater.decompress(hello)
    assert b'"t":"READY"' in inflater.decompress(welcome)


async def test_a_closed_gateway_takes_nobody_in(discord: LocalDiscord, connect: Open) -> None:
    discord.gateway.accepting = False
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await connect(PLAIN)
