"""One gateway connection: hello, heartbeats, identify, resume, zlib-stream. Knows sessions, not messages."""

import asyncio
import logging
import secrets
import zlib
from datetime import datetime, timedelta

import orjson
from aiohttp import WSCloseCode, WSMsgType, web

from sandbox.discord import payloads
from sandbox.discord.changes import ChangeKind
from sandbox.discord.hub import Hub
from sandbox.discord.jsontypes import Json, JsonObject, decode, encode
from sandbox.discord.opcodes import Close, Op
from sandbox.discord.sessions import PRIVILEGED, Intent, Session

_log = logging.getLogger(__name__)

API_VERSION = "10"
# https://discord.com/developers/docs/events/gateway#rate-limiting
_MAX_SENT_PER_MINUTE = 120
_MINUTE = timedelta(minutes=1)
# A client may be late by one beat before it counts as gone.
_BEATS_MISSED = 2
_MAX_CHUNK_MEMBERS = 1000


class _CloseNow(Exception):  # noqa: N818 -- not an error of ours: the way to end a connection with a code
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Connection:
    """One WebSocket. Everything leaves through one queue, so that the stream stays in order."""

    def __init__(
        self,
        hub: Hub,
        socket: web.WebSocketResponse,
        transport: asyncio.Transport | None,
        *,
        compressed: bool,
    ) -> None:
        self._hub = hub
        self._socket = socket
        self._transport = transport
        self._deflater = zlib.compressobj() if compressed else None
        self._outbox: asyncio.Queue[JsonObject] = asyncio.Queue()
        self._received_at: list[datetime] = []
        self._heard = True
        self.session: Session | None = None

    def send(self, payload: JsonObject) -> None:
        self._outbox.put_nowait(payload)

    async def send_raw(self, frame: str | bytes) -> None:
        if isinstance(frame, str):
            await self._socket.send_str(frame)
        else:
            await self._socket.send_bytes(frame)

    async def close(self, code: int) -> None:
        """Close with a code; the session can be resumed unless the client says otherwise."""
        self._detach()
        await self._socket.close(code=code)

    def drop(self) -> None:
        """Let the connection vanish without a word, as a broken line does."""
        self._detach()
        if self._transport is not None:
            self._transport.abort()

    def _detach(self) -> None:
        if self.session is not None and self.session.outlet is self:
            self.session.outlet = None

    async def run(self, *, version: str | None) -> None:
        self.send({"op": Op.HELLO, "d": {"heartbeat_interval": round(self._hub.settings.heartbeat_interval_s * 1000)}})
        tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._watch_heartbeat())]
        try:
            await self._read(version)
        except _CloseNow as ending:
            await self.close(ending.code)
        finally:
            self._detach()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _said_goodbye(self, code: object) -> None:
        """A client that closes with 1000 or 1001 gives its session up; any other end can be resumed."""
        if self.session is not None and code in (WSCloseCode.OK, WSCloseCode.GOING_AWAY):
            self._hub.sessions.forget(self.session.id)

    async def _write(self) -> None:
        while True:
            data = encode(await self._outbox.get())
            try:
                if self._deflater is None:
                    await self._socket.send_str(data.decode())
                else:
                    compressed = self._deflater.compress(data) + self._deflater.flush(zlib.Z_SYNC_FLUSH)
                    await self._socket.send_bytes(compressed)
            except ConnectionError:
                _log.debug("a gateway connection ended while it was written to")
                return

    async def _watch_heartbeat(self) -> None:
        while self._heard:
            self._heard = False
            await asyncio.sleep(self._hub.settings.heartbeat_interval_s * _BEATS_MISSED)
        await self.close(Close.SESSION_TIMED_OUT)

    async def _read(self, version: str | None) -> None:
        if version != API_VERSION:
            raise _CloseNow(Close.INVALID_API_VERSION)
        # `async for` would hide whether the client closed, or just went away.
        while True:
            frame = await self._socket.receive()
            if frame.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                if frame.type is WSMsgType.CLOSE:
                    self._said_goodbye(frame.data)
                return
            self._limit_rate()
            payload = _decoded(frame.data)
            self._receive(payload.get("op"), payload.get("d"))

    def _limit_rate(self) -> None:
        moment = self._hub.now()
        self._received_at = [at for at in self._received_at if moment - at < _MINUTE]
        self._received_at.append(moment)
        if len(self._received_at) > _MAX_SENT_PER_MINUTE:
            raise _CloseNow(Close.RATE_LIMITED)

    def _receive(self, op: Json, data: Json) -> None:
        if op == Op.HEARTBEAT:
            self._heard = True
            self.send({"op": Op.HEARTBEAT_ACK})
            return
        if op in (Op.IDENTIFY, Op.RESUME):
            self._begin(data if isinstance(data, dict) else {}, resume=op == Op.RESUME)
            return
        if op not in (Op.PRESENCE_UPDATE, Op.VOICE_STATE_UPDATE, Op.REQUEST_GUILD_MEMBERS):
            raise _CloseNow(Close.UNKNOWN_OPCODE)
        if self.session is None:
            raise _CloseNow(Close.NOT_AUTHENTICATED)
        if op == Op.REQUEST_GUILD_MEMBERS and isinstance(data, dict):
            self._send_members(self.session, data)

    def _begin(self, data: JsonObject, *, resume: bool) -> None:
        if self.session is not None:
            raise _CloseNow(Close.ALREADY_AUTHENTICATED)
        if data.get("token") != self._hub.world.application.token:
            raise _CloseNow(Close.AUTHENTICATION_FAILED)
        if self._hub.refuses_sessions is not None:
            if not resume:
                self._hub.may_identify()
            raise _CloseNow(self._hub.refuses_sessions)
        if resume:
            self._resume(data)
        else:
            self._identify(data)
        self._hub.changes.publish(ChangeKind.GATEWAY_CHANGED)

    def _identify(self, data: JsonObject) -> None:
        intents = data.get("intents")
        if not isinstance(intents, int):
            raise _CloseNow(Close.INVALID_INTENTS)
        asked = Intent(intents)
        if asked & PRIVILEGED & ~Intent(self._hub.world.application.privileged_intents):
            raise _CloseNow(Close.DISALLOWED_INTENTS)
        shard = _shard(data.get("shard"))
        if not self._hub.may_identify():
            self.send({"op": Op.INVALID_SESSION, "d": False})
            return
        session = Session(id=secrets.token_hex(16), intents=asked, shard=shard, outlet=self)
        self.session = session
        self._hub.sessions.add(session)
        self._welcome(session)

    def _welcome(self, session: Session) -> None:
        world = self._hub.world
        here = [guild for guild in world.guilds.values() if session.hears(guild.id)]
        here = [guild for guild in here if world.application.bot_id in guild.members]
        ready: JsonObject = {
            "v": 10,
            "user": payloads.current_user(world),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in here],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self._hub.url,
            "shard": list(session.shard),
            "application": {"id": str(world.application.id), "flags": 0},
            "private_channels": [],
            "relationships": [],
            "user_settings": {},
        }
        session.dispatch("READY", ready)
        if Intent.GUILDS in session.intents:
            for guild in here:
                session.dispatch("GUILD_CREATE", payloads.guild_create(world, guild))

    def _resume(self, data: JsonObject) -> None:
        session = self._hub.sessions.get(str(data.get("session_id")))
        sequence = data.get("seq")
        missed = session.missed(sequence) if session and isinstance(sequence, int) else None
        if session is None or missed is None:
            self.send({"op": Op.INVALID_SESSION, "d": False})
            return
        self._hub.resumes += 1
        self.session, session.outlet = session, self
        for payload in missed:
            self.send(payload)
        session.dispatch("RESUMED", {})

    def _send_members(self, session: Session, data: JsonObject) -> None:
        guild = self._hub.world.guilds.get(int(str(data.get("guild_id"))))
        if guild is None:
            return
        wanted = data.get("user_ids")
        ids = {str(found) for found in wanted} if isinstance(wanted, list) else {str(wanted)}
        members = [member for member in guild.members.values() if wanted is None or str(member.user_id) in ids]
        chunk: JsonObject = {
            "guild_id": str(guild.id),
            "members": [payloads.member(self._hub.world, found) for found in members[:_MAX_CHUNK_MEMBERS]],
            "chunk_index": 0,
            "chunk_count": 1,
            "nonce": data.get("nonce"),
        }
        session.dispatch("GUILD_MEMBERS_CHUNK", chunk)


def _decoded(frame: str | bytes) -> JsonObject:
    try:
        payload = decode(frame.encode() if isinstance(frame, str) else frame)
    except orjson.JSONDecodeError:
        raise _CloseNow(Close.DECODE_ERROR) from None
    if not isinstance(payload, dict):
        raise _CloseNow(Close.DECODE_ERROR)
    return payload


def _shard(value: Json) -> tuple[int, int]:
    if value is None:
        return (0, 1)
    if isinstance(value, list) and len(value) == 2:  # noqa: PLR2004 -- [shard_id, num_shards]
        number, count = value
        if isinstance(number, int) and isinstance(count, int) and 0 <= number < count:
            return (number, count)
    raise _CloseNow(Close.INVALID_SHARD)
