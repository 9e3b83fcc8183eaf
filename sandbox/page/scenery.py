"""The whole state for one viewer, and the parts of it that a feed sends again when they change."""

from dataclasses import dataclass

from sandbox.discord import User
from sandbox.discord.jsontypes import Json, JsonObject
from sandbox.oxen import PROMPT_WORDS
from sandbox.page.backstage import Backstage
from sandbox.page.faces import Faces
from sandbox.page.traffic import Traffic
from sandbox.page.troubles import Troubles


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenery:
    """Draws for a viewer; every method returns plain JSON."""

    backstage: Backstage
    faces: Faces
    traffic: Traffic
    troubles: Troubles

    def begin(self) -> int:
        """Return the id from which on a client that opens now sees private messages."""
        return self.backstage.discord.core.new_id()

    def state(self, viewer: User, *, since: int = 0) -> JsonObject:
        """Everything, so that a feed that begins, or was away, needs nothing else."""
        channels = self.faces.channels(viewer)
        return {
            "me": str(viewer.id),
            "since": str(since),
            "bot_id": str(self.backstage.discord.application_id),
            "people": [{**self.faces.person(user), "role": self.faces.role(user)} for user in self.backstage.people],
            "channels": [self.faces.channel(channel, viewer) for channel in channels],
            "commands": self.faces.commands(viewer, channels),
            "messages": [
                message for channel in channels for message in self.faces.messages(channel, viewer, since=since)
            ],
            "interactions": self.faces.waiting(viewer),
            "bot": self.bot(),
            "incident": self.incident(),
            "traffic": self.calls_since(0),
            "troubles": self.troubles.catalogue(),
            "words": [{"word": word, "meaning": found.meaning} for word, found in PROMPT_WORDS.items()],
        }

    def bot(self) -> JsonObject:
        """How the bot is, and what the account at Oxen was charged."""
        status, discord, oxen = self.backstage.bot.status, self.backstage.discord, self.backstage.oxen
        return {
            "state": status.state.value,
            "pid": status.pid,
            "exit_code": status.exit_code,
            "ready_after_s": status.ready_after_s,
            "gateway": discord.hub.connected,
            "streams": oxen.streams.open_now,
            "painted": sum(row.file is not None for row in oxen.ledger.generations),
            "charged_usd": float(oxen.ledger.charged_usd()),
        }

    def incident(self) -> JsonObject | None:
        return self.troubles.incident.as_json() if self.troubles.incident else None

    def calls_since(self, change: int) -> list[Json]:
        return [call.as_json() for call in self.traffic.since(change)]
