"""Nobody is kept out: axe finds nothing serious in any state, at either width, dark or light."""

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.browser import PHONE, WIDE
from tests.e2e_page.visit import Visitors

if TYPE_CHECKING:
    from playwright.async_api import Page

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

LOOKS = [pytest.param(size, scheme, id=f"{size[0]}-{scheme}") for size in (WIDE, PHONE) for scheme in ("dark", "light")]
GRAVE = {"serious", "critical"}


async def grave(page: "Page") -> list[str]:
    """Return what axe calls serious or worse, with the places."""
    axe: Any = pytest.importorskip("axe_playwright_python.async_playwright")
    results = await axe.Axe().run(page)
    return [
        f"{each['id']}: {[node['target'] for node in each['nodes'][:3]]}"
        for each in results.response["violations"]
        if each["impact"] in GRAVE
    ]


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
async def test_every_state_can_be_used_by_everybody(visitors: Visitors, size: tuple[int, int], scheme: str) -> None:
    visit = await visitors.open("#/pictures/max", size=size, scheme=scheme)
    found = await grave(visit.page)
    await visit.ask("a tree stuck-test --n 2")
    found += await grave(visit.page)
    await visit.press("Info")
    await visit.says("Only you can see this")
    await visit.composer.fill("/")
    found += await grave(visit.page)
    await visit.page.keyboard.press("ArrowDown")
    await visit.page.keyboard.press("Enter")
    await (await visit.add("count")).fill("nine")
    await visit.page.keyboard.press("Enter")
    found += await grave(visit.page)
    await visit.page.keyboard.press("Escape")
    await visit.messages.first.locator(".picture").click()
    found += await grave(visit.page)
    await visit.page.keyboard.press("Escape")
    await visit.show_drawer("Faults")
    found += await grave(visit.page)
    assert found == []
    await visit.page.keyboard.press("Escape")
    await visit.page.get_by_role("button", name="Cancel").last.click()
