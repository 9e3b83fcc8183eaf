"""`python -m bot` as a process of its own, with its log read as it comes; knows neither Discord nor Oxen."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[2]
LONGEST_LINE_BYTES = 1 << 20
START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 10.0
"""What the README promises for a stop."""
_PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR")


class BotLogError(AssertionError):
    """The bot did not say what was waited for; its log is in the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a process that runs to its end ended."""

    code: int
    out: str
    err: str


def variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Give the whole environment of a process: nothing of the developer's own settings gets in."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**passed_on, "PYTHONPATH": str(ROOT), **environment}


async def run_to_end(*arguments: str, environment: Mapping[str, str], folder: Path, timeout_s: float = 20.0) -> Ended:
    """Run `python -m bot` with these arguments in a folder, where it finds no .env, and wait for its end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", *arguments),
        cwd=folder,
        env=variables(environment),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(timeout_s):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    return Ended(code=process.returncode or 0, out=out.decode(), err=err.decode())


class Bot:
    """A running bot. It never outlives the `async with` block; `start` again makes a new process in the same folder."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self.environment = dict(environment)
        self.folder = folder
        self._lines: list[str] = []
        self._news = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None

    @property
    def lines(self) -> int:
        """How many lines were logged so far, by all processes together: a place in the log to look from."""
        return len(self._lines)

    def log(self, since: int = 0) -> str:
        return "".join(self._lines[since:])

    async def start(self, *, until: str = "bot.client: ready") -> None:
        """Start a process and wait until it listens to Discord and to Oxen, or until it logs something else."""
        since = self.lines
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot"),
            cwd=self.folder,
            env=variables(self.environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            limit=LONGEST_LINE_BYTES,
        )
        self._reader = asyncio.create_task(self._read(self._process), name="log of the bot")
        await self.says(until, since=since, timeout_s=START_TIMEOUT_S)

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        if process.stderr is None:
            raise RuntimeError("the bot was started without a pipe for its log")
        async for line in process.stderr:
            self._lines.append(line.decode())
            self._news.set()
        self._news.set()

    async def says(self, text: str, *, since: int = 0, timeout_s: float = 10.0) -> None:
        """Wait until a line logged after the first `since` ones has this text; raises BotLogError."""
        try:
            async with asyncio.timeout(timeout_s):
                while text not in self.log(since):
                    if self._reader is None or self._reader.done():
                        raise BotLogError(f"The bot ended without saying {text!r}:\n{self.log(since)}")
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise BotLogError(f"The bot did not say {text!r} within {timeout_s} s:\n{self.log(since)}") from None

    async def child(self, *, timeout_s: float = 10.0) -> int:
        """Wait until it has started a process of its own, and return its id (Linux only)."""
        async with asyncio.timeout(timeout_s):
            while not (children := self._children()):  # noqa: ASYNC110 - the kernel sends no event
                await asyncio.sleep(0.005)
        return children[0]

    def _children(self) -> list[int]:
        if self._process is None:
            return []
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*/children")
        return [int(child) for task in tasks for child in task.read_text(encoding="ascii").split()]

    async def kill(self) -> None:
        """End it as a power cut does (kill -9)."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """Ask it to stop (SIGTERM) and give its exit code; raises TimeoutError when it takes longer than it may."""
        return await self._end(signal.SIGTERM)

    async def exit_code(self, timeout_s: float = STOP_TIMEOUT_S) -> int:
        """Wait until it ends by itself."""
        return await self._wait(timeout_s)

    async def _end(self, how: signal.Signals) -> int:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(how)
        return await self._wait(STOP_TIMEOUT_S)

    async def _wait(self, timeout_s: float) -> int:
        if self._process is None or self._reader is None:
            raise RuntimeError("the bot was not started")
        async with asyncio.timeout(timeout_s):
            code = await self._process.wait()
        await self._reader
        return code

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            await self.kill()
