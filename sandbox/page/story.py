"""Plays one trouble with one picture, from the order to the end of its card, and tells each step."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from sandbox.bot_process import BotEndedError
from sandbox.discord import Message, Progress, WaitedTooLongError
from sandbox.page.backstage import Backstage
from sandbox.page.evidence import Evidence, Order
from sandbox.page.incident import Incident
from sandbox.page.promises import BrokenPromiseError
from sandbox.page.trouble import Target, Trouble

ANSWER_S = 5.0
"""Discord waits 3 s for the card; the rest is slack."""
BEGIN_S = 20.0
DARK_S = 1.5
"""So long the bot stays dead after the plug was pulled, so that one can see it."""

_LOOK_S = 0.1
"""What is looked for may happen on either server, and each tells of its own changes alone."""


class NoAnswerError(Exception):
    """Discord gave the command up before the bot had answered."""


class Story:
    """`acting` is true until the trouble was made; from then on the story only waits for its end."""

    def __init__(
        self,
        backstage: Backstage,
        trouble: Trouble,
        order: Order,
        *,
        incident: Incident,
        tell: Callable[[Incident], None],
        dark_s: float,
    ) -> None:
        self._backstage = backstage
        self._trouble = trouble
        self._order = order
        self._incident = incident
        self._tell = tell
        self._dark_s = dark_s
        self.acting = True

    async def play(self) -> None:
        """Make the trouble, wait for the end, and say whether the promise was kept."""
        try:
            await self._act()
            self.acting = False
            async with asyncio.timeout(self._trouble.patience_s):
                while not self._is_over():  # noqa: ASYNC110 - two servers, each with a bell of its own
                    await asyncio.sleep(_LOOK_S)
            self._end(self._trouble.kept(self._evidence), kept=True)
        except BrokenPromiseError as broken:
            self._end(str(broken), kept=False)
        except NoAnswerError:
            self._end("The command got no answer within 3 s.", kept=False)
        except (WaitedTooLongError, TimeoutError):
            self._end(f"That did not come about within {self._trouble.patience_s:.0f} s.", kept=False)
        except BotEndedError as ended:
            self._end(f"{ended} Its log says why.", kept=False)
        finally:
            self.acting = False

    @property
    def _evidence(self) -> Evidence:
        return Evidence(backstage=self._backstage, order=self._order, card_id=self._incident.message_id)

    async def _act(self) -> None:
        trouble = self._trouble
        if trouble.before is not None:
            self._step(trouble.told)
        message = await self._card()
        self._incident = replace(self._incident, message_id=message.id)
        if trouble.kills:
            await self._painting()
            await self._pull_the_plug()
        elif trouble.while_painting is not None:
            await self._painting()
            trouble.while_painting(self._backstage, Target(interaction=self._order.interaction, message=message))
            self._step(trouble.told)

    async def _card(self) -> Message:
        discord, interaction = self._backstage.discord, self._order.interaction
        return await discord.wait_for(lambda: discord.message_of(interaction), timeout_s=ANSWER_S)

    async def _painting(self) -> None:
        """Wait until Oxen paints what was ordered."""
        await self._backstage.oxen.wait_for(lambda: self._evidence.painting, timeout_s=BEGIN_S)
        self._step("Oxen is painting.")

    async def _pull_the_plug(self) -> None:
        bot = self._backstage.bot
        await bot.kill()
        self._step("The bot is killed (kill -9).")
        self._step(self._trouble.told)
        await asyncio.sleep(self._dark_s)
        await bot.start()
        ready_s = bot.status.ready_after_s or 0.0
        self._step(f"Started again, ready after {ready_s:.1f} s.")

    def _is_over(self) -> bool:
        if self._backstage.discord.progress(self._order.interaction) is Progress.FAILED:
            raise NoAnswerError
        return self._trouble.over(self._evidence)

    def _step(self, text: str) -> None:
        self._incident = self._incident.then(text)
        self._tell(self._incident)

    def _end(self, text: str, *, kept: bool) -> None:
        self._incident = self._incident.ended(text, kept=kept)
        self._tell(self._incident)
