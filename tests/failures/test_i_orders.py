"""Rows I1 to I8: one member, model or service that is in trouble holds up nobody else, and every order ends."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sized
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot.core import words
from bot.core.job import RENEWAL_LEAD, GenerationState, Job, JobState
from bot.core.request import Reference
from bot.core.turns import JOBS_AT_OXEN
from bot.errors import Cause, OutcomeUnclearError, TransientError
from bot.sweeper import WAITING_AGE
from bot.worker import LOOK_AGAIN_S, Worker
from tests.core.jobs import NOW, OWNER, PLAN, a_generation, a_job, an_ask
from tests.fakes import Fate
from tests.service.memory_store import MemoryStore
from tests.service.rig import DEADLINE, GRACE, Rig
from tests.service.virtual import never, passes, virtually
from tests.test_sweeper import PRIVATE, sweeper_of
from tests.test_worker import unchecked, worker_of

S = GenerationState
SOON_S = 10.0
"""Within this time a picture is sent, whatever befalls others."""
SETTLING_S = 60.0
TICK_S = 5.0
BAD, GOOD = "flux-in-trouble", "flux-2-dev"
WEEK_S = 7 * 86_400.0
FAILURES = 2_000
MANY_JOBS = 500
OTHER_CALLS = ("get", "list", "history", "cancel")


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Write no tracebacks by the thousand."""
    caplog.set_level(logging.CRITICAL)


@asynccontextmanager
async def at_work(rig: Rig) -> AsyncGenerator[Worker]:
    """Run the worker and the sweeper, with the stream up, for the length of a block; neither may end by itself."""
    rig.health.connected()
    worker = worker_of(rig)
    loops = [asyncio.create_task(worker.run()), asyncio.create_task(sweeper_of(rig).run())]
    try:
        yield worker
        assert not any(loop.done() for loop in loops), "a loop has ended"
    finally:
        for loop in loops:
            loop.cancel()
        await asyncio.wait(loops)


def wish(number: int, *, owner: int = OWNER, model: str = BAD, prompt: str = "a red cube") -> Job:
    """Return a job that is ready to be sent; the number is its age."""
    made = a_job(ask=an_ask(prompt), number=number, plan=replace(PLAN, model=model))
    return replace(made, owner_id=owner, created_at=NOW + timedelta(milliseconds=number))


def with_link(number: int, link: str, *, owner: int = OWNER) -> Job:
    """Return a job whose one reference is to be read first."""
    made = unchecked(wish(number, owner=owner))
    return replace(made, ask=replace(made.ask, references=(Reference(url=link, filename="a.png", size_bytes=9),)))


async def waited_s(rig: Rig, job: Job) -> float:
    """Put a job into the line, and return how long it takes until Oxen has it."""
    began_s = rig.clock.monotonic()
    await rig.keep(job)
    while not any(each.remote_id for each in (await rig.get(job.id)).generations):
        await asyncio.sleep(0.5)
        assert rig.clock.monotonic() - began_s < 3_600, "it is never sent"
    return rig.clock.monotonic() - began_s


async def refuse(error: Exception) -> None:
    raise error


