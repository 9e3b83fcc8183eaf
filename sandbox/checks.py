"""Holds what was seen in the demo against what Easel promises. Pure: values in, verdicts out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sandbox.cards import Word

ORDER = "POST /ai/queue"
DOWNLOAD = "GET /repos/{path}"
ANSWER = "POST /interactions/{interaction_id}/{interaction_token}/callback"
EDIT = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
CALLS_OF_A_JOB = {ANSWER: 1, EDIT: 1, ORDER: 1, DOWNLOAD: 1}
CALLS_WITH_BEGINNING = {**CALLS_OF_A_JOB, EDIT: 2}
"""A card that says Queued while references are read is put right when painting takes longer than 1.5 s."""
_TWO_CALLS = "two calls to Discord's API (answer, edit)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of one request. `served` are Oxen's files for its prompt, `references` the names as they were posted.

    `calls` counts by route what the bot called for this job, at Discord and at Oxen.
    """

    command: str
    card: str
    state: Word | None
    shown: tuple[bytes, ...] = field(repr=False)
    served: tuple[bytes, ...] = field(repr=False)
    attached: tuple[str, ...]
    references: tuple[str, ...]
    calls: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What there was once the bot had stopped; `polls` counts the calls that only ask Oxen how things stand."""

    messages: int
    streams: int
    polls: int
    exit_code: int
    log: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A promise, whether it was kept, and what there was instead if not."""

    promise: str
    kept: bool
    found: str

    def __str__(self) -> str:
        return self.promise if self.kept else f"{self.promise}. Found: {self.found}"


def checks(seen: Sequence[Seen], ending: Ending) -> list[Check]:
    """Judge the whole demo."""
    return [check for each in seen for check in _of_job(each)] + _of_all(len(seen), ending)


def _of_job(seen: Seen) -> list[Check]:
    name = f"/{seen.command}"
    found = [
        Check(
            promise=f"{name} ends with its picture",
            kept=seen.state is Word.DONE,
            found=seen.card or "no card",
        ),
        Check(
            promise=f"{name} has one picture, and its bytes are those that Oxen served",
            kept=len(seen.shown) == 1 and seen.shown == seen.served,
            found=f"{_sizes(seen.shown)} on the message, {_sizes(seen.served)} at Oxen",
        ),
        _calls(seen, name),
    ]
    if not seen.attached:
        return found
    in_order = Check(
        promise=f"{name} sent its {len(seen.attached)} references in the given order",
        kept=seen.references == seen.attached,
        found=", ".join(seen.references) or "none",
    )
    return [*found, in_order]


def _calls(seen: Seen, name: str) -> Check:
    told = dict(seen.calls) == CALLS_WITH_BEGINNING and bool(seen.attached)
    at_discord = "three calls to Discord's API (answer, beginning, edit)" if told else _TWO_CALLS
    return Check(
        promise=f"{name} took {at_discord} and two to Oxen's (order, download)",
        kept=told or dict(seen.calls) == CALLS_OF_A_JOB,
        found=", ".join(f"{count} x {route}" for route, count in seen.calls.items()) or "none",
    )


def _of_all(jobs: int, ending: Ending) -> list[Check]:
    return [
        Check(
            promise=f"{jobs} requests made {jobs} messages",
            kept=ending.messages == jobs,
            found=f"{ending.messages} messages",
        ),
        Check(
            promise="one event stream served them all, and nobody polled",
            kept=(ending.streams, ending.polls) == (1, 0),
            found=f"{ending.streams} streams, {ending.polls} polls",
        ),
        Check(
            promise="the bot stopped when it was asked to, without an error in its log",
            kept=ending.exit_code == 0 and "Traceback" not in ending.log,
            found=f"exit code {ending.exit_code}{', a traceback' if 'Traceback' in ending.log else ''}",
        ),
    ]


def _sizes(files: Sequence[bytes]) -> str:
    return ", ".join(f"{len(data)} bytes" for data in files) or "nothing"
