"""Windows: opened by an answer, filled in with words, choices and files, sent back; the answers are written by hand."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from sandbox.discord import InteractionType
from sandbox.discord.jsontypes import JsonObject
from tests.e2e_page.by_hand import MESSAGE, MODAL, V2, ByHand

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


def label(text: str, component: JsonObject) -> JsonObject:
    return {"type": 18, "label": text, "component": component}


WINDOW: JsonObject = {
    "title": "Change this picture",
    "custom_id": "window",
    "components": [
        {"type": 10, "content": "Say what shall be **different**."},
        label("What to change", {"type": 4, "custom_id": "words", "style": 2, "min_length": 3, "max_length": 20}),
        label("Pictures", {"type": 19, "custom_id": "files", "min_values": 1, "max_values": 3}),
        label(
            "How",
            {
                "type": 21,
                "custom_id": "how",
                "options": [{"label": "Gently", "value": "g"}, {"label": "Boldly", "value": "b"}],
            },
        ),
        label("Tell nobody", {"type": 23, "custom_id": "secret"}),
    ],
}


@pytest_asyncio.fixture(loop_scope="session")
async def opened(by_hand: ByHand) -> AsyncGenerator[ByHand]:
    """Give a page with a window open."""
    await by_hand.use("change")
    await by_hand.answer(InteractionType.COMMAND, MODAL, WINDOW)
    await by_hand.visit.page.get_by_role("dialog", name="Change this picture").wait_for()
    yield by_hand
    await by_hand.visit.page.keyboard.press("Escape")


async def test_a_window_is_sent_back_with_words_files_and_choices(opened: ByHand) -> None:
    visit = opened.visit
    dialog = visit.page.get_by_role("dialog")
    await dialog.get_by_label("What to change").fill("a red roof")
    files = [{"name": f"{name}.png", "mimeType": "image/png", "buffer": b"picture"} for name in ("one", "two")]
    await dialog.locator("input[type=file]").nth(0).set_input_files(files[0])  # pyright: ignore[reportArgumentType] - a typed dict
    await dialog.locator("input[type=file]").nth(1).set_input_files(files[1])  # pyright: ignore[reportArgumentType] - a typed dict
    await dialog.get_by_label("Boldly").check()
    await dialog.get_by_role("button", name="Send").click()
    submitted = await opened.answer(
        InteractionType.MODAL_SUBMIT, MESSAGE, {"flags": V2, "components": [{"type": 10, "content": "Taken."}]}
    )
    await dialog.wait_for(state="detached")
    await visit.says("Taken.")
    resolved = submitted.data["resolved"]
    assert isinstance(resolved, dict)
    sent = resolved["attachments"]
    assert isinstance(sent, dict)
    assert len(sent) == 2
    assert "a red roof" in str(submitted.data["components"])


async def test_what_is_missing_is_told_below_its_field_and_nothing_is_sent(opened: ByHand) -> None:
    visit, before = opened.visit, opened.interactions
    dialog = visit.page.get_by_role("dialog")
    await dialog.get_by_label("What to change").fill("ab")
    await dialog.get_by_role("button", name="Send").click()
    await dialog.get_by_text("At least 3 characters; there are 2.").wait_for()
    assert await dialog.get_by_text("This is needed.").count() == 2
    assert opened.interactions == before


async def test_the_focus_stays_in_a_window_until_escape_closes_it(opened: ByHand) -> None:
    visit = opened.visit
    inside = "() => document.querySelector('dialog').contains(document.activeElement)"
    for _ in range(12):
        await visit.page.keyboard.press("Tab")
        # Between the last and the first field the browser itself has the focus, the page's body never.
        on_page = await visit.page.evaluate("() => document.activeElement !== document.body")
        assert not on_page or await visit.page.evaluate(inside)
    await visit.page.keyboard.press("Escape")
    await visit.page.get_by_role("dialog").wait_for(state="detached")


async def test_a_window_whose_answer_does_not_come_keeps_what_was_written(opened: ByHand) -> None:
    visit, before = opened.visit, opened.interactions
    dialog = visit.page.get_by_role("dialog")
    await dialog.get_by_label("What to change").fill("a red roof")
    file = {"name": "one.png", "mimeType": "image/png", "buffer": b"picture"}
    await dialog.locator("input[type=file]").first.set_input_files(file)  # pyright: ignore[reportArgumentType] - a typed dict
    await dialog.get_by_label("Gently").check()
    await dialog.get_by_role("button", name="Send").click()
    await opened.let_it_wait(before)
    await dialog.get_by_text("Easel did not answer within 3 s.").wait_for()
    assert await dialog.get_by_label("What to change").input_value() == "a red roof"