TROUBLES = {
    "it answers 500": partial(refuse, TransientError("no", status=500)),
    "it asks for a week": partial(refuse, TransientError("busy", status=429, retry_after_s=WEEK_S)),
    "its answers are lost": partial(refuse, OutcomeUnclearError("reset")),
    "its POSTs hang": never,
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
@pytest.mark.parametrize("members", [1, 40], ids=["of one member", "of forty members"])
@pytest.mark.parametrize("later_s", [0.0, 45.0], ids=["at once", "later"])
def test_i1_a_model_in_trouble_holds_up_no_other(
    trouble: Callable[[], Awaitable[None]], members: int, later_s: float
) -> None:
    async def story(rig: Rig) -> float:
        rig.api.troubles[BAD] = trouble
        await rig.keep(*(wish(number, owner=100 + number % members) for number in range(1, 41)))
        async with at_work(rig):
            await asyncio.sleep(later_s)
            return await waited_s(rig, wish(99, model=GOOD))

    assert virtually(story) <= SOON_S


def test_i1_a_model_that_asked_for_a_week_is_tried_again_after_minutes() -> None:
    async def story(rig: Rig) -> float:
        rig.api.fates.append(TransientError("busy", status=429, retry_after_s=WEEK_S))
        async with at_work(rig):
            return await waited_s(rig, wish(1))

    assert virtually(story) <= 310


@pytest.mark.parametrize("members", [1, 15], ids=["of one member", "of fifteen members"])
def test_i2_a_good_reference_is_read_beside_150_links_that_hang(members: int) -> None:
    async def story(rig: Rig) -> tuple[float, float]:
        links = [f"https://cdn.discordapp.com/hangs/{number}.png" for number in range(150)]
        rig.references.hanging |= set(links)
        await rig.keep(*(with_link(n, link, owner=100 + n % members) for n, link in enumerate(links, start=1)))
        async with at_work(rig):
            at_once_s = await waited_s(rig, with_link(900, "https://cdn.discordapp.com/good.png"))
            await asyncio.sleep(600)
            later_s = await waited_s(rig, with_link(901, "https://cdn.discordapp.com/good.png", owner=5))
        return at_once_s, later_s

    assert max(virtually(story)) <= SOON_S


def test_i2_what_has_no_reference_waits_for_no_link() -> None:
    async def story(rig: Rig) -> float:
        links = [f"https://cdn.discordapp.com/hangs/{number}.png" for number in range(150)]
        rig.references.hanging |= set(links)
        await rig.keep(*(with_link(n, link, owner=100 + n) for n, link in enumerate(links, start=1)))
        async with at_work(rig):
            return await waited_s(rig, unchecked(wish(900)))

    assert virtually(story) <= SOON_S


def test_i2_a_link_that_hangs_ends_its_own_job_with_a_sentence_within_the_hour() -> None:
    async def story(rig: Rig) -> Job:
        rig.references.hanging.add("https://cdn.discordapp.com/hangs.png")
        await rig.keep(with_link(1, "https://cdn.discordapp.com/hangs.png"))
        async with at_work(rig):
            await asyncio.sleep(120)
        return await rig.get()

    job = virtually(story)
    assert (job.state, job.refusal) == (JobState.NOT_PAINTED, words.reference_unread(1))


def test_i3_a_private_answer_is_renewed_in_time_beside_forty_lookups_that_hang() -> None:
    async def story(rig: Rig) -> bool:
        rig.api.troubles |= {"get": never, "list": never, "history": never}
        timed_out = a_job(S.TIMED_OUT)
        lost = [replace(timed_out, id=str(n), generations=(a_generation(S.TIMED_OUT, number=n),)) for n in range(2, 42)]
        await rig.keep(*lost, PRIVATE)
        due_s = (PRIVATE.token_expires_at - RENEWAL_LEAD - NOW).total_seconds()
        async with at_work(rig):
            await asyncio.sleep(due_s + TICK_S + 1)
            return (await rig.get(PRIVATE.id)).renewal_offered

    assert virtually(story)


def test_i4_two_members_with_twenty_jobs_each_take_turns() -> None:
    async def story(rig: Rig) -> None:
        await rig.keep(*(wish(number, owner=1, model=GOOD) for number in range(1, 21)))
        await rig.keep(*(wish(number, owner=2, model=GOOD) for number in range(21, 41)))
        async with at_work(rig):
            for _ in range(10):
                await asyncio.sleep(LOOK_AGAIN_S + 1)
                held = await rig.store.at_oxen()
                jobs = [sum(each.owner_id == owner for each in held) for owner in (1, 2)]
                assert jobs in ([JOBS_AT_OXEN] * 2, [0, 0], [1, 1], [2, 2]), jobs
                for remote_id in [row.remote_id for row in await rig.api.list_open()]:
                    await rig.finish(remote_id)

    virtually(story)


def test_i4_a_third_member_is_not_behind_them() -> None:
    async def story(rig: Rig) -> float:
        await rig.keep(*(wish(number, owner=number % 2 + 1, model=GOOD) for number in range(1, 41)))
        async with at_work(rig):
            await asyncio.sleep(SOON_S)
            return await waited_s(rig, wish(99, owner=3, model=GOOD))

    assert virtually(story) <= SOON_S


class BrokenStore(MemoryStore):
    """A store that fails at every call, in a way that nobody foresaw, as long as it is broken."""

    broken = False
    failed = 0

    async def _turn(self) -> None:
        if self.broken:
            self.failed += 1
            raise RuntimeError("disk")
        await super()._turn()


def test_i5_two_thousand_failures_in_a_row_of_every_step_end_nothing() -> None:
    async def story(rig: Rig) -> tuple[int, float]:
        store = rig.store
        assert isinstance(store, BrokenStore)
        async with at_work(rig):
            store.broken = True
            await asyncio.sleep(FAILURES * max(TICK_S, LOOK_AGAIN_S))
            store.broken = False
            return store.failed, await waited_s(rig, wish(1))

    failed, seconds = virtually(story, rig=lambda clock: Rig(BrokenStore(clock), clock))
    assert failed >= FAILURES * 8, "the worker, and each step that asks the store"
    assert seconds <= SOON_S


def test_i5_a_job_that_fails_two_thousand_times_in_a_row_holds_up_nobody() -> None:
    async def story(rig: Rig) -> float:
        rig.api.troubles[BAD] = partial(refuse, RuntimeError("surprise"))
        rig.api.troubles |= dict.fromkeys(OTHER_CALLS, partial(refuse, RuntimeError("surprise")))
        await rig.keep(wish(1))
        async with at_work(rig):
            await asyncio.sleep(FAILURES * TICK_S)
            return await waited_s(rig, wish(2, model=GOOD))

    assert virtually(story) <= SOON_S


def test_i6_a_row_of_which_oxen_tells_only_errors_ends_after_deadline_and_grace() -> None:
    async def story(rig: Rig) -> tuple[list[S], list[S], int]:
        broken = partial(refuse, TransientError("no", status=500))
        rig.api.troubles |= dict.fromkeys(OTHER_CALLS, broken)
        async with at_work(rig):
            await waited_s(rig, wish(1))
            await asyncio.sleep((DEADLINE + GRACE).total_seconds() - SETTLING_S)
            before = await rig.states()
            await asyncio.sleep(2 * SETTLING_S)
            return before, await rig.states(), len(await rig.store.at_oxen())

    assert virtually(story) == ([S.QUEUED], [S.TIMED_OUT], 0)


@pytest.mark.parametrize("job", [wish(1), unchecked(wish(1))], ids=["its model refuses", "no list of models"])
def test_i6_what_waits_for_six_hours_ends_unpaid_with_a_sentence(job: Job) -> None:
    async def story(rig: Rig) -> tuple[bool, Job, int]:
        rig.api.troubles[BAD] = partial(refuse, TransientError("no", status=500))
        rig.catalogue.at_hand = None
        await rig.keep(replace(job, created_at=NOW - WAITING_AGE + timedelta(seconds=2 * SETTLING_S)))
        async with at_work(rig):
            await asyncio.sleep(SETTLING_S)
            before = (await rig.get()).under_way
            await asyncio.sleep(2 * SETTLING_S)
            return before, await rig.get(), len(rig.api.rows)

    before, after, paid = virtually(story)
    assert (before, after.state, after.refusal, paid) == (
        True,
        JobState.NOT_PAINTED,
        words.WAITED_TOO_LONG,
        0,
    )


@pytest.mark.parametrize("trouble", [partial(refuse, TransientError("no", status=500)), never], ids=["500", "hangs"])
def test_i6_a_lost_order_ends_as_unknown_when_the_lists_cannot_be_had(trouble: Callable[[], Awaitable[None]]) -> None:
    async def story(rig: Rig) -> tuple[list[S], list[S], int]:
        rig.api.troubles |= {"list": trouble, "history": trouble}
        rig.api.fates.append(Fate.ANSWER_LOST)
        await rig.keep(wish(1))
        async with at_work(rig):
            await asyncio.sleep((DEADLINE + GRACE).total_seconds() - SETTLING_S)
            before = await rig.states()
            await asyncio.sleep(4 * SETTLING_S)
            return before, await rig.states(), len(rig.api.posts)

    assert virtually(story) == ([S.SUBMITTING], [S.UNKNOWN], 1)


def test_i7_a_list_that_fails_after_a_reconnect_is_asked_for_again_at_the_next_tick() -> None:
    async def story(rig: Rig) -> float:
        async with at_work(rig):
            await waited_s(rig, wish(1))
            await asyncio.sleep(2 * TICK_S)
            rig.api.succeed("r-1")
            rig.api.faults["list"] = TransientError("no", status=502)
            asked = len(rig.api.called("list"))
            began_s = rig.clock.monotonic()
            rig.health.connected()
            await passes(lambda: len(rig.api.called("list")) > asked, every_s=0.1)
            rig.api.faults.clear()
            await passes(lambda: not rig.ledger.expects("r-1"), every_s=0.1)
            return rig.clock.monotonic() - began_s

    assert virtually(story) <= 2 * TICK_S


def remembered(*parts: object) -> dict[str, int]:
    """Return how much each part of the process holds on to, by the names of its collections."""
    return {
        f"{type(part).__name__}.{name}": len(value)
        for part in parts
        for name, value in vars(part).items()
        if isinstance(value, Sized) and type(value) in {dict, set}
    }


def seeded(number: int) -> Job:
    """Return a job whose seed is its own, of one of seven members, for one of four models."""
    seed = 99_000 + number
    job = wish(number, owner=number % 7)
    plan = replace(PLAN, model=f"model-{number % 4}", seeds=(seed,))
    return replace(job, plan=plan, generations=(replace(job.generations[0], seed=seed),))


FATES = (
    Fate.ANSWER_LOST,
    TransientError("busy", status=429, retry_after_s=1),
    RuntimeError("surprise"),
)


def test_i8_nothing_is_remembered_of_five_hundred_jobs_that_ended() -> None:
    async def story(rig: Rig) -> dict[str, int]:
        rig.health.connected()
        worker, sweeper = worker_of(rig), sweeper_of(rig)
        loops = [asyncio.create_task(worker.run()), asyncio.create_task(sweeper.run())]
        for first in range(1, MANY_JOBS, 50):
            await rig.keep(*(seeded(n) for n in range(first, first + 50)))
            rig.api.fates.extend(FATES)
            while await rig.store.startable(1) or await rig.store.open_jobs():
                await asyncio.sleep(TICK_S)
                for number, row in enumerate(await rig.api.list_open()):
                    if number % 5 == 4:
                        rig.api.fail(row.remote_id, Cause.SAFETY)
                    else:
                        await rig.finish(row.remote_id)
        await asyncio.sleep(SETTLING_S)
        left = remembered(worker, sweeper, rig.reconciliation, rig.unclear, rig.posting)
        for loop in loops:
            loop.cancel()
        await asyncio.wait(loops)
        return left

    left = virtually(story)
    assert len(left) >= 8
    assert {name: number for name, number in left.items() if number} == {}
