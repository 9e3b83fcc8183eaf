"""Runs written by hand: one for each way in which a job can go, to be cut short at every point."""

from collections.abc import Mapping
from dataclasses import replace

from tests.simulation.effects import KillPoint, Phase
from tests.simulation.faults import Fault, Place
from tests.simulation.schedule import Asks, Cancels, Erases, Moderates, Repeats, Schedule
from tests.simulation.shop import DEAR, SEEDLESS, UNPRICED

ASKED_S = 1.0
MEANWHILE_S = 3.0
"""Oxen paints from about 1.2 s to 5.2 s."""

PLAIN = Schedule(deeds=(Asks(at_s=ASKED_S),))


def _with(fault: Fault, place: Place, asks: Asks = Asks(at_s=ASKED_S)) -> Schedule:  # noqa: B008 - a frozen value
    return Schedule(deeds=(asks,), script={(place, 1): fault})


UNHEARD = _with(Fault.RESET, Place.ENQUEUE)
LATE = _with(Fault.LATE, Place.ENQUEUE)
DEAR_AND_LOST = _with(Fault.REQUEST_LOST, Place.ENQUEUE, Asks(at_s=ASKED_S, model=DEAR.id))

STORIES: Mapping[str, Schedule] = {
    "a plain job": PLAIN,
    "two pictures, each with its seed": Schedule(deeds=(Asks(at_s=ASKED_S, count=2),)),
    "three pictures in one POST, of which Oxen takes two": _with(
        Fault.PARTIAL, Place.ENQUEUE, Asks(at_s=ASKED_S, model=SEEDLESS.id, count=3)
    ),
    "two jobs of three for four slots": Schedule(
        deeds=(Asks(at_s=ASKED_S, count=3), Asks(at_s=ASKED_S, member=2, count=3, model=SEEDLESS.id))
    ),
    "a POST whose answer is lost": UNHEARD,
    "a POST that is lost": _with(Fault.REQUEST_LOST, Place.ENQUEUE),
    "a dear POST that is lost": DEAR_AND_LOST,
    "a dear POST whose answer is lost": _with(Fault.RESET, Place.ENQUEUE, Asks(at_s=ASKED_S, model=DEAR.id)),
    "a POST without a known price that is lost": _with(
        Fault.REQUEST_LOST, Place.ENQUEUE, Asks(at_s=ASKED_S, model=UNPRICED.id, count=2)
    ),
    "a POST that is accepted late": LATE,
    "a POST that is answered after its event": _with(Fault.SLOW, Place.ENQUEUE),
    "a POST that is turned away": _with(Fault.BUSY, Place.ENQUEUE),
    "a row that shows late": Schedule(
        deeds=(Asks(at_s=ASKED_S),), script={(Place.ENQUEUE, 1): Fault.RESET, (Place.ROW, 1): Fault.LATE}
    ),
    "rows without an echo": replace(_with(Fault.RESET, Place.ENQUEUE), echoes=False),
    "an event that is lost": _with(Fault.LOST, Place.EVENT),
    "an event that comes twice": _with(Fault.TWICE, Place.EVENT),
    "a stream that breaks while painting": replace(PLAIN, cut_times_s=(MEANWHILE_S,)),
    "a painting that fails": _with(Fault.REFUSED, Place.PAINTING),
    "a painting that never ends": _with(Fault.STUCK, Place.PAINTING),
    "references that must go inline": _with(Fault.NOT_FETCHED, Place.PAINTING, Asks(at_s=ASKED_S, with_reference=True)),
    "an answer of which nobody hears": _with(Fault.ANSWER_LOST, Place.ANSWER),
    "an answer that is too slow": _with(Fault.SLOW, Place.ANSWER),
    "a request that comes twice": Schedule(deeds=(Asks(at_s=ASKED_S, doubled=True),)),
    "a result behind a dead link": _with(Fault.DEAD_LINK, Place.DOWNLOAD),
    "an edit of which nobody hears": _with(Fault.ANSWER_LOST, Place.SHOW),
    "a picture that is shown before it is written": Schedule(
        deeds=(Asks(at_s=ASKED_S),), script={(Place.COMMIT, 5): Fault.SLOW}
    ),
    "a token that dies early": _with(Fault.TOKEN_DEAD, Place.SHOW),
    "a private answer whose token dies": _with(Fault.TOKEN_DEAD, Place.SHOW, Asks(at_s=ASKED_S, private=True)),
    "cancelled while painting": Schedule(deeds=(Asks(at_s=ASKED_S, count=2), Cancels(at_s=MEANWHILE_S, job=0))),
    "cancelled, and painted all the same": Schedule(
        deeds=(Asks(at_s=ASKED_S), Cancels(at_s=MEANWHILE_S, job=0)), script={(Place.CANCEL, 1): Fault.IGNORED}
    ),
    "deleted by a moderator while painting": Schedule(
        deeds=(Asks(at_s=ASKED_S, count=2), Moderates(at_s=MEANWHILE_S, job=0))
    ),
    "painted and erased": Schedule(deeds=(Asks(at_s=ASKED_S), Erases(at_s=MEANWHILE_S, job=0))),
    "painted and asked for again": Schedule(deeds=(Asks(at_s=ASKED_S), Repeats(at_s=MEANWHILE_S, job=0))),
    "stopped in order while painting": replace(PLAIN, stop_times_s=(MEANWHILE_S,)),
}


def points(first: int, last: int) -> list[KillPoint]:
    """Give every point of death from the effect with number `first` to that with `last`."""
    return [KillPoint(number=number, phase=phase) for number in range(first, last + 1) for phase in Phase]


def killed_at(story: Schedule, *kills: KillPoint) -> Schedule:
    return replace(story, kills=kills)
