"""What the page's tests share: one demo with the real bot, one browser, and visits that watch over themselves."""

import importlib.util
import os
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from sandbox.bot_process import LOG_FILE
from sandbox.browser import ARGUMENTS, Visit, find_chromium
from sandbox.demo import Demo, open_demo
from sandbox.discord import GatewaySettings, LocalDiscord, Settings
from sandbox.page.keeper import BotState
from tests.e2e_page.by_hand import ByHand, page_by_hand
from tests.e2e_page.visit import Visitors

if TYPE_CHECKING:
    from playwright.async_api import Browser

PAINTING_S = (0.6, 0.7)
DARK_S = 0.1


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Demo]:
    """Give both servers, the real bot and the page; the bot may come back at once after it was killed."""
    discord = LocalDiscord(Settings(gateway=GatewaySettings(identify_spacing_s=0)))
    folder = tmp_path_factory.mktemp("demo")
    async with open_demo(folder=folder, discord=discord, painting_s=PAINTING_S, dark_s=DARK_S) as opened:
        yield opened
        assert opened.bot.status.state is BotState.RUNNING, (folder / LOG_FILE).read_text()[-5000:]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncGenerator["Browser"]:
    refuse = pytest.fail if "EASEL_DEMAND_BROWSER" in os.environ else pytest.skip
    if importlib.util.find_spec("playwright") is None:
        refuse("Playwright is not installed: it is in the development requirements.")
    path = find_chromium()
    if path is None:
        refuse("There is no Chromium on this machine: install it to test the page in a real browser.")
    from playwright.async_api import async_playwright  # noqa: PLC0415 - only where it is installed

    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        await opened.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def visit(browser: "Browser", demo: Demo) -> AsyncGenerator[Visit]:
    """Open the page once for a module whose tests leave nothing behind."""
    opened = Visitors(browser, demo.page.url)
    yield await opened.open()
    await opened.leave()


@pytest_asyncio.fixture(loop_scope="session")
async def visitors(browser: "Browser", demo: Demo) -> AsyncGenerator[Visitors]:
    """Open the page as somebody; at the end no visit may have seen an error or asked another machine."""
    opened = Visitors(browser, demo.page.url)
    yield opened
    await opened.leave()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def by_hand(browser: "Browser") -> AsyncGenerator[ByHand]:
    """Open a page whose bot is the test itself."""
    async with page_by_hand(browser) as hand:
        yield hand
