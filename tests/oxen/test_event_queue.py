"""The queue of the stream: order, a bound, and a gap that is told in its place."""

from bot.core.events import Connected, Dropped, Other, StreamEvent
from bot.oxen.event_queue import EventQueue

OVERFLOWED = Dropped(reason="our own queue overflowed", retry_in_s=0.0)


def event(number: int) -> Other:
    return Other(name=str(number))


def offer(queue: EventQueue, *numbers: int) -> None:
    for number in numbers:
        queue.offer(event(number))


async def take(queue: EventQueue, count: int) -> list[StreamEvent | None]:
    return [await queue.next() for _ in range(count)]


async def drain(queue: EventQueue) -> list[StreamEvent | None]:
    queue.end()
    taken: list[StreamEvent | None] = []
    while (found := await queue.next()) is not None:
        taken.append(found)
    return taken


async def test_events_come_in_their_order_and_the_end_comes_last() -> None:
    queue = EventQueue(3)
    offer(queue, 1, 2, 3)
    assert await drain(queue) == [event(1), event(2), event(3)]


async def test_what_finds_no_room_leaves_one_gap_in_its_place() -> None:
    queue = EventQueue(2)
    offer(queue, 1, 2, 3, 4, 5)
    assert await drain(queue) == [event(1), event(2), OVERFLOWED, Connected()]


async def test_events_after_a_gap_follow_it() -> None:
    queue = EventQueue(2)
    offer(queue, 1, 2, 3)
    assert await take(queue, 3) == [event(1), event(2), OVERFLOWED]
    offer(queue, 4)
    assert await drain(queue) == [Connected(), event(4)]


async def test_a_second_overflow_leaves_a_second_gap() -> None:
    queue = EventQueue(2)
    offer(queue, 1, 2, 3)
    await take(queue, 4)
    offer(queue, 4, 5, 6)
    assert await drain(queue) == [event(4), event(5), OVERFLOWED, Connected()]


async def test_every_lost_event_is_followed_by_a_connected() -> None:
    for taken_between in range(7):
        queue = EventQueue(3)
        offer(queue, *range(6))
        await take(queue, min(taken_between, 5))
        offer(queue, *range(6, 20))
        rest = await drain(queue)
        last_kept = max((at for at, found in enumerate(rest) if isinstance(found, Other)), default=-1)
        assert Connected() in rest[last_kept + 1 :], taken_between


async def test_the_end_has_room_in_a_full_queue() -> None:
    queue = EventQueue(1)
    offer(queue, 1, 2)
    assert await drain(queue) == [event(1), OVERFLOWED, Connected()]
