"""What all gateway connections share: the sessions, the identify budget, the settings. No sockets."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.discord.changes import Changes
from sandbox.discord.jsontypes import JsonObject
from sandbox.discord.sessions import Sessions
from sandbox.discord.state import World

_IDENTIFIES_PER_DAY = 1000
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """`identify_spacing_s` is Discord's max_concurrency: one identify in five seconds."""

    heartbeat_interval_s: float = 41.25
    identify_spacing_s: float = 5.0


class Hub:
    """`identified_at` has the moment of every IDENTIFY, refused ones included; `url` is where READY sends a RESUME."""

    def __init__(
        self, *, world: World, changes: Changes, now: Callable[[], datetime], settings: GatewaySettings
    ) -> None:
        self.world = world
        self.changes = changes
        self.now = now
        self.settings = settings
        self.sessions = Sessions()
        self.identified_at: list[datetime] = []
        self.resumes = 0
        self.refuses_sessions: int | None = None
        self.url = ""

    @property
    def connected(self) -> bool:
        """Whether a session is live: the bot hears what happens now."""
        return any(session.outlet is not None for session in self.sessions.all())

    def start_limit(self) -> JsonObject:
        """Return `session_start_limit` of GET /gateway/bot."""
        since = self.now() - _DAY
        used = [at for at in self.identified_at if at > since]
        reset = min(used) + _DAY - self.now() if used else timedelta()
        return {
            "total": _IDENTIFIES_PER_DAY,
            "remaining": max(0, _IDENTIFIES_PER_DAY - len(used)),
            "reset_after": reset // timedelta(milliseconds=1),
            "max_concurrency": 1,
        }

    def may_identify(self) -> bool:
        """Note an IDENTIFY, and say whether it keeps the distance from the one before."""
        moment = self.now()
        spacing = timedelta(seconds=self.settings.identify_spacing_s)
        early = bool(self.identified_at) and moment - self.identified_at[-1] < spacing
        self.identified_at.append(moment)
        return not early
