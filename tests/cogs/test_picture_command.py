from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import discord
import pytest

from bot.client import EaselBot
from bot.core.job import Answer, JobState
from bot.core.request import Command
from cogs.picture_command import origin_of, picture_command, reference_of, take
from tests.core.jobs import an_ask
from tests.discord_edge import FakeInteraction
from tests.service.rig import Rig

Interaction = discord.Interaction[EaselBot]
OPTIONS = ("prompt", "image", "image2", "image3", "image4", "model", "aspect_ratio", "resolution")


def asking(rig: Rig) -> FakeInteraction:
    return FakeInteraction(SimpleNamespace(desk=rig.desk()))


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
