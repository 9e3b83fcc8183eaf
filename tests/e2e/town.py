"""A small world to test in: a Discord, an Oxen and the real bot between them, in the words of the tests."""

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, Unpack, cast

from sandbox.cards import Word, word_of
from sandbox.discord import Channel, Interaction, LocalDiscord, Message, Recorded, Upload, User, WaitedTooLongError
from sandbox.oxen import Generation, Knobs, LocalOxen
from sandbox.oxen.jsontext import as_object
from tests.e2e.bot_process import Bot

FILE_OPTIONS: Sequence[str] = ("image", "image2", "image3", "image4")
SIGNED = re.compile(r"(?:oxen_signature|hm)=(?!\[redacted\])\w")
LONG_ENOUGH = 8
"""Characters of a prompt that cannot stand in a log line by chance."""
NO_LIMITS: Mapping[str, str] = {
    "MAX_JOBS_PER_MEMBER": "1000",
    "DAILY_IMAGES_PER_MEMBER": "0",
    "DAILY_USD": "0",
    "DAILY_USD_PER_MEMBER": "0",
}
_QUEUE = "POST /ai/queue"


class How(TypedDict, total=False):
    """How somebody asks: which command, who, where, with which files, and the options as Discord calls them."""

    command: str
    by: User
    channel: Channel
    pictures: Sequence[Upload]
    model: str
    aspect_ratio: str
    resolution: str
    count: int
    seed: int
    spoiler: bool
    private: bool


def _options(how: How) -> dict[str, str | int | bool]:
    chosen = {name: value for name, value in how.items() if name not in {"command", "by", "channel", "pictures"}}
    return cast("dict[str, str | int | bool]", chosen)


