"""What is kept goes: all of a person, and what a delete by hand left behind."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from bot.core.job import Answer, GenerationState, Job, Place
from bot.core.keeping import Forgotten
from bot.store import SqlStore
from bot.store.forgetting import ROWS_A_STEP
from tests.store.conftest import Opener
from tests.store.values import NO_LIMITS, SLOTS, a_job, a_job_in, revised

S = GenerationState
PERSON, OTHER = 7, 8


@pytest.fixture
async def kept(opened: Opener, database: str) -> SqlStore:
    return await opened(database)


async def added(store: SqlStore, *jobs: Job) -> None:
    for job in jobs:
        await store.add(job, limits=NO_LIMITS, slots=SLOTS)


def others(number: int, *, credit_id: int | None = None, cancelled_by: int | None = None) -> Job:
    job = a_job_in(number, S.SUCCEEDED)
    return replace(job, owner_id=OTHER, credit_id=credit_id, cancelled_by=cancelled_by)


async def test_all_that_ended_of_a_person_goes_and_nothing_of_others(kept: SqlStore) -> None:
    ended = [a_job_in(n + 1, state) for n, state in enumerate((S.SUCCEEDED, S.FAILED, S.CANCELLED, S.UNKNOWN))]
    abandoned = replace(a_job(9), answer=Answer.MISSED)
    in_inbox = replace(revised(a_job_in(10, S.SUCCEEDED)), place=Place.INBOX)
    await added(kept, *ended, abandoned, in_inbox, others(20))
    assert await kept.forget_person(PERSON) == Forgotten(removed=6, under_way=0)
    assert [await kept.get(job.id) for job in (*ended, abandoned, in_inbox)] == [None] * 6
    assert await kept.get("20") == others(20)


async def test_what_is_under_way_or_not_shown_yet_stays_and_is_told(kept: SqlStore) -> None:
    waiting, running, owed = a_job(1), a_job_in(2, S.QUEUED), revised(a_job_in(3, S.SUCCEEDED))
    await added(kept, waiting, running, owed)
    assert await kept.forget_person(PERSON) == Forgotten(removed=0, under_way=3)
    assert [await kept.get(job.id) for job in (waiting, running, owed)] == [waiting, running, owed]


async def test_a_person_goes_from_what_others_asked_for(kept: SqlStore) -> None:
    await added(kept, others(1, credit_id=PERSON), others(2, cancelled_by=PERSON), others(3, cancelled_by=OTHER))
    await kept.forget_person(PERSON)
    found = [await kept.get(str(number)) for number in (1, 2, 3)]
    assert [(job.credit_id, job.cancelled_by) for job in found if job] == [(None, None), (None, 0), (None, OTHER)]


async def test_more_than_a_step_holds_goes_in_steps(kept: SqlStore) -> None:
    await added(kept, *(a_job_in(number, S.SUCCEEDED) for number in range(1, ROWS_A_STEP + 3)))
    assert await kept.forget_person(PERSON) == Forgotten(removed=ROWS_A_STEP + 2, under_way=0)


async def test_rows_deleted_by_hand_take_no_slot_and_leave_nothing(opened: Opener, sqlite: str) -> None:
    store = await opened(sqlite)
    await added(store, a_job_in(1, S.QUEUED, S.SUBMITTING), a_job_in(2, S.QUEUED))
    await store.close()
    with closing(sqlite3.connect(sqlite.removeprefix("sqlite:///"))) as by_hand:
        by_hand.execute("DELETE FROM jobs WHERE id = '1'")
        by_hand.commit()
    store = await opened(sqlite)
    assert [held.job_id for held in await store.at_oxen()] == ["2"]
    await store.close()
    with closing(sqlite3.connect(sqlite.removeprefix("sqlite:///"))) as by_hand:
        assert by_hand.execute("SELECT count(*) FROM generations").fetchone() == (1,)


async def test_what_everybody_spent_is_told(kept: SqlStore) -> None:
    job = a_job_in(1, S.SUCCEEDED)
    priced = replace(job, generations=(replace(job.generations[0], price_microusd=50_000),))
    await added(kept, priced)
    assert await kept.spent_microusd() == 50_000
