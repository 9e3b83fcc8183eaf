"""The real discord.py against the local Discord, over real sockets, in one process."""

import asyncio
import io
import re
from collections.abc import AsyncIterator
from typing import Self, cast

import discord as dc
import pytest
import yarl
from discord import app_commands, ui
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from sandbox.discord import GatewaySettings, Interaction, LocalDiscord, Message, Progress, Settings
from sandbox.discord.opcodes import Close
from tests.sandbox.discord.samples import picture, png

pytestmark = pytest.mark.e2e

AGAIN = "easel:again:7"


class Card(ui.LayoutView):
    """Words, maybe a picture, and the button."""

    def __init__(self, words: str, *, shows: str = "") -> None:
        super().__init__(timeout=None)
        self.add_item(ui.TextDisplay(words))
        if shows:
            self.add_item(ui.MediaGallery(dc.MediaGalleryItem(f"attachment://{shows}", description="a cube")))
        # A DynamicItem fits either kind of view, which its type cannot say in one word.
        self.add_item(ui.ActionRow(cast("ui.Item[ui.LayoutView]", Again("7"))))
        self.stop()


class Again(ui.DynamicItem[ui.Button[ui.LayoutView]], template=r"easel:again:(?P<job>\d+)"):
    """A button that opens a window."""

    def __init__(self, job: str) -> None:
        super().__init__(ui.Button(label="Again", custom_id=f"easel:again:{job}"))

    @classmethod
    async def from_custom_id(
        cls,
        interaction: dc.Interaction[dc.Client],  # noqa: ARG003 -- discord.py's own signature
        item: ui.Item[ui.View],  # noqa: ARG003
        match: re.Match[str],
        /,
    ) -> Self:
        return cls(match["job"])

    async def callback(self, interaction: dc.Interaction[dc.Client]) -> None:
        await interaction.response.send_modal(Window())


class Window(ui.Modal, title="Again"):
    """A window with a line and a place for files; its submission changes the card."""

    def __init__(self) -> None:
        super().__init__(custom_id="easel:window")
        self.prompt = ui.TextInput[Self](custom_id="prompt")
        self.files = ui.FileUpload[Self](custom_id="files", required=False, max_values=3)
        self.add_item(ui.Label(text="Prompt", component=self.prompt))
        self.add_item(ui.Label(text="Pictures", component=self.files))

    async def on_submit(self, interaction: dc.Interaction[dc.Client]) -> None:
        sizes = [len(await file.read()) for file in self.files.values]
        await interaction.response.defer()
        await interaction.edit_original_response(view=Card(f"{self.prompt.value} with {sizes}"))


class Pictures(commands.Cog):
    """One command with all that Easel needs of discord.py."""

    @app_commands.command()
    async def imagine(
        self,
        interaction: dc.Interaction[dc.Client],
        prompt: str,
        image: dc.Attachment | None = None,
        model: str = "flux",
    ) -> None:
        """Answer with a card, then show the reference back on it."""
        told = await interaction.response.send_message(view=Card(f"Queued: {prompt} on {model}"))
        assert told.message_id is not None
        if image is not None:
            file = dc.File(io.BytesIO(await image.read()), "result.png")
            await interaction.edit_original_response(view=Card("Done", shows="result.png"), attachments=[file])

    @imagine.autocomplete("model")
    async def models(
        self,
        interaction: dc.Interaction[dc.Client],  # noqa: ARG002
        current: str,
    ) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{current}-{size}", value=f"{current}-{size}") for size in ("pro", "dev")]


class Bot(commands.Bot):
    """The least bot that carries the command."""

    def __init__(self) -> None:
        super().__init__(
            commands.when_mentioned,
            intents=dc.Intents(guilds=True),
            help_command=None,
            guild_ready_timeout=0.05,
        )
        self.add_dynamic_items(Again)

    async def setup_hook(self) -> None:
        await self.add_cog(Pictures())
        await self.tree.sync()


@pytest.fixture
async def discord() -> AsyncIterator[LocalDiscord]:
    async with LocalDiscord(Settings(gateway=GatewaySettings(identify_spacing_s=0))) as running:
        yield running


@pytest.fixture
async def bot(discord: LocalDiscord, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    monkeypatch.setattr(Route, "BASE", discord.api_url)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(discord.gateway_url))
    client = Bot()
    running = asyncio.create_task(client.start(discord.token))
    await discord.wait_for(lambda: discord.hub.connected and discord.world.commands)
    yield client
    await client.close()
    await running


def ask(discord: LocalDiscord) -> Interaction:
    scene = discord.scene
    return discord.people.command(scene.robin, scene.pictures, "imagine", {"prompt": "a cube"}, {"image": picture()})


