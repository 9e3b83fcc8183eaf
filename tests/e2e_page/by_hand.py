"""A bot without a bot: the tests write its answers themselves, over REST."""

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp

from sandbox.browser import Visit
from sandbox.discord import Interaction, InteractionType, LocalDiscord, Progress, Upload
from sandbox.discord.jsontypes import Json, JsonObject
from sandbox.oxen import LocalOxen
from sandbox.page import Backstage, Bell, BotKeeper, PageServer
from tests.e2e_page.visit import Visitors
from tests.sandbox.page.lives import Lives

if TYPE_CHECKING:
    from playwright.async_api import Browser

MESSAGE, UPDATE, MODAL = 4, 7, 9
V2 = 1 << 15


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """A visit to a page whose bot is the test."""

    visit: Visit
    discord: LocalDiscord
    session: aiohttp.ClientSession

    async def register(self, *commands: Json) -> None:
        path = f"/applications/{self.discord.application_id}/commands"
        headers = {"Authorization": f"Bot {self.discord.token}"}
        async with self.session.put(self.discord.api_url + path, json=commands, headers=headers) as response:
            assert response.status == 200, await response.text()

    async def use(self, command: str) -> None:
        """Send a command without options."""
        await self.visit.begin(command)
        await self.visit.page.keyboard.press("Enter")

    async def answer(
        self, asked: InteractionType, kind: int, data: JsonObject, files: Sequence[Upload] = ()
    ) -> Interaction:
        """Wait for an unanswered interaction of a kind, and answer the newest."""
        interaction = await self.discord.wait_for(lambda: self._unanswered(asked))
        form = aiohttp.FormData()
        form.add_field("payload_json", json.dumps({"type": kind, "data": data}), content_type="application/json")
        for number, file in enumerate(files):
            form.add_field(f"files[{number}]", file.data, filename=file.filename)
        path = f"/interactions/{interaction.id}/{interaction.token}/callback"
        async with self.session.post(self.discord.api_url + path, data=form) as response:
            assert response.status == 204, await response.text()
        return interaction

    async def let_it_wait(self, count: int) -> None:
        """Let three seconds pass over an interaction that makes them more than `count`."""
        await self.discord.wait_for(lambda: self.interactions > count)
        self.discord.circumstances.advance(4)

    @property
    def interactions(self) -> int:
        return len(self.discord.world.interactions)

    async def show(self, components: list[Json], files: Sequence[Upload] = ()) -> None:
        """Answer a command with a message of these components."""
        before = await self.visit.page.locator(".message:not(.pending)").count()
        await self.use("change")
        await self.answer(InteractionType.COMMAND, MESSAGE, {"flags": V2, "components": components}, files)
        await self.visit.page.locator(".message:not(.pending)").nth(before).wait_for()

    def _unanswered(self, asked: InteractionType) -> Interaction | None:
        newest = reversed(self.discord.world.interactions.values())
        return next((each for each in newest if each.type is asked and self.waits(each)), None)

    def waits(self, interaction: Interaction) -> bool:
        """Whether Discord would still take an answer to this."""
        return self.discord.progress(interaction) is Progress.WAITING


async def at_once() -> None:
    """Be ready."""


@asynccontextmanager
async def page_by_hand(browser: "Browser") -> AsyncGenerator[ByHand]:
    """Open the page on servers without a bot, with one command, /change, and one in the menu of messages."""
    discord, oxen, bell = LocalDiscord(), LocalOxen(), Bell()
    bot = BotKeeper(start=Lives().start, ready=at_once, bell=bell)
    page = PageServer(Backstage(discord=discord, oxen=oxen, bot=bot, bell=bell))
    async with discord, oxen, page, aiohttp.ClientSession() as session:
        visitors = Visitors(browser, page.url)
        hand = ByHand(visit=await visitors.open(), discord=discord, session=session)
        await hand.register(
            {"name": "change", "description": "Does whatever the test wants", "type": 1},
            {"name": "Change this", "type": 3},
        )
        yield hand
        await visitors.leave()
