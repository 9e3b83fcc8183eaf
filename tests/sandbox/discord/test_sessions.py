"""What a gateway session hears, keeps, and sends again."""

from dataclasses import dataclass, field

from sandbox.discord import GatewaySettings, LocalDiscord
from sandbox.discord.changes import Changes
from sandbox.discord.hub import Hub
from sandbox.discord.jsontypes import JsonObject
from sandbox.discord.sessions import Intent, Session
from tests.sandbox.discord.samples import answered, asked, card, quiet_discord


@dataclass
class Ear:
    heard: list[JsonObject] = field(default_factory=list[JsonObject])

    def send(self, payload: JsonObject) -> None:
        self.heard.append(payload)

    def events(self) -> list[str]:
        return [str(payload["t"]) for payload in self.heard]


def listening(discord: LocalDiscord, intents: Intent, shard: tuple[int, int] = (0, 1)) -> Ear:
    ear = Ear()
    discord.hub.sessions.add(Session(id=f"s{shard}{intents}", intents=intents, shard=shard, outlet=ear))
    return ear


def test_interactions_are_heard_whatever_the_intents() -> None:
    ear = listening(discord := quiet_discord(), Intent(0))
    asked(discord)
    assert ear.events() == ["INTERACTION_CREATE"]


def test_messages_are_heard_only_by_intent() -> None:
    discord = quiet_discord()
    deaf, ear = listening(discord, Intent.GUILDS), listening(discord, Intent.GUILD_MESSAGES)
    discord.people.delete(discord.scene.sam, discord.people.say(discord.scene.sam, discord.scene.team, "hi"))
    assert (deaf.events(), ear.events()) == ([], ["MESSAGE_CREATE", "MESSAGE_DELETE"])


def test_what_people_write_is_empty_without_the_content_intent() -> None:
    discord = quiet_discord()
    blind = listening(discord, Intent.GUILD_MESSAGES)
    seeing = listening(discord, Intent.GUILD_MESSAGES | Intent.MESSAGE_CONTENT)
    discord.people.say(discord.scene.sam, discord.scene.team, "hi")
    contents = [each["content"] for ear in (blind, seeing) if isinstance(each := ear.heard[0]["d"], dict)]
    assert contents == ["", "hi"]


def test_the_bots_own_message_is_never_emptied() -> None:
    ear = listening(discord := quiet_discord(), Intent.GUILD_MESSAGES)
    answered(discord, card())
    (created,) = [each["d"] for each in ear.heard if each["t"] == "MESSAGE_CREATE"]
    assert isinstance(created, dict)
    assert created["components"]
    assert created["guild_id"] == str(discord.scene.guild.id)


def test_a_server_is_heard_by_its_shard_alone() -> None:
    discord = quiet_discord()
    mine = (discord.scene.guild.id >> 22) % 2
    here, there = listening(discord, Intent(0), (mine, 2)), listening(discord, Intent(0), (1 - mine, 2))
    asked(discord)
    assert (len(here.heard), len(there.heard)) == (1, 0)


def test_what_was_missed_is_sent_again_from_the_sequence_on() -> None:
    session = Session(id="s", intents=Intent(0), shard=(0, 1), outlet=None)
    for number in range(3):
        session.dispatch("EVENT", {"n": number})
    assert [each["d"] for each in session.missed(1) or ()] == [{"n": 1}, {"n": 2}]
    assert session.missed(3) == []
    assert session.missed(4) is None


def test_what_is_no_longer_kept_cannot_be_resumed() -> None:
    session = Session(id="s", intents=Intent(0), shard=(0, 1), outlet=None)
    for number in range(1001):
        session.dispatch("EVENT", {"n": number})
    assert session.missed(0) is None
    assert len(session.missed(1) or ()) == 1000


def test_identifies_keep_their_distance_and_are_counted() -> None:
    discord = quiet_discord()
    hub = Hub(world=discord.world, changes=Changes(), now=discord.core.clock.now, settings=GatewaySettings())
    assert [hub.may_identify(), hub.may_identify()] == [True, False]
    discord.circumstances.advance(5)
    assert hub.may_identify()
    assert hub.start_limit()["remaining"] == 997
