"""The demo as people start it: a process of its own, with the real bot as another one below it."""

import io
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from sandbox import once
from sandbox.bot_process import ROOT
from sandbox.terminal import Terminal

pytestmark = pytest.mark.e2e

WAIT_S = 60
DEMO = (sys.executable, "-m", "sandbox")


def environment(temporary: Path) -> dict[str, str]:
    """Give settings of an operator that the sandbox's bot must not obey."""
    temporary.mkdir()
    theirs = {"ALLOWED_GUILDS": "100000000000000000", "DISCORD_TOKEN_FILE": "/nowhere", "OXEN_NAMESPACE": "theirs"}
    return {**os.environ, **theirs, "TMPDIR": str(temporary)}


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.fixture(scope="module")
def played(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own demo
        [*DEMO, "--once", "--out", str(folder / "out")],
        cwd=ROOT,
        env=environment(folder / "tmp"),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=WAIT_S,
    )


def test_the_demo_keeps_every_promise(played: subprocess.CompletedProcess[str]) -> None:
    assert (played.returncode, played.stderr) == (0, ""), played.stdout
    assert "All as promised" in played.stdout
    assert len(re.findall(r"^  ok  ", played.stdout, re.MULTILINE)) == 10
    assert "  NO  " not in played.stdout


def test_it_tells_what_the_member_did_and_what_the_card_said(played: subprocess.CompletedProcess[str]) -> None:
    told = [
        "@Robin types /imagine prompt: ",
        "the card says: Painting · @Robin",
        "Oxen takes the order",
        "the card says: a lighthouse by the sea at sunset · @Robin",
        "image: cottage.png image2: mountains.png",
        "the card says: Queued · @Sam",
        "the card says: put the cottage of @Image1 below the mountains of @Image2 · @Sam",
    ]
    places = [played.stdout.index(each) for each in told]
    assert places == sorted(places)
    assert "\x1b" not in played.stdout


def test_its_pictures_are_there_and_nothing_else_is_left(
    played: subprocess.CompletedProcess[str], folder: Path
) -> None:
    assert played.returncode == 0
    assert sorted(path.name for path in (folder / "out").iterdir()) == [
        "cottage.png",
        "edit.webp",
        "imagine.webp",
        "mountains.png",
    ]
    assert (folder / "out/imagine.webp").read_bytes()[8:12] == b"WEBP"
    assert not list((folder / "tmp").iterdir())


def bot_of(output: IO[str]) -> int:
    """Read on until the bot is ready, and give its process id."""
    for line in output:
        found = re.search(r"process (\d+)", line)
        if found:
            return int(found[1])
    raise AssertionError("the demo ended before the bot was ready")


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_an_interrupt_leaves_nothing_behind(number: signal.Signals, tmp_path: Path) -> None:
    command = [*DEMO, "--once", "--out", str(tmp_path / "out")]
    variables = environment(tmp_path / "tmp")
    with subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True) as demo:  # noqa: S603
        assert demo.stdout
        pid = bot_of(demo.stdout)
        demo.send_signal(number)
        rest = demo.stdout.read()
        assert (demo.wait(WAIT_S), runs(pid)) == (130, False)
    assert rest.endswith("Stopped. Nothing is left running.\n")
    assert not list((tmp_path / "tmp").iterdir())


async def failed(out: Path, program: str) -> str:
    """Play the demo with another program in the bot's place, and give what was said."""
    said = io.StringIO()
    terminal = Terminal(said, {})
    code = await once.run(out, terminal, monotonic=time.monotonic, command=(sys.executable, "-c", program))
    assert code == 1
    return said.getvalue()


async def test_a_bot_that_does_not_start_is_shown_with_its_own_words(tmp_path: Path) -> None:
    said = await failed(tmp_path, "import sys; sys.exit('I have no legs')")
    assert "The demo failed. The bot ended by itself, with exit code 1." in said
    assert said.endswith("The last that the bot wrote:\nI have no legs\n")


async def test_a_folder_that_cannot_be_made_is_told_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = await failed(tmp_path / "file" / "out", "raise SystemExit('started')")
    assert "cannot be written (not a directory): choose another with --out." in said
    assert "started" not in said
