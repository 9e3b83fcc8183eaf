"""A job as a value: its generations, and its state as a function of them; knows no store, no Discord and no Oxen."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.request import Ask, Plan
from bot.errors import Cause


class GenerationState(StrEnum):
    PLANNED = "planned"
    SUBMITTING = "submitting"
    QUEUED = "queued"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    TIMED_OUT = "timed out"


class JobState(StrEnum):
    RECEIVED = "received"
    ACKED = "acked"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    PARTLY_DONE = "partly done"
    NOT_PAINTED = "not painted"
    CANCELLED = "cancelled"
    ABANDONED = "abandoned"


class Answer(StrEnum):
    """What became of the interaction's first answer, which only Discord decides."""

    OWED = "owed"
    GIVEN = "given"
    MISSED = "missed"


class Place(StrEnum):
    """Where the job's results can be put."""

    MESSAGE = "message"
    INBOX = "inbox"
    GONE = "gone"


HOLDS_SLOT = frozenset({GenerationState.SUBMITTING, GenerationState.QUEUED})
WITHOUT_PICTURE = frozenset({GenerationState.FAILED, GenerationState.CANCELLED})
"""Ended without a picture. Where Oxen had accepted it, only its own row tells whether it was charged."""
UNDER_WAY = HOLDS_SLOT | {GenerationState.PLANNED}
MISSING = frozenset({GenerationState.UNKNOWN, GenerationState.TIMED_OUT})
"""Ended for the person, but a picture may still turn up at Oxen, and is looked for."""
MAY_TURN_UP = MISSING | {GenerationState.CANCELLED}
"""These too become a picture when Oxen painted one all the same."""
TOKEN_LIFE = timedelta(minutes=15)
"""How long Discord takes edits on an interaction's token (developer documentation, "Receiving and Responding")."""
NO_PERSON = 0
"""Stands for the bot where a job is cancelled because its message is gone."""
RENEWAL_LEAD = timedelta(seconds=60)
"""How long before its token ends a private answer asks for a fresh one: nothing can be said there afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A result as it lies on the message; Discord keeps it only when id and file name are named together."""

    id: int
    filename: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One picture of a job, and one try at it: `position` counts from 0, `attempt` from 1.

    `intent_id` names the paid POST it went out with, first meant at `intended_at` and last sent at `sent_at`; `sends`
    counts how often. `inline` tries carry their references in the body, because Oxen could not fetch the links.
    `error` is the provider's text, for logs. `price_microusd` is the catalogue's when the job was taken, and
    `cost_microusd` what Oxen's own row says was charged; None is unknown.
    """

    id: str
    position: int
    attempt: int = 1
    state: GenerationState = GenerationState.PLANNED
    inline: bool = False
    seed: int | None = None
    remote_id: str | None = None
    intent_id: str | None = None
    intended_at: datetime | None = None
    sent_at: datetime | None = None
    sends: int = 0
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    cause: Cause | None = None
    error: str | None = None
    url: str | None = field(default=None, repr=False)
    attachment: Attachment | None = None
    price_microusd: int | None = None
    cost_microusd: int | None = None

    @property
    def link_only(self) -> bool:
        """Tell whether there is a picture that no message can hold, so that its person gets Oxen's link."""
        return self.state is GenerationState.SUCCEEDED and self.cause is not None

    @property
    def handed_over(self) -> bool:
        """Tell whether the message holds all that it can of this picture."""
        return self.attachment is not None or self.link_only


