"""Which promises a history breaks, each as a value with a sentence. Pure; knows no server and no schedule."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sandbox.cards import UNDER_WAY, Word
from sandbox.torture.history import NOBODYS, Fate, History, Message, Story


class Broken(StrEnum):
    """The kinds of broken promises."""

    LOST_JOB = "lost job"
    LOST_PICTURE = "lost picture"
    TOLD_NOTHING = "a member told nothing"
    GIVEN_UP = "given up without a reason"
    TWO_MESSAGES = "two messages"
    SHOWN_TWICE = "picture shown twice"
    TWO_PAYMENTS = "two payments for an image"
    PAID_FOR_NOBODY = "paid for what nobody was promised"
    MISPLACED = "picture in another's message"
    UNASKED = "picture never asked for"
    STRAY_MESSAGE = "message that nobody asked for"
    UNANSWERED = "too few were answered"
    UNORDERED = "more jobs never ordered than trouble excuses"
    EXTRAVAGANCE = "more calls than promised"
    BAD_END = "process ended badly"


LOSSES = frozenset(
    {Broken.LOST_JOB, Broken.LOST_PICTURE, Broken.TOLD_NOTHING, Broken.GIVEN_UP, Broken.UNANSWERED, Broken.UNORDERED}
)
DOUBLES = frozenset({Broken.TWO_MESSAGES, Broken.SHOWN_TWICE, Broken.TWO_PAYMENTS, Broken.PAID_FOR_NOBODY})

ANSWERED_AT_LEAST = 0.25
"""Of all requests. A bot that answers nobody loses nothing either, and must not pass for it; one long freeze may take
half of a small storm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One broken promise, and where; `job_id` where it is one job's."""

    kind: Broken
    where: str
    job_id: int | None = None

    def __str__(self) -> str:
        return f"{self.kind.value}: {self.where}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a history amounts to. Accepted jobs only, except for what was asked."""

    asked: int
    accepted: int
    painted: int
    delivered: int
    told_in_words: int
    never_ordered: int
    messages: int
    messages_at_most: int
    images: int
    payments: int
    payments_at_most: float


def violations(history: History) -> list[Violation]:
    """Tell every promise that was broken."""
    owners = {generation.id: generation.prompt for generation in history.generations}
    return [*_of_strays(history), *(each for story in history.stories() for each in _of_story(story, owners))]


def figures(history: History) -> Figures:
    """Count."""
    accepted = [story for story in history.stories() if story.card is not None]
    painted = [(story.painted, set(story.card.pictures)) for story in accepted if story.card is not None]
    return Figures(
        asked=len(history.requests),
        accepted=len(accepted),
        painted=sum(len(made) for made, _ in painted),
        delivered=sum(len(made & shown) for made, shown in painted),
        told_in_words=sum(not made for made, _ in painted),
        never_ordered=sum(not story.generations for story in accepted),
        messages=sum(len(story.messages) for story in accepted),
        messages_at_most=max((len(story.messages) for story in accepted), default=0),
        images=sum(story.request.images for story in accepted),
        payments=sum(len(story.generations) for story in accepted),
        payments_at_most=max((len(story.generations) / story.request.images for story in accepted), default=0.0),
    )


def excesses(counted: Figures, *, excuses: int) -> list[Violation]:
    """Tell what no single job shows: honest sentences, or none at all, in place of work.

    `excuses` is how many accepted jobs may have ended without ever reaching Oxen.
    """
    found: list[Violation] = []
    if counted.accepted < counted.asked * ANSWERED_AT_LEAST or not counted.asked:
        found.append(Violation(kind=Broken.UNANSWERED, where=f"{counted.accepted} of {counted.asked} requests"))
    if counted.never_ordered > excuses:
        where = f"{counted.never_ordered} jobs, with an excuse for {excuses}"
        found.append(Violation(kind=Broken.UNORDERED, where=where))
    return found


def _of_strays(history: History) -> Iterator[Violation]:
    prompts = {request.prompt for request in history.requests}
    jobs = {request.job_id for request in history.requests}
    for message in history.messages:
        if message.job_id not in jobs:
            yield Violation(kind=Broken.STRAY_MESSAGE, where=f"message {message.id}")
    for generation in history.generations:
        if generation.prompt not in prompts:
            yield Violation(kind=Broken.PAID_FOR_NOBODY, where=f"{generation.id}, {generation.prompt!r}")


def _of_story(story: Story, owners: dict[str, str]) -> Iterator[Violation]:
    job_id = story.request.job_id
    card = story.card
    for kind, what in (*_money(story), *_places(story, owners), *(_ending(story, card) if card else ())):
        yield Violation(kind=kind, where=f"job {job_id}, {story.request.prompt!r}: {what}", job_id=job_id)


Found = Iterator[tuple[Broken, str]]


def _money(story: Story) -> Found:
    paid = len(story.generations)
    if story.card is None and paid:
        yield Broken.PAID_FOR_NOBODY, f"no card, and {paid} images ordered"
    elif paid > story.request.images:
        yield Broken.TWO_PAYMENTS, f"{paid} orders taken for {story.request.images} images"


def _places(story: Story, owners: dict[str, str]) -> Found:
    if len(story.messages) > 1:
        yield Broken.TWO_MESSAGES, f"{len(story.messages)} messages"
    for message in story.messages:
        for picture, times in Counter(message.pictures).items():
            if times > 1:
                yield Broken.SHOWN_TWICE, f"{picture} is {times} times in message {message.id}"
        for picture in sorted(message.ever_shown | set(message.pictures)):
            if picture == NOBODYS or picture not in owners:
                yield Broken.UNASKED, f"message {message.id} showed {picture}"
            elif owners[picture] != story.request.prompt:
                yield Broken.MISPLACED, f"message {message.id} showed {picture} of {owners[picture]!r}"


def _ending(story: Story, card: Message) -> Found:
    missing = story.painted - set(card.pictures)
    failed = any(each.fate is Fate.FAILED for each in story.generations)
    if card.deleted:
        yield Broken.LOST_JOB, "its message is gone"
    elif card.word in UNDER_WAY:
        yield Broken.LOST_JOB, f"its message still says {card.word}"
    elif missing:
        yield Broken.LOST_PICTURE, f"{len(missing)} of {len(story.painted)} are not in its message"
    elif len(card.pictures) < story.request.images:
        if not card.sentences:
            yield Broken.TOLD_NOTHING, f"its message says {card.word} and not a word more"
        if card.word is Word.FAILED and not failed:
            yield Broken.GIVEN_UP, "Oxen refused nothing"
        if card.word is Word.CANCELLED:
            yield Broken.GIVEN_UP, "nobody cancelled it"
