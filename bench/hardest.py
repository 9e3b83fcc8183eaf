"""The most memory that default settings allow for: orders that carry their references, and large results, at once."""

import asyncio
import io
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

from PIL import Image

from bench.clients import JOB_S, BotClient, bot_client, finish
from bench.machine import resident_bytes
from bench.standins import StandIns, stand_ins
from bench.table import Rival, Row
from sandbox.discord import Interaction, Upload
from sandbox.oxen import Fail

MB = 1e6
SMALL_MACHINE_MB = 512.0
REFERENCE_BYTES = 9 * 2**20
REFERENCES = 4
LINK_REFUSED = "Getting model response error: 403 Client Error: Forbidden for url: https://example.org/x.png"
"""After such a word the bot sends the references in the body of a second order."""
LOOKS_PER_S = 50
RESULTS_S = 4 * JOB_S
SETTLING_S = 3.0


async def rows(*, edits: int, results: int, side_px: int) -> AsyncIterator[Row]:
    picture = await asyncio.to_thread(_grain, side_px)
    async with stand_ins(result=picture) as standins, bot_client(standins) as bot:
        await finish(bot, "the first one")
        await asyncio.sleep(SETTLING_S)
        at_rest = _whole_bytes(bot.process.pid)
        most = asyncio.create_task(_most_bytes(bot.process.pid))
        await _load(bot, edits, results)
        most.cancel()
        with suppress(asyncio.CancelledError):
            await most
        peak = _PEAKS.pop(bot.process.pid)
    megabytes = len(picture) / MB
    yield Row(
        what=f"{edits} orders with {REFERENCES} x 9 MB in them, {results} results of {megabytes:.0f} MB, at most",
        unit="MB",
        easel=peak / MB,
        floor=None,
        rivals=(Rival(name="at rest", value=at_rest / MB), Rival(name="a small machine", value=SMALL_MACHINE_MB)),
    )


async def _load(bot: BotClient, edits: int, results: int) -> None:
    """Order everything in one breath, and wait until it is all shown."""
    standins = bot.standins
    standins.oxen.faults.add(Fail(error_message=LINK_REFUSED), times=edits)
    asked = {f"edit {number}": _edit(standins, f"edit {number}") for number in range(edits)}
    # Theirs are the first that fail.
    await standins.oxen.wait_for(lambda: not standins.oxen.faults.armed, timeout_s=RESULTS_S)
    asked |= {f"result {number}": await bot.begin(f"result {number}") for number in range(results)}
    await standins.discord.wait_for(lambda: _all_finished(standins, asked), timeout_s=RESULTS_S)


def _all_finished(standins: StandIns, asked: dict[str, Interaction]) -> bool:
    return all(standins.is_finished(prompt, interaction) for prompt, interaction in asked.items())


def _edit(standins: StandIns, prompt: str) -> Interaction:
    scene = standins.discord.scene
    upload = Upload(filename="photo.png", data=_small_png().ljust(REFERENCE_BYTES, b"\0"))
    names = ["image", *(f"image{number}" for number in range(2, REFERENCES + 1))]
    files = dict.fromkeys(names, upload)
    return standins.discord.people.command(scene.robin, scene.pictures, "edit", {"prompt": prompt}, files)


def _small_png() -> bytes:
    return _png(Image.new("RGB", (64, 64), "teal"))


def _grain(side_px: int) -> bytes:
    """Give a picture that is as large as models make them, and packs badly."""
    grain = Image.effect_noise((side_px, side_px), 2)
    return _png(Image.merge("RGB", (grain, grain.rotate(90), grain.rotate(180))))


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()


_PEAKS: dict[int, int] = {}


async def _most_bytes(pid: int) -> None:
    """Look again and again how much the bot and its processes hold, and keep the most."""
    while True:
        _PEAKS[pid] = max(_PEAKS.get(pid, 0), _whole_bytes(pid))
        await asyncio.sleep(1 / LOOKS_PER_S)


def _whole_bytes(pid: int) -> int:
    """Give what a process and those that it started hold (Linux, proc(5)); one that has just ended holds nothing."""
    total = 0
    for each in (pid, *_children(pid)):
        with suppress(OSError, LookupError):
            total += resident_bytes(each)
    return total


def _children(pid: int) -> Sequence[int]:
    found: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with suppress(OSError):
                found += map(int, (task / "children").read_text().split())
    return found
