"""`python -m sandbox.film`: ten seconds of Pull the plug, moving, for the README."""

import argparse
import asyncio
import importlib.util
import io
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from PIL import Image

from sandbox.bot_process import ROOT
from sandbox.browser import ARGUMENTS, Visit, find_chromium, go, new_visit
from sandbox.demo import Demo, open_demo

if TYPE_CHECKING:
    from playwright.async_api import Browser

OUT = ROOT / "docs" / "images" / "pull-the-plug.webp"
SIZE = (1180, 664)
SHOWN = (944, 531)
PAINTING_S = (4.0, 4.0)
DARK_S = 1.2
FRAME_S = 0.2
BEFORE_S, AFTER_S = 1.0, 2.5
LONGEST_S = 20.0
QUALITY = 75
PROMPT = "a fox in a meadow in autumn"


class Film:
    """Frames of one window, each with the moment at which it was taken."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._frames: list[tuple[float, Image.Image]] = []

    async def shoot(self) -> None:
        png = await self._visit.page.screenshot()
        with Image.open(io.BytesIO(png)) as picture:
            frame = picture.convert("RGB")
        frame.thumbnail(SHOWN, Image.Resampling.LANCZOS)
        self._frames.append((monotonic(), frame))
        await asyncio.sleep(FRAME_S)

    async def shoot_for(self, seconds: float) -> None:
        until = monotonic() + seconds
        while monotonic() < until:
            await self.shoot()

    def save(self, path: Path) -> None:
        """Write the frames as they came, each as long as the next one took."""
        moments = [at for at, _ in self._frames]
        lengths_ms = [round((after - at) * 1000) for at, after in pairwise(moments)]
        first, *rest = (frame for _, frame in self._frames)
        last_ms = round(AFTER_S * 1000)
        durations = [*lengths_ms, last_ms]
        first.save(
            path, "WEBP", save_all=True, append_images=rest, duration=durations, loop=0, quality=QUALITY, method=6
        )
        print(f"{path.name} ({path.stat().st_size / 1000:.0f} kB, {sum(durations) / 1000:.0f} s)")


async def main(path: Path) -> int:
    """Play it, film it, and give the exit code."""
    chromium = find_chromium()
    if importlib.util.find_spec("playwright") is None or chromium is None:
        print("The film needs Playwright (a development requirement) and a Chromium on this machine.")
        return 1
    from playwright.async_api import async_playwright  # noqa: PLC0415 - only where it is installed

    with tempfile.TemporaryDirectory(prefix="easel-film-") as name:
        async with (
            open_demo(folder=Path(name), painting_s=PAINTING_S, dark_s=DARK_S) as demo,
            async_playwright() as playwright,
        ):
            browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            film = await _play(browser, demo)
            await browser.close()
    film.save(path)
    return 0


async def _play(browser: "Browser", demo: Demo) -> Film:
    """Ask for a picture, pull the plug while it is painted, and wait until it has landed all the same."""
    visit = await new_visit(browser, size=SIZE, scheme="dark")
    await go(visit, f"{demo.page.url}#/team/robin")
    film = Film(visit)
    await visit.begin("imagine")
    await visit.option("prompt").fill(PROMPT)
    await film.shoot_for(BEFORE_S)
    await visit.send()
    await film.shoot_for(BEFORE_S)
    await visit.page.get_by_role("button", name="Pull the plug").click()
    until = monotonic() + LONGEST_S
    while monotonic() < until and await visit.page.locator(".story.good").count() == 0:
        await film.shoot()
    await film.shoot_for(1.0)
    return film


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m sandbox.film", description="Film Pull the plug for the README.")
    parser.add_argument("--out", type=Path, default=OUT, metavar="FILE", help="where it goes (default: docs/images)")
    out: Path = parser.parse_args().out
    out.parent.mkdir(parents=True, exist_ok=True)
    sys.exit(asyncio.run(main(out)))