def usual_knobs() -> Knobs:
    """Give an Oxen that paints small and quickly."""
    return Knobs(painting_s=(0.02, 0.02), usual_long_side_px=64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """Where the logs stood when the test began."""

    discord: int
    oxen: int
    generations: int
    bot: int


class Town:
    """What a test does and asks. Everything that is counted is counted from the last `begin` on."""

    def __init__(self, discord: LocalDiscord, oxen: LocalOxen, bot: Bot) -> None:
        self.discord = discord
        self.oxen = oxen
        self.bot = bot
        self.scene = discord.scene
        self._prompts: list[str] = []
        self._start = _Start(discord=0, oxen=0, generations=0, bot=0)

    # --- what people do

    def ask(self, prompt: str, **how: Unpack[How]) -> Interaction:
        """Send /imagine or /edit, if nothing else is said as Robin in #pictures."""
        self._prompts.append(prompt)
        return self.discord.people.command(
            how.get("by", self.scene.robin),
            how.get("channel", self.scene.pictures),
            how.get("command", "imagine"),
            {"prompt": prompt, **_options(how)},
            dict(zip(FILE_OPTIONS, how.get("pictures", ()), strict=False)),
        )

    def press(self, message: Message, label: str, *, by: User | None = None) -> Interaction:
        """Press the button with this label on a message as it is now."""
        now = self.discord.current(message) or message
        custom_id = next(each.custom_id for each in self.discord.buttons(now) if each.label == label)
        return self.discord.people.press(by or self.scene.robin, now, custom_id or "")

    # --- what they see

    async def answer(self, asked: Interaction, *, timeout_s: float = 5.0) -> Message:
        """Wait for the message that answers an interaction."""
        return await self.discord.wait_for(lambda: self.discord.message_of(asked), timeout_s=timeout_s)

    async def shows(self, asked: Interaction | Message, words: str, *, timeout_s: float = 8.0) -> Message:
        """Wait until a message, or the answer to an interaction, has these words, and give it as it is then."""
        try:
            return await self.discord.wait_for(lambda: self._showing(asked, words), timeout_s=timeout_s)
        except WaitedTooLongError as error:
            raise AssertionError(f"{words!r} is not shown but {self._shown(asked)!r}. {error}") from None

    async def done(self, asked: Interaction | Message, *, timeout_s: float = 8.0) -> Message:
        """Wait until the card of a message, or of the answer to an interaction, is that of a finished picture."""
        try:
            return await self.discord.wait_for(lambda: self._finished(asked), timeout_s=timeout_s)
        except WaitedTooLongError as error:
            raise AssertionError(f"no finished picture is shown but {self._shown(asked)!r}. {error}") from None

    def _finished(self, asked: Interaction | Message) -> Message | None:
        now = self._now(asked)
        return now if now is not None and word_of(now) is Word.DONE else None

    def _now(self, asked: Interaction | Message) -> Message | None:
        return self.discord.current(asked) if isinstance(asked, Message) else self.discord.message_of(asked)

    def _shown(self, asked: Interaction | Message) -> str | None:
        now = self._now(asked)
        return self.discord.text(now) if now else None

    def _showing(self, asked: Interaction | Message, words: str) -> Message | None:
        now = self._now(asked)
        return now if now is not None and words in self.discord.text(now) else None

    async def paint(self, prompt: str, **how: Unpack[How]) -> Message:
        """Ask and wait for the finished card."""
        return await self.done(self.ask(prompt, **how))

    async def private_words(self, asked: Interaction) -> str:
        """Wait for a private answer and give its words; fails for one that everybody sees."""
        message = await self.answer(asked)
        assert message.ephemeral, self.discord.text(message)
        return self.discord.text(message)

    async def refusal(self, prompt: str, **how: Unpack[How]) -> str:
        """Ask for what is refused, and give the words of the refusal: private, with the prompt, and nothing sent."""
        asked = self.ask(prompt, **how)
        words = await self.private_words(asked)
        if prompt.strip():
            assert prompt in words or "prompt.txt" in self.files(asked), words
        assert self.orders == []
        return words

    def files(self, asked: Interaction) -> dict[str, bytes]:
        """Give the files on the answer to an interaction, by name."""
        message = self.discord.message_of(asked)
        return {file.filename: file.data for file in message.contents.attachments} if message else {}

    def pictures(self, message: Message) -> list[bytes]:
        """Give the bytes of the gallery of a message as it is now."""
        now = self.discord.current(message)
        return [picture.data for picture in self.discord.gallery(now)] if now else []

    # --- what was sent

    @property
    def calls(self) -> tuple[Recorded, ...]:
        """The bot's calls to Discord."""
        return self.discord.log.all()[self._start.discord :]

    def call_names(self) -> list[str]:
        """Give method and last word of the path of every call to Discord, such as "PATCH {message_id}"."""
        return [f"{call.method} {call.template.rpartition('/')[2]}" for call in self.calls]

    @property
    def requests(self) -> list[str]:
        """The routes of the bot's requests to Oxen, in their order."""
        return [each.route for each in self.oxen.log.requests if each.number > self._start.oxen]

    @property
    def orders(self) -> list[Mapping[str, object]]:
        """The bodies of the paid POSTs, in their order."""
        sent = [each for each in self.oxen.log.on(_QUEUE) if each.number > self._start.oxen]
        return [body for body in (as_object(each.body) for each in sent) if body is not None]

    @property
    def generations(self) -> list[Generation]:
        """What Oxen accepted."""
        return list(self.oxen.ledger.generations[self._start.generations :])

    @property
    def served(self) -> list[bytes]:
        """The pictures that Oxen has made."""
        return [each.file.data for each in self.generations if each.file]

    # --- between tests

    def begin(self) -> None:
        """Count from here on."""
        requests = self.oxen.log.requests
        self._start = _Start(
            discord=len(self.discord.log.all()),
            oxen=requests[-1].number if requests else 0,
            generations=len(self.oxen.ledger.generations),
            bot=self.bot.lines,
        )

    def log(self) -> str:
        """Give what the bot logged since the test began."""
        return self.bot.log(self._start.bot)

    def calm(self) -> None:
        """Let everything go right again."""
        self.discord.faults.clear()
        self.oxen.faults.clear()
        self.oxen.thaw_streams()
        calm = usual_knobs()
        for name in Knobs.__slots__:
            setattr(self.oxen.knobs, name, getattr(calm, name))

    def check_log(self, log: str) -> None:
        """Fail for a traceback and for every secret in a log."""
        assert "Traceback" not in log, log
        tokens = {each.token for each in self.discord.world.interactions.values()}
        secrets = {self.discord.token, self.oxen.account.key, *tokens}
        prompts = {prompt for prompt in self._prompts if len(prompt) >= LONG_ENOUGH}
        assert [word for word in secrets | prompts if word in log] == []
        assert SIGNED.search(log) is None


@asynccontextmanager
async def running_town(
    discord: LocalDiscord, oxen: LocalOxen, folder: Path, environment: Mapping[str, str]
) -> AsyncGenerator[Town]:
    """Start a bot between two servers that run; it ends with the block."""
    pointed = {
        **discord.environment(),
        "OXEN_API_URL": oxen.api_url,
        "OXEN_API_KEY": oxen.account.key,
        **environment,
    }
    async with Bot(pointed, folder) as bot:
        town = Town(discord, oxen, bot)
        yield town
    # Once more, since the last lines come after the last test.
    town.check_log(bot.log())
