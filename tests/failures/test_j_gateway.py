"""Row J of the matrix: the line to Discord, by the real discord.py, before a Discord that no documentation shows."""

import asyncio
import copy
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot.boundary import report_left_over
from bot.client import EaselBot, point_discord_at
from bot.credentials import CredentialWatch, ProvenSecrets
from bot.errors import ServiceRefusedError
from bot.gateway import IDENTIFIES_KEPT, IDENTIFY_BACKOFF, LOGIN_BACKOFF, Gateway
from bot.refusals import Refusals
from sandbox.discord import GatewaySettings, LocalDiscord, Settings
from sandbox.discord.jsontypes import Json, JsonObject
from tests.fakes import ManualClock
from tests.fuzz.discord_line import COMMAND, PRESS, SUBMIT, interaction, option, press
from tests.service.memory_store import MemoryStore
from tests.service.rig import PATIENCE_S, open_rig

pytestmark = pytest.mark.e2e

COMMANDED: JsonObject = {"id": "1", "name": "inbox", "type": 1, "options": []}
ASKED: JsonObject = {"id": "1", "name": "imagine", "type": 1, "options": [option("prompt", 3, "a cat")]}


class Town:
    """A Discord, and the bot's line to it, on a clock that waits for nothing."""

    def __init__(self, discord: LocalDiscord, folder: Path, clock: ManualClock) -> None:
        self.discord = discord
        self.clock = clock
        self.bot = EaselBot(
            sync_to_guild=None, allowed_guilds=frozenset(), refusals=Refusals(monotonic=clock.monotonic)
        )
        watch = CredentialWatch(
            "the token",
            discord.token,
            service="Discord",
            proven=ProvenSecrets(folder / "proven"),
            monotonic=clock.monotonic,
            remedy="Make a new one.",
        )
        self.gateway = Gateway(self.bot, token=discord.token, watch=watch, monotonic=clock.monotonic, sleep=clock.sleep)
        self.task = asyncio.create_task(self.gateway.run())

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                assert not self.task.done(), self.task
                await asyncio.sleep(0.005)

    async def is_open(self) -> None:
        await self.until(lambda: self.gateway.is_open() and self.discord.hub.connected)

    @property
    def identified(self) -> int:
        return len(self.discord.hub.identified_at)

    @property
    def answers(self) -> int:
        return sum("/callback" in call.template for call in self.discord.log.all())

    async def still_serves(self) -> None:
        """Fail unless a command that comes now is answered."""
        before = self.answers
        self.discord.people.command(self.discord.scene.robin, self.discord.scene.pictures, "inbox")
        await self.until(lambda: self.answers > before)


@asynccontextmanager
async def living(folder: Path) -> AsyncGenerator[Town]:
    clock = ManualClock()
    settings = Settings(gateway=GatewaySettings(identify_spacing_s=0))
    async with LocalDiscord(settings) as discord, open_rig(MemoryStore(clock), clock) as rig:
        asyncio.get_running_loop().set_exception_handler(report_left_over)
        point_discord_at(discord.api_url, discord.gateway_url)
        town = Town(discord, folder, clock)
        town.bot.desk = rig.desk()
        try:
            yield town
        finally:
            town.task.cancel()
            with suppress(asyncio.CancelledError, ServiceRefusedError):
                await town.task
            await town.gateway.leave()
            await town.gateway.close()


@pytest.fixture
async def town(tmp_path: Path) -> AsyncGenerator[Town]:
    async with living(tmp_path) as town:
        await town.is_open()
        yield town


ODD_EVENTS: list[tuple[str, Json]] = [
    ("GUILD_ROLE_UPDATE", {"guild_id": "1"}),
    ("THREAD_CREATE", {"id": "1", "guild_id": "1", "parent_id": "2", "type": 11}),
    ("GUILD_SOUNDBOARD_SOUND_CREATE", {"sound": [1]}),
    ("GUILD_CREATE", {"id": "not a number"}),
    ("CHANNEL_UPDATE", None),
    ("MESSAGE_CREATE", []),
    ("ENTITLEMENT_CREATE", {}),
    ("USER_UPDATE", {}),
    ("READY", {}),
    ("RESUMED", None),
    ("A_NEW_ONE", {"x": 1}),
    ("INTERACTION_CREATE", None),
    ("INTERACTION_CREATE", {}),
    ("INTERACTION_CREATE", {k: v for k, v in interaction(COMMAND, COMMANDED).items() if k != "data"}),
    ("INTERACTION_CREATE", interaction(PRESS, None)),
    ("INTERACTION_CREATE", interaction(SUBMIT, {})),
    ("INTERACTION_CREATE", interaction(99, COMMANDED)),
]


async def test_j2_events_that_cannot_be_read_cost_themselves_alone(town: Town) -> None:
    for name, data in ODD_EVENTS:
        town.discord.gateway.dispatch(name, data)
    await town.still_serves()
    assert town.identified == 1


def changed(payload: JsonObject) -> list[JsonObject]:
    """Give every payload that lacks one field or has another type there, at the first two levels."""
    found: list[JsonObject] = []
    for key, value in payload.items():
        odd: list[JsonObject] = [{**payload, key: None}, {**payload, key: [7]}]
        found += [{k: v for k, v in payload.items() if k != key}, *odd]
        if isinstance(value, dict):
            for inner in value:
                for other in (None, [7], "x"):
                    twisted = copy.deepcopy(payload)
                    twisted[key][inner] = other  # pyright: ignore[reportIndexIssue, reportCallIssue, reportArgumentType, reportOptionalSubscript]
                    found.append(twisted)
    return found


