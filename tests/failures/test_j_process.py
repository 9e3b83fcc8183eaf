"""Row J of the matrix: what starts the process, keeps it up and ends it, and the lines that it lives from."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Generator

import pytest

from bot.boundary import BACKOFF, Boundary
from bot.core.job import GenerationState
from bot.errors import ConfigurationError, ServiceRefusedError
from bot.listener import Listener
from tests.core.jobs import a_job
from tests.fakes import FakeStream, ManualClock
from tests.service.rig import Rig, until
from tests.test_worker import worker_of

TRIES = 2000


@pytest.fixture
def quiet() -> Generator[None]:
    """Log nothing: thousands of tracebacks would take longer than the test."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


class Failing:
    """Does something only after it has failed so many times in a row, each time with what nobody foresaw."""

    def __init__(self, work: Callable[[], Awaitable[None]], *, times: int = TRIES) -> None:
        self._work = work
        self.left = times

    async def __call__(self) -> None:
        if self.left:
            self.left -= 1
            raise [KeyError("x"), OverflowError(), ExceptionGroup("g", [TypeError()]), AssertionError()][self.left % 4]
        await self._work()


@pytest.mark.usefixtures("quiet")
async def test_j1_a_loop_that_dies_two_thousand_times_in_a_row_runs_in_the_end() -> None:
    clock, done = ManualClock(), asyncio.Event()

    async def work() -> None:
        done.set()

    loop = Failing(work)
    await Boundary(monotonic=clock.monotonic, sleep=clock.sleep).keep_up("loop", loop)
    assert done.is_set()
    assert (len(clock.slept), clock.slept[0], max(clock.slept)) == (TRIES, BACKOFF.first_s, BACKOFF.cap_s)


@pytest.mark.usefixtures("quiet")
async def test_j1_a_loop_that_ran_for_long_starts_again_soon() -> None:
    clock = ManualClock()

    async def run_for_an_hour() -> None:
        clock.advance(3600)
        raise RuntimeError("after an hour")

    loop = Failing(run_for_an_hour, times=30)
    task = asyncio.create_task(Boundary(monotonic=clock.monotonic, sleep=clock.sleep).keep_up("loop", loop))
    await until(lambda: len(clock.slept) > 32)
    task.cancel()
    assert set(clock.slept[30:]) == {BACKOFF.first_s}


@pytest.mark.parametrize("error", [ConfigurationError(("wrong",)), ServiceRefusedError("refused")])
async def test_j1_only_what_no_new_start_mends_ends_the_bot(error: Exception) -> None:
    clock = ManualClock()

    async def loop() -> None:
        raise ExceptionGroup("a task group", [KeyError("beside it"), error])

    with pytest.raises(ExceptionGroup):
        await Boundary(monotonic=clock.monotonic, sleep=clock.sleep).keep_up("loop", loop)
    assert clock.slept == []


@pytest.mark.usefixtures("quiet")
async def test_j1_the_worker_starts_again_and_goes_on_with_its_work(rig: Rig) -> None:
    rig.health.connected()
    await rig.keep(a_job(GenerationState.PLANNED))
    worker = worker_of(rig)
    looks = Failing(worker.run)
    boundary = Boundary(monotonic=rig.clock.monotonic, sleep=rig.clock.sleep)
    task = asyncio.create_task(boundary.keep_up("worker", looks))
    await until(lambda: rig.api.posts)
    worker.stop()
    await task
    assert looks.left == 0


@pytest.mark.usefixtures("quiet")
async def test_j1_the_listener_comes_back_to_its_stream_each_time(rig: Rig) -> None:
    stream, clock = FakeStream(), ManualClock()
    stream.say(*[KeyError("a field")] * TRIES)
    stream.end()
    listener = Listener(stream=stream, settlement=rig.settlement, health=rig.health)
    await Boundary(monotonic=clock.monotonic, sleep=clock.sleep).keep_up("listener", listener.run)
    assert len(clock.slept) == TRIES
