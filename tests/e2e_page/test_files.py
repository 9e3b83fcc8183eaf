"""Files reach a command by picker, by drop and by paste, in the order given, and an ordinary message too."""

import base64
import io
from collections.abc import Sequence

import pytest
from PIL import Image

from sandbox.browser import Visit
from sandbox.demo import Demo
from sandbox.discord.jsontypes import Json
from tests.e2e_page.visit import Visitors

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

# What a browser hands over when files are dropped or pasted, made from base64.
HAND_OVER = """(node, [event, files]) => {
  const carried = new DataTransfer();
  for (const [name, type, data] of files) {
    const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
    carried.items.add(new File([bytes], name, { type }));
  }
  const details = { bubbles: true, cancelable: true };
  node.dispatchEvent(event === "paste"
    ? new ClipboardEvent("paste", { ...details, clipboardData: carried })
    : new DragEvent(event, { ...details, dataTransfer: carried }));
}"""


def png(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "PNG")
    return out.getvalue()


async def hand_over(visit: Visit, selector: str, event: str, files: Sequence[tuple[str, bytes]]) -> None:
    carried = [[name, "image/png", base64.b64encode(data).decode()] for name, data in files]
    await visit.page.locator(selector).last.evaluate(HAND_OVER, [event, carried])


def references_of_last_order(demo: Demo) -> list[str]:
    """Return the file names of the pictures that Oxen was sent last."""
    links: Json = demo.oxen.ledger.generations[-1].params.get("input_image")  # pyright: ignore[reportAssignmentType] - JSON by another name
    return [str(link).partition("?")[0].rpartition("/")[2] for link in links] if isinstance(links, list) else []


async def test_pictures_come_by_picker_drop_and_paste_and_keep_their_order(visitors: Visitors, demo: Demo) -> None:
    visit = await visitors.open("#/ideas/robin")
    await visit.begin("edit")
    zone = visit.form.locator('[data-zone="image"] input')
    await zone.set_input_files({"name": "first.png", "mimeType": "image/png", "buffer": png("red")})
    await hand_over(visit, '.command-form [data-zone="image2"] button', "drop", [("second.png", png("green"))])
    await visit.option("prompt").fill("mix @Image1, @Image2 and @Image3")
    await hand_over(visit, ".command-form textarea", "paste", [("third.png", png("blue"))])
    await visit.form.get_by_text("image3: third.png").wait_for()
    await visit.form.get_by_role("button", name="Send").click()
    await visit.says("+2 references")
    await visit.lands()
    assert references_of_last_order(demo) == ["first.png", "second.png", "third.png"]


async def test_more_files_than_there_is_room_for_are_told(visitors: Visitors) -> None:
    visit = await visitors.open()
    await visit.begin("edit")
    files = [(f"{number}.png", png("red")) for number in range(6)]
    await hand_over(visit, ".command-form", "drop", files)
    await visit.form.get_by_text("/edit takes 4 files at most; 2 did not fit.").wait_for()


async def test_a_file_can_be_taken_out_again(visitors: Visitors) -> None:
    visit = await visitors.open()
    await visit.begin("edit")
    await hand_over(visit, ".command-form", "drop", [("one.png", png("red"))])
    await visit.form.get_by_role("button", name="Remove one.png from image").click()
    assert await visit.focused() == "image: choose a file, or drop or paste one here"


async def test_files_dropped_on_the_channel_can_go_into_a_command(visitors: Visitors) -> None:
    visit = await visitors.open()
    await hand_over(visit, ".messages", "drop", [("cat.png", png("red"))])
    await visit.page.get_by_role("button", name="Use in /edit").click()
    await visit.form.get_by_text("image: cat.png").wait_for()


async def test_a_message_with_a_picture_is_shown_to_everybody(visitors: Visitors) -> None:
    robin, max_ = await visitors.open("#/posters/robin"), await visitors.open("#/posters/max")
    await hand_over(robin, "#composer textarea", "paste", [("cat.png", png("red"))])
    await robin.write("look at **this**")
    await max_.last.locator("strong", has_text="this").wait_for()
    await max_.last.locator(".picture img").click()
    assert await max_.page.get_by_role("dialog").locator("img").get_attribute("width") == "64"


async def test_a_moderator_deletes_what_another_wrote(visitors: Visitors) -> None:
    robin, max_ = await visitors.open("#/posters/robin"), await visitors.open("#/posters/max")
    await robin.write("delete me")
    await max_.says("delete me")
    before = await robin.messages.count()
    await max_.last.get_by_role("button", name="Delete this message of Robin").click()
    await max_.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await robin.messages.nth(before - 1).wait_for(state="detached")
