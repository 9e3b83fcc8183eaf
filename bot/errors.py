"""Every error that crosses a module's edge, and who may read its text; knows nothing of services or tables."""

from enum import StrEnum


class Cause(StrEnum):
    """Why a generation has no picture, in the few kinds that people can act on."""

    EMPTY_PROMPT = "empty prompt"
    MODEL_NOT_FOUND = "model not found"
    NO_CREDITS = "no credits"
    SAFETY = "safety"
    REFERENCE_NOT_FETCHED = "reference not fetched"
    BAD_PARAMETER = "bad parameter"
    KEY_REFUSED = "key refused"
    NOT_ALLOWED = "not allowed"
    RESULT_UNREADABLE = "result unreadable"
    RESULT_TOO_LARGE = "result too large"
    RESULT_NOT_SHOWN = "result not shown"
    RESULT_NOT_FETCHED = "result not fetched"
    REFUSED_BY_US = "refused by us"
    OTHER = "other"


class EaselError(Exception):
    """The root of all errors of ours."""


class UserError(EaselError):
    """A refusal whose text is fit for the person who asked; everything else is logged and told as an id.

    It names every mistake, each in a sentence of its own; `line` is what to copy in place of what was typed, where
    Easel can put it right by itself.
    """

    def __init__(self, *mistakes: str, line: str | None = None) -> None:
        several = "\n".join(f"- {mistake}" for mistake in mistakes)
        super().__init__(several if len(mistakes) > 1 else "".join(mistakes))
        self.mistakes = mistakes
        self.line = line


class ConfigurationError(EaselError):
    """The settings cannot be used; holds every problem at once (exit code 2)."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class ServiceRefusedError(EaselError):
    """A service refuses a token or key that has never worked (exit code 3)."""


class RemoteError(EaselError):
    """A call to a remote service did not give what was asked; the text is the vendor's and not for people."""

    def __init__(
        self,
        text: str,
        *,
        status: int | None = None,
        cause: Cause = Cause.OTHER,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.cause = cause
        self.retry_after_s = retry_after_s


class TransientError(RemoteError):
    """The call had no effect and may be made again later."""


class ReferenceUnreadError(TransientError):
    """A reference cannot be read just now, so that nothing was sent; this says nothing of Oxen."""


class PermanentError(RemoteError):
    """The call had no effect and will not have one when it is made again."""


class OutcomeUnclearError(RemoteError):
    """A call that costs money may or may not have been accepted; it must not be made again blindly."""


class NotFoundError(PermanentError):
    """What was asked for is not there (HTTP 404)."""


class TooLargeError(PermanentError):
    """A file is over the size that we read."""


class RemoteIdTakenError(EaselError):
    """Another generation owns this remote id already: search again, never a failure."""


class DatabaseInUseError(EaselError):
    """Another process holds the SQLite file."""


class AnswerMissedError(EaselError):
    """Discord took no first answer: the person was shown "did not respond"."""


class AnswerRefusedError(AnswerMissedError):
    """Discord does not take what the first answer says, so that there is none."""


class AnswerTakenError(EaselError):
    """Discord says that the interaction has been answered: by a try of ours that was not heard, or by others."""


class AnsweredElsewhereError(EaselError):
    """The first answer is the card of another process with the same token."""


class AnswerHiddenError(EaselError):
    """Nobody may look whether the first answer was taken."""


class TokenDeadError(EaselError):
    """Discord refuses an interaction's token: it is never tried again, and the bot's own does what it can."""


class MessageGoneError(EaselError):
    """Somebody deleted the job's message: it is never posted again."""


class MessageUnreachableError(EaselError):
    """The message may exist, but nothing can edit it: left server, lost permission, private answer out of time."""


class CardRefusedError(EaselError):
    """Discord does not take what an edit says, by whichever way it comes: the same edit never passes."""


class FileTooLargeError(EaselError):
    """Discord refuses a file for its size; `limit_bytes` is what it would take."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"the limit is {limit_bytes} bytes")
        self.limit_bytes = limit_bytes


class StoreUnavailableError(EaselError):
    """The database cannot be used just now (locked, full, gone); it may be tried again later.

    Nothing was written by halves; after a cut connection a write may be there whole.
    """
