"""Schedules that once broke a promise, kept for good; each says which.

A seed alone is no regression, since the generator changes: `python -m tests.simulation --seed N` prints the schedule.
"""

from collections.abc import Mapping

from tests.simulation.faults import Fault, Place
from tests.simulation.schedule import Asks, Erases, Schedule

ASKS = Asks(at_s=1.0)

REGRESSIONS: Mapping[str, Schedule] = {
    # Twice within a second: the edit that goes ahead of its write failed and was made again at once.
    "an edit ahead of its write of which nobody hears": Schedule(
        deeds=(ASKS,), script={(Place.SHOW, 1): Fault.ANSWER_LOST}
    ),
    # Likewise, with the edit made and its record lost.
    "an edit ahead of its write that cannot be recorded": Schedule(
        deeds=(ASKS,), script={(Place.COMMIT, 6): Fault.DOWN}
    ),
    # The error ended the write's caller as well, so that nobody heard that the picture was there.
    "an edit ahead of its write that ends in an unknown error": Schedule(
        deeds=(ASKS,), script={(Place.COMMIT, 5): Fault.SLOW, (Place.SHOW, 1): Fault.UNHEARD_OF}
    ),
    # The pictures that came while an unreadable one was fetched again were called shown, and never were.
    "a picture that comes while another is found unreadable": Schedule(
        deeds=(Asks(at_s=1.0, count=2),),
        script={(Place.ENQUEUE, 2): Fault.BUSY, **{(Place.DOWNLOAD, nth): Fault.DEAD_LINK for nth in (1, 2, 4)}},
    ),
    # The message was written down as gone first, and stayed for ever when Discord was down.
    "a message that Discord does not delete": Schedule(
        deeds=(ASKS, Erases(at_s=8.0, job=0)), script={(Place.REMOVE, 1): Fault.DOWN}
    ),
}
