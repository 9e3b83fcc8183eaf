"""A run as data: what members do, what goes wrong, when the process dies; from a seed or written by hand."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.simulation.effects import KillPoint, Phase
from tests.simulation.faults import Fault, Place
from tests.simulation.shop import DEAR, MODELS, SEEDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks:
    """A member asks for pictures; jobs are counted from 0 in this order.

    The gateway delivers the interaction `late_s` after its time, and twice when it is `doubled`.
    """

    at_s: float
    member: int = 1
    model: str = SEEDED.id
    count: int = 1
    with_reference: bool = False
    private: bool = False
    doubled: bool = False
    late_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancels:
    at_s: float
    job: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """Somebody presses [Again] on a job."""

    at_s: float
    job: int
    member: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Erases:
    """The owner deletes the picture through the bot."""

    at_s: float
    job: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderates:
    """A moderator deletes the message in Discord, and the bot is not asked."""

    at_s: float
    job: int


Deed = Asks | Cancels | Repeats | Erases | Moderates


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Everything that decides a run. Nothing goes wrong by chance from `calm_s` on."""

    deeds: tuple[Deed, ...]
    kills: tuple[KillPoint, ...] = ()
    kill_times_s: tuple[float, ...] = ()
    stop_times_s: tuple[float, ...] = ()
    cut_times_s: tuple[float, ...] = ()
    freeze_times_s: tuple[float, ...] = ()
    foreign_times_s: tuple[float, ...] = ()
    script: Mapping[tuple[Place, int], Fault] = field(default_factory=dict[tuple[Place, int], Fault])
    rate: float = 0.0
    calm_s: float = 0.0
    seed: int = 0
    echoes: bool = True
    token_life_s: float = 900.0
    down_s: float | None = 1.0
    """How long a killed process stays down; None = by chance."""


RATES = (0.0, 0.05, 0.15, 0.35)
EFFECTS_ABOUT = 40
"""Most runs have about as many."""
STORM_S = 25.0
"""Members act and faults strike in this time."""


SHORT_TOKEN_LIFE_S = 12.0
"""As if the bot had been down, or Oxen busy, for most of the 15 minutes."""


def random_schedule(seed: int) -> Schedule:
    """Draw a run from a seed: one to three jobs, every kind of fault, up to four deaths."""
    chance = random.Random(seed)
    jobs = chance.choice((1, 1, 1, 2, 3))
    deeds: list[Deed] = [_asks(chance) for _ in range(jobs)]
    deeds += [_press(chance, jobs) for _ in range(chance.choice((0, 0, 1, 2)))]
    return Schedule(
        deeds=tuple(deeds),
        kills=_kills(chance),
        kill_times_s=_times(chance, (0, 0, 1, 2)),
        stop_times_s=_times(chance, (0, 0, 0, 1)),
        cut_times_s=_times(chance, (0, 0, 1, 3)),
        freeze_times_s=_times(chance, (0, 0, 0, 1)),
        foreign_times_s=_times(chance, (0, 1, 2)),
        rate=chance.choice(RATES),
        calm_s=STORM_S,
        seed=seed,
        echoes=chance.random() < 0.8,
        token_life_s=chance.choice((900.0, 900.0, 900.0, SHORT_TOKEN_LIFE_S)),
        down_s=None,
    )


def _asks(chance: random.Random) -> Asks:
    return Asks(
        at_s=chance.uniform(1.0, 10.0),
        member=chance.choice((1, 1, 2)),
        model=chance.choice((*MODELS, SEEDED, DEAR)).id,
        count=chance.choice((1, 1, 2, 4)),
        with_reference=chance.random() < 0.25,
        private=chance.random() < 0.15,
        doubled=chance.random() < 0.15,
        late_s=chance.choice((0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.5, 5.0)),
    )


def _press(chance: random.Random, jobs: int) -> Deed:
    at_s, job = chance.uniform(2.0, STORM_S), chance.randrange(jobs)
    kind = chance.choice((Cancels, Cancels, Erases, Moderates, Repeats))
    return kind(at_s=at_s, job=job)


def _kills(chance: random.Random) -> tuple[KillPoint, ...]:
    numbers = (chance.randint(1, EFFECTS_ABOUT) for _ in range(chance.choice((0, 1, 1, 2))))
    return tuple(KillPoint(number=number, phase=chance.choice(tuple(Phase))) for number in numbers)


def _times(chance: random.Random, how_many: tuple[int, ...]) -> tuple[float, ...]:
    return tuple(sorted(chance.uniform(0.5, STORM_S) for _ in range(chance.choice(how_many))))
