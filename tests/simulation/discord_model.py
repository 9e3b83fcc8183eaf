"""A model of Discord as far as a job meets it: first answers within 3 s, tokens for 15 minutes, messages and edits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from bot.core.card import Card, Tone
from bot.core.job import Attachment, Job
from bot.core.placement import Placed, ResultFile
from bot.errors import (
    AnswerHiddenError,
    AnswerMissedError,
    MessageGoneError,
    MessageUnreachableError,
    TokenDeadError,
    TransientError,
)
from tests.simulation.clock import virtual_loop
from tests.simulation.effects import Effects, Life, Trace
from tests.simulation.faults import Fault, Faults, Place, UnheardOfError

T = TypeVar("T")

ANSWER_WITHIN_S = 3.0
SLOW_ANSWER_S = 4.0
BETWEEN_EDITS_S = 1.0
"""The design's own promise: edits of one message at most once a second."""
CLOCK_SLOP_S = 0.25
"""An edit's request may be quicker than the one before it."""


REFUSAL = Card(
    job_id="",
    tone=Tone.FAILED,
    header="",
    prompt=None,
    thumbnail=None,
    lines=("a refusal",),
    pictures=(),
    facts=None,
    verbs=(),
)


@dataclass(slots=True, kw_only=True)
class Message:
    """A message as people see it; `files` maps attachment ids to the name and the bytes that lie behind them."""

    id: int
    job_id: str
    private: bool
    card: Card
    files: dict[int, tuple[str, bytes]] = field(default_factory=dict[int, tuple[str, bytes]])
    deleted: bool = False
    is_refusal: bool = False
    """A private sentence, on which no card was ever promised."""
    edits_in_flight: int = 0
    edited_s: float = float("-inf")
    edited_by: Life | None = None


@dataclass(slots=True, kw_only=True)
class Interaction:
    id: str
    created_s: float
    private: bool
    token_dies_s: float
    message_id: int | None = None

    @property
    def token_lives(self) -> bool:
        return virtual_loop().time() < self.token_dies_s


@dataclass(slots=True, kw_only=True)
class Discord:
    """The service: interactions and messages."""

    faults: Faults
    trace: Trace
    complain: Callable[[str], None]
    token_life_s: float
    interactions: dict[str, Interaction] = field(default_factory=dict[str, Interaction])
    messages: dict[int, Message] = field(default_factory=dict[int, Message])
    _attachments: int = 0

    def interact(self, interaction_id: str, *, private: bool) -> Interaction:
        now_s = virtual_loop().time()
        interaction = Interaction(
            id=interaction_id, created_s=now_s, private=private, token_dies_s=now_s + self.token_life_s
        )
        self.interactions[interaction_id] = interaction
        return interaction

    def messages_of(self, job_id: str) -> list[Message]:
        return [message for message in self.messages.values() if message.job_id == job_id]

    def take_answer(self, interaction: Interaction, card: Card) -> int | None:
        """Take a first answer; None for a second one (code 40060), AnswerMissedError after 3 s (code 10062)."""
        if interaction.message_id is not None:
            return None
        if virtual_loop().time() - interaction.created_s > ANSWER_WITHIN_S:
            raise AnswerMissedError("Unknown interaction")
        message = Message(id=len(self.messages) + 1, job_id=interaction.id, private=interaction.private, card=card)
        self.messages[message.id] = message
        interaction.message_id = message.id
        self.trace.note(f"message {message.id} answers {interaction.id}: {_summary(message)}")
        return message.id

    def take_refusal(self, interaction: Interaction) -> None:
        """Take a sentence instead of a card as the first answer, if it is not too late for any."""
        now_s = virtual_loop().time()
        if interaction.message_id is None and now_s - interaction.created_s <= ANSWER_WITHIN_S:
            message = Message(
                id=len(self.messages) + 1, job_id=interaction.id, private=True, card=REFUSAL, is_refusal=True
            )
            self.messages[message.id] = message
            interaction.message_id = message.id

    def delete(self, message: Message) -> None:
        if not message.deleted:
            message.deleted = True
            self.trace.note(f"message {message.id} deleted")

    def edit(
        self, message: Message, card: Card, kept: Mapping[int, str], new: Mapping[str, bytes], *, by: Life
    ) -> None:
        """Replace what a message shows; files that are not named are gone, as with Discord."""
        self._check_files(message, card, kept, new)
        self._check_pace(message, by)
        files = {
            attachment_id: message.files[attachment_id] for attachment_id in kept if attachment_id in message.files
        }
        for name, data in new.items():
            self._attachments += 1
            files[self._attachments] = (name, data)
        message.card, message.files = card, files
        message.edited_s, message.edited_by = virtual_loop().time(), by
        self.trace.note(f"message {message.id} shows {_summary(message)}")

    def _check_files(self, message: Message, card: Card, kept: Mapping[int, str], new: Mapping[str, bytes]) -> None:
        for attachment_id, name in kept.items():
            if message.files.get(attachment_id, ("", b""))[0] != name:
                self.complain(
                    f"message {message.id}: the edit keeps attachment {attachment_id} {name}, which is not there"
                )
        unknown = {picture.filename for picture in card.placed} - {*kept.values(), *new}
        if unknown:
            self.complain(f"message {message.id}: the gallery shows {sorted(unknown)}, which the edit does not name")

    def _check_pace(self, message: Message, by: Life) -> None:
        pause_s = virtual_loop().time() - message.edited_s
        if message.edited_by is by and pause_s < BETWEEN_EDITS_S - CLOCK_SLOP_S:
            self.complain(f"message {message.id}: two edits within a second")


