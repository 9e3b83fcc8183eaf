"""What people do: they ask, press the buttons that they see, and delete messages; knows no service of the bot."""

from collections.abc import Callable, Coroutine, Sequence
from itertools import count

from bot.core.card import Verb
from bot.core.request import Ask, Command
from bot.errors import EaselError, UserError
from tests.simulation.clock import virtual_loop
from tests.simulation.discord_model import Discord, Interaction
from tests.simulation.effects import Trace
from tests.simulation.invariants import Request
from tests.simulation.process import Process
from tests.simulation.schedule import Asks, Cancels, Deed, Erases, Moderates, Repeats
from tests.simulation.shop import reference

FIRST_ID = 101
PRESS_AGAIN_S = 3.0
PRESSES = 20
"""Who finds no button yet, or is told that the bot did not respond, tries again so often."""
BUTTONS = {Cancels: Verb.CANCEL, Erases: Verb.DELETE, Repeats: Verb.AGAIN}

Pressing = Cancels | Erases | Repeats


class Members:
    """Carries out the deeds of a schedule; `at_work` gives the process that takes interactions, if one does."""

    def __init__(
        self, deeds: Sequence[Deed], *, discord: Discord, trace: Trace, at_work: Callable[[], Process | None]
    ) -> None:
        self.requests: list[Request] = []
        self.deeds_left = len(deeds)
        self._deeds = deeds
        self._discord = discord
        self._trace = trace
        self._at_work = at_work
        self._interaction_ids = count(FIRST_ID)

    def begin(self) -> None:
        for deed in self._deeds:
            virtual_loop().call_at(deed.at_s, self._do, deed)

    def _do(self, deed: Deed) -> None:
        match deed:
            case Asks():
                self._ask(deed)
            case Moderates():
                self._moderate(deed)
            case _:
                self._try_to_press(deed, PRESSES)

    def _done(self, what: str) -> None:
        self._trace.note(what)
        self.deeds_left -= 1

    def _ask(self, deed: Asks) -> None:
        interaction = self._interaction(private=deed.private)
        ask = Ask(
            command=Command.IMAGINE,
            prompt=f"picture of {interaction.id}",
            references=(reference(),) if deed.with_reference else (),
            model=deed.model,
            count=deed.count,
            private=deed.private,
        )
        request = Request(interaction=interaction, ask=ask, owner_id=deed.member)
        self.requests.append(request)
        virtual_loop().call_later(deed.late_s, self._deliver, deed, request, ask)

    def _interaction(self, *, private: bool) -> Interaction:
        return self._discord.interact(str(next(self._interaction_ids)), private=private)

    def _deliver(self, deed: Asks, request: Request, ask: Ask) -> None:
        """Hand the interaction to the bot; one that nobody takes is lost."""
        process = self._at_work()
        self._done(f"{deed}" if process else f"nobody there: {deed}")
        if process is not None:
            for _ in range(2 if deed.doubled else 1):
                self._handle(process, process.take(ask, request.interaction, deed.member), request)

    def _moderate(self, deed: Moderates) -> None:
        self._done(f"{deed}")
        for message in self._discord.messages_of(self._job_id(deed.job)):
            self._discord.delete(message)

    def _job_id(self, job: int) -> str:
        return self.requests[job].job_id if job < len(self.requests) else ""

    def _try_to_press(self, deed: Pressing, presses_left: int) -> None:
        process = self._at_work()
        if process is not None and self._has_button(deed):
            self._done(f"{deed}")
            self._press(process, deed, self.requests[deed.job])
        elif presses_left:
            virtual_loop().call_later(PRESS_AGAIN_S, self._try_to_press, deed, presses_left - 1)
        else:
            self._done(f"given up: {deed}")

    def _has_button(self, deed: Pressing) -> bool:
        messages = self._discord.messages_of(self._job_id(deed.job))
        return any(BUTTONS[type(deed)] in message.card.verbs for message in messages if not message.deleted)

    def _press(self, process: Process, deed: Pressing, request: Request) -> None:
        match deed:
            case Cancels():
                self._handle(process, process.cancel(request.job_id, request.owner_id))
            case Erases():
                self._handle(process, process.erase(request.job_id, request.owner_id))
            case Repeats():
                self._repeat(process, deed, request)

    def _repeat(self, process: Process, deed: Repeats, repeated: Request) -> None:
        interaction = self._interaction(private=repeated.ask.private)
        request = Request(interaction=interaction, ask=repeated.ask, owner_id=deed.member)
        self.requests.append(request)
        self._handle(process, process.again(repeated.job_id, interaction, deed.member), request)

    def _handle(self, process: Process, work: Coroutine[None, None, None], request: Request | None = None) -> None:
        process.around.life.start(self._handled(work, request))

    async def _handled(self, work: Coroutine[None, None, None], request: Request | None) -> None:
        try:
            await work
        except UserError as refusal:
            self._trace.note(f"refused: {refusal}")
            if request is not None:
                request.refused = str(refusal)
                self._discord.take_refusal(request.interaction)
        except EaselError as error:
            self._trace.note(f"the command failed: {error}")
