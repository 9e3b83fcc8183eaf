"""The gateway's door: takes WebSockets in, and breaks them when a test asks for it."""

from collections.abc import Mapping
from typing import cast

from aiohttp import WSCloseCode, web

from sandbox.discord.changes import ChangeKind
from sandbox.discord.connection import Connection
from sandbox.discord.hub import Hub
from sandbox.discord.jsontypes import Json, JsonObject
from sandbox.discord.opcodes import Close, Op

# Discord closes hard when a client does not answer the close frame.
_CLOSE_TIMEOUT_S = 1.0

ODD_EVENTS: Mapping[str, Json] = {
    "MESSAGE_CREATE": [1],
    "GUILD_CREATE": {"id": None},
    "INTERACTION_CREATE": {},
    "NOBODY_KNOWS_THIS": {},
}
"""What no client expects of a Discord: fields missing, of another type, or an event of a name yet to come."""


class Gateway:
    """All connections. Discord may end any of them at any time, in each of these ways."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._connections: list[Connection] = []
        self.accepting = True

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until either side ends it."""
        if not self.accepting:
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(max_msg_size=0, timeout=_CLOSE_TIMEOUT_S)
        await socket.prepare(request)
        compressed = request.query.get("compress") == "zlib-stream"
        connection = Connection(self._hub, socket, request.transport, compressed=compressed)
        self._connections.append(connection)
        try:
            await connection.run(version=request.query.get("v"))
        finally:
            self._connections.remove(connection)
            self._hub.changes.publish(ChangeKind.GATEWAY_CHANGED)
        return socket

    async def close_all(self, code: int = Close.UNKNOWN_ERROR) -> None:
        """Close every connection with this code; the sessions can be resumed."""
        for connection in tuple(self._connections):
            await connection.close(code)

    def drop_all(self) -> None:
        """Cut every connection without a close frame; the sessions can be resumed."""
        for connection in tuple(self._connections):
            connection.drop()

    def ask_to_reconnect(self) -> None:
        """Send RECONNECT: a client comes back and resumes."""
        for connection in tuple(self._connections):
            connection.send({"op": Op.RECONNECT, "d": None})

    def invalidate(self, *, resumable: bool = False) -> None:
        """Send INVALID_SESSION; a session that is not resumable is forgotten."""
        for connection in tuple(self._connections):
            connection.send({"op": Op.INVALID_SESSION, "d": resumable})
            if connection.session is not None and not resumable:
                self._hub.sessions.forget(connection.session.id)

    def dispatch(self, event: str, data: Json) -> None:
        """Send an event as it is to every session, whatever it asked for and however odd it looks."""
        for session in self._hub.sessions.all():
            session.dispatch(event, cast("JsonObject", data))

    async def send_raw(self, frame: str | bytes) -> None:
        """Send a frame as it is over every connection, past the compression."""
        for connection in tuple(self._connections):
            await connection.send_raw(frame)

    def refuse_sessions(self, code: int | None) -> None:
        """Close whatever begins or resumes a session with this code; None lets them in again."""
        self._hub.refuses_sessions = code

    async def stop(self) -> None:
        await self.close_all(WSCloseCode.GOING_AWAY)
