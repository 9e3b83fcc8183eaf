"""Rows B1 to B3: between the row and the first answer; Discord itself is asked which of the two happened."""

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import aiohttp
import discord
import pytest

from bot.client import EaselBot
from bot.core.job import Answer, JobState
from cogs.picture_command import take
from tests.core.jobs import an_ask
from tests.discord_edge import FakeInteraction, refused
from tests.failures.runs import ABANDONED, ANSWER, COMMIT, ONE_PICTURE, RECORDED, calls, came, killed, story, troubled
from tests.service.rig import Rig
from tests.simulation.effects import Phase
from tests.simulation.faults import Fault, Place

ASK_DISCORD = "find the answer"


async def asked(rig: Rig, *troubles: BaseException) -> FakeInteraction:
    interaction = FakeInteraction(SimpleNamespace(desk=rig.desk()))
    interaction.response.answers.extend(troubles)
    await take(cast("discord.Interaction[EaselBot]", interaction), an_ask())
    return interaction


def test_b1_killed_before_the_answer_the_job_is_abandoned_and_nothing_is_paid() -> None:
    report = killed(Phase.BEFORE, ANSWER)
    assert (came(report), report.cards) == (ABANDONED, ())
    assert len(calls(report, ASK_DISCORD)) == 1


@pytest.mark.parametrize(
    ("phase", "call", "nth"), [(Phase.INSIDE, ANSWER, 1), (Phase.AFTER, ANSWER, 1), (Phase.BEFORE, COMMIT, RECORDED)]
)
@pytest.mark.parametrize("token_life_s", [900.0, 5.0])
def test_b2_killed_before_the_answer_was_recorded_discord_tells_and_the_picture_comes(
    phase: Phase, call: str, nth: int, token_life_s: float
) -> None:
    report = killed(phase, call, nth, of=replace(story(), token_life_s=token_life_s))
    assert (came(report), len(calls(report, ASK_DISCORD))) == (ONE_PICTURE, 1)


def test_b2_an_answer_of_which_nobody_heard_is_asked_for_until_discord_tells() -> None:
    report = troubled({(Place.ANSWER, 1): Fault.ANSWER_LOST, (Place.FIND, 1): Fault.DOWN})
    assert (came(report), len(calls(report, ASK_DISCORD))) == (ONE_PICTURE, 2)


@pytest.mark.parametrize("trouble", [aiohttp.ServerDisconnectedError(), ConnectionResetError()])
async def test_b3_an_answer_whose_line_broke_is_given_once_more(rig: Rig, trouble: BaseException) -> None:
    interaction = await asked(rig, trouble)
    assert len(interaction.response.said) == 1
    assert (await rig.get()).state is JobState.WAITING


@pytest.mark.parametrize("second", [refused(400, 40060), refused(404, 10062), refused(503), ConnectionResetError()])
async def test_b3_what_is_said_of_the_second_try_decides_nothing_about_the_first(
    rig: Rig, second: BaseException
) -> None:
    await asked(rig, ConnectionResetError(), second)
    assert (await rig.get()).answer is Answer.OWED


async def test_b3_unknown_interaction_means_abandoned(rig: Rig) -> None:
    await asked(rig, refused(404, 10062))
    assert (await rig.get()).state is JobState.ABANDONED


@pytest.mark.parametrize("trouble", [refused(400, 40060), refused(500), refused(503)])
async def test_b3_already_acknowledged_or_a_5xx_leaves_it_to_discord_to_be_asked(
    rig: Rig, trouble: BaseException
) -> None:
    await asked(rig, trouble)
    assert (await rig.get()).answer is Answer.OWED
