"""How waiting writes share commits, with a commit that only takes notes."""

import asyncio
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy.exc import OperationalError

from bot.errors import StoreUnavailableError
from bot.store.faults import VersionConflictError
from bot.store.lanes import BATCH_SIZE, MAX_TRIES, Lane, Writer

Judge = Callable[[Sequence[int]], None]


class Notes:
    """A commit for lanes of numbers: writes down each batch, doubles each number, and fails as `judge` says."""

    def __init__(self, judge: Judge | None = None) -> None:
        self.batches: list[list[int]] = []
        self._judge = judge

    async def __call__(self, writes: Sequence[int]) -> Sequence[int | Exception]:
        self.batches.append(list(writes))
        await asyncio.sleep(0)
        if self._judge:
            self._judge(writes)
        return [2 * number for number in writes]


def refusing(bad: int, error: Exception) -> Judge:
    def judge(writes: Sequence[int]) -> None:
        if bad in writes:
            raise error

    return judge


async def written(lane: Lane[int, int], numbers: Sequence[int]) -> list[int | BaseException]:
    futures = [lane.join(number) for number in numbers]
    writer = Writer(lane)
    writer.wake()
    await writer.drained()
    return await asyncio.gather(*futures, return_exceptions=True)


async def test_what_waits_together_is_committed_together_up_to_a_size() -> None:
    notes = Notes()
    outcomes = await written(Lane(notes), range(BATCH_SIZE + 3))
    assert [len(batch) for batch in notes.batches] == [BATCH_SIZE, 3]
    assert outcomes == [2 * number for number in range(BATCH_SIZE + 3)]


async def test_the_first_lane_goes_before_all_that_waits_in_the_second() -> None:
    notes = Notes()
    first, second = Lane[int, int](notes), Lane[int, int](notes)
    later = [second.join(number) for number in range(2 * BATCH_SIZE)]
    writer = Writer(first, second)
    writer.wake()
    await asyncio.sleep(0)
    urgent = first.join(-1)
    await asyncio.gather(urgent, *later)
    assert [batch[0] for batch in notes.batches] == [0, -1, BATCH_SIZE]


async def test_a_write_that_fails_spoils_no_other() -> None:
    notes = Notes(refusing(2, ValueError("bad")))
    outcomes = await written(Lane(notes), [1, 2, 3])
    assert notes.batches == [[1, 2, 3], [1], [2], [3]]
    assert (outcomes[0], outcomes[2]) == (2, 6)
    assert isinstance(outcomes[1], ValueError)


async def test_no_exception_is_too_odd_to_be_told() -> None:
    lane = Lane[int, int](Notes(refusing(1, StopIteration())))
    assert [type(outcome) for outcome in await written(lane, [1])] == [RuntimeError]


async def test_the_first_lane_goes_between_retries_of_the_second() -> None:
    notes = Notes(refusing(2, ValueError("bad")))
    first, second = Lane[int, int](notes), Lane[int, int](notes)
    futures = [second.join(number) for number in (1, 2, 3)]
    writer = Writer(first, second)
    writer.wake()
    await asyncio.sleep(0)
    await asyncio.gather(first.join(9), *futures, return_exceptions=True)
    assert notes.batches == [[1, 2, 3], [9], [1], [2], [3]]


async def test_when_the_database_is_gone_everybody_is_told_at_once() -> None:
    notes = Notes(refusing(2, OperationalError("", {}, Exception("disk I/O error"))))
    outcomes = await written(Lane(notes), [1, 2, 3])
    assert len(notes.batches) == 1
    assert [isinstance(outcome, StoreUnavailableError) for outcome in outcomes] == [True] * 3


async def test_a_conflict_is_tried_again_until_it_is_none() -> None:
    conflicts = [VersionConflictError(), VersionConflictError()]

    def judge(_: Sequence[int]) -> None:
        if conflicts:
            raise conflicts.pop()

    assert await written(Lane(Notes(judge)), [1]) == [2]


async def test_endless_conflicts_end_in_words() -> None:
    notes = Notes(refusing(1, VersionConflictError()))
    outcomes = await written(Lane(notes), [1])
    assert len(notes.batches) == MAX_TRIES + 1
    assert isinstance(outcomes[0], StoreUnavailableError)


async def test_nothing_is_written_for_who_left_while_waiting() -> None:
    notes = Notes()
    lane = Lane[int, int](notes)
    lane.join(1).cancel()
    assert await written(lane, [2]) == [4]
    assert notes.batches == [[2]]


async def test_who_leaves_during_the_commit_disturbs_nobody() -> None:
    notes = Notes()
    lane = Lane[int, int](notes)
    leaving, staying = lane.join(1), lane.join(2)
    flushing = asyncio.create_task(lane.flush_once())
    await asyncio.sleep(0)
    leaving.cancel()
    await flushing
    assert await staying == 4
    assert notes.batches == [[1, 2]]


async def test_after_a_failure_the_lane_goes_on() -> None:
    lane = Lane[int, int](Notes(refusing(1, OSError("gone"))))
    await written(lane, [1])
    assert await written(lane, [2]) == [4]


async def test_a_writer_that_is_stopped_leaves_nobody_waiting() -> None:
    lane = Lane[int, int](Notes())
    future = lane.join(1)
    flushing = asyncio.create_task(lane.flush_once())
    await asyncio.sleep(0)
    flushing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await flushing
    assert future.cancelled()
