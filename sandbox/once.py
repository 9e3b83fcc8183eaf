"""The demo for a terminal: two requests from the command to the picture, told step by step, then checked."""

import asyncio
import tempfile
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath

from sandbox.bot_process import BOT, BotEndedError
from sandbox.checks import Ending, checks
from sandbox.discord import ClientRefusedError, LocalDiscord, Upload
from sandbox.journey import Journey, Request
from sandbox.oxen import Knobs
from sandbox.painter import paint
from sandbox.stage import Stage, StuckError, open_stage
from sandbox.terminal import Terminal

DONE, FAILED = 0, 1
PAINTING_S = (0.5, 1.0)
"""Long enough for the waiting card to be seen, short enough for a demo."""
REFERENCE_PX = 512
POLLS = ("GET /ai/queue", "GET /ai/queue/{generation_id}", "GET /ai/generations", "GET /ai/generations/{generation_id}")


class UnwritableError(Exception):
    """The folder for the pictures cannot be used."""


FAILURES = (BotEndedError, StuckError, ClientRefusedError, UnwritableError)
"""What may go wrong in a demo; each has a sentence for people."""


async def run(out: Path, terminal: Terminal, *, monotonic: Callable[[], float], command: Sequence[str] = BOT) -> int:
    """Play the demo, save its pictures in `out`, and give the exit code: 0, or 1 if anything was not as promised."""
    began = monotonic()
    terminal.line("Easel's demo: the real bot, a local Discord and a local Oxen. Nothing leaves this machine.")
    with tempfile.TemporaryDirectory(prefix="easel-demo-") as folder:
        demo = Demo(out, terminal, monotonic=monotonic)
        try:
            demo.prepare()
            failure = await demo.play(Path(folder), command)
        except FAILURES as error:
            failure = str(error)
    if failure is None:
        terminal.line(f"\nAll as promised, in {monotonic() - began:.1f} s. The pictures are in {out}.")
        return DONE
    terminal.failure(f"The demo failed. {failure}")
    if demo.log_tail:
        terminal.line(f"The last that the bot wrote:\n{demo.log_tail}")
    return FAILED


class Demo:
    """One performance; `log_tail` is what the bot wrote last, for when something went wrong."""

    def __init__(self, out: Path, terminal: Terminal, *, monotonic: Callable[[], float]) -> None:
        self._out = out
        self._terminal = terminal
        self._monotonic = monotonic
        self.log_tail = ""

    def prepare(self) -> None:
        """Make the folder for the pictures; raises UnwritableError."""
        with self._writing():
            self._out.mkdir(parents=True, exist_ok=True)

    async def play(self, folder: Path, command: Sequence[str]) -> str | None:
        """Play everything and give a sentence about what was not as promised; raises one of FAILURES."""
        began = self._monotonic()
        self._terminal.heading("Getting ready")
        async with open_stage(folder=folder, knobs=Knobs(painting_s=PAINTING_S), command=command) as stage:
            try:
                await stage.ready()
                asked_at_start = _polls(stage)
                self._terminal.moment(self._monotonic() - began, _readiness(stage))
                journeys = [await self._request(stage, each) for each in await _requests(stage.discord)]
                return self._judge(journeys, await _ending(stage, asked_at_start))
            finally:
                self.log_tail = stage.bot.log_tail()

    async def _request(self, stage: Stage, request: Request) -> Journey:
        self._terminal.heading(str(request))
        for upload in request.references:
            self._save("attached", upload.filename, upload.data)
        journey = Journey(stage, request)
        try:
            await journey.play()
        finally:
            for moment in journey.moments():
                self._terminal.moment(moment.at_s, moment.text)
        for picture in journey.pictures:
            self._save("saved as", f"{request.command}{PurePath(picture.filename).suffix}", picture.data)
        return journey

    def _save(self, how: str, filename: str, data: bytes) -> None:
        path = self._out / filename
        with self._writing():
            path.write_bytes(data)
        self._terminal.detail(f"{how} {path} ({len(data) / 1000:.0f} kB)")

    @contextmanager
    def _writing(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            raise UnwritableError(f"{self._out} cannot be written ({reason}): choose another with --out.") from error

    def _judge(self, journeys: Sequence[Journey], ending: Ending) -> str | None:
        self._terminal.heading("Checked after the bot had stopped")
        verdicts = checks([journey.seen() for journey in journeys], ending)
        for verdict in verdicts:
            self._terminal.verdict(str(verdict), ok=verdict.kept)
        broken = sum(not verdict.kept for verdict in verdicts)
        return f"{broken} of {len(verdicts)} promises were not kept." if broken else None


def _readiness(stage: Stage) -> str:
    scene = stage.discord.scene
    commands = stage.discord.people.commands(scene.robin, scene.pictures)
    names = " and ".join(f"/{command['name']}" for command in commands)
    return (
        f"the bot is ready: {names} in the picker, one event stream open\n"
        f"process {stage.bot.pid}, between {stage.discord.api_url} and {stage.oxen.api_url}"
    )


async def _requests(discord: LocalDiscord) -> tuple[Request, ...]:
    """Think up a picture from words, and one from two pictures."""
    cottage, mountains = await asyncio.gather(
        _reference("cottage.png", "a cottage in a meadow"), _reference("mountains.png", "snowy mountains at dawn")
    )
    return (
        Request(author=discord.scene.robin, command="imagine", prompt="a lighthouse by the sea at sunset"),
        Request(
            author=discord.scene.sam,
            command="edit",
            prompt="put the cottage of @Image1 below the mountains of @Image2",
            references=(cottage, mountains),
        ),
    )


async def _reference(filename: str, prompt: str) -> Upload:
    data = await asyncio.to_thread(
        paint, prompt=prompt, seed=1, width_px=REFERENCE_PX, height_px=REFERENCE_PX, output_format="png"
    )
    return Upload(filename=filename, data=data)


def _polls(stage: Stage) -> int:
    return sum(stage.oxen.log.count(route) for route in POLLS)


async def _ending(stage: Stage, asked_at_start: int) -> Ending:
    """Stop the bot, so that nothing more can come, and count; what it asked before it was ready was about its key."""
    exit_code = await stage.bot.stop()
    return Ending(
        messages=len(stage.discord.messages(stage.discord.scene.pictures)),
        streams=stage.oxen.streams.opened_ever,
        polls=_polls(stage) - asked_at_start,
        exit_code=exit_code,
        log=stage.bot.log,
    )
