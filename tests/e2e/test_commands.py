"""The commands as people meet them: what is offered while they type, and all in the shape that Discord's file states.

Every module holds what it sent against that file (see conftest.py); here it is shown that this check can fail.
"""

import asyncio
from dataclasses import replace

import pytest

from sandbox.discord import Recorded
from sandbox.oxen.jsontext import as_object
from tests.e2e import openapi
from tests.e2e.town import Town

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]
held_to_the_file = pytest.mark.skipif(
    not openapi.is_at_hand(), reason="Discord's OpenAPI file is not beside the checkout, so no body was held to it"
)

WITHIN_S = 1.0
MOST_CHOICES = 25
KLEIN = "black-forest-labs-flux-2-klein-4b"


async def offered(town: Town, option: str, typed: str, **others: str) -> list[str]:
    """Type into an option and give what is offered, which must be there within a second."""
    scene = town.scene
    async with asyncio.timeout(WITHIN_S):
        choices = await town.discord.people.autocomplete(
            scene.robin, scene.pictures, "imagine", option, typed, others={"prompt": "a fox", **others}
        )
    assert len(choices) <= MOST_CHOICES
    return [str(choice["value"]) for choice in choices]


async def test_models_that_make_images_are_offered_by_any_part_of_their_name(town: Town) -> None:
    everything = await offered(town, "model", "")
    assert "flux-2-dev" in everything
    assert not {"claude-text-only", "sandbox-video"} & set(everything)
    assert await offered(town, "model", "KLEIN 4b") == [KLEIN]
    assert await offered(town, "model", "nothing like it") == []


async def test_shapes_and_sizes_are_those_of_the_model(town: Town) -> None:
    assert await offered(town, "aspect_ratio", "16") == ["16:9", "9:16"]
    assert await offered(town, "resolution", "") == ["1 MP", "2 MP", "0.5 MP"]
    assert await offered(town, "resolution", "", model="gpt-image-2") == ["1K", "2K", "4K"]
    assert await offered(town, "resolution", "", model=KLEIN) == []
    assert await offered(town, "resolution", "", model="no such model") == []


async def test_many_who_type_at_once_are_all_answered(town: Town) -> None:
    found = await asyncio.gather(*(offered(town, "model", "flux") for _ in range(10)))
    assert all(each == found[0] for each in found)


async def answer_and_edit(town: Town) -> tuple[Recorded, Recorded]:
    await town.paint("held to the rules", spoiler=True)
    answer, edit = town.calls
    return answer, edit


@held_to_the_file
async def test_the_commands_are_as_discords_own_file_says(town: Town) -> None:
    (commands,) = [call for call in town.discord.log.all("PUT") if call.template.endswith("/commands")]
    assert list(openapi.problems(commands)) == []


@held_to_the_file
async def test_the_answer_and_the_edit_are_as_discords_own_file_says(town: Town) -> None:
    for call in await answer_and_edit(town):
        assert list(openapi.problems(call)) == []


@held_to_the_file
async def test_a_wrong_body_is_found(town: Town) -> None:
    answer, edit = await answer_and_edit(town)
    assert list(openapi.problems(changed(answer, type="four")))
    bodies = openapi.SentBodies()
    bodies.note(changed(edit, components="none"))
    with pytest.raises(AssertionError, match="components"):
        bodies.check()


def changed(call: Recorded, **fields: str) -> Recorded:
    """Give a call with other words in its body."""
    return replace(call, body={**(as_object(call.body) or {}), **fields})


async def test_a_mention_and_a_direct_message_get_one_line_each_and_no_word_of_theirs_is_logged(town: Town) -> None:
    scene, people = town.scene, town.discord.people
    bot_id = town.discord.world.application.bot_id
    people.say(scene.sam, scene.team, "what nobody wrote to the bot")
    people.say(scene.sam, scene.team, f"<@{bot_id}> draw me a cat with a secret")
    people.say(scene.robin, scene.dm, "draw me a cat with a secret")
    await town.discord.wait_for(lambda: len(town.calls) >= len((scene.team, scene.dm)) or None)
    assert sorted(call.path for call in town.calls) == sorted(
        f"/channels/{channel.id}/messages" for channel in (scene.team, scene.dm)
    )
    assert "secret" not in town.log()
