"""What the operator allows: generations at once, jobs and images of one member, models, servers."""

import asyncio
import re
from collections.abc import Mapping

import pytest

from bot.core.words import WAITING_FOR_A_PLACE
from sandbox.cards import Word, word_of
from sandbox.discord import Guild, Interaction, LocalDiscord, User
from sandbox.oxen import Hold, LocalOxen, Status, Stick
from tests.e2e.bot_process import run_to_end
from tests.e2e.town import Town

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

SLOTS = 2
ACTIVE = (Status.QUEUED, Status.PROCESSING)


@pytest.fixture(scope="module")
def elsewhere(servers: tuple[LocalDiscord, LocalOxen]) -> Guild:
    """Give a server that is not among the allowed ones."""
    discord, _ = servers
    return discord.builder.guild("Elsewhere")


@pytest.fixture(scope="module")
def environment(servers: tuple[LocalDiscord, LocalOxen], elsewhere: Guild) -> Mapping[str, str]:
    discord, _ = servers
    assert elsewhere.id != discord.scene.guild.id
    return {
        "MAX_RUNNING_GENERATIONS": str(SLOTS),
        "MAX_JOBS_PER_MEMBER": "3",
        "DAILY_IMAGES_PER_MEMBER": "4",
        "DAILY_USD_PER_MEMBER": "0.20",
        "OXEN_MODELS": "flux-2-dev, gpt-image-2",
        "OXEN_NAMESPACE": "sandbox-team",
        "ALLOWED_GUILDS": str(discord.scene.guild.id),
    }


def newcomer(town: Town, name: str) -> User:
    """Give a member who has asked for nothing today."""
    return town.discord.builder.person(name, town.scene.guild)


def cards(town: Town, asked: list[Interaction]) -> list[Interaction]:
    """Give the commands that were answered with a card for everybody."""
    answers = [(each, town.discord.message_of(each)) for each in asked]
    return [each for each, message in answers if message is not None and not message.ephemeral]


async def ended(town: Town, asked: Interaction, *, by: User) -> None:
    """Cancel what would be painted for ever."""
    town.press(await town.answer(asked), "Cancel", by=by)
    await town.shows(asked, "**Cancelled**")


async def all_answered(town: Town, asked: list[Interaction]) -> None:
    await town.discord.wait_for(lambda: all(town.discord.message_of(each) for each in asked))


async def test_of_twenty_commands_in_one_moment_a_member_gets_three(town: Town) -> None:
    member = newcomer(town, "Ada")
    town.oxen.faults.add(Stick(), times=None)
    asked = [town.ask(f"picture {number} of the rush", by=member) for number in range(20)]
    await all_answered(town, asked)
    taken = cards(town, asked)
    assert len(taken) == 3
    refused = next(each for each in asked if each not in taken)
    assert "You have 3 requests under way already" in await town.private_words(refused)
    for each in taken:
        await ended(town, each, by=member)
    assert len(town.orders) <= 3


async def test_of_twenty_commands_in_one_moment_the_day_gives_no_more_than_its_images(town: Town) -> None:
    member = newcomer(town, "Ben")
    town.oxen.knobs.painting_s = (0.2, 0.2)
    asked = [town.ask(f"pair {number} of the day", by=member, count=2) for number in range(20)]
    await all_answered(town, asked)
    for each in cards(town, asked):
        await town.done(each)
    again = town.ask("a fifth picture", by=member)
    assert "You have reached your limit of pictures for the last 24 hours" in await town.private_words(again)
    assert len(town.served) == 4


async def test_who_asks_for_more_than_is_left_hears_how_many_are_left(town: Town) -> None:
    member = newcomer(town, "Cleo")
    for prompt in ("one of four", "two of four"):
        await town.paint(prompt, by=member)
    asked = town.ask("three more", by=member, count=3)
    assert "You have 2 pictures left in these 24 hours" in await town.private_words(asked)


async def test_failed_images_count_until_oxen_shows_them_as_free(town: Town) -> None:
    member = newcomer(town, "Dan")
    # What it was charged is not told while the limit is looked at.
    town.oxen.faults.add(Hold(route="GET /ai/generations/*", before_s=6.0), times=None)
    await town.shows(town.ask("unsafe-test four", by=member, count=4), "**Failed**")
    assert "reached your limit of pictures" in await town.private_words(town.ask("one too many", by=member))
    town.oxen.faults.clear()
    # Its row is asked for within a sweep, which comes every 5 s.
    async with asyncio.timeout(20):
        while True:
            asked = [town.ask("one that is painted", by=member)]
            await all_answered(town, asked)
            if cards(town, asked):
                break
            await asyncio.sleep(0.5)
    await town.done(asked[0])


