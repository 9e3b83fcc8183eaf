"""The way of a person through the page, from the first look to a deleted picture, by mouse and by keyboard alone."""

import pytest

from sandbox.browser import PHONE, WIDE
from sandbox.demo import Demo
from sandbox.oxen import Status
from tests.e2e_page.visit import Visitors

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

SIZES = [pytest.param(WIDE, id="1280"), pytest.param(PHONE, id="390")]
SCHEMES = ["dark", "light"]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", SCHEMES)
async def test_the_first_view_has_a_welcome_three_tries_and_a_picture(
    visitors: Visitors, size: tuple[int, int], scheme: str
) -> None:
    visit = await visitors.open(size=size, scheme=scheme)
    assert await visit.page.locator(".try").count() == 3
    await visit.messages.first.locator(".picture img").wait_for()
    assert await visit.page.locator(":is(button, [role=tab]):visible", has_text="Faults").count() <= 1
    assert await visit.page.get_by_role("button", name="Pull the plug").count() == 1
    assert not await visit.scrolls_sideways()


@pytest.mark.parametrize("size", SIZES)
async def test_a_picture_from_asking_to_deleting_by_mouse(visitors: Visitors, size: tuple[int, int]) -> None:
    visit = await visitors.open("#/team/robin", size=size)
    await visit.page.get_by_role("button", name="A cat in autumn").click()
    await visit.says("Painting")
    await visit.lands()
    assert not await visit.scrolls_sideways()
    await visit.last.locator(".picture").click()
    await visit.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    await visit.press("Delete")
    await visit.says("Only you can see this")
    before = await visit.messages.count()
    await visit.press("Delete it")
    await visit.says("Deleted.")
    await visit.messages.nth(before - 1).wait_for(state="detached")


async def test_a_picture_from_asking_to_cancelling_by_keyboard_alone(visitors: Visitors, demo: Demo) -> None:
    visit = await visitors.open("#/posters/sam")
    keyboard = visit.page.keyboard
    await keyboard.type("/im")
    await keyboard.press("Enter")
    await keyboard.type("a robot on a hill stuck-test")
    while await visit.focused() != "count":
        await keyboard.press("Tab")
    await keyboard.press("Enter")
    await keyboard.type("2")
    await visit.send()
    await visit.says("Painting")
    while await visit.focused() != "Cancel":
        await keyboard.press("Shift+Tab")
    await keyboard.press("Enter")
    await visit.says("Cancelled before a picture was ready.")
    ordered = [row.status for row in demo.oxen.ledger.generations if row.prompt == "a robot on a hill stuck-test"]
    assert set(ordered) <= {Status.CANCELLED}


async def test_escape_closes_what_is_open_and_the_focus_goes_back(visitors: Visitors) -> None:
    visit = await visitors.open()
    picture = visit.messages.first.locator(".picture")
    await picture.focus()
    await visit.page.keyboard.press("Enter")
    await visit.page.get_by_role("dialog").wait_for()
    await visit.page.keyboard.press("Escape")
    assert (await visit.focused()).startswith("Open the picture")
    await visit.begin("imagine")
    await visit.page.keyboard.press("Escape")
    await visit.form.wait_for(state="detached")
    assert (await visit.focused()).startswith("Message")


async def test_a_command_that_was_closed_comes_back_as_it_was(visitors: Visitors) -> None:
    visit = await visitors.open()
    await visit.begin("imagine")
    await visit.option("prompt").fill("a half finished thought")
    await visit.page.keyboard.press("Escape")
    await visit.begin("imagine")
    assert await visit.option("prompt").input_value() == "a half finished thought"
    await visit.page.keyboard.type("another one")
    assert await visit.option("prompt").input_value() == "another one"


async def test_a_half_filled_command_survives_a_reload(visitors: Visitors) -> None:
    visit = await visitors.open("#/ideas/sam")
    await visit.begin("imagine")
    await visit.option("prompt").fill("a half finished thought")
    await (await visit.add("count")).fill("3")
    await visit.page.reload()
    await visit.form.wait_for()
    assert await visit.option("prompt").input_value() == "a half finished thought"
    assert await visit.option("count").input_value() == "3"


async def test_a_command_being_filled_in_leaves_the_picture_in_sight(visitors: Visitors) -> None:
    visit = await visitors.open()
    await visit.begin("edit")
    box = await visit.form.bounding_box()
    assert box is not None
    assert box["height"] < WIDE[1] / 4


async def test_what_is_typed_right_after_enter_is_a_command_of_its_own(visitors: Visitors) -> None:
    visit = await visitors.open("#/ideas/max")
    await visit.begin("imagine")
    await visit.option("prompt").fill("a tree")
    before = await visit.messages.count()
    await visit.page.keyboard.press("Enter")
    await visit.page.keyboard.type("/imagine a house")
    await visit.form.wait_for()
    assert await visit.option("prompt").input_value() == "a house"
    await visit.messages.nth(before).wait_for()
    await visit.lands()


