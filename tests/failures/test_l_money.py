"""Rows L1 to L7: money is reserved before it is spent and given back when it was not, and what is kept goes."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.control_socket import ControlSocket, ask_to_forget, socket_path
from bot.core.admission import DAY, Limits, counted_microusd
from bot.core.job import GenerationState, Job
from bot.core.keeping import ROW_OUTLIVES_WORDS, Forgotten
from bot.core.schema import Prices
from bot.errors import UserError
from bot.service.charges import ASK_AGAIN
from bot.service.keeping import EVERY, JOBS_A_STEP
from bot.store import SqlStore, open_store
from bot.store.engine import open_engine
from bot.store.forgetting import remove_orphans
from bot.store.location import locate
from bot.store.seal import TokenSeal
from tests.core.jobs import NOW, OWNER, a_job, an_ask
from tests.fakes import ManualClock
from tests.service.rig import KEPT, SLOTS, Rig
from tests.service.test_submission import origin
from tests.store.blank import blank_sqlite_url
from tests.store.values import NO_LIMITS, SECRET

S = GenerationState
FIVE_CENTS = 50_000
"""What the fakes' default model costs, in micro-dollars."""
TEN_CENTS_OF_ALL = replace(NO_LIMITS, microusd_per_day=2 * FIVE_CENTS)
FOUR_IMAGES = Limits(jobs_under_way=0, images_per_day=4)
ROUNDS = 10


async def asked(rig: Rig, limits: Limits, number: int, *, count: int = 1) -> Job | None:
    """Ask for pictures as one command does; None where it is refused."""
    try:
        job = await rig.submission(limits).submit(an_ask(count=count), origin(rig.clock, number))
    except UserError:
        return None
    return job


async def painted_in_vain(rig: Rig, job: Job) -> None:
    """Have Oxen take all pictures of a job, and its owner cancel them."""
    await rig.submission().answered(job, 77)
    taken = await rig.get(job.id)
    for generation in taken.generations:
        await rig.posting.send(taken, (generation,))
    await rig.cancellation.cancel(job.id, OWNER)


async def test_l1_thirty_commands_in_one_moment_pay_for_the_two_pictures_that_there_is_money_for(rig: Rig) -> None:
    jobs = await asyncio.gather(*(asked(rig, TEN_CENTS_OF_ALL, number) for number in range(1, 31)))
    assert sum(job is not None for job in jobs) == 2


async def test_l1_what_never_reached_oxen_gives_its_money_back(rig: Rig) -> None:
    first, second = [await asked(rig, TEN_CENTS_OF_ALL, number) for number in (1, 2)]
    assert first is not None
    assert second is not None
    await rig.submission().missed(first)
    await rig.submission().answered(second, 77)
    await rig.cancellation.cancel(second.id, OWNER)
    assert await asked(rig, TEN_CENTS_OF_ALL, 3, count=2) is not None


async def test_l2_cancelling_goes_round_no_limit(rig: Rig) -> None:
    for number in range(1, ROUNDS):
        if job := await asked(rig, FOUR_IMAGES, number, count=4):
            await painted_in_vain(rig, job)
    assert len(rig.api.posts) == 4


async def test_l2_what_oxen_s_own_row_shows_as_free_is_given_back(rig: Rig) -> None:
    job = await asked(rig, FOUR_IMAGES, 1, count=4)
    assert job is not None
    await painted_in_vain(rig, job)
    rig.api.rows = {name: replace(row, cost_usd=0) for name, row in rig.api.rows.items()}
    await rig.charges.look_up()
    assert await asked(rig, FOUR_IMAGES, 2, count=4) is not None


async def test_l3_a_charge_that_is_told_late_or_never_counts_until_then(rig: Rig) -> None:
    job = await asked(rig, TEN_CENTS_OF_ALL, 1)
    assert job is not None
    await painted_in_vain(rig, job)
    for _ in range(int(DAY / ASK_AGAIN) + ROUNDS):
        await rig.charges.look_up()
        rig.clock.now += ASK_AGAIN
    assert counted_microusd(await rig.get()) == FIVE_CENTS
    assert len(rig.api.called("charge")) <= DAY / ASK_AGAIN + 1


async def test_l4_without_a_price_nothing_is_taken_under_a_ceiling(rig: Rig) -> None:
    priced = rig.catalogue.at_hand or ()
    for at_hand in (None, [replace(model, prices=Prices()) for model in priced]):
        rig.catalogue.at_hand = at_hand
        assert await asked(rig, TEN_CENTS_OF_ALL, 1) is None
    assert await rig.store.get("1") is None


@pytest.mark.e2e
async def test_l5_a_running_bot_forgets_a_person_when_it_is_asked(tmp_path: Path) -> None:
    clock, path = ManualClock(), tmp_path / "easel.db"
    url = blank_sqlite_url(tmp_path)
    store = SqlStore(open_engine(locate(url), durable=False), seal=TokenSeal(SECRET), clock=clock)
    for number in (1, 2, 3):
        await store.add(a_job(S.QUEUED if number == 3 else S.SUCCEEDED, number=number), limits=NO_LIMITS, slots=SLOTS)
    serving = asyncio.create_task(ControlSocket(store, socket_path(path)).run())
    await asyncio.sleep(0)
    assert await ask_to_forget(socket_path(path), OWNER) == Forgotten(removed=2, under_way=1)
    assert [await store.get(str(number)) is None for number in (1, 2, 3)] == [True, True, False]
    serving.cancel()
    await asyncio.wait({serving})
    await store.close()


@pytest.mark.e2e
async def test_l6_rows_deleted_by_hand_hold_no_slot(tmp_path: Path) -> None:
    url = blank_sqlite_url(tmp_path)
    store = await open_store(url, secret=SECRET, clock=ManualClock())
    await store.add(a_job(S.QUEUED, S.SUBMITTING), limits=NO_LIMITS, slots=SLOTS)
    await store.close()
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as by_hand:
        by_hand.execute("DELETE FROM jobs")
        by_hand.commit()
    engine = open_engine(locate(url), durable=False)
    left_over = SqlStore(engine, seal=TokenSeal(SECRET), clock=ManualClock())
    assert sum(held.images for held in await left_over.at_oxen()) == 0
    assert await remove_orphans(engine) == 2
    await left_over.close()


async def test_l7_old_jobs_go_a_few_at_a_time_while_the_rest_goes_on(rig: Rig) -> None:
    old = replace(a_job(S.SUCCEEDED), created_at=NOW - KEPT - timedelta(seconds=1))
    jobs = [
        replace(old, id=str(n), generations=(replace(old.generations[0], id=f"{n}-1", remote_id=f"r-{n}"),))
        for n in range(1, 2 * JOBS_A_STEP)
    ]
    await rig.keep(*jobs)
    letting_go = asyncio.create_task(rig.keeping.let_go())
    assert await asked(rig, NO_LIMITS, 9_999) is not None
    await letting_go
    assert len(await rig.store.holding_words(NOW, 9_999)) == JOBS_A_STEP - 1
    for _ in range(2):
        rig.clock.now += EVERY
        await rig.keeping.let_go()
    rig.clock.now += ROW_OUTLIVES_WORDS
    await rig.keeping.let_go()
    rig.clock.now += EVERY
    await rig.keeping.let_go()
    assert [await rig.store.get(job.id) for job in jobs] == [None] * len(jobs)
