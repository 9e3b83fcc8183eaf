"""Row J of the matrix, the start: what is away is waited for, and the commands are written once, with the real bot."""

import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sandbox.discord import GatewaySettings, LocalDiscord, Settings
from sandbox.discord.commands import CommandType
from sandbox.oxen import Account, LocalOxen, Refuse
from sandbox.oxen.answers import unauthenticated
from tests.e2e.bot_process import Bot
from tests.e2e.town import usual_knobs

pytestmark = pytest.mark.e2e

KEY = "key-of-the-tests-of-the-start"
READY = "bot.client: ready"
OURS = {"imagine", "edit", "inbox", "help"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@asynccontextmanager
async def surroundings(folder: Path, **more: str) -> AsyncGenerator[tuple[LocalDiscord, LocalOxen, Bot]]:
    """Give a Discord that runs, an Oxen that does not yet, and a bot that is not started."""
    port = free_port()
    discord = LocalDiscord(Settings(gateway=GatewaySettings(identify_spacing_s=0)))
    oxen = LocalOxen(account=Account(key=KEY), knobs=usual_knobs())
    async with discord:
        addresses = {"OXEN_API_URL": f"http://127.0.0.1:{port}/api", "OXEN_API_KEY": KEY}
        async with Bot({**discord.environment(), **addresses, **more}, folder) as bot:
            try:
                yield discord, oxen, bot
            finally:
                if port_is_taken(port):
                    await oxen.stop()


def port_is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def port_of(bot: Bot) -> int:
    return int(bot.environment["OXEN_API_URL"].rpartition(":")[2].partition("/")[0])


async def test_j4_oxen_is_waited_for_before_any_login_and_the_bot_goes_on(tmp_path: Path) -> None:
    async with surroundings(tmp_path) as (discord, oxen, bot):
        await bot.start(until="Oxen is waited for")
        assert discord.log.all() == ()
        await oxen.start(port=port_of(bot))
        await bot.says(READY, timeout_s=20)
        assert bot.log().count("is waited for") == 1
        assert len(discord.hub.identified_at) == 1


async def test_j4_a_database_that_is_away_is_waited_for_and_a_stop_is_heard_meanwhile(tmp_path: Path) -> None:
    url = f"postgresql://easel:secret-of-easel@127.0.0.1:{free_port()}/easel"
    async with surroundings(tmp_path, DATABASE_URL=url) as (discord, _, bot):
        await bot.start(until="the database is waited for")
        assert discord.log.all() == ()
        assert await bot.stop() == 0


async def test_j5_a_key_of_an_earlier_life_is_waited_for(tmp_path: Path) -> None:
    async with surroundings(tmp_path) as (_, oxen, bot):
        await oxen.start(port=port_of(bot))
        await bot.start()
        assert await bot.stop() == 0
        for route in ("GET /ai/queue", "GET /events"):
            oxen.faults.add(Refuse(route=route, answer=unauthenticated()), times=3)
        await bot.start(until="Oxen refuses the key in OXEN_API_KEY, though it has worked")
        await bot.says("Oxen takes the key in OXEN_API_KEY again")


def names(discord: LocalDiscord, guild_id: int | None) -> list[str]:
    return sorted(str(command["name"]) for command in discord.world.commands.get(guild_id, ()))


async def test_j10_each_command_is_once_in_the_picker_and_the_entry_point_stays(tmp_path: Path) -> None:
    async with surroundings(tmp_path) as (discord, oxen, bot):
        await oxen.start(port=port_of(bot))
        guild_id = discord.scene.pictures.guild_id
        discord.world.commands[None] = (
            {
                "id": "5",
                "type": int(CommandType.PRIMARY_ENTRY_POINT),
                "name": "launch",
                "description": "",
                "handler": 2,
            },
        )
        for here in (None, guild_id, None):
            bot.environment["DISCORD_GUILD_ID"] = str(here or "")
            await bot.start()
            assert set(names(discord, here)) - {"launch"} >= OURS
            assert set(names(discord, guild_id if here is None else None)) <= {"launch"}
            assert "launch" in names(discord, None)
            await bot.stop()


async def test_j10_commands_that_discord_refuses_twice_end_the_start_with_its_reason(tmp_path: Path) -> None:
    async with surroundings(tmp_path) as (discord, oxen, bot):
        await oxen.start(port=port_of(bot))
        discord.faults.refuse(r"/commands$", 400, code=50045, message="Too odd", times=9, method="PUT")
        await bot.start(until="Discord does not take the bot's commands (code 50045: Too odd)")
        assert len(discord.hub.identified_at) == 0
