"""What was asked, what was shown and what was paid, as plain values; knows no server and judges nothing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sandbox.cards import Word

NOBODYS = "a picture that Oxen never made"
"""Stands where the id of a generation would stand."""


class Fate(StrEnum):
    """What became of a paid order at Oxen."""

    OPEN = "open"
    PAINTED = "painted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a member asked for. Every request has a prompt of its own, by which orders are told apart."""

    job_id: int
    prompt: str
    images: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message of the bot as it is in the end, and every picture that any version of it ever showed.

    `word` is None for what is no card, such as a refusal; `job_id` for what answers no request. Pictures are named by
    the generation that they show.
    """

    id: int
    job_id: int | None
    word: Word | None
    sentences: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    ever_shown: frozenset[str] = frozenset()
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One image that Oxen accepted, and so was paid for."""

    id: str
    prompt: str
    fate: Fate


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Everything, at the end of a run."""

    requests: Sequence[Request]
    messages: Sequence[Message]
    generations: Sequence[Generation]

    def stories(self) -> list["Story"]:
        """Put together what belongs to each request."""
        messages, generations = self._by_job(), self._by_prompt()
        return [
            Story(
                request=request,
                messages=tuple(messages.get(request.job_id, ())),
                generations=tuple(generations.get(request.prompt, ())),
            )
            for request in self.requests
        ]

    def _by_job(self) -> Mapping[int | None, list[Message]]:
        found: defaultdict[int | None, list[Message]] = defaultdict(list)
        for message in self.messages:
            found[message.job_id].append(message)
        return found

    def _by_prompt(self) -> Mapping[str, list[Generation]]:
        found: defaultdict[str, list[Generation]] = defaultdict(list)
        for generation in self.generations:
            found[generation.prompt].append(generation)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One request with its messages and its orders."""

    request: Request
    messages: tuple[Message, ...]
    generations: tuple[Generation, ...]

    @property
    def card(self) -> Message | None:
        """The job's card, if its member was given one: then the request is an accepted job."""
        return next((message for message in self.messages if message.word is not None), None)

    @property
    def painted(self) -> frozenset[str]:
        return frozenset(each.id for each in self.generations if each.fate is Fate.PAINTED)
