"""Rows A1 to A5: between Enter and the row in the database."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.admission import Admission, Change, Limits
from bot.core.job import Job, JobState
from bot.core.placement import ResultFile
from bot.errors import UserError
from bot.shrink import PictureShrinker
from bot.store import SqlStore
from bot.store.engine import open_engine
from bot.store.location import locate
from bot.store.seal import TokenSeal
from tests.core.jobs import an_ask
from tests.failures.runs import ABANDONED, COMMIT, ONE_PICTURE, calls, came, killed, story, troubled
from tests.fakes import ManualClock
from tests.pictures import noise
from tests.service.memory_store import MemoryStore
from tests.service.rig import Rig, open_rig
from tests.service.test_submission import origin
from tests.simulation.clock import run_virtually, virtual_loop
from tests.simulation.effects import Phase
from tests.simulation.faults import Fault, Place
from tests.simulation.schedule import Asks
from tests.simulation.world import simulate
from tests.store.blank import blank_sqlite_url
from tests.store.values import SECRET

NO_JOBS = "cannot write to its database right now, so it takes no requests. Try again in a minute"
STALLED_S = 30.0
ANSWER_WITHIN_S = 3.0
"""Discord's own limit (developer documentation, "Receiving and Responding to Interactions")."""


def test_a1_what_is_asked_while_no_process_lives_leaves_nothing_and_asking_again_works() -> None:
    twice = story(Asks(at_s=1.0), Asks(at_s=9.0))
    report = simulate(replace(twice, kill_times_s=(0.5,), down_s=5.0))
    assert came(report) == ONE_PICTURE
    assert [job.id for job in report.jobs] == ["102"]


def test_a1_what_the_gateway_replays_too_late_is_abandoned_unpaid() -> None:
    assert came(simulate(story(Asks(at_s=1.0, late_s=5.0)))) == ABANDONED


def test_a2_killed_before_the_row_is_there_nothing_is_known_and_nothing_paid() -> None:
    report = killed(Phase.BEFORE, COMMIT)
    assert (came(report), report.cards) == (({}, 0), ())


def test_a3_an_interaction_that_comes_twice_is_one_job_with_one_message() -> None:
    report = simulate(story(Asks(at_s=1.0, doubled=True)))
    assert (came(report), len(report.cards)) == (ONE_PICTURE, 1)


async def test_a4_a_full_disk_is_told_in_words_and_takes_no_job(tmp_path: Path) -> None:
    clock = ManualClock()
    engine = open_engine(locate(blank_sqlite_url(tmp_path)), durable=False)
    async with engine.connect() as connection:
        await connection.exec_driver_sql("PRAGMA max_page_count = 1")
    async with open_rig(SqlStore(engine, seal=TokenSeal(SECRET), clock=clock), clock) as rig:
        with pytest.raises(UserError, match=NO_JOBS):
            await rig.submission().submit(an_ask("x" * 4000), origin(clock))
        assert await rig.store.get("1") is None


def test_a4_a_commit_that_fails_is_a_refusal_and_no_job() -> None:
    report = troubled({(Place.COMMIT, 1): Fault.DOWN})
    assert (came(report), [card.lines for card in report.cards]) == (({}, 0), [("a refusal",)])
    assert any(NO_JOBS in line for line in report.trace)


class StalledStore(MemoryStore):
    """A database on a disk that hangs in the middle of a commit, and ends it after all."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self._disk = asyncio.Lock()

    async def add(self, job: Job, *, limits: Limits, slots: int) -> Admission:
        return await asyncio.shield(asyncio.create_task(self._add(job, limits, slots)))

    async def _add(self, job: Job, limits: Limits, slots: int) -> Admission:
        async with self._disk:
            await asyncio.sleep(STALLED_S)
            return await super().add(job, limits=limits, slots=slots)

    async def change(self, job_id: str, transition: Callable[[Job], Job]) -> Change | None:
        async with self._disk:
            return await super().change(job_id, transition)


def test_a4_a_disk_that_hangs_is_told_within_three_seconds_and_what_it_writes_later_is_never_paid() -> None:
    async def asked() -> tuple[float, JobState]:
        clock = ManualClock()
        rig = Rig(StalledStore(clock), clock)
        with pytest.raises(UserError, match=NO_JOBS):
            await rig.submission().submit(an_ask(), origin(clock))
        told_s = virtual_loop().time()
        await asyncio.sleep(2 * STALLED_S)
        return told_s, (await rig.get()).state

    told_s, state = run_virtually(asked())
    assert told_s < ANSWER_WITHIN_S
    assert state is JobState.ABANDONED


def test_a5_the_row_and_the_answer_come_before_all_other_work() -> None:
    asked, *others = (Asks(at_s=1.0, with_reference=True), Asks(at_s=1.0, member=2, count=4))
    report = simulate(story(asked, *others))
    first = calls(report)[1:5]
    assert sorted(first) == ["answer 101", "answer 102", "commit", "commit"]


@pytest.mark.e2e
async def test_a5_a_picture_that_is_made_smaller_does_not_hold_up_the_loop() -> None:
    large = ResultFile(filename="1-1.png", data=noise(size=(400, 400)))
    work = asyncio.create_task(PictureShrinker().shrink(large, 50_000))
    turns = 0
    while not work.done():
        await asyncio.sleep(0.005)
        turns += 1
    assert len((await work).data) <= 50_000
    assert turns > 5