def is_uncharged(generation: Generation) -> bool:
    """Tell whether Oxen's own row has yet to say what it charged for a generation that it accepted in vain."""
    in_vain = generation.state in WITHOUT_PICTURE and generation.remote_id is not None
    return in_vain and generation.cost_microusd is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One message that was promised to a person, and the generations that fill it.

    `id` is the interaction's id. `plan` is what will be sent; `checked` says that the references were read and fit.
    `version` guards every write; `revision` counts what people can see, and the card is owed while `shown_revision`
    is behind. `ahead` is what the first card said. `refusal` is a sentence for people. `credit_id` is whose picture
    this one repeats. `token` answers and edits until `token_expires_at`, and is None once it is known to be dead;
    `renewal_offered` says that a private answer asks its owner for the next one. `card_number` is chosen at random (31
    bits) and carried by the card, so that a card of another process with the same job is told from ours.
    `emptied_at` is when the words and links of an ended job were given up for their age.
    `message_removed` says that another person deleted its message; `age_restricted` that it was asked for where only
    adults look, None when that is unknown.
    """

    id: str
    owner_id: int
    channel_id: int
    guild_id: int | None
    application_id: int
    ask: Ask
    created_at: datetime
    token: str | None = field(default=None, repr=False)
    token_expires_at: datetime
    size_limit_bytes: int
    version: int = 0
    revision: int = 1
    shown_revision: int = 0
    answer: Answer = Answer.OWED
    message_id: int | None = None
    place: Place = Place.MESSAGE
    ahead: int = 0
    plan: Plan | None = None
    checked: bool = False
    refusal: str | None = None
    cancelled_by: int | None = None
    credit_id: int | None = None
    renewal_offered: bool = False
    card_number: int | None = None
    emptied_at: datetime | None = None
    message_removed: bool = False
    age_restricted: bool | None = False
    generations: tuple[Generation, ...] = ()

    @property
    def state(self) -> JobState:
        """Tell the state, a pure function of the generations and of what the person did."""
        if self.answer is Answer.MISSED:
            return JobState.ABANDONED
        states = {g.state for g in self.current}
        if states & UNDER_WAY:
            return self._state_under_way(states)
        return self._state_ended(states)

    def _state_under_way(self, states: set[GenerationState]) -> JobState:
        if self.answer is Answer.OWED:
            return JobState.RECEIVED
        if states != {GenerationState.PLANNED}:
            return JobState.RUNNING
        return JobState.WAITING if self.checked else JobState.ACKED

    @staticmethod
    def _state_ended(states: set[GenerationState]) -> JobState:
        if states == {GenerationState.SUCCEEDED}:
            return JobState.DONE
        if GenerationState.SUCCEEDED in states:
            return JobState.PARTLY_DONE
        return JobState.CANCELLED if states == {GenerationState.CANCELLED} else JobState.NOT_PAINTED

    @property
    def current(self) -> tuple[Generation, ...]:
        """Give the last attempt of each picture, in the order of the pictures."""
        last = {g.position: g for g in sorted(self.generations, key=lambda g: g.attempt)}
        return tuple(last[position] for position in sorted(last))

    @property
    def under_way(self) -> bool:
        return self.answer is not Answer.MISSED and any(g.state in UNDER_WAY for g in self.current)

    @property
    def begun(self) -> bool:
        """Return whether a POST was sent that Oxen took, or may have taken."""
        return any(g.sent_at is not None for g in self.generations)

    @property
    def starts_at_once(self) -> bool:
        """Return whether the job is sent as soon as it is answered: it waits for no place and no reference.

        Its first card says that painting begins, which saves an edit; it is put right when Oxen does not take the job.
        """
        return self.ahead == 0 and not self.ask.references

    @property
    def held_up(self) -> bool:
        """Return whether a POST was tried, and Oxen has nothing of the job."""
        return not self.begun and any(g.sends for g in self.generations)

    @property
    def card_owed(self) -> bool:
        """Tell whether the message shows less than is known."""
        return self.answer is Answer.GIVEN and self.place is Place.MESSAGE and self.revision > self.shown_revision

    @property
    def placeable(self) -> bool:
        """Tell whether the owner may have the job shown in a new message.

        That is so for what waits in the inbox, and for a finished private answer: Discord tells nobody whether its
        owner still sees it. One whose links were given up for their age has nothing to show.
        """
        if self.emptied_at is not None:
            return False
        if self.place is Place.INBOX:
            return True
        return self.place is Place.MESSAGE and self.ask.private and bool(self.succeeded) and not self.under_way

    def is_for_owner_alone(self, *, shown_where_restricted: bool | None) -> bool:
        """Tell whether nobody but the owner may see the job in a new message; what is unknown counts as the worse."""
        if self.ask.private or self.message_removed:
            return True
        return self.age_restricted is not False and shown_where_restricted is not True

    @property
    def answered_at(self) -> datetime:
        """Return when its owner last pressed for the job, or asked for it: each brings a token of the same life."""
        return self.token_expires_at - TOKEN_LIFE

    @property
    def owed_since(self) -> datetime | None:
        """Return the moment from which the age of an owed card counts; None while the job may still change by itself.

        It is when the last picture ended, or when a person last pressed for the job: a press brings a token.
        """
        if self.under_way:
            return None
        return max([self.answered_at, *(g.ended_at for g in self.current if g.ended_at)])

    @property
    def renewal_at(self) -> datetime | None:
        """Tell when to ask the owner for a fresh token; None where nothing hangs on it.

        A private answer has no second way in: the bot's own token cannot edit it.
        """
        unfinished = self.under_way or self.card_owed
        reachable = self.answer is Answer.GIVEN and self.place is Place.MESSAGE and self.token is not None
        if not (self.ask.private and reachable and unfinished) or self.renewal_offered:
            return None
        return self.token_expires_at - RENEWAL_LEAD

    @property
    def succeeded(self) -> tuple[Generation, ...]:
        return tuple(g for g in self.current if g.state is GenerationState.SUCCEEDED)

    def generation(self, generation_id: str) -> Generation:
        """Give one generation; raises KeyError for a stranger's id."""
        for generation in self.generations:
            if generation.id == generation_id:
                return generation
        raise KeyError(generation_id)