def _summary(message: Message) -> str:
    names = [name for name, _ in message.files.values()]
    return f"{message.card.tone.word} {names}" if names else message.card.tone.word


class DiscordDoor:
    """Satisfies the Delivery port for one process, and answers interactions."""

    def __init__(self, discord: Discord, effects: Effects, life: Life) -> None:
        self._discord = discord
        self._effects = effects
        self._life = life

    async def answer(self, interaction: Interaction, card: Card) -> int | None:
        """Answer as `bot.replies.answer` does: None when nobody knows whether Discord took it."""
        fault = self._discord.faults.draw(Place.ANSWER)
        there_s = SLOW_ANSWER_S if fault is Fault.SLOW else None
        return await self._call(
            f"answer {interaction.id}", lambda: self._answered(interaction, card, fault), fault, there_s=there_s
        )

    def _answered(self, interaction: Interaction, card: Card, fault: Fault | None) -> int | None:
        if fault is Fault.REQUEST_LOST:
            return None
        message_id = self._discord.take_answer(interaction, card)
        return None if fault is Fault.ANSWER_LOST else message_id

    async def show(self, job: Job, card: Card, files: Mapping[str, ResultFile]) -> Placed:
        fault = self._discord.faults.draw(Place.SHOW)
        message = self._discord.messages[job.message_id or 0]
        message.edits_in_flight += 1
        if message.edits_in_flight > 1:
            self._discord.complain(f"message {message.id}: two edits in the air")
        try:
            return await self._call(f"edit {message.id}", lambda: self._shown(job, message, card, files, fault), fault)
        finally:
            message.edits_in_flight -= 1

    def _shown(
        self, job: Job, message: Message, card: Card, files: Mapping[str, ResultFile], fault: Fault | None
    ) -> Placed:
        discord = self._discord
        if fault is Fault.DOWN:
            raise TransientError("503", status=503)
        if fault is Fault.UNHEARD_OF:
            raise UnheardOfError
        if fault is Fault.TOKEN_DEAD:
            discord.interactions[job.id].token_dies_s = virtual_loop().time()
        self._reach(job, message)
        kept = {g.attachment.id: g.attachment.filename for g in job.succeeded if g.attachment and g.id not in files}
        discord.edit(message, card, kept, {f.filename: f.data for f in files.values()}, by=self._life)
        if fault is Fault.ANSWER_LOST:
            raise TransientError("504", status=504)
        ids = {name: attachment_id for attachment_id, (name, _) in message.files.items()}
        placed = {
            picture.generation_id: Attachment(id=ids[picture.filename], filename=picture.filename)
            for picture in card.placed
            if picture.filename in ids
        }
        return Placed(attachments=placed)

    def _reach(self, job: Job, message: Message) -> None:
        """Go the way that `bot.delivery` goes: by the token while the job has one that lives, else as the bot."""
        by_token = job.token is not None and virtual_loop().now() < job.token_expires_at
        if by_token and not self._discord.interactions[job.id].token_lives:
            raise TokenDeadError("Invalid Webhook Token")
        if message.private and not by_token:
            raise MessageUnreachableError("a private answer can be edited only while its token lives")
        if message.deleted:
            raise MessageGoneError("Unknown Message")

    async def find_answer(self, job: Job) -> int | None:
        fault = self._discord.faults.draw(Place.FIND)
        return await self._call(f"find the answer to {job.id}", lambda: self._found(job, fault), fault)

    def _found(self, job: Job, fault: Fault | None) -> int | None:
        if fault is Fault.DOWN:
            raise TransientError("503", status=503)
        interaction = self._discord.interactions[job.id]
        if interaction.private and not interaction.token_lives:
            # Only the channel's list is left, and it does not hold private answers.
            raise AnswerHiddenError("no list holds a private answer")
        if interaction.message_id is None or self._discord.messages[interaction.message_id].deleted:
            return None
        if self._discord.messages[interaction.message_id].is_refusal:
            return None
        return interaction.message_id

    async def remove(self, job: Job) -> None:
        fault = self._discord.faults.draw(Place.REMOVE)
        await self._call(f"delete message {job.message_id}", lambda: self._removed(job, fault), fault)

    def _removed(self, job: Job, fault: Fault | None) -> None:
        if fault is Fault.DOWN:
            raise TransientError("503", status=503)
        if job.message_id is not None:
            self._discord.delete(self._discord.messages[job.message_id])
        if fault is Fault.ANSWER_LOST:
            raise TransientError("504", status=504)

    async def _call(
        self, name: str, arrive: Callable[[], T], fault: Fault | None, *, there_s: float | None = None
    ) -> T:
        faults = self._discord.faults
        return await self._effects.call(
            self._life,
            f"{name} ({fault})" if fault else name,
            arrive,
            there_s=faults.there_s() if there_s is None else there_s,
            back_s=faults.back_s(),
        )
