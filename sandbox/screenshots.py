"""`python -m sandbox.screenshots`: every state of the page, dark and light, wide and on a phone, as pictures."""

import argparse
import asyncio
import importlib.util
import io
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from sandbox.bot_process import ROOT
from sandbox.browser import ARGUMENTS, PHONE, SCHEMES, WIDE, Size, Visit, find_chromium, go, new_visit
from sandbox.demo import Demo, open_demo
from sandbox.painter import paint

if TYPE_CHECKING:
    from playwright.async_api import Browser

OUT = ROOT / "docs" / "images"
PAINTING_S = (2.0, 2.2)
DARK_S = 1.5
SETTLED_MS = 350
"""Pictures are decoded and the page has scrolled."""
QUALITY = 88
REFERENCE_PX = 256
# Each look plays in a place of its own, so that none shows what another left behind.
LOOKS: Sequence[tuple[Size, str, str]] = (
    (WIDE, "dark", "team"),
    (WIDE, "light", "posters"),
    (PHONE, "dark", "ideas"),
    (PHONE, "light", "pictures"),
)


class Album:
    """Saves what a window shows, under the state's name and the look's."""

    def __init__(self, visit: Visit, folder: Path, look: str) -> None:
        self._visit = visit
        self._folder = folder
        self._look = look

    async def add(self, state: str) -> None:
        await self._visit.page.wait_for_timeout(SETTLED_MS)
        png = await self._visit.page.screenshot()
        path = self._folder / f"{state}-{self._look}.webp"
        with Image.open(io.BytesIO(png)) as picture:
            picture.save(path, "WEBP", quality=QUALITY, method=6)
        print(f"{path.name} ({path.stat().st_size / 1000:.0f} kB)")


async def main(folder: Path) -> int:
    """Take all screenshots into a folder that is there, and give the exit code."""
    chromium = find_chromium()
    if importlib.util.find_spec("playwright") is None or chromium is None:
        print("Screenshots need Playwright (a development requirement) and a Chromium on this machine.")
        return 1
    from playwright.async_api import async_playwright  # noqa: PLC0415 - only where it is installed

    with tempfile.TemporaryDirectory(prefix="easel-screenshots-") as name:
        async with (
            open_demo(folder=Path(name), painting_s=PAINTING_S, dark_s=DARK_S) as demo,
            async_playwright() as playwright,
        ):
            browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            await _take_all(browser, demo, folder)
            await browser.close()
    return 0


async def _take_all(browser: "Browser", demo: Demo, folder: Path) -> None:
    for size, scheme in ((size, scheme) for size in (WIDE, PHONE) for scheme in SCHEMES):
        visit = await new_visit(browser, size=size, scheme=scheme)
        await go(visit, f"{demo.page.url}#/pictures/robin")
        await visit.last.locator("img").last.wait_for()
        await Album(visit, folder, f"{size[0]}-{scheme}").add("first-view")
        await visit.page.context.close()
    for size, scheme, place in LOOKS:
        visit = await new_visit(browser, size=size, scheme=scheme)
        await go(visit, f"{demo.page.url}#/{place}/robin")
        album = Album(visit, folder, f"{size[0]}-{scheme}")
        await _asking(visit, album)
        await _answers(visit, album)
        await _behind(visit, album)
        await visit.page.context.close()


async def _asking(visit: Visit, album: Album) -> None:
    """The message box: the picker, a command being filled in, a list of choices, what is wrong."""
    await visit.composer.fill("/")
    await album.add("picker")
    await visit.begin("edit")
    await visit.option("prompt").fill("put the cottage of @Image1 below the mountains of @Image2")
    for option, prompt in (("image", "a cottage in a meadow"), ("image2", "snowy mountains at dawn")):
        data = paint(prompt=prompt, seed=1, width_px=REFERENCE_PX, height_px=REFERENCE_PX, output_format="png")
        zone = visit.form.locator(f'[data-zone="{option}"] input')
        await zone.set_input_files({"name": f"{prompt.split()[1]}.png", "mimeType": "image/png", "buffer": data})
    await album.add("command")
    await (await visit.add("model")).press_sequentially("flux-2-d")
    await visit.page.locator(".listbox .option:visible").first.wait_for()
    await album.add("choices")
    await visit.page.keyboard.press("Enter")
    await (await visit.add("count")).fill("nine")
    await visit.page.keyboard.press("Enter")
    await album.add("wrong")
    await visit.option("count").fill("2")
    await visit.send()


async def _answers(visit: Visit, album: Album) -> None:
    """Cards from waiting to their ends, private answers, and a picture at full size."""
    await visit.says("Painting")
    await album.add("painting")
    await visit.lands()
    await album.add("two-pictures")
    await visit.ask("a little boat on a lake at sunrise --n 4")
    await visit.lands()
    await album.add("four-pictures")
    await visit.last.locator(".picture").first.click()
    await album.add("full-size")
    await visit.page.keyboard.press("Escape")
    await visit.ask("a castle unsafe-test")
    await visit.says("Failed")
    await album.add("failed")
    await visit.ask("a castle --ar banana")
    await visit.says("Only you can see this")
    await album.add("refused")


async def _behind(visit: Visit, album: Album) -> None:
    """The drawer: what the bot sent, the faults, and the plug being pulled."""
    await visit.show_drawer("What the bot sent")
    await visit.page.locator(".calls summary", has_text="edited the card").first.click()
    await album.add("log")
    await visit.page.get_by_role("tab", name="Faults").click()
    await album.add("faults")
    await visit.page.keyboard.press("Escape")
    await visit.page.locator("#strip").get_by_role("button", name="Pull the plug").click()
    killed = visit.page.locator(".story li:visible", has_text="The bot is killed")
    await killed.first.wait_for()
    await album.add("plug-pulled")
    await visit.page.locator(".story.good:visible").first.wait_for()
    await album.add("plug-landed")
    await visit.page.locator(".story:visible").get_by_role("button", name="Dismiss").click()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m sandbox.screenshots", description="Take the page's screenshots.")
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR", help="where they go (default: docs/images)")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    sys.exit(asyncio.run(main(out)))
