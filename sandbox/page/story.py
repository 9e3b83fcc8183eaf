"""Plays one trouble with one picture, from the order to the end of its card, and tells each step."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from sandbox.bot_process import BotEndedError
from sandbox.discord import Interaction, LocalDiscord, Message, Progress, WaitedTooLongError
from sandbox.oxen import Status
from sandbox.page.backstage import Backstage
from sandbox.page.incident import Incident
from sandbox.page.trouble_kinds import Ending, Target, Trouble

ANSWER_S = 5.0
"""Discord waits 3 s for the card; the rest is slack."""
BEGIN_S = 20.0
END_S = 120.0
"""A silent stream is noticed after 45 s, an unclear order after the bot's grace."""
DARK_S = 1.5
"""So long the bot stays dead after the plug was pulled, so that one can see it."""
NO_ANSWER = "No answer"
_WORD = re.compile(r"\*\*(?P<word>[^*]+)\*\*")
_WAITING_WORDS = frozenset({"Queued", "Painting"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The picture that a story is about; `rows_before` is how many generations Oxen had by then."""

    interaction: Interaction
    rows_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the card ended: the word at its head, None when the card is gone."""

    word: str | None


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
            await self._wait_for_the_end()
        except (WaitedTooLongError, TimeoutError):
            self._end("That did not come about in time.", kept=False)
        except BotEndedError as ended:
            self._end(f"{ended} Its log says why.", kept=False)
        finally:
            self.acting = False

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
        oxen, before = self._backstage.oxen, self._order.rows_before
        await oxen.wait_for(
            lambda: any(row.status is Status.PROCESSING for row in oxen.ledger.generations[before:]),
            timeout_s=BEGIN_S,
        )
        self._step("Oxen is painting.")

    async def _pull_the_plug(self) -> None:
        bot = self._backstage.bot
        pid = await bot.kill()
        self._step(f"Killed process {pid} (kill -9).")
        self._step(self._trouble.told)
        await asyncio.sleep(self._dark_s)
        await bot.start()
        ready_s = bot.status.ready_after_s or 0.0
        self._step(f"Started again as process {bot.status.pid}, ready after {ready_s:.1f} s.")

    async def _wait_for_the_end(self) -> None:
        discord = self._backstage.discord
        outcome = await discord.wait_for(self._outcome, timeout_s=END_S)
        if outcome.word is None:
            # Only at its next edit does the bot learn that the card is gone.
            await discord.wait_for(self._edit_refused, timeout_s=END_S)
        self._end(*_verdict(self._trouble.ending, outcome.word, self._bill()))

    def _outcome(self) -> Outcome | None:
        discord, interaction = self._backstage.discord, self._order.interaction
        if discord.progress(interaction) is Progress.FAILED:
            return Outcome(word=NO_ANSWER)
        message = discord.message_of(interaction)
        if message is None:
            return Outcome(word=None)
        found = _WORD.search(LocalDiscord.text(message))
        word = found["word"] if found else "Something else"
        return None if word in _WAITING_WORDS else Outcome(word=word)

    def _edit_refused(self) -> bool:
        path_end = f"/messages/{self._incident.message_id}"
        patches = self._backstage.discord.log.all("PATCH")
        return any(call.path.endswith(path_end) and call.error is not None for call in patches)

    def _bill(self) -> str:
        rows = self._backstage.oxen.ledger.generations[self._order.rows_before :]
        paid = sum(row.cost_usd is not None for row in rows)
        return "Nothing was paid." if paid == 0 else f"Paid for {paid} picture{'s' if paid > 1 else ''}."

    def _step(self, text: str) -> None:
        self._incident = self._incident.then(text)
        self._tell(self._incident)

    def _end(self, text: str, kept: bool) -> None:  # noqa: FBT001 - handed on from `_verdict`
        self._incident = self._incident.ended(text, kept=kept)
        self._tell(self._incident)


def _verdict(wanted: Ending, word: str | None, bill: str) -> tuple[str, bool]:
    """Say how it ended, and whether that was the promise."""
    if word is None:
        return f"The card is gone, and nothing was posted in its place. {bill}", wanted is Ending.GONE
    if word == NO_ANSWER:
        return "The command got no answer within 3 s.", False
    kept = word == {Ending.PICTURE: "Done", Ending.CANCELLED: "Cancelled"}.get(wanted)
    return f"The card says: {word}. {bill}", kept
