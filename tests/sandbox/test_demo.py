"""The page as people start it: a process of its own that says where it is, and leaves nothing behind."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from sandbox import demo
from sandbox.bot_process import ROOT
from sandbox.terminal import Terminal

pytestmark = pytest.mark.e2e

WAIT_S = 60
PAGE = (sys.executable, "-m", "sandbox", "--port")


@contextmanager
def taken_port() -> Generator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def url_of(output: IO[str]) -> tuple[str, str]:
    """Read on until the address stands there; give it with everything that was said before."""
    said = ""
    for line in output:
        said += line
        if line.startswith("Open http://"):
            return line.split()[1], said
    raise AssertionError(f"the page did not start: {said}")


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path) -> None:
    variables = {**os.environ, "TMPDIR": str(tmp_path), "DISPLAY": ""}
    with subprocess.Popen([*PAGE, "0"], cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True) as page:  # noqa: S603 - our own
        assert page.stdout
        url, _ = url_of(page.stdout)
        with urllib.request.urlopen(f"{url}api/state") as response:  # noqa: S310 - our own page
            state = json.load(response)
        assert [message["asked"]["by"]["name"] for message in state["messages"]] == ["Sam"]
        page.send_signal(signal.SIGINT)
        assert page.stdout.read().endswith("Stopped. Nothing is left running.\n")
        assert (page.wait(WAIT_S), runs(state["bot"]["pid"])) == (0, False)
    assert not list(tmp_path.iterdir())


async def test_a_port_that_was_asked_for_is_taken_or_refused() -> None:
    said = io.StringIO()
    with taken_port() as port:
        assert await demo.run(Terminal(said, {}), port=port) == demo.FAILED
    assert f"Port {port} is taken: choose another with --port." in said.getvalue()


@pytest.mark.parametrize("port", ["nonsense", "-1", "65536"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    done = subprocess.run([*PAGE, port], cwd=ROOT, capture_output=True, text=True, check=False, timeout=WAIT_S)  # noqa: S603
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{port!r} is no port: a port is a number from 0 to 65535." in done.stderr


async def test_a_bot_that_does_not_start_is_shown_with_its_own_words() -> None:
    said = io.StringIO()
    program = "import sys; sys.exit('I have no legs')"
    code = await demo.run(Terminal(said, {}), port=0, command=(sys.executable, "-c", program))
    assert code == demo.FAILED
    assert "The bot ended by itself, with exit code 1." in said.getvalue()
    assert "I have no legs" in said.getvalue()
