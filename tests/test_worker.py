"""The loop that takes jobs to Oxen: slots are never exceeded, no job holds up another, and a stop finishes its work."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.core.job import GenerationState, Job, JobState
from bot.core.job_events import CancelAsked, PictureReady, TokenDied
from bot.errors import Cause, NotFoundError, PermanentError, TransientError
from bot.service.model_health import BACKOFF
from bot.worker import LOOK_AGAIN_S, STREAM_PATIENCE_S, Worker
from tests.core.jobs import PLAN, REFERENCES, SEEDLESS, a_generation, a_job, an_ask
from tests.fakes import PNG
from tests.service.rig import Rig, until

S = GenerationState
TURNS = 20
"""More often than the loop asks the store in one look."""


def worker_of(rig: Rig, slots: int = 16) -> Worker:
    worker = Worker(
        store=rig.store,
        preparation=rig.preparation,
        posting=rig.posting,
        health=rig.health,
        slots=slots,
        monotonic=rig.clock.monotonic,
    )
    rig.ledger.observe(worker.notice)
    return worker


@asynccontextmanager
async def working(rig: Rig, slots: int = 16) -> AsyncGenerator[Worker]:
    """Run the loop, with the stream up, for the length of a block, and stop it in order."""
    rig.health.connected()
    worker = worker_of(rig, slots)
    async with asyncio.TaskGroup() as loops:
        loops.create_task(worker.run())
        yield worker
        worker.stop()


def posts(rig: Rig) -> int:
    return len(rig.api.posts)


def unchecked(job: Job) -> Job:
    return replace(job, checked=False, plan=None)


def queued(rig: Rig) -> list[str]:
    return [remote_id for remote_id in rig.api.rows if rig.ledger.expects(remote_id)]


def pauses_s(caplog: pytest.LogCaptureFixture) -> list[float]:
    """Give the pauses that the loop announced."""
    return [float(line.split()[-2]) for line in caplog.messages if line.startswith("not taken")]


async def let_it_look(rig: Rig) -> None:
    """Let the loop do what it is about to do: it asks the store a few times, and the store answers in turn."""
    for _ in range(TURNS):
        await rig.store.at_oxen()
        await asyncio.sleep(0)


async def ring(rig: Rig, seconds: float = 0.0) -> None:
    """Let time pass and the loop look; a connection of the stream wakes it, like everything that is news."""
    rig.clock.advance(seconds)
    rig.health.connected()
    await let_it_look(rig)


async def test_a_checked_job_is_posted(rig: Rig) -> None:
    await rig.keep(a_job())
    async with working(rig):
        await until(lambda: posts(rig))
    assert await rig.states() == [S.QUEUED]


async def test_an_unchecked_job_is_prepared_first(rig: Rig) -> None:
    await rig.keep(unchecked(a_job()))
    async with working(rig):
        await until(lambda: posts(rig))
    assert (await rig.get()).checked


async def test_a_refusal_lands_on_the_card_and_nothing_is_paid(rig: Rig) -> None:
    rig.references.files[REFERENCES[0].url] = NotFoundError("gone")
    await rig.keep(unchecked(a_job(ask=an_ask(references=1))))
    async with working(rig):
        await until(lambda: rig.changes)
    job = await rig.get()
    assert (job.state, posts(rig), job.card_owed) == (JobState.NOT_PAINTED, 0, True)


async def test_jobs_go_out_oldest_first(rig: Rig) -> None:
    await rig.keep(*(replace(a_job(number=n, ask=an_ask(f"cube {n}"))) for n in (1, 2, 3)))
    async with working(rig, slots=1) as worker:
        for number in (1, 2, 3):
            await until(lambda number=number: posts(rig) == number)
            await until(lambda number=number: rig.ledger.expects(f"r-{number}"))
            await rig.finish(f"r-{number}")
        worker.stop()
    assert [post.prompt for post in rig.api.posts] == ["cube 1", "cube 2", "cube 3"]


async def test_a_job_of_four_takes_slots_as_they_come_free(rig: Rig) -> None:
    await rig.keep(a_job(*[S.PLANNED] * 4))
    async with working(rig, slots=2):
        await until(lambda: rig.ledger.expects("r-2"))
        assert await rig.states() == [S.QUEUED, S.QUEUED, S.PLANNED, S.PLANNED]
        await rig.finish("r-1")
        await until(lambda: rig.ledger.expects("r-3"))
        assert await rig.states() == [S.SUCCEEDED, S.QUEUED, S.QUEUED, S.PLANNED]


async def test_twenty_jobs_of_four_never_take_more_slots_than_there_are(rig: Rig) -> None:
    await rig.keep(*(a_job(*[S.PLANNED] * 4, number=n, plan=PLAN if n % 2 else SEEDLESS) for n in range(1, 21)))
    async with working(rig, slots=7):
        finished = 0
        while finished < 20 * 4:
            await until(lambda: queued(rig))
            ready = queued(rig)
            await asyncio.gather(*(rig.finish(remote_id) for remote_id in ready))
            finished += len(ready)
    assert rig.api.most_at_once == 7
    assert not await rig.store.open_jobs()
    assert not await rig.store.startable(1)


async def test_a_post_that_is_slow_costs_no_slots_but_its_own(rig: Rig) -> None:
    rig.api.slow_seeds.add(1235)
    await rig.keep(a_job(S.PLANNED, S.PLANNED, number=1))
    async with working(rig, slots=3):
        await until(lambda: rig.ledger.expects("r-1"))
        await rig.keep(a_job(number=2))
        await ring(rig)
        await until(lambda: posts(rig) == 3)
        rig.api.released.set()
    assert sum(held.images for held in await rig.store.at_oxen()) == 3


async def test_one_job_that_fails_does_not_stop_the_others(rig: Rig) -> None:
    rig.api.fates.append(RuntimeError("surprise"))
    await rig.keep(a_job(number=1), a_job(number=2))
    async with working(rig):
        await until(lambda: rig.ledger.expects("r-1"))
    assert await rig.states("2") == [S.QUEUED]


async def test_a_job_that_cannot_be_prepared_yet_is_left_alone_for_a_while(rig: Rig) -> None:
    models, rig.catalogue.at_hand = rig.catalogue.at_hand, None
    await rig.keep(unchecked(a_job()))
    async with working(rig):
        await until(lambda: rig.catalogue.loads)
        await ring(rig)
        assert rig.catalogue.loads == 1
        rig.catalogue.at_hand = models
        await ring(rig, LOOK_AGAIN_S)
        await until(lambda: posts(rig))


async def test_a_job_that_waits_for_the_catalogue_holds_up_nobody(rig: Rig) -> None:
    rig.catalogue.at_hand = None
    await rig.keep(unchecked(a_job(number=1)), a_job(number=2))
    async with working(rig):
        await until(lambda: posts(rig))
    assert await rig.states("2") == [S.QUEUED]


async def test_a_refused_post_makes_all_wait_as_long_as_oxen_asks(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.api.fates.append(TransientError("busy", status=429, retry_after_s=30))
    await rig.keep(a_job())
    async with working(rig):
        await until(lambda: pauses_s(caplog))
        await rig.keep(a_job(number=2))
        await ring(rig, 29)
        assert posts(rig) == 1
        await ring(rig, 1)
        await until(lambda: posts(rig) == 3)


async def test_without_a_time_from_oxen_the_pauses_grow_and_end_at_a_minute(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.api.fates.extend([TransientError("refused")] * 9)
    await rig.keep(a_job())
    async with working(rig):
        for number in range(1, 10):
            await until(lambda number=number: len(pauses_s(caplog)) == number)
            await ring(rig, BACKOFF.cap_s)
    pauses = pauses_s(caplog)
    assert 1 <= pauses[0] <= 2
    assert BACKOFF.cap_s / 2 <= pauses[-1] <= BACKOFF.cap_s


async def test_a_taken_post_ends_the_growing_of_pauses(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    refusal = TransientError("refused")
    rig.api.fates.extend([refusal, refusal, refusal, ["r-1"], refusal])
    await rig.keep(a_job())
    async with working(rig):
        for number in range(1, 4):
            await until(lambda number=number: len(pauses_s(caplog)) == number)
            await ring(rig, BACKOFF.cap_s)
        await until(lambda: rig.ledger.expects("r-1"))
        await rig.keep(a_job(number=2))
        await ring(rig)
        await until(lambda: len(pauses_s(caplog)) == 4)
    assert pauses_s(caplog)[-1] <= 2


async def test_a_key_that_is_refused_ends_no_loop(rig: Rig) -> None:
    rig.key_is_refused = True
    rig.api.fates.append(PermanentError("no", status=401, cause=Cause.KEY_REFUSED))
    await rig.keep(a_job())
    async with working(rig):
        await until(lambda: rig.api.posts)
    assert await rig.states() == [S.PLANNED]


async def test_a_key_that_was_refused_once_but_holds_lets_the_loop_go_on(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.api.fates.append(PermanentError("no", status=401, cause=Cause.KEY_REFUSED))
    await rig.keep(a_job())
    async with working(rig):
        await until(lambda: pauses_s(caplog))
        await ring(rig, BACKOFF.cap_s)
        await until(lambda: posts(rig) == 2)


async def test_the_first_post_waits_for_the_stream(rig: Rig) -> None:
    await rig.keep(a_job())
    worker = worker_of(rig)
    loop = asyncio.create_task(worker.run())
    await asyncio.sleep(0)
    rig.clock.advance(STREAM_PATIENCE_S - 1)
    await rig.ledger.apply("1", TokenDied(token="interaction token"))
    await let_it_look(rig)
    assert posts(rig) == 0
    rig.health.connected()
    await until(lambda: posts(rig))
    worker.stop()
    await loop


async def test_a_stream_that_does_not_come_up_is_not_waited_for_for_ever(rig: Rig) -> None:
    await rig.keep(a_job())
    worker = worker_of(rig)
    loop = asyncio.create_task(worker.run())
    await asyncio.sleep(0)
    rig.clock.advance(STREAM_PATIENCE_S)
    await rig.ledger.apply("1", TokenDied(token="interaction token"))
    await until(lambda: posts(rig))
    worker.stop()
    await loop


async def test_a_stop_finishes_the_post_in_hand_and_begins_no_other(rig: Rig) -> None:
    rig.api.open.clear()
    await rig.keep(a_job(number=1))
    async with working(rig, slots=1) as worker:
        await until(lambda: posts(rig))
        await rig.keep(a_job(number=2))
        worker.stop()
        await asyncio.sleep(0)
        rig.api.open.set()
    assert [await rig.states(name) for name in ("1", "2")] == [[S.QUEUED], [S.PLANNED]]


async def test_a_job_that_is_cancelled_while_it_waits_is_never_posted(rig: Rig) -> None:
    await rig.keep(a_job(number=1), a_job(number=2))
    async with working(rig, slots=1):
        await until(lambda: rig.ledger.expects("r-1"))
        await rig.ledger.apply("2", CancelAsked(by=7, at=rig.clock()))
        url = rig.api.succeed("r-1")
        await rig.ledger.apply("1", PictureReady(remote_id="r-1", url=url, at=rig.clock()))
        await let_it_look(rig)
    assert posts(rig) == 1


async def test_an_inline_try_follows_by_itself(rig: Rig) -> None:
    rig.references.picture = PNG
    await rig.keep(a_job(ask=an_ask(references=1)))
    async with working(rig):
        await until(lambda: rig.ledger.expects("r-1"))
        rig.api.fail("r-1", Cause.REFERENCE_NOT_FETCHED)
        await rig.settlement.read("1", rig.api.rows["r-1"])
        await until(lambda: posts(rig) == 2)
    assert await rig.states() == [S.FAILED, S.QUEUED]


async def test_a_reference_that_cannot_be_read_just_now_holds_up_its_own_job_alone(rig: Rig) -> None:
    link = REFERENCES[0].url
    inline = replace(a_generation(S.PLANNED), inline=True, attempt=2)
    await rig.keep(replace(a_job(ask=an_ask(references=1)), generations=(inline,)))
    rig.references.files[link] = TransientError("503")
    async with working(rig):
        await until(lambda: rig.references.reads)
        await let_it_look(rig)
        await rig.keep(a_job(number=2))
        await ring(rig)
        assert posts(rig) == 1
        rig.references.files[link] = PNG
        await ring(rig, LOOK_AGAIN_S)
        await until(lambda: posts(rig) == 2)
    assert [await rig.states(name) for name in ("1", "2")] == [[S.QUEUED], [S.QUEUED]]
