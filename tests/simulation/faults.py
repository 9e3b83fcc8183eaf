"""What can go wrong and when: by script for one exact story, by chance for thousands; knows no model."""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tests.simulation.as_code import as_code
from tests.simulation.clock import virtual_loop


class UnheardOfError(Exception):
    """What UNHEARD_OF raises; nobody can catch it by name."""


class Place(StrEnum):
    """Where a fault can strike: a kind of call, or a thing that a service does by itself."""

    __repr__ = as_code

    COMMIT = "commit"
    ENQUEUE = "enqueue"
    PAINTING = "painting"
    EVENT = "event"
    ROW = "row"
    GET = "get"
    LIST = "list"
    HISTORY = "history"
    CANCEL = "cancel"
    DOWNLOAD = "download"
    STREAM = "stream"
    CATALOGUE = "catalogue"
    REFERENCE = "reference"
    ANSWER = "answer"
    SHOW = "show"
    FIND = "find"
    REMOVE = "remove"


class Fault(StrEnum):
    __repr__ = as_code

    DOWN = "down"
    """The call fails and had no effect."""
    ANSWER_LOST = "answer lost"
    """The call had its effect, and the caller hears nothing or an error."""
    REQUEST_LOST = "request lost"
    """The call had no effect, and the caller cannot know."""
    RESET = "reset"
    """As ANSWER_LOST, but at once instead of after the caller's whole patience."""
    AWAY = "away"
    """As RESET, and the service stays away for a while, so that nobody can ask what became of the call."""
    LATE = "late"
    """It comes later than it should, within what the design allows."""
    TOO_LATE = "too late"
    """A POST is accepted after the grace: outside of what the design assumes."""
    SLOW = "slow"
    BUSY = "busy"
    PARTIAL = "partial"
    REFUSED = "refused"
    PROXY_PAGE = "proxy page"
    """Something between us and the service answers in its stead, with a 401 or with HTML."""
    STUCK = "stuck"
    NOT_FETCHED = "reference not fetched"
    LOST = "lost"
    TWICE = "twice"
    IGNORED = "ignored"
    DEAD_LINK = "dead link"
    GARBAGE = "garbage"
    TOKEN_DEAD = "token dead"
    GONE = "gone"
    UNHEARD_OF = "unheard of"
    """An error that no port knows, as from a library with a bug."""
    DEAF = "deaf"
    """The stream's headers come before the server has subscribed us."""


POSSIBLE: Mapping[Place, tuple[Fault, ...]] = {
    Place.COMMIT: (Fault.DOWN, Fault.SLOW, Fault.RESET, Fault.AWAY),
    Place.ENQUEUE: (
        Fault.DOWN,
        Fault.BUSY,
        Fault.ANSWER_LOST,
        Fault.REQUEST_LOST,
        Fault.RESET,
        Fault.LATE,
        Fault.SLOW,
        Fault.PARTIAL,
        Fault.REFUSED,
        Fault.PROXY_PAGE,
    ),
    Place.PAINTING: (Fault.REFUSED, Fault.NOT_FETCHED, Fault.STUCK, Fault.SLOW),
    Place.EVENT: (Fault.LOST, Fault.TWICE, Fault.LATE),
    Place.ROW: (Fault.LATE,),
    Place.GET: (Fault.DOWN,),
    Place.LIST: (Fault.DOWN,),
    Place.HISTORY: (Fault.DOWN,),
    Place.CANCEL: (Fault.DOWN, Fault.ANSWER_LOST, Fault.IGNORED),
    Place.DOWNLOAD: (Fault.DOWN, Fault.DEAD_LINK, Fault.GARBAGE),
    Place.STREAM: (Fault.DOWN, Fault.PROXY_PAGE, Fault.DEAF),
    Place.CATALOGUE: (Fault.DOWN,),
    Place.REFERENCE: (Fault.DOWN, Fault.GONE),
    Place.ANSWER: (Fault.ANSWER_LOST, Fault.REQUEST_LOST, Fault.SLOW),
    Place.SHOW: (Fault.DOWN, Fault.ANSWER_LOST, Fault.TOKEN_DEAD, Fault.UNHEARD_OF),
    Place.FIND: (Fault.DOWN,),
    Place.REMOVE: (Fault.DOWN, Fault.ANSWER_LOST),
}
"""One is in no draw, since it leaves the design's assumptions: a POST that is accepted TOO_LATE."""

RARITY: Mapping[Place, float] = {Place.COMMIT: 0.3, Place.REMOVE: 3.0}
"""A disk is in trouble less often than a service; and few runs delete a message, so what fails there is drawn more."""

Script = Mapping[tuple[Place, int], Fault]
"""The fault of the n-th time, counted from 1, at a place."""


@dataclass(slots=True, kw_only=True)
class Faults:
    """Says what goes wrong each time: as the script wants it, else by chance while `until_s` has not come."""

    script: Script = field(default_factory=dict[tuple[Place, int], Fault])
    chance: random.Random
    rate: float = 0.0
    until_s: float = 0.0
    drawn: Counter[tuple[Place, Fault]] = field(default_factory=Counter[tuple[Place, Fault]])
    _times: Counter[Place] = field(default_factory=Counter[Place])

    def draw(self, place: Place) -> Fault | None:
        self._times[place] += 1
        fault = self.script.get((place, self._times[place])) or self._by_chance(place)
        if fault is not None:
            self.drawn[place, fault] += 1
        return fault

    def _by_chance(self, place: Place) -> Fault | None:
        if not self.rate or virtual_loop().time() >= self.until_s:
            return None
        struck = self.chance.random() < self.rate * RARITY.get(place, 1.0)
        return self.chance.choice(POSSIBLE[place]) if struck else None

    def there_s(self) -> float:
        """Give how long a request takes to a service."""
        return self._spread(0.06)

    def back_s(self) -> float:
        return self._spread(0.04)

    def commit_s(self) -> float:
        return self._spread(0.01)

    def _spread(self, usual_s: float) -> float:
        return usual_s * self.chance.uniform(0.5, 3.0) if self.rate else usual_s
