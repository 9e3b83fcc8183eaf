"""/help: what a member has left."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import discord

from bot.client import EaselBot
from bot.core.admission import Limits, UsedOfDay
from bot.core.job import GenerationState
from bot.core.words import left_of_day
from cogs.help import show_help
from tests.core.jobs import a_job
from tests.discord_edge import FakeInteraction, text_of
from tests.service.rig import Rig

S = GenerationState


async def test_help_is_private_and_counts_what_the_limits_count(rig: Rig) -> None:
    await rig.keep(replace(a_job(S.SUCCEEDED, S.QUEUED), created_at=rig.clock()))
    used = await rig.store.used_of_day(7)
    assert (used.images, (await rig.store.used_of_day(8)).images) == (2, 0)
    interaction = FakeInteraction(SimpleNamespace(desk=rig.desk()))
    await show_help(cast("discord.Interaction[EaselBot]", interaction))
    ((_, said),) = interaction.response.said
    assert said["ephemeral"] is True
    assert "/imagine" in text_of(said)


def test_what_is_left_is_told_in_pictures_and_money() -> None:
    limits = Limits(jobs_under_way=0, images_per_day=100, microusd_per_day_of_member=2_000_000)
    told = left_of_day(UsedOfDay(images=88, microusd=500_000), limits)
    assert told == "You have 12 of 100 pictures and $1.50 of $2.00 left in these 24 hours."
