"""Row J of the matrix: what starts the process, keeps it up and ends it, and the lines that it lives from."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Generator
from contextlib import suppress
from pathlib import Path

import pytest

from bot.boundary import BACKOFF, Boundary
from bot.core import words as sentences
from bot.core.job import GenerationState, JobState
from bot.core.standing import PATIENCE_S, Standing
from bot.credentials import CredentialWatch, ProvenSecrets
from bot.errors import Cause, ConfigurationError, PermanentError, ServiceRefusedError, TransientError
from bot.listener import Listener
from bot.service.posting import SECOND_OPINION_S
from bot.service.stream_health import UNTOLD
from bot.sweeper import BLIND_AGE, HEALTHY_AGE
from tests.core.jobs import a_job
from tests.fakes import FakeStream, ManualClock
from tests.service.rig import Rig, until
from tests.test_sweeper import sweeper_of, tick
from tests.test_worker import worker_of

TRIES = 2000
PATIENCE_FOR_STOP_S = 8.0
ROOT = Path(__file__).parents[2]


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


REFUSED = PermanentError("not yours", status=403, cause=Cause.KEY_REFUSED)


async def refused_order(rig: Rig, *, after_s: float = 0.0) -> None:
    """Let Oxen refuse the planned order of job 1 once more, some time later."""
    rig.clock.advance(after_s)
    rig.api.fates.append(REFUSED)
    job = await rig.get()
    with suppress(TransientError):
        await rig.posting.send(job, job.generations)


async def test_j6_an_order_that_oxen_refuses_twice_while_the_key_holds_ends_in_a_sentence(rig: Rig) -> None:
    await rig.keep(a_job(GenerationState.PLANNED))
    await refused_order(rig)
    await refused_order(rig, after_s=SECOND_OPINION_S - 1)
    assert await rig.states() == [GenerationState.PLANNED]
    await refused_order(rig, after_s=1)
    job = await rig.get()
    assert [g.cause for g in job.generations] == [Cause.NOT_ALLOWED]
    await rig.delivering.deliver(job)
    assert sentences.failure(Cause.NOT_ALLOWED) in rig.delivery.last.card.lines


async def test_j5_an_order_waits_however_long_the_key_is_refused(rig: Rig) -> None:
    await rig.keep(a_job(GenerationState.PLANNED))
    rig.key_is_refused = True
    for _ in range(TRIES // 10):
        await refused_order(rig, after_s=60)
    assert await rig.states() == [GenerationState.PLANNED]
    rig.key_is_refused = False
    job = await rig.get()
    await rig.posting.send(job, job.generations)
    assert await rig.states() == [GenerationState.QUEUED]


async def test_j8_a_stream_that_brings_nothing_is_found_out_by_the_first_picture(rig: Rig) -> None:
    reopened: list[str] = []
    rig.health.reopen_with(reopened.append)
    rig.health.connected()
    sweeper = sweeper_of(rig)
    for number, after_s in ((1, HEALTHY_AGE), (2, BLIND_AGE), (3, BLIND_AGE)):
        await rig.post(a_job(number=number))
        await tick(rig, sweeper)
        rig.api.succeed(f"r-{number}")
        await tick(rig, sweeper, after_s=after_s.total_seconds())
        assert (await rig.get(str(number))).state is JobState.DONE
    assert reopened == [UNTOLD]


@pytest.mark.parametrize("worked", [True, False])
def test_j5_only_a_key_that_never_worked_is_given_up(tmp_path: Path, worked: bool) -> None:  # noqa: FBT001
    clock, proven = ManualClock(), ProvenSecrets(tmp_path / "new" / "proven")
    if worked:
        watch_of(clock, proven).taken()
    watch = watch_of(clock, proven)
    if not worked:
        with pytest.raises(ServiceRefusedError, match="Oxen refuses the key"):
            watch.refused()
        return
    found: list[Standing] = []
    for pause_s in (0.0, PATIENCE_S - 1, 1.0, 24 * 3600.0):
        clock.advance(pause_s)
        found.append(watch.refused())
    assert found == [Standing.DOUBTED, Standing.DOUBTED, Standing.LOST, Standing.LOST]
    watch.taken()
    assert (watch.standing, watch.refused()) == (Standing.HOLDS, Standing.DOUBTED)
    assert "a secret" not in (tmp_path / "new" / "proven").read_text()


def watch_of(clock: ManualClock, proven: ProvenSecrets) -> CredentialWatch:
    return CredentialWatch(
        "the key", "a secret", service="Oxen", proven=proven, monotonic=clock.monotonic, remedy="Make a new one."
    )


HANGING = """
import asyncio, sys, threading, time
from bot import __main__ as program, app

async def run(settings, stop):
    asyncio.get_running_loop().run_in_executor(None, time.sleep, 60)
    print("running", flush=True)
    await stop.wait()
    if sys.argv[1] == "ends":
        return
    await asyncio.Event().wait() if sys.argv[1] == "waits" else time.sleep(60)

app.run = run
program.LAST_MOMENT_S = 0.5
program.leave(program._run(program.Settings(discord_token="a.b.c", oxen_api_key="key-of-the-test")))
"""


@pytest.mark.e2e
@pytest.mark.parametrize("how", ["ends", "waits", "blocks"])
async def test_j9_a_stop_waits_for_no_thread_and_for_nothing_that_hangs(how: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HANGING, how),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"running\n"
    process.terminate()
    async with asyncio.timeout(PATIENCE_FOR_STOP_S):
        _, log = await process.communicate()
    assert process.returncode == 0, log.decode()
