"""What members ask and what goes wrong, moment by moment, drawn from a seed. Pure: knows no server and no process."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Trouble(StrEnum):
    """Something that goes wrong once. What it needs to strike (an order, an edit, an event) is the next of its kind."""

    FREEZE = "SIGSTOP"
    CUT_STREAM = "stream cut"
    MUTE_STREAM = "stream silent"
    CUT_GATEWAY = "gateway cut"
    RECONNECT_GATEWAY = "gateway asked to reconnect"
    ORDER_ANSWER_LOST = "order taken, answer lost"
    ORDER_ANSWER_GARBLED = "order taken, a proxy's page answered"
    ORDER_LOST = "order lost"
    ORDER_BUSY = "order refused with 429"
    ORDER_LATE = "order taken late"
    EVENT_FIRST = "event before the order's answer"
    EVENT_DROPPED = "event dropped"
    EVENT_DOUBLED = "event doubled"
    EVENT_GARBLED = "event garbled"
    EVENT_LATE = "event late"
    EVENTS_FOREIGN = "foreign events"
    EVENTS_ODD = "Discord's events malformed"
    PAINTING_FAILS = "painting fails"
    LINK_EXPIRED = "link expired"
    DOWNLOAD_CUT = "download cut"
    OXEN_ASKS_FAIL = "Oxen's lists fail"
    EDIT_FAILS = "edit refused with 503"
    EDIT_HANGS = "edit never answered"
    EDIT_LIMITED = "edit refused with 429"
    EDIT_ANSWER_LOST = "edit made, answer lost"
    CARD_FAILS = "card refused with 503"
    CARD_ANSWER_LOST = "card shown, answer lost"
    TOKEN_DIES = "token dies early"  # noqa: S105 - a word for the table


SEEDED, SEEDLESS, DEAR = "flux-2-dev", "gpt-image-2", "sandbox-expensive"
"""A model that takes a seed, one that does not, and one too dear to be ordered twice."""
MODELS = (SEEDED,) * 14 + (SEEDLESS,) * 4 + (DEAR,) * 2
IMAGES = (1, 1, 1, 1, 1, 1, 2, 4)
WITH_PICTURE = 0.08
MEMBERS, PLACES = 40, 12

LIFE_S = (0.25, 1.8)
"""How long a process lives once it is ready: shorter than a job, as often as not."""
STARTUP_S = (0.05, 1.6)
DIES_STARTING = 0.1
"""How many lives end before the bot is ready."""
TROUBLES_IN_A_LIFE = (1, 4)
SHORT_FREEZE_S = (0.1, 1.0)
LONG_FREEZE_S = 3.6
"""Longer than Discord waits for an answer."""
LONG_FREEZES = 0.15
SURVIVES_LONG_FREEZE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Somebody asks for pictures, so many seconds after the bot was ready."""

    at_s: float
    member: int
    place: int
    images: int = 1
    model: str = SEEDED
    with_picture: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """Trouble at a moment of a life; `for_s` is for what lasts."""

    at_s: float
    trouble: Trouble
    for_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One process, until it is killed: `dies_s` after it was ready or, if `starting`, after it was started."""

    dies_s: float
    starting: bool = False
    asks: tuple[Ask, ...] = ()
    strokes: tuple[Stroke, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """All lives, in their order. After the last one is killed nothing goes wrong any more."""

    seed: int
    lives: tuple[Life, ...]

    @property
    def kills(self) -> int:
        return len(self.lives)

    @property
    def asks(self) -> int:
        return sum(len(life.asks) for life in self.lives)


def draw_storm(seed: int, *, asks: int, kills: int) -> Storm:
    """Draw a storm; the same arguments always give the same one."""
    chance = random.Random(seed)
    starting = [chance.random() < DIES_STARTING for _ in range(kills - 1)] + [False]
    living = starting.count(False)
    lives: list[Life] = []
    for dies_starting in starting:
        if dies_starting:
            lives.append(Life(dies_s=chance.uniform(*STARTUP_S), starting=True))
        else:
            share = asks // living + (sum(not life.starting for life in lives) < asks % living)
            lives.append(_life(chance, share))
    return Storm(seed=seed, lives=tuple(lives))


def _life(chance: random.Random, asks: int) -> Life:
    dies_s = chance.uniform(*LIFE_S)
    strokes = tuple(_stroke(chance, dies_s) for _ in range(chance.randint(*TROUBLES_IN_A_LIFE)))
    if any(stroke.for_s == LONG_FREEZE_S for stroke in strokes) and chance.random() < SURVIVES_LONG_FREEZE:
        dies_s += LONG_FREEZE_S
    return Life(
        dies_s=dies_s,
        asks=_in_order([_ask(chance, dies_s) for _ in range(asks)]),
        strokes=tuple(sorted(strokes, key=lambda stroke: stroke.at_s)),
    )


def _in_order(asks: Sequence[Ask]) -> tuple[Ask, ...]:
    return tuple(sorted(asks, key=lambda ask: ask.at_s))


def _ask(chance: random.Random, dies_s: float) -> Ask:
    return Ask(
        at_s=chance.uniform(0, dies_s),
        member=chance.randrange(MEMBERS),
        place=chance.randrange(PLACES),
        images=chance.choice(IMAGES),
        model=chance.choice(MODELS),
        with_picture=chance.random() < WITH_PICTURE,
    )


def _stroke(chance: random.Random, dies_s: float) -> Stroke:
    trouble = chance.choice(tuple(Trouble))
    at_s = chance.uniform(0, dies_s)
    if trouble is Trouble.FREEZE:
        long = chance.random() < LONG_FREEZES
        return Stroke(at_s=at_s, trouble=trouble, for_s=LONG_FREEZE_S if long else chance.uniform(*SHORT_FREEZE_S))
    return Stroke(at_s=at_s, trouble=trouble)