async def test_a_private_answer_is_gone_once_the_page_was_loaded_anew(visitors: Visitors) -> None:
    visit = await visitors.open("#/ideas/max")
    await visit.ask("a cat --ar banana")
    await visit.says("Only you can see this")
    before = await visit.messages.count()
    await visit.page.reload()
    await visit.messages.nth(before - 2).wait_for()
    assert await visit.page.get_by_text("Only you can see this").count() == 0


async def test_the_card_keeps_the_place_of_its_picture_while_it_is_painted(visitors: Visitors) -> None:
    visit = await visitors.open("#/ideas/max")
    await visit.ask("a castle slow-test --ar 3:2")
    place = visit.last.locator(".placeholder")
    await place.wait_for()
    box = await place.bounding_box()
    assert box is not None
    assert abs(box["width"] / box["height"] - 1.5) < 0.01
    await visit.press("Cancel")


async def test_a_choice_comes_up_while_one_types_and_is_taken_by_keyboard(visitors: Visitors, demo: Demo) -> None:
    visit = await visitors.open("#/ideas/robin")
    await visit.begin("imagine")
    await visit.option("prompt").fill("a balloon")
    await (await visit.add("model")).type("pro")
    await visit.page.get_by_role("option", name="flux-2-pro").wait_for()
    await visit.page.keyboard.press("Enter")
    await visit.send()
    await visit.lands()
    assert demo.oxen.ledger.generations[-1].model_name == "flux-2-pro"


async def test_a_private_answer_is_for_one_person_and_can_be_dismissed(visitors: Visitors) -> None:
    robin, sam = await visitors.open("#/ideas/robin"), await visitors.open("#/ideas/sam")
    await robin.begin("imagine")
    await robin.option("prompt").fill("a secret castle")
    await robin.add("private")
    await robin.send()
    await robin.says("Only you can see this")
    await robin.lands()
    assert await sam.messages.get_by_text("a secret castle").count() == 0
    await robin.page.get_by_role("button", name="Dismiss").last.click()
    assert await robin.messages.get_by_text("a secret castle").count() == 0


async def test_somebody_else_sees_the_picture_come_and_may_make_it_again(visitors: Visitors) -> None:
    robin, sam = await visitors.open("#/team/robin"), await visitors.open("#/team/sam")
    await robin.ask("a rocket at night")
    await sam.says("Painting")
    await sam.lands()
    await sam.press("Again")
    await robin.says("again from")


async def test_a_spoiler_is_covered_until_it_is_clicked_and_stays_open(visitors: Visitors) -> None:
    visit = await visitors.open("#/ideas/robin")
    await visit.begin("imagine")
    await visit.option("prompt").fill("a ghost ship")
    await visit.add("spoiler")
    await visit.send()
    cover = visit.last.get_by_role("button", name="Spoiler: show the picture")
    await cover.click()
    await visit.last.get_by_role("button", name="Open the picture").wait_for()
    assert await cover.count() == 0


async def test_who_and_where_one_is_survives_a_reload(visitors: Visitors) -> None:
    visit = await visitors.open("#/team/max")
    await visit.page.reload()
    await visit.page.get_by_role("heading", name="team", exact=True).wait_for()
    assert await visit.page.locator("#persona").input_value() == "max"


async def test_one_can_become_somebody_else_and_go_somewhere_else(visitors: Visitors) -> None:
    visit = await visitors.open()
    await visit.page.locator("#persona").select_option("max")
    await visit.page.locator(".you").get_by_text("moderator").wait_for()
    await visit.page.get_by_role("link", name="posters").click()
    await visit.page.get_by_role("heading", name="posters", exact=True).wait_for()
    assert visit.page.url.endswith("#/posters/max")


async def test_a_direct_message_says_that_nothing_is_offered_there(visitors: Visitors) -> None:
    visit = await visitors.open("#/@easel/robin")
    await visit.page.get_by_text("Easel offers no commands here").wait_for()
    await visit.composer.fill("/")
    await visit.page.get_by_text("There are no commands here.").wait_for()


async def test_the_theme_follows_the_system_until_it_is_switched(visitors: Visitors) -> None:
    visit = await visitors.open(scheme="light")
    background = "() => getComputedStyle(document.body).backgroundColor"
    assert await visit.page.evaluate(background) == "rgb(255, 255, 255)"
    await visit.page.locator("#theme").click()
    assert await visit.page.evaluate(background) == "rgb(49, 51, 56)"
    await visit.page.reload()
    assert await visit.page.evaluate(background) == "rgb(49, 51, 56)"


async def test_the_end_of_a_picture_is_read_aloud(visitors: Visitors) -> None:
    visit = await visitors.open("#/team/robin")
    await visit.ask("a mushroom unsafe-test")
    await visit.page.locator("#announcer", has_text="No picture: a mushroom unsafe-test.").wait_for(state="attached")
