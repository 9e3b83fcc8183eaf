"""Gateway sessions: what a connection has identified as, and what it must be sent again after a gap. No sockets."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntFlag
from typing import Protocol

from sandbox.discord.jsontypes import JsonObject

# How many events a session keeps for a RESUME. Discord states no number; more than a bot misses in its short gaps.
_REPLAY_EVENTS = 1000
_SHARD_SHIFT = 22


class Intent(IntFlag):
    """https://discord.com/developers/docs/events/gateway#list-of-intents."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    DIRECT_MESSAGES = 1 << 12
    MESSAGE_CONTENT = 1 << 15


PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT


class Outlet(Protocol):
    """The live end of a session."""

    def send(self, payload: JsonObject) -> None: ...


@dataclass(slots=True, kw_only=True)
class Session:
    """One identified session, connected or in a gap."""

    id: str
    intents: Intent
    shard: tuple[int, int]
    outlet: Outlet | None
    sequence: int = 0
    sent: deque[JsonObject] = field(default_factory=lambda: deque[JsonObject](maxlen=_REPLAY_EVENTS))

    def hears(self, guild_id: int | None) -> bool:
        """Whether this shard gets the events of a server; direct messages go to shard 0."""
        number, count = self.shard
        return number == ((guild_id or 0) >> _SHARD_SHIFT) % count

    def dispatch(self, event: str, data: JsonObject) -> None:
        """Send an event now, or keep it for the RESUME."""
        self.sequence += 1
        payload: JsonObject = {"op": 0, "t": event, "s": self.sequence, "d": data}
        self.sent.append(payload)
        if self.outlet is not None:
            self.outlet.send(payload)

    def missed(self, sequence: int) -> list[JsonObject] | None:
        """Return the events after a sequence number, or None if they are no longer kept."""
        gap = self.sequence - sequence
        if gap < 0 or gap > len(self.sent):
            return None
        return list(self.sent)[len(self.sent) - gap :]


class Sessions:
    """All sessions of the bot."""

    def __init__(self) -> None:
        self._by_id: dict[str, Session] = {}

    def add(self, session: Session) -> None:
        self._by_id[session.id] = session

    def get(self, session_id: str) -> Session | None:
        return self._by_id.get(session_id)

    def forget(self, session_id: str) -> None:
        self._by_id.pop(session_id, None)

    def all(self) -> tuple[Session, ...]:
        return tuple(self._by_id.values())

    def dispatch(
        self,
        event: str,
        data: Callable[[Session], JsonObject],
        *,
        guild_id: int | None,
        intent: Intent | None = None,
    ) -> None:
        """Give an event to every session of that shard that asked for it; no intent means that all get it."""
        for session in self.all():
            if session.hears(guild_id) and (intent is None or intent in session.intents):
                session.dispatch(event, data(session))
