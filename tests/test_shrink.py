"""The bot's side of remaking a picture: another process does it, whatever becomes of that."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.image_format import ImageKind, sniff
from bot.core.placement import ResultFile, made_from, made_smaller, made_still
from bot.shrink import PictureShrinker
from tests.pictures import moving, noise, plain

pytestmark = pytest.mark.e2e  # each starts a process
LIMIT_BYTES = 5_000
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
ENDLESS = "import time; time.sleep(60)"


def file_of(data: bytes, name: str = "1-1.png") -> ResultFile:
    return ResultFile(filename=name, data=data)


async def shrink(data: bytes, limit_bytes: int = LIMIT_BYTES, name: str = "1-1.png") -> ResultFile:
    return await PictureShrinker().shrink(file_of(data, name), limit_bytes)


async def test_what_fits_is_left_exactly_as_it_is() -> None:
    file = file_of(noise())
    assert await PictureShrinker().shrink(file, len(file.data)) is file


async def test_what_does_not_fit_is_made_smaller_and_named_so() -> None:
    small = await shrink(noise())
    assert len(small.data) <= LIMIT_BYTES
    assert sniff(small.data) is ImageKind.WEBP
    assert (small.filename, made_smaller(small.filename), made_still(small.filename)) == (
        "1-1-smaller.webp",
        True,
        False,
    )


async def test_what_moved_and_what_was_remade_before_keep_that_in_their_name() -> None:
    assert (await shrink(moving("GIF"), name="SPOILER_1-1.gif")).filename == "SPOILER_1-1-smaller-still.webp"
    again = await shrink(noise(), name="1-1-from-avif-smaller-still.webp")
    assert again.filename == "1-1-from-avif-smaller-still.webp"


async def test_what_discord_does_not_show_becomes_a_png_even_when_it_fits() -> None:
    shown = await shrink(plain("RGB", "red", "BMP"), 10**6, "1-1.bmp")
    assert (shown.filename, sniff(shown.data)) == ("1-1-from-bmp.png", ImageKind.PNG)
    assert getattr(made_from(shown.filename), "name", None) == "BMP"
    both = await shrink(noise("BMP"), LIMIT_BYTES, "1-1.bmp")
    assert both.filename == "1-1-from-bmp-smaller.webp"


@pytest.mark.parametrize("junk", [b"<html>" * 10_000, SVG.ljust(10_000), b"\x80" * 10_000, b""])
async def test_what_cannot_be_made_smaller_is_given_back_without_a_process(junk: bytes) -> None:
    before = os.times().children_user
    file = file_of(junk)
    assert await PictureShrinker().shrink(file, 10) is file
    assert os.times().children_user == before


async def test_what_fits_in_no_form_is_given_back() -> None:
    file = file_of(noise())
    assert await PictureShrinker().shrink(file, 10) is file


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Put another program into the place of the one that remakes pictures."""

    def write(source: str) -> None:
        (tmp_path / "odd.py").write_text(source, encoding="utf-8")
        monkeypatch.setattr("bot.shrink.PROGRAM", "odd")
        monkeypatch.setattr("bot.shrink.ROOT", tmp_path)

    return write


@pytest.mark.parametrize(
    "source",
    [
        "raise MemoryError",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import sys; sys.stdin.buffer.read()",
        "print('webp whole')",
        "this is no program",
        ENDLESS,
    ],
)
async def test_whatever_becomes_of_the_process_the_picture_is_given_back(
    program: Callable[[str], None], source: str
) -> None:
    program(source)
    file = file_of(noise().ljust(10**6, b"\0"))
    assert await PictureShrinker(patience_s=0.5).shrink(file, 10) is file


async def test_without_room_for_a_process_the_picture_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    file = file_of(noise())
    assert await PictureShrinker().shrink(file, 10) is file


async def test_an_end_ends_the_process_at_once(program: Callable[[str], None], tmp_path: Path) -> None:
    program(f"import os, pathlib; pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid())); {ENDLESS}")
    shrinking = asyncio.create_task(shrink(noise()))
    async with asyncio.timeout(10):
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)
    shrinking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await shrinking
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)


async def test_pictures_are_made_smaller_one_at_a_time(program: Callable[[str], None], tmp_path: Path) -> None:
    program(
        f"import os, pathlib, time; flag = pathlib.Path({str(tmp_path / 'flag')!r}); flag.mkdir(); time.sleep(0.05);"
        "flag.rmdir(); print('webp whole\\nx', end='')"
    )
    shrinker = PictureShrinker()
    both = await asyncio.gather(*(shrinker.shrink(file_of(noise()), 10) for _ in range(2)))
    assert [file.data for file in both] == [b"x", b"x"]


async def test_the_process_sees_none_of_the_bot_s_secrets(
    program: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    program("import os; print('webp whole\\n' + str('DISCORD_TOKEN' in os.environ), end='')")
    assert (await shrink(noise())).data == b"False"