async def done(discord: LocalDiscord, interaction: Interaction) -> Message:
    """Wait for the picture on the card."""

    def finished() -> Message | None:
        message = discord.message_of(interaction)
        return message if message and discord.gallery(message) else None

    return await discord.wait_for(finished)


async def worded(discord: LocalDiscord, message: Message, words: str) -> Message:
    """Wait until a message says this."""

    def says() -> Message | None:
        current = discord.current(message)
        return current if current and words in discord.text(current) else None

    return await discord.wait_for(says)


@pytest.mark.usefixtures("bot")
async def test_a_command_with_a_picture_is_answered_and_edited(discord: LocalDiscord) -> None:
    interaction = ask(discord)
    message = await done(discord, interaction)
    assert [discord.text(each.message) for each in discord.versions(message)] == ["Queued: a cube on flux", "Done"]
    assert discord.gallery(message) == (("result.png", png(), "a cube", False),)
    assert discord.progress(interaction) is Progress.ANSWERED
    assert discord.log.count("POST", "/callback") == discord.log.count("PATCH", "/messages/@original") == 1


async def test_discord_py_reads_ids_of_files_from_the_media_items(discord: LocalDiscord, bot: Bot) -> None:
    message = await done(discord, ask(discord))
    found = await bot.get_partial_messageable(message.channel_id).fetch_message(message.id)
    (gallery,) = [part for part in found.components if isinstance(part, dc.MediaGalleryComponent)]
    assert found.attachments == []
    assert gallery.items[0].media.attachment_id == message.contents.attachments[0].id


@pytest.mark.usefixtures("bot")
async def test_a_button_opens_a_window_and_its_files_arrive(discord: LocalDiscord) -> None:
    message = await done(discord, ask(discord))
    pressed = discord.people.press(discord.scene.sam, message, AGAIN)
    await discord.wait_for(lambda: discord.answer_of(pressed))
    discord.people.submit(discord.scene.sam, pressed, {"prompt": "a ball"}, {"files": [picture(), picture()]})
    assert await worded(discord, message, f"a ball with [{len(png())}, {len(png())}]")


@pytest.mark.usefixtures("bot")
async def test_options_complete_while_a_person_types(discord: LocalDiscord) -> None:
    scene = discord.scene
    choices = await discord.people.autocomplete(scene.robin, scene.pictures, "imagine", "model", "kl")
    assert [choice["value"] for choice in choices] == ["kl-pro", "kl-dev"]


async def test_the_bot_token_edits_after_the_interactions_token_is_over(discord: LocalDiscord, bot: Bot) -> None:
    interaction = ask(discord)
    message = await done(discord, interaction)
    discord.circumstances.advance(15 * 60)
    hook = dc.Webhook.partial(discord.application_id, interaction.token, client=bot)
    with pytest.raises(dc.HTTPException) as refused:
        await hook.edit_message(message.id, view=Card("late"))
    assert (refused.value.status, refused.value.code) == (401, 50027)
    partial = bot.get_partial_messageable(message.channel_id).get_partial_message(message.id)
    await partial.edit(view=Card("late"), attachments=[], allowed_mentions=dc.AllowedMentions.none())
    assert await worded(discord, message, "late")


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("ending", ["reconnect", "dropped", "closed"])
async def test_what_happened_in_a_gap_comes_with_the_resume(discord: LocalDiscord, ending: str) -> None:
    if ending == "reconnect":
        discord.gateway.ask_to_reconnect()
    elif ending == "dropped":
        discord.gateway.drop_all()
    else:
        await discord.gateway.close_all(Close.UNKNOWN_ERROR)
    await done(discord, ask(discord))
    assert (discord.hub.resumes, len(discord.hub.identified_at)) == (1, 1)


async def test_a_429_is_waited_out(discord: LocalDiscord, bot: Bot) -> None:
    message = await done(discord, ask(discord))
    discord.faults.rate_limit("/channels/", 0.01, method="PATCH")
    partial = bot.get_partial_messageable(message.channel_id).get_partial_message(message.id)
    await partial.edit(view=Card("after all"), attachments=[])
    statuses = [request.status for request in discord.log.all("PATCH", "/channels/{channel_id}/messages/{message_id}")]
    assert statuses == [429, 200]


async def test_a_wrong_token_is_final(discord: LocalDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Route, "BASE", discord.api_url)
    async with Bot() as client:
        with pytest.raises(dc.LoginFailure):
            await client.login("wrong")


async def test_a_server_that_threw_the_bot_out_is_gone_for_it(discord: LocalDiscord, bot: Bot) -> None:
    message = await done(discord, ask(discord))
    discord.circumstances.remove_bot(discord.scene.guild)
    partial = bot.get_partial_messageable(message.channel_id).get_partial_message(message.id)
    with pytest.raises(dc.Forbidden) as refused:
        await partial.edit(view=Card("late"), attachments=[])
    assert refused.value.code == 50001