async def test_of_thirty_commands_in_one_moment_the_money_for_two_pictures_pays_for_two(town: Town) -> None:
    member = newcomer(town, "Fay")
    asked = [town.ask(f"picture {number} --model gpt-image-2 --quality medium", by=member) for number in range(30)]
    await all_answered(town, asked)
    taken = cards(town, asked)
    assert len(taken) == 2
    refused = next(each for each in asked if each not in taken)
    assert "This would cost $0.071, and you have $0.058 left" in await town.private_words(refused)
    for each in taken:
        await town.done(each)
    assert len(town.orders) == 2


async def test_never_more_generations_run_at_oxen_than_allowed(town: Town) -> None:
    most = 0

    def look() -> bool:
        nonlocal most
        running = [each for each in town.generations if each.status in ACTIVE]
        most = max(most, len(running))
        return len(town.served) == 10

    members = [newcomer(town, f"Runner {number}") for number in range(10)]
    town.oxen.knobs.painting_s = (0.05, 0.1)
    asked = [town.ask("a runner", by=member) for member in members]
    await town.oxen.wait_for(look, timeout_s=10)
    for each in asked:
        await town.done(each)
    assert most == SLOTS


async def test_a_job_that_waits_says_for_what_and_shows_when_painting_starts(town: Town) -> None:
    town.oxen.knobs.painting_s = (0.5, 0.5)
    town.oxen.faults.add(Stick(), times=SLOTS)
    first, second, third = (newcomer(town, name) for name in ("Eve", "Finn", "Gil"))
    both = town.ask("both places", by=first, count=SLOTS)
    await town.oxen.wait_for(lambda: len(town.generations) == SLOTS)
    for prompt in ("first in line", "second in line"):
        await town.shows(town.ask(prompt, by=second), "**Queued**")
    last = await town.answer(town.ask("last in line", by=third))
    assert WAITING_FOR_A_PLACE in town.discord.text(last)
    await ended(town, both, by=first)
    await town.done(last)
    states = [word_of(each.message) for each in town.discord.versions(last)]
    assert states == [Word.QUEUED, Word.PAINTING, Word.DONE]


async def test_check_tells_beside_the_running_bot_how_much_of_the_days_money_is_spent(town: Town) -> None:
    await town.paint("one more", by=newcomer(town, "Lou"))
    ended = await run_to_end("check", environment=town.bot.environment, folder=town.bot.folder)
    assert re.search(r"DAILY_USD: \$\d+\.\d+ of \$20\.00 are spent or reserved in these 24 h", ended.out), ended.out


async def test_only_the_models_of_the_operator_may_be_used(town: Town) -> None:
    words = await town.refusal("a fox --model flux-2-pro", by=newcomer(town, "Hal"))
    assert "flux-2-pro may not be used here. Choose flux-2-dev or gpt-image-2." in words


async def test_only_the_models_of_the_operator_are_offered(town: Town) -> None:
    scene = town.scene
    offered = await town.discord.people.autocomplete(scene.robin, scene.pictures, "imagine", "model", "")
    assert [each["value"] for each in offered] == ["flux-2-dev", "gpt-image-2"]


async def test_the_bot_works_only_in_the_servers_of_the_operator(town: Town, elsewhere: Guild) -> None:
    stranger = town.discord.builder.person("Ivy", elsewhere)
    channel = town.discord.builder.channel("art", elsewhere)
    words = await town.refusal("a fox", by=stranger, channel=channel)
    assert "This bot does not work in this server" in words


async def test_results_and_bills_go_to_the_namespace_of_the_operator(town: Town) -> None:
    await town.paint("for the team", by=newcomer(town, "Jo"))
    assert town.orders[0]["target_namespace"] == "sandbox-team"
    assert [each.namespace for each in town.generations] == ["sandbox-team"]


async def test_a_lost_event_is_found_in_that_namespace_too(town: Town) -> None:
    asked = town.ask("silent-test for the team", by=newcomer(town, "Kim"))
    await town.oxen.wait_for(lambda: len(town.served) == 1)
    town.oxen.drop_streams()
    await town.done(asked)
