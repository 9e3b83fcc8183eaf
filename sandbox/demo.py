"""`make demo`: both local servers, the real bot and the page, put up together and taken down without a trace."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.bot_process import BOT, LOG_FILE, TAIL_LINES, BotEndedError, BotProcess
from sandbox.discord import ClientRefusedError, LocalDiscord, WaitedTooLongError
from sandbox.oxen import Knobs, LocalOxen
from sandbox.page import Backstage, Bell, BotKeeper, PageServer
from sandbox.page.server import NoPortError
from sandbox.page.story import DARK_S
from sandbox.terminal import Terminal

STOPPED, FAILED = 0, 1
PORT = 8420
PAINTING_S = (3.0, 4.0)
"""Long enough for the waiting card to be seen and for the plug to be pulled."""
READY_S = 30.0
FIRST_PICTURE_S = 30.0
FIRST_PROMPT = "a lighthouse on a cliff at dusk, the sea calm --ar 16:9"
GRACE_S = 8
"""Short, so that a lost order is settled while one looks on; an order may take most of it, and "Answer slowly" half."""
FAILURES = (BotEndedError, WaitedTooLongError, TimeoutError, ClientRefusedError, NoPortError)
"""What may go wrong while everything starts; each has a sentence for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What runs."""

    discord: LocalDiscord
    oxen: LocalOxen
    bot: BotKeeper
    page: PageServer


async def run(terminal: Terminal, *, port: int | None = None, command: Sequence[str] = BOT) -> int:
    """Serve the page until cancelled, and give the exit code if it could not be started.

    A port that somebody asked for is taken or refused; only the usual one gives way to the next that is free.
    """
    terminal.line("Starting a local Discord, a local Oxen and the real bot. The first picture takes about 5 s.")
    with tempfile.TemporaryDirectory(prefix="easel-demo-") as name:
        folder = Path(name)
        try:
            async with open_demo(
                folder=folder, port=PORT if port is None else port, strict_port=port is not None, command=command
            ) as demo:
                _announce(terminal, demo.page)
                await asyncio.Event().wait()
        except FAILURES as error:
            terminal.failure(f"The sandbox could not start. {error}")
            _show_log(terminal, folder)
    return FAILED


@asynccontextmanager
async def open_demo(
    *,
    folder: Path,
    port: int = 0,
    strict_port: bool = False,
    discord: LocalDiscord | None = None,
    painting_s: tuple[float, float] = PAINTING_S,
    dark_s: float = DARK_S,
    grace_s: int = GRACE_S,
    command: Sequence[str] = BOT,
) -> AsyncGenerator[Demo]:
    """Start everything, with one finished picture to begin with; end it all afterwards. Raises one of FAILURES."""
    discord, oxen, bell = discord or LocalDiscord(), LocalOxen(knobs=Knobs(painting_s=painting_s)), Bell()
    _furnish(discord)
    async with discord, oxen:
        variables = {
            **discord.environment(),
            "OXEN_API_URL": oxen.api_url,
            "OXEN_API_KEY": oxen.account.key,
            "RECONCILE_GRACE_S": str(grace_s),
            # Nothing is paid here, so that nobody who tries it all meets the end of a day's money.
            "DAILY_USD": "0",
            "DAILY_USD_PER_MEMBER": "0",
        }
        bot = BotKeeper(
            start=lambda: BotProcess.start(variables, folder=folder, command=command),
            ready=lambda: _ready(discord, oxen),
            bell=bell,
        )
        try:
            backstage = Backstage(discord=discord, oxen=oxen, bot=bot, bell=bell)
            async with PageServer(backstage, port=port, strict_port=strict_port, dark_s=dark_s) as page:
                await bot.start()
                await _paint_first_picture(discord)
                yield Demo(discord=discord, oxen=oxen, bot=bot, page=page)
        finally:
            await bot.stop()


def _furnish(discord: LocalDiscord) -> None:
    """Give everybody a direct message with the bot, and the second channel a thread."""
    builder, scene = discord.builder, discord.scene
    builder.thread("posters", scene.team, scene.sam)
    for person in (scene.sam, scene.max):
        builder.direct_message(person)


async def _ready(discord: LocalDiscord, oxen: LocalOxen) -> None:
    scene = discord.scene
    await discord.wait_for(
        lambda: discord.hub.connected and discord.people.commands(scene.robin, scene.pictures), timeout_s=READY_S
    )
    await oxen.wait_for(lambda: oxen.streams.open_now > 0, timeout_s=READY_S)


async def _paint_first_picture(discord: LocalDiscord) -> None:
    """Let Sam ask for a picture, so that nobody comes into an empty channel."""
    scene = discord.scene
    asked = discord.people.command(scene.sam, scene.pictures, "imagine", {"prompt": FIRST_PROMPT})

    def shown() -> bool:
        message = discord.message_of(asked)
        return message is not None and bool(discord.gallery(message))

    await discord.wait_for(shown, timeout_s=FIRST_PICTURE_S)


def _announce(terminal: Terminal, page: PageServer) -> None:
    if page.wanted_port and page.port != page.wanted_port:
        terminal.line(f"Port {page.wanted_port} is taken, so the page is on {page.port}.")
    terminal.heading(f"Open {page.url} in a browser.")
    terminal.line("Ctrl-C ends everything and leaves nothing behind.")


def _show_log(terminal: Terminal, folder: Path) -> None:
    path = folder / LOG_FILE
    if path.exists():
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:]
        terminal.line("\n".join(("The last that the bot wrote:", *lines)))
