"""What the end-to-end tests share: two servers and one bot a module, watched over in every test."""

from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.discord import GatewaySettings, LocalDiscord, Settings
from sandbox.oxen import Account, LocalOxen
from tests.e2e.openapi import SentBodies
from tests.e2e.town import NO_LIMITS, Town, running_town, usual_knobs

OXEN_KEY = "key-of-the-end-to-end-tests"


@pytest.fixture(scope="module")
def environment() -> Mapping[str, str]:
    """Settings of the bot beside the addresses; a module with other needs has a fixture of the same name."""
    return NO_LIMITS


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def servers() -> AsyncGenerator[tuple[LocalDiscord, LocalOxen]]:
    """Give a Discord, which allows a bot to come back at once, and an Oxen; check at the end what Discord was sent."""
    settings = Settings(gateway=GatewaySettings(identify_spacing_s=0))
    bodies = SentBodies()
    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(LocalDiscord(settings))
        oxen = await stack.enter_async_context(LocalOxen(account=Account(key=OXEN_KEY), knobs=usual_knobs()))
        discord.log.subscribe(bodies.note)
        yield discord, oxen
    bodies.check()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_town(
    servers: tuple[LocalDiscord, LocalOxen], environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Town]:
    async with running_town(*servers, tmp_path_factory.mktemp("bot"), environment) as town:
        await town.bot.start()
        yield town


@pytest_asyncio.fixture(loop_scope="module")
async def town(shared_town: Town) -> AsyncGenerator[Town]:
    """Give the module's town, with everything in order."""
    shared_town.begin()
    yield shared_town
    shared_town.calm()
    shared_town.check_log(shared_town.log())


@pytest_asyncio.fixture(loop_scope="module")
async def own_town(
    servers: tuple[LocalDiscord, LocalOxen], environment: Mapping[str, str], tmp_path: Path
) -> AsyncGenerator[Town]:
    """Give a town whose bot belongs to this test alone, with a fresh database, not yet started."""
    async with running_town(*servers, tmp_path, environment) as town:
        town.begin()
        yield town
        town.calm()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Function) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the log of the bot beside a failure."""
    report = yield
    for fixture in item.funcargs.values():
        if report.failed and isinstance(fixture, Town):
            report.sections.append(("log of the bot", fixture.log()))
    return report
