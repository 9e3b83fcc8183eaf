"""What the page's requests work on: the two servers, the bot, the log, the troubles; and who and where is meant."""

from dataclasses import dataclass

from sandbox.discord import Channel, Interaction, LocalDiscord, Message, User
from sandbox.discord.jsontypes import JsonObject
from sandbox.oxen import LocalOxen
from sandbox.page.bell import Bell
from sandbox.page.keeper import BotKeeper
from sandbox.page.values import id_in


class UnknownThingError(LookupError):
    """The page named a person, a place, a message or an interaction that is not there (any more)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backstage:
    """Everything that stands behind the page. The methods read what a request names; they raise UnknownThingError."""

    discord: LocalDiscord
    oxen: LocalOxen
    bot: BotKeeper
    bell: Bell

    @property
    def people(self) -> list[User]:
        """Return who can be played: everybody who shares a server with the bot, but neither owners nor bots."""
        world = self.discord.world
        owners = {guild.owner_id for guild in world.guilds.values()}
        members = {user_id for guild in world.guilds.values() for user_id in guild.members} - owners
        return [user for user in world.users.values() if user.id in members and not user.bot]

    def person(self, named: str) -> User:
        """Return a person by name, as links have them, or by id; the first one if nobody is named."""
        found = next((user for user in self.people if named in ("", user.username, str(user.id))), None)
        if found is None:
            raise UnknownThingError("There is no such person here.")
        return found

    def viewer(self, sent: JsonObject) -> User:
        named = sent.get("as")
        return self.person(named if isinstance(named, str) else "")

    def channel(self, sent: JsonObject) -> Channel:
        found = self.discord.world.channels.get(id_in(sent, "channel"))
        if found is None:
            raise UnknownThingError("This channel is gone.")
        return found

    def message(self, sent: JsonObject) -> Message:
        found = self.discord.world.messages.get(id_in(sent, "message"))
        if found is None:
            raise UnknownThingError("This message is gone.")
        return found

    def interaction(self, sent: JsonObject) -> Interaction:
        found = self.discord.world.interactions.get(id_in(sent, "interaction"))
        if found is None:
            raise UnknownThingError("This window belongs to a sandbox that is over.")
        return found
