"""When a card tells that painting began, and what a new card believes of Oxen."""

from dataclasses import replace

from bot.core.admission import Change
from bot.core.advance import advance
from bot.core.job import Job
from bot.core.job_events import Accepted, Intended, NotAccepted, PictureReady
from bot.service.beginnings import TOLD_AFTER_S, Beginnings
from bot.service.order_health import OrderHealth
from tests.core.jobs import NOW, a_job, an_ask
from tests.fakes import ManualClock

WAITING = a_job(ask=an_ask(references=1))
SENT = advance(WAITING, Intended(generation_ids=("1-1",), intent_id="i-1", at=NOW))
TAKEN = advance(SENT, Accepted(remote_ids={"1-1": "r-1"}, at=NOW))
READY = advance(TAKEN, PictureReady(remote_id="r-1", url="https://results.example/1", at=NOW))
NOT_TAKEN = advance(SENT, NotAccepted(intent_id="i-1", at=NOW))


def changed(before: Job, after: Job) -> Change:
    return Change(before=before, after=after)


async def test_a_beginning_is_told_a_moment_later_as_the_job_is_then() -> None:
    clock = ManualClock()
    beginnings = Beginnings(clock.sleep)
    assert beginnings.hold(changed(WAITING, SENT))
    assert beginnings.hold(changed(SENT, TAKEN))
    before_s = clock.monotonic()
    assert await beginnings.due() == [TAKEN]
    assert clock.monotonic() - before_s == TOLD_AFTER_S


async def test_a_picture_that_is_ready_sooner_is_told_at_once_and_alone() -> None:
    beginnings = Beginnings(ManualClock().sleep)
    beginnings.hold(changed(WAITING, SENT))
    assert not beginnings.hold(changed(TAKEN, READY))
    assert await beginnings.due() == []


async def test_what_oxen_did_not_take_within_that_moment_is_no_news() -> None:
    beginnings = Beginnings(ManualClock().sleep)
    beginnings.hold(changed(WAITING, SENT))
    assert beginnings.hold(changed(SENT, NOT_TAKEN))
    assert not beginnings.hold(changed(SENT, NOT_TAKEN))


def test_a_card_that_waits_for_a_place_is_put_right_at_once() -> None:
    assert not Beginnings(ManualClock().sleep).hold(changed(replace(WAITING, ahead=1), replace(SENT, ahead=1)))


def test_the_last_order_tells_whether_oxen_takes_any() -> None:
    orders = OrderHealth()
    for change, taken in (
        (changed(SENT, NOT_TAKEN), False),
        (changed(WAITING, SENT), False),
        (changed(SENT, TAKEN), True),
    ):
        orders.notice(change)
        assert orders.taken is taken
