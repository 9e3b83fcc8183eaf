"""What can happen to a job, as values; `advance` is the only reader."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.job import Attachment, Place
from bot.core.request import Plan
from bot.errors import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Discord took the first answer; `revision` is what it showed."""

    message_id: int
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerMissed:
    """Discord did not take an answer in time: the person saw "did not respond"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerUnseen:
    """Discord may have taken the private first answer, and nothing can reach it: it counts as given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """References and options are checked; the job may be painted as `plan` says."""

    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """We refuse the job after its answer; `text` is for people. Only what was never sent is touched."""

    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Intended:
    """The paid POST for these planned generations is about to be sent."""

    generation_ids: tuple[str, ...]
    intent_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Resent:
    """The POST of this intent is about to be sent once more, since Oxen surely never saw the first.

    `sends` is how often it had been sent when that was decided: of two who decide the same, one sends.
    """

    intent_id: str
    sends: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """Oxen has the generations; maps our ids to its ids."""

    remote_ids: Mapping[str, str]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAccepted:
    """Oxen surely did not take the POST of this intent: its generations are planned again."""

    intent_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedDown:
    """Oxen answered the POST of this intent with a lasting refusal."""

    intent_id: str
    cause: Cause
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """Nobody can tell whether the POST of this intent was accepted; it is never sent again."""

    intent_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureReady:
    remote_id: str
    url: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintingFailed:
    remote_id: str
    cause: Cause
    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelledThere:
    """Oxen's row says cancelled."""

    remote_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """Oxen's own row says what it charged for a generation that it accepted and did not paint."""

    remote_id: str
    cost_microusd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinePassed:
    remote_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LostThere:
    """Oxen does not know a generation that it accepted."""

    remote_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOnly:
    """The result is there, but no message can hold it: its person gets Oxen's link."""

    generation_id: str
    cause: Cause
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultUnreadable:
    """What lies behind the result's link is not a picture, however often it is tried."""

    generation_id: str
    text: str
    cause: Cause = Cause.RESULT_UNREADABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAsked:
    """Somebody who may cancel did: what was not sent ends here, what is at Oxen is cancelled there by the caller."""

    by: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The message shows the card of `revision`; `attachments` maps generation ids to the results that lie on it."""

    revision: int
    attachments: Mapping[str, Attachment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """The message cannot be reached any more: results wait in the owner's inbox, or there is nothing left to place.

    `token` is the one that did not reach it; a fresh one that came meanwhile does, so that nothing goes to the inbox.
    `removed` says that another person deleted the message.
    """

    place: Place
    removed: bool = False
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The owner had the job shown in a new message, whose card shows `revision` without any picture.

    What was shown privately once stays so.
    """

    message_id: int
    channel_id: int
    guild_id: int | None
    token: str = field(repr=False)
    token_expires_at: datetime
    size_limit_bytes: int
    revision: int
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenDied:
    """Discord takes this interaction token no longer; it is never tried again."""

    token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewalOffered:
    """The token of a private answer is about to end, and its card asks the owner for a fresh one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRenewed:
    """The owner pressed a button on the job's message: that press has a token of its own, which edits it, too."""

    message_id: int
    token: str = field(repr=False)
    token_expires_at: datetime
    size_limit_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Emptied:
    """The job is older than people's words are kept: what they typed and every link goes."""

    at: datetime


JobEvent = (
    Answered
    | AnswerMissed
    | AnswerUnseen
    | Planned
    | Refused
    | Intended
    | Resent
    | Accepted
    | NotAccepted
    | TurnedDown
    | Undecided
    | PictureReady
    | PaintingFailed
    | CancelledThere
    | Charged
    | DeadlinePassed
    | Emptied
    | LostThere
    | LinkOnly
    | ResultUnreadable
    | CancelAsked
    | Shown
    | Replaced
    | Moved
    | TokenDied
    | RenewalOffered
    | TokenRenewed
)
