from bot.core.events import Failed, Succeeded
from bot.errors import Cause
from bot.service.early import KEEP_S, EarlyEvents
from tests.fakes import ManualClock


def event(remote_id: str, url: str = "https://results.example") -> Succeeded:
    return Succeeded(remote_id=remote_id, url=url)


def test_an_event_is_given_once() -> None:
    early = EarlyEvents(ManualClock().monotonic)
    early.put(event("r-1"))
    assert early.take("r-1") == event("r-1")
    assert early.take("r-1") is None


def test_the_last_event_of_a_generation_counts() -> None:
    early = EarlyEvents(ManualClock().monotonic)
    early.put(Failed(remote_id="r-1", cause=Cause.OTHER, text=""))
    early.put(event("r-1"))
    assert early.take("r-1") == event("r-1")


def test_old_events_are_forgotten() -> None:
    clock = ManualClock()
    early = EarlyEvents(clock.monotonic)
    early.put(event("r-1"))
    clock.advance(KEEP_S + 1)
    assert early.take("r-1") is None


def test_memory_is_bounded_and_the_newest_stay() -> None:
    early = EarlyEvents(ManualClock().monotonic, capacity=2)
    for number in range(4):
        early.put(event(f"r-{number}"))
    assert [early.take(f"r-{number}") is not None for number in range(4)] == [False, False, True, True]


def test_an_event_that_comes_again_is_young_again() -> None:
    early = EarlyEvents(ManualClock().monotonic, capacity=2)
    for remote_id in ("r-1", "r-2", "r-1", "r-3"):
        early.put(event(remote_id))
    assert early.take("r-1") is not None
