"""Two hundred jobs of eight members in one moment: each gets its own picture, in its own message, once."""

from collections.abc import Mapping

import pytest

from sandbox.discord import Interaction
from tests.e2e.town import NO_LIMITS, Town

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

JOBS = 200
MEMBERS = 8


@pytest.fixture(scope="module")
def environment() -> Mapping[str, str]:
    return {**NO_LIMITS, "MAX_RUNNING_GENERATIONS": "200"}


async def test_two_hundred_jobs_at_once_fill_two_hundred_messages(town: Town) -> None:
    scene = town.scene
    members = [town.discord.builder.person(f"Member {number}", scene.guild) for number in range(MEMBERS)]
    places = (scene.pictures, scene.team, scene.thread)
    asked = [
        town.ask(
            f"job number {number}", by=members[number % MEMBERS], channel=places[number % len(places)], seed=number
        )
        for number in range(JOBS)
    ]
    await town.discord.wait_for(lambda: _edits(town) == JOBS, timeout_s=30)

    by_seed = {each.seed: each.file.data for each in town.generations if each.file}
    for number, each in enumerate(asked):
        assert _picture_of(town, each) == by_seed[number]
    assert town.oxen.streams.opened_ever == 1
    assert town.requests.count("POST /ai/queue") == JOBS
    assert set(town.requests) == {"POST /ai/queue", "GET /repos/{path}"}
    assert sorted(set(town.call_names())) == ["PATCH {message_id}", "POST callback"]
    assert len(town.calls) == 2 * JOBS


def _edits(town: Town) -> int:
    return town.call_names().count("PATCH {message_id}")


def _picture_of(town: Town, asked: Interaction) -> bytes:
    message = town.discord.message_of(asked)
    assert message is not None
    (picture,) = town.discord.gallery(message)
    return picture.data
