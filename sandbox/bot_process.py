"""The real bot as a separate process: started, watched, frozen, stopped and killed; knows no Discord and no Oxen."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Self, TypeVar

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent
BOT: Sequence[str] = (sys.executable, "-m", "bot")
LOG_FILE = "bot.log"
STOP_S = 12.0
"""The bot finishes what is in hand within 10 s; the rest is for leaving."""
TAIL_LINES = 30
OF_THE_MACHINE = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "TMPDIR", "TZ")
"""What Python may need to start; the caller's own settings must not reach this bot."""


class BotEndedError(Exception):
    """The process ended by itself while something was expected of it."""

    def __init__(self, exit_code: int) -> None:
        super().__init__(f"The bot ended by itself, with exit code {exit_code}.")
        self.exit_code = exit_code


class BotProcess:
    """One life of the bot. What it writes to its terminal goes to `bot.log` in its folder, after earlier lives'."""

    def __init__(self, process: asyncio.subprocess.Process, log_path: Path) -> None:
        self._process = process
        self._log_path = log_path
        self._end = asyncio.create_task(process.wait(), name="end of the bot")

    @classmethod
    async def start(cls, variables: Mapping[str, str], *, folder: Path, command: Sequence[str] = BOT) -> Self:
        """Start the bot in a folder of its own, so that it finds neither a .env file nor anybody's data.

        It is in a session of its own too: Ctrl-C reaches whoever started it, who then stops it.
        """
        machine = {name: os.environ[name] for name in OF_THE_MACHINE if name in os.environ}
        log_path = folder / LOG_FILE
        with log_path.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *command,
                cwd=folder,
                env={**machine, **variables, "PYTHONPATH": str(ROOT)},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return cls(process, log_path)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        """Everything that it wrote so far."""
        return self._log_path.read_text(encoding="utf-8", errors="replace")

    def log_tail(self) -> str:
        return "\n".join(self.log.splitlines()[-TAIL_LINES:])

    async def while_running(self, awaited: Awaitable[T]) -> T:
        """Wait for something that only a running bot brings about; raises BotEndedError when it ends before."""
        waiting = asyncio.ensure_future(awaited)
        try:
            await asyncio.wait({waiting, self._end}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                raise BotEndedError(self._end.result())
            return await waiting
        finally:
            waiting.cancel()

    async def stop(self, *, patience_s: float = STOP_S) -> int:
        """Ask it to stop and give its exit code; one that does not stop in time is killed."""
        self._send(signal.SIGTERM)
        try:
            await asyncio.wait({self._end}, timeout=patience_s)
        finally:
            exit_code = await self.kill()
        return exit_code

    async def kill(self) -> int:
        """Pull the plug, if it still runs, and give its exit code (-9 then)."""
        self._send(signal.SIGKILL)
        # Not awaited itself: a caller who is cancelled here would cancel it.
        await asyncio.wait({self._end})
        return self._end.result()

    def freeze(self) -> None:
        """Let it stand still (SIGSTOP), with all its connections open; it can be killed as it is."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on as if nothing had been."""
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)


@asynccontextmanager
async def running_bot(
    variables: Mapping[str, str], *, folder: Path, command: Sequence[str] = BOT
) -> AsyncGenerator[BotProcess]:
    """Start the bot, and see to it that it is gone afterwards, whatever happens in between."""
    bot = await BotProcess.start(variables, folder=folder, command=command)
    try:
        yield bot
    finally:
        await bot.stop()
