"""What no client can promise without a key for idempotent requests, and what Easel does about it instead."""

import pytest

from tests.simulation.faults import Fault, Place
from tests.simulation.oxen_api import ACCEPTED_TOO_LATE_S
from tests.simulation.schedule import Asks, Schedule
from tests.simulation.shop import DEAR, SEEDED, UNPRICED
from tests.simulation.world import Report, simulate

pytestmark = pytest.mark.simulation


def accepted_after_the_grace(model: str) -> Report:
    script = {(Place.ENQUEUE, 1): Fault.TOO_LATE}
    return simulate(Schedule(deeds=(Asks(at_s=1.0, model=model),), script=script, calm_s=ACCEPTED_TOO_LATE_S + 10.0))


@pytest.mark.parametrize("model", [DEAR.id, UNPRICED.id])
def test_a_dear_picture_that_is_accepted_after_the_grace_is_paid_once_and_still_delivered(model: str) -> None:
    report = accepted_after_the_grace(model)
    assert report.violations == ()
    assert report.states == {"done": 1}


def test_a_cheap_picture_that_is_accepted_after_the_grace_may_be_paid_twice() -> None:
    paid, orphaned = accepted_after_the_grace(SEEDED.id).violations
    assert paid.startswith("paid 2 times for 1")
    assert orphaned.endswith("no job has it")