async def test_j2_no_interaction_with_an_odd_field_ends_the_line(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    for payload in (interaction(COMMAND, ASKED), press("easel:info:1")):
        for odd in changed(payload):
            town.discord.gateway.dispatch("INTERACTION_CREATE", odd)
    await town.still_serves()
    assert town.identified == 1
    assert not [record for record in caplog.records if record.name == "asyncio"]


@pytest.mark.parametrize(
    "frame",
    ['{"op": 77, "d": null}', "[]", "7", "no json", '{"op": 0, "t": ["x"], "d": 1}', '{"op": 0, "t": "READY"}', "{}"],
)
async def test_j2_text_that_is_no_message_is_dropped(town: Town, frame: str) -> None:
    await town.discord.gateway.send_raw(frame)
    await town.still_serves()
    assert town.identified == 1


async def test_j2_bytes_that_cannot_be_unpacked_end_the_connection_and_the_session_goes_on(town: Town) -> None:
    await town.discord.gateway.send_raw(b"\xff" * 40 + b"\x00\x00\xff\xff")
    await town.until(lambda: town.discord.hub.resumes == 1)
    await town.still_serves()
    assert town.identified == 1


@pytest.mark.parametrize("code", [1000, 1001, 4000, 4001, 4002, 4008, 4009, 4010, 4011, 4013, 4014, 4999])
async def test_j3_whatever_code_closes_the_gateway_it_comes_back(
    town: Town, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    await town.discord.gateway.close_all(code)
    await town.until(lambda: town.discord.hub.resumes + town.identified == 2)
    await town.still_serves()
    if code in {4011, 4013, 4014}:
        (said,) = [record.getMessage() for record in caplog.records if f"close code {code}" in record.getMessage()]
        assert said.startswith("Discord ")


async def test_j3_a_gateway_that_is_gone_for_long_costs_no_session_and_is_found_again(town: Town) -> None:
    town.discord.gateway.accepting = False
    town.discord.gateway.drop_all()
    await town.until(lambda: len(town.clock.slept) > 50)
    assert town.identified == 1
    town.discord.gateway.accepting = True
    await town.is_open()
    await town.still_serves()


async def test_j3_sessions_that_are_never_let_in_cost_a_few_hundred_a_day(town: Town) -> None:
    town.discord.gateway.refuse_sessions(4000)
    before, began_s = town.identified, town.clock.monotonic()
    town.discord.gateway.drop_all()
    await town.until(lambda: town.identified > before + 20)
    a_day = (town.identified - before) / (town.clock.monotonic() - began_s) * 24 * 3600
    assert a_day < 700


async def test_j3_the_last_sessions_of_a_day_are_never_used_up(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    now = town.discord.hub.now()
    town.discord.hub.identified_at += [now] * (1000 - IDENTIFIES_KEPT)
    town.discord.gateway.invalidate()
    await town.until(lambda: max(town.clock.slept, default=0) > 3600)
    assert "hardly any more logins" in caplog.text


async def test_j5_a_token_that_is_refused_mid_life_is_tried_over_http_until_it_is_taken(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    refusals = town.discord.faults.refuse("/users/@me", status=401, times=10**6)
    await town.discord.gateway.close_all(4004)
    await town.until(lambda: town.clock.slept.count(LOGIN_BACKOFF.cap_s) > 12)
    assert town.identified == 1
    assert [r.levelname for r in caplog.records if "Discord refuses the token" in r.getMessage()] == [
        "WARNING",
        "CRITICAL",
    ]
    refusals.cancel()
    await town.is_open()
    await town.still_serves()
    assert "Discord takes the token again" in caplog.text


async def test_j5_a_token_that_never_worked_ends_the_bot_and_one_of_an_earlier_life_does_not(tmp_path: Path) -> None:
    async with living(tmp_path) as first:
        first.discord.faults.refuse("/users/@me", status=401)
        with pytest.raises(ServiceRefusedError):
            await asyncio.wait_for(first.task, PATIENCE_S)
        ProvenSecrets(tmp_path / "proven").note(first.discord.token)
        again = Town(first.discord, tmp_path, first.clock)
        again.bot.desk = first.bot.desk
        first.discord.faults.refuse("/users/@me", status=401, times=3)
        await again.is_open()
        again.task.cancel()
        await again.gateway.close()


async def test_j4_a_login_that_fails_again_and_again_leaves_no_session_open(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with living(tmp_path) as town:
        town.discord.faults.refuse("/users/@me", status=400, times=5)
        await town.is_open()
    assert [r.getMessage() for r in caplog.records if "cannot be reached" in r.getMessage()] == [
        "Discord cannot be reached (HTTP 400); it is tried again until it can"
    ]
    assert "Unclosed" not in caplog.text
    assert IDENTIFY_BACKOFF.cap_s not in town.clock.slept


async def test_j10_an_old_form_of_a_command_is_answered_with_what_to_do(town: Town) -> None:
    old: JsonObject = {"id": "1", "name": "imagine", "type": 1, "options": [option("words", 3, "a cat")]}
    gone: JsonObject = {"id": "1", "name": "paint", "type": 1, "options": []}
    for data in (old, gone):
        town.discord.gateway.dispatch("INTERACTION_CREATE", interaction(COMMAND, data))
    await town.until(lambda: town.answers == 2)
    bodies = [str(call.body) for call in town.discord.log.all() if "/callback" in call.template]
    assert ["old form of this command" in body for body in bodies] == [True, True]
