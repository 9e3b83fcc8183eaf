from collections.abc import Awaitable, Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import discord
import pytest

from bot.client import EaselBot
from bot.core.job import Answer, JobState
from bot.core.request import Command
from bot.errors import UserError
from cogs.picture_command import origin_of, picture_command, reference_of, take
from tests.core.jobs import an_ask
from tests.discord_edge import FakeInteraction
from tests.service.rig import Rig

Interaction = discord.Interaction[EaselBot]
STATED = {
    "url": "https://cdn.discordapp.com/a.png",
    "filename": "a.png",
    "size": 9,
    "width": 3,
    "height": 2,
}
OPTIONS = ("prompt", "image", "image2", "image3", "image4", "model", "aspect_ratio", "resolution")


def asking(rig: Rig) -> FakeInteraction:
    return FakeInteraction(SimpleNamespace(desk=rig.desk(), user=None))


async def ask(interaction: FakeInteraction) -> None:
    await take(cast("Interaction", interaction), an_ask())


async def test_a_request_is_kept_answered_and_recorded(rig: Rig) -> None:
    await ask(asking(rig))
    job = await rig.get()
    assert (job.state, job.message_id, job.card_owed) == (JobState.WAITING, 77, False)


async def test_an_answer_without_an_id_is_left_to_the_sweep(rig: Rig) -> None:
    interaction = asking(rig)
    interaction.response.message_id = None
    await ask(interaction)
    assert (await rig.get()).answer is Answer.OWED


async def test_an_interaction_that_comes_twice_is_answered_once(rig: Rig) -> None:
    await ask(asking(rig))
    again = asking(rig)
    await ask(again)
    assert again.response.said == []


def test_where_a_request_came_from_is_read_whole() -> None:
    origin = origin_of(cast("Interaction", FakeInteraction(user_id=5)))
    assert (origin.interaction_id, origin.owner_id, origin.channel_id, origin.guild_id) == (1, 5, 8, 10)
    assert origin.token_expires_at - FakeInteraction().created_at == timedelta(minutes=15)
    assert "interaction token" not in repr(origin)


def test_a_reference_is_what_discord_states_of_the_file() -> None:
    stated = SimpleNamespace(
        url="https://cdn.discordapp.com/a.png", filename="a.png", size=9, content_type="image/png", width=3, height=2
    )
    reference = reference_of(cast("discord.Attachment", SimpleNamespace(**vars(stated), is_spoiler=lambda: True)))
    assert reference.covered
    assert (reference.filename, reference.size_bytes, reference.width_px, reference.height_px) == ("a.png", 9, 3, 2)


@pytest.mark.parametrize("command", Command)
def test_both_commands_offer_the_contract_s_options_and_demand_only_words(command: Command) -> None:
    built = picture_command(command, "Paint")
    assert built.name == command.value
    names = tuple(parameter.name for parameter in built.parameters)
    assert names == (*OPTIONS, "count", "seed", "spoiler", "private")
    assert [p.name for p in built.parameters if p.required] == ["prompt"]
    assert [p.name for p in built.parameters if p.autocomplete] == ["model", "aspect_ratio", "resolution"]


async def command(rig: Rig, prompt: str, interaction: FakeInteraction | None = None, **options: object) -> None:
    built = picture_command(Command.IMAGINE, "Paint")
    run = cast("Callable[..., Awaitable[None]]", built.callback)
    await run(interaction or asking(rig), prompt=prompt, **options)


async def test_one_refusal_names_what_is_wrong_with_words_options_pictures_and_model(rig: Rig) -> None:
    heic = cast("discord.Attachment", SimpleNamespace(**STATED, content_type="image/heic", is_spoiler=bool))
    with pytest.raises(UserError) as refusal:
        await command(rig, "a --ar 1:1 cat --n 9 --steps 5000 --guidance abc --seed x", image=heic, seed=5)
    assert [mistake.split(".")[0] for mistake in refusal.value.mistakes] == [
        "The option seed says 5, but the flag --seed says x",
        "Picture 1 is a HEIC picture, which the models cannot read",
        "One request makes 1 to 4 pictures: choose a count from 1 to 4",
        "flux-2-dev takes --steps as a whole number from 1 to 50, not 5000",
        "flux-2-dev takes --guidance as a number from 0 to 10, not abc",
        "--ar 1:1 stands where it would be painted as words",
    ]
    assert await rig.store.get("1") is None


async def test_a_model_gets_the_names_that_came_along_and_plain_words_for_the_others(rig: Rig) -> None:
    interaction = asking(rig)
    interaction.user.id, interaction.channel_id = 123456789012345678, 223456789012345678
    interaction.data = {"resolved": {"members": {"323456789012345678": {"nick": "Max"}}, "roles": {"4": {"name": 5}}}}
    mentions = "<@123456789012345678> <@!323456789012345678> <@423456789012345678> <#223456789012345678>"
    await command(rig, f"{mentions} <:pepe:523456789012345678> <a:wave:523456789012345678> <t:1:R> <@1>", interaction)
    assert (await rig.get()).ask.prompt == "@Robin @Max someone #garden :pepe: :wave: <t:1:R> <@1>"
