"""Both servers, the crowd and the bot with its many lives; knows what can be done to them, and no plot."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sandbox.bot_process import BotEndedError, BotProcess
from sandbox.discord import GatewaySettings, LocalDiscord, Settings
from sandbox.oxen import Knobs, LocalOxen
from sandbox.torture.crowd import Crowd
from sandbox.torture.databases import Engine, database
from sandbox.torture.judgement import Broken, Violation
from sandbox.torture.reading import Books, Identify
from sandbox.torture.storm import Ask

READY_S = 40.0
GONE_S = 5.0
"""How long the servers take at most to see that a killed process has hung up."""
LOOK_EVERY_S = 0.25
LOOKED_AT = 40
PAINTING_AT_LEAST_S = 0.001
TURN_S = 0.01
AFTERMATH_S = 2.0
"""How long everything runs on after the last picture, so that a double still comes before the count."""
SMALL_PX = 64
NO_LIMITS: Mapping[str, str] = {
    "MAX_JOBS_PER_MEMBER": "100000",
    "DAILY_IMAGES_PER_MEMBER": "0",
    "DAILY_USD": "0",
    "DAILY_USD_PER_MEMBER": "0",
}


class CutShortError(Exception):
    """A scenario could not be played to its end; the text says why, with what the bot logged last."""


class Gate:
    """Holds Oxen's painters back until they are let go."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()

    def shut(self) -> None:
        self._open.clear()

    def open(self) -> None:
        self._open.set()

    async def sleep(self, seconds: float) -> None:
        """Sleep; what takes as long as painting is over no sooner than the gate opens."""
        await asyncio.sleep(seconds)
        if seconds >= PAINTING_AT_LEAST_S:
            await self._open.wait()


class Arena:
    """Everything that a scenario needs."""

    def __init__(
        self, discord: LocalDiscord, oxen: LocalOxen, gate: Gate, *, folder: Path, variables: Mapping[str, str]
    ) -> None:
        self.discord = discord
        self.oxen = oxen
        self.gate = gate
        self.folder = folder
        self.crowd = Crowd(discord)
        self.kills = 0
        self.violations: list[Violation] = []
        self._variables = variables
        self._bot: BotProcess | None = None

    @property
    def bot(self) -> BotProcess:
        if self._bot is None:
            raise RuntimeError("the bot was not started")
        return self._bot

    async def start(self) -> None:
        """Begin a life; what an earlier one left at the servers is gone by then."""
        oxen = self.oxen
        variables = {**self.discord.environment(), "OXEN_API_URL": oxen.api_url, "OXEN_API_KEY": oxen.account.key}
        self._bot = await BotProcess.start({**variables, **self._variables}, folder=self.folder)

    async def ready(self) -> None:
        """Wait until people can use the bot and it hears Oxen; raises BotEndedError or TimeoutError."""
        async with asyncio.timeout(READY_S):
            await self.bot.while_running(self._is_ready())

    async def _is_ready(self) -> None:
        scene = self.discord.scene
        while not (self.oxen.streams.open_now and self.discord.hub.connected):  # noqa: ASYNC110 - two bells
            await asyncio.sleep(TURN_S)
        while not self.discord.people.commands(scene.robin, scene.pictures):  # noqa: ASYNC110
            await asyncio.sleep(TURN_S)

    async def fill(self, asks: Sequence[Ask], *, at_once: int, patience_s: float = READY_S) -> None:
        """Start the bot, ask for all of these, one image each, and wait until Oxen has every order."""
        await self.start()
        await self.ready()
        await self.crowd.ask_in_turn(asks, at_once=at_once)
        await self.ordered(len(asks), patience_s=patience_s)

    async def kill(self) -> None:
        """Pull the plug, and wait until both servers have noticed; Discord then forgets the session."""
        await self.bot.kill()
        self.kills += 1
        async with asyncio.timeout(GONE_S):
            while self.oxen.streams.open_now or self.discord.hub.connected:  # noqa: ASYNC110 - two bells
                await asyncio.sleep(TURN_S)
        for session in self.discord.hub.sessions.all():
            self.discord.hub.sessions.forget(session.id)

    async def settle(self, *, patience_s: float) -> None:
        """Wait until every accepted job shows its end, or until patience ends: the judgement will tell of the rest."""
        books, waiting = self.books(), list(self.crowd.requests)
        ends_at = asyncio.get_running_loop().time() + patience_s
        while waiting:
            # A few at a time: whoever looked at thousands of cards would slow down the servers that are timed.
            head, rest = waiting[:LOOKED_AT], waiting[LOOKED_AT:]
            unsettled = books.unsettled(head)
            waiting = [*unsettled, *rest]
            if unsettled and asyncio.get_running_loop().time() > ends_at:
                return
            if unsettled:
                await self.bot.while_running(asyncio.sleep(LOOK_EVERY_S))

    async def ordered(self, images: int, *, patience_s: float = READY_S) -> None:
        """Wait until Oxen has taken so many orders; raises TimeoutError."""
        await self.bot.while_running(
            self.oxen.wait_for(lambda: len(self.oxen.ledger.generations) >= images, timeout_s=patience_s)
        )

    async def painted(self, *, patience_s: float = READY_S) -> None:
        """Let the painters go, and wait until Oxen has nothing under way; raises TimeoutError."""
        self.gate.open()
        async with asyncio.timeout(patience_s):
            while any(not row.status.is_terminal for row in self.oxen.ledger.generations):  # noqa: ASYNC110 - thousands
                await asyncio.sleep(LOOK_EVERY_S)

    async def end(self) -> None:
        """Let the bot go on for a moment, then ask it to stop; what is wrong with its end is a violation."""
        await self.bot.while_running(asyncio.sleep(AFTERMATH_S))
        code = await self.bot.stop()
        if code:
            self.violations.append(Violation(kind=Broken.BAD_END, where=f"exit code {code} at SIGTERM"))

    def books(self, identify: Identify | None = None) -> Books:
        return Books(self.discord, self.oxen, identify)

    async def close(self) -> None:
        """End the bot, however it is."""
        if self._bot is not None:
            self._bot.thaw()
            await self._bot.kill()


@asynccontextmanager
async def open_arena(engine: Engine, *, knobs: Knobs, settings: Mapping[str, str]) -> AsyncGenerator[Arena]:
    """Put everything up, without a bot yet, and take it down again; `settings` are variables of the bot.

    Raises CutShortError when the bot ends by itself, or does not do in time what the scenario waits for.
    """
    # Every restart is an IDENTIFY at once, of which Discord takes one in five seconds.
    discord = LocalDiscord(Settings(gateway=GatewaySettings(identify_spacing_s=0)))
    with TemporaryDirectory(prefix="easel-torture-") as name:
        folder = Path(name)
        gate = Gate()
        oxen = LocalOxen(knobs=knobs, sleep=gate.sleep)
        async with database(engine, folder) as variables, discord, oxen:
            arena = Arena(discord, oxen, gate, folder=folder, variables={**NO_LIMITS, **variables, **settings})
            try:
                yield arena
            except (BotEndedError, TimeoutError) as error:
                raise CutShortError(f"{error or 'Something took too long.'}\n{arena.bot.log_tail()}") from error
            finally:
                await arena.close()
