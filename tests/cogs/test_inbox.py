"""/inbox and [Show here]: who sees what, and that one job never has two messages."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import discord
import pytest

from bot.client import EaselBot
from bot.core import words
from bot.core.job import TOKEN_LIFE, GenerationState, Job, Place
from bot.errors import UserError
from cogs.inbox import inbox, show_here
from tests.core.jobs import OWNER, a_job, an_ask
from tests.discord_edge import FakeInteraction, text_of
from tests.service.rig import Rig

Interaction = discord.Interaction[EaselBot]
S = GenerationState
STRANGER = OWNER + 1
WAITING = replace(a_job(S.SUCCEEDED), place=Place.INBOX, token=None)


def person(rig: Rig, user_id: int = OWNER) -> FakeInteraction:
    interaction = FakeInteraction(SimpleNamespace(desk=rig.desk()), user_id=user_id, number=2)
    interaction.channel_id, interaction.token, interaction.response.message_id = 18, "fresh token", 78
    return interaction


async def listed(rig: Rig, user_id: int = OWNER) -> str:
    interaction = person(rig, user_id)
    await inbox(cast("Interaction", interaction))
    ((_, said),) = interaction.response.said
    assert said["ephemeral"] is True
    return text_of(said)


async def press(interaction: FakeInteraction) -> None:
    await show_here(cast("Interaction", interaction), "1")


async def test_the_inbox_lists_a_person_s_own_jobs_privately(rig: Rig) -> None:
    await rig.keep(WAITING)
    assert "a red cube" in await listed(rig)
    assert await listed(rig, STRANGER) == words.INBOX_EMPTY


async def test_what_somebody_deleted_is_in_no_inbox(rig: Rig) -> None:
    await rig.keep(replace(WAITING, place=Place.GONE))
    assert await listed(rig) == words.INBOX_EMPTY
    with pytest.raises(UserError, match="not in your inbox"):
        await press(person(rig))


async def test_show_here_answers_with_the_card_and_owes_the_picture_there(rig: Rig) -> None:
    await rig.keep(WAITING)
    interaction = person(rig)
    await press(interaction)
    job = await rig.get()
    assert (job.place, job.channel_id, job.message_id, job.token) == (Place.MESSAGE, 18, 78, "fresh token")
    assert (job.token_expires_at, job.size_limit_bytes) == (interaction.created_at + TOKEN_LIFE, 100)
    assert words.ON_ITS_WAY in text_of(interaction.response.said[0][1])
    await rig.delivering.deliver(job)
    assert list(rig.delivery.last.files) == ["1-1"]
    assert await listed(rig) == words.INBOX_EMPTY


@pytest.mark.parametrize("private", [False, True])
async def test_what_was_private_stays_private(rig: Rig, private: bool) -> None:  # noqa: FBT001
    await rig.keep(replace(WAITING, ask=replace(an_ask(), private=private)))
    interaction = person(rig)
    await press(interaction)
    assert interaction.response.said[0][1]["ephemeral"] is private


async def test_a_stranger_can_place_nothing(rig: Rig) -> None:
    await rig.keep(WAITING)
    interaction = person(rig, STRANGER)
    with pytest.raises(UserError, match="Only the person who requested"):
        await press(interaction)
    assert interaction.response.said == []


async def test_what_is_forgotten_is_told_so(rig: Rig) -> None:
    with pytest.raises(UserError, match=words.JOB_FORGOTTEN):
        await press(person(rig))


async def test_the_new_message_does_not_ask_for_a_token(rig: Rig) -> None:
    await rig.keep(replace(WAITING, renewal_offered=True))
    interaction = person(rig)
    await press(interaction)
    assert words.RENEW not in text_of(interaction.response.said[0][1])
    assert not (await rig.get()).renewal_offered


async def test_a_job_without_a_picture_is_placed_with_its_sentence_at_once(rig: Rig) -> None:
    waiting: Job = replace(a_job(S.FAILED), place=Place.INBOX, revision=2)
    await rig.keep(waiting)
    await press(person(rig))
    job = await rig.get()
    assert (job.place, job.card_owed) == (Place.MESSAGE, False)
