"""Every part that a message can have is shown and can be used; the answers are written by hand."""

import io

import pytest
from PIL import Image

from sandbox.discord import InteractionType, Upload
from sandbox.discord.jsontypes import Json, JsonObject
from tests.e2e_page.by_hand import MESSAGE, UPDATE, V2, ByHand

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

TEXT: JsonObject = {"type": 10, "content": "**Title** words"}


def picture(name: str, size: tuple[int, int] = (320, 180)) -> Upload:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "PNG")
    return Upload(filename=name, data=out.getvalue())


def item(name: str) -> JsonObject:
    return {"media": {"url": f"attachment://{name}"}, "description": f"alt of {name}"}


def row(*parts: Json) -> JsonObject:
    return {"type": 1, "components": [*parts]}


def button(label: str, style: int, **more: Json) -> JsonObject:
    return {"type": 2, "label": label, "style": style, "custom_id": label.lower(), **more}


@pytest.mark.parametrize("count", [1, 2, 3, 4, 10])
async def test_pictures_keep_within_the_card_however_many_they_are(by_hand: ByHand, count: int) -> None:
    names = [f"{number}.png" for number in range(count)]
    gallery: JsonObject = {"type": 12, "items": [item(name) for name in names]}
    await by_hand.show([{"type": 17, "components": [TEXT, gallery]}], [picture(name) for name in names])
    images = by_hand.visit.last.locator(".gallery img")
    await images.nth(count - 1).wait_for()
    assert [await image.get_attribute("alt") for image in await images.all()] == [f"alt of {name}" for name in names]
    box = await by_hand.visit.last.locator(".gallery").bounding_box()
    assert box is not None
    assert box["width"] <= 550


async def test_a_tall_picture_is_shown_whole_and_not_too_high(by_hand: ByHand) -> None:
    await by_hand.show([{"type": 12, "items": [item("tall.png")]}], [picture("tall.png", (400, 1600))])
    box = await by_hand.visit.last.locator(".gallery img").bounding_box()
    assert box is not None
    assert (round(box["height"]), round(box["width"] * 4)) == (550, 550)


async def test_a_colour_a_thumbnail_a_file_and_a_line_are_shown(by_hand: ByHand) -> None:
    section: JsonObject = {"type": 9, "components": [TEXT], "accessory": {"type": 11, **item("a.png")}}
    file: JsonObject = {"type": 13, "file": {"url": "attachment://prompt.txt"}}
    parts: list[Json] = [section, {"type": 14}, file]
    files = [picture("a.png"), Upload(filename="prompt.txt", data=b"a cat")]
    await by_hand.show([{"type": 17, "accent_color": 0x23A55A, "components": parts}], files)
    card = by_hand.visit.last.locator(".card")
    await card.locator(".thumbnail img").wait_for()
    assert await card.evaluate("(node) => getComputedStyle(node).borderLeftColor") == "rgb(35, 165, 90)"
    assert await card.get_by_role("link", name="prompt.txt").get_attribute("download") == "prompt.txt"
    assert await card.locator("hr").count() == 1


async def test_a_pressed_button_waits_for_its_answer_and_others_stay_usable(by_hand: ByHand) -> None:
    await by_hand.show([row(button("First", 1), button("Second", 2), button("Off", 3, disabled=True))])
    first = by_hand.visit.last.get_by_role("button", name="First")
    await first.click()
    await by_hand.visit.last.locator('[data-key="first"][aria-busy="true"]').wait_for()
    assert await by_hand.visit.last.locator("[aria-busy]").count() == 1
    assert await by_hand.visit.last.get_by_role("button", name="Off").get_attribute("aria-disabled") == "true"
    await by_hand.answer(
        InteractionType.COMPONENT, UPDATE, {"flags": V2, "components": [TEXT, row(button("First", 1))]}
    )
    await by_hand.visit.last.locator('[data-key="first"]:not([aria-busy])').wait_for()
    assert await by_hand.visit.focused() == "First"


async def test_a_press_without_an_answer_is_told(by_hand: ByHand) -> None:
    await by_hand.show([row(button("First", 1))])
    before = by_hand.interactions
    await by_hand.visit.press("First")
    await by_hand.let_it_wait(before)
    await by_hand.visit.says("Easel did not answer within 3 s. Try again.")


async def test_what_is_chosen_from_a_menu_is_sent(by_hand: ByHand) -> None:
    options: list[Json] = [{"label": name.title(), "value": name} for name in ("red", "blue")]
    await by_hand.show([row({"type": 3, "custom_id": "colour", "placeholder": "Colour", "options": options})])
    await by_hand.visit.last.get_by_role("combobox", name="Colour").select_option("blue")
    chosen = await by_hand.answer(InteractionType.COMPONENT, UPDATE, {"flags": V2, "components": [TEXT]})
    assert chosen.data["values"] == ["blue"]


async def test_a_command_of_a_message_is_offered_beside_it(by_hand: ByHand) -> None:
    await by_hand.show([TEXT])
    await by_hand.visit.last.hover()
    await by_hand.visit.press("Change this")
    used = await by_hand.answer(InteractionType.COMMAND, MESSAGE, {"content": "Changed."})
    assert used.data["name"] == "Change this"


async def test_a_link_button_is_shown_but_leads_nowhere(by_hand: ByHand) -> None:
    await by_hand.show([row({"type": 2, "style": 5, "label": "Away", "url": "https://example.org/"})])
    away = by_hand.visit.last.get_by_role("button", name="Away")
    await away.click(force=True)
    assert await away.get_attribute("aria-disabled") == "true"
    assert by_hand.visit.page.url.startswith("http://127.0.0.1")
