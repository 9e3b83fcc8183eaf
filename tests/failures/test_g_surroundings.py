"""Rows G1 to G7: what happens around the bot: disk, clock, backups, other processes, stops, and Discord's absence."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core import words as sentences
from bot.core.job import GenerationState, JobState
from bot.core.request import Plan
from bot.store import DatabaseCondition, check_database, open_store
from bot.store.engine import open_engine
from bot.store.location import locate
from tests.core.jobs import PLAN, SEEDLESS, a_job
from tests.failures.runs import (
    ABANDONED,
    ACCEPTED,
    EDIT,
    INTENT,
    ONE_PICTURE,
    POST,
    Script,
    always,
    calls,
    came,
    story,
    troubled,
)
from tests.fakes import Fate
from tests.service.rig import DEADLINE, GRACE, Rig
from tests.service.test_restoration import restore, sent_since
from tests.simulation.faults import Fault, Place
from tests.simulation.schedule import Asks
from tests.simulation.stories import MEANWHILE_S
from tests.simulation.world import simulate
from tests.store.blank import blank_sqlite_url
from tests.store.test_processes import killed, lines, start
from tests.store.values import SECRET, StoppedClock
from tests.test_sweeper import sweeper_of, tick

S = GenerationState
FULL_SYNC = 2
"""PRAGMA synchronous = FULL (https://www.sqlite.org/pragma.html#pragma_synchronous)."""
HOUR_S = 3600.0
GRACE_S = GRACE.total_seconds()


async def test_g1_a_commit_is_on_the_disk_before_anybody_hears_of_it(tmp_path: Path) -> None:
    engine = open_engine(locate(blank_sqlite_url(tmp_path)))
    async with engine.connect() as connection:
        settings = [await connection.exec_driver_sql(f"PRAGMA {name}") for name in ("synchronous", "journal_mode")]
        assert [answer.scalar() for answer in settings] == [FULL_SYNC, "wal"]
    await engine.dispose()


@pytest.mark.parametrize("commits", [1, 9])
def test_g2_a_disk_that_is_full_after_the_post_pays_nothing_twice(commits: int) -> None:
    full: Script = {(Place.COMMIT, ACCEPTED + n): Fault.DOWN for n in range(commits)}
    report = troubled(full)
    assert (came(report), len(calls(report, POST))) == (ONE_PICTURE, 1)


def test_g2_a_disk_that_is_full_before_the_intent_sends_nothing() -> None:
    full: Script = {(Place.COMMIT, INTENT + n): Fault.DOWN for n in range(3)}
    report = troubled(full)
    assert (came(report), len(calls(report, POST))) == (ONE_PICTURE, 1)


@pytest.mark.parametrize("plan", [PLAN, SEEDLESS])
async def test_g3_what_was_sent_since_the_backup_is_adopted_and_not_paid_again(rig: Rig, plan: Plan) -> None:
    job = a_job(S.PLANNED, S.PLANNED, plan=plan)
    await sent_since(rig, job)
    paid = len(rig.api.rows)
    await restore(rig, job)
    assert [g.remote_id for g in (await rig.get()).generations] == ["r-1", "r-2"]
    assert len(rig.api.rows) == paid == 2


async def lost(rig: Rig, *, jumps_s: float) -> None:
    """Send a POST that never arrives, and set the clock just after it."""
    rig.api.fates.append(Fate.REQUEST_LOST)
    await rig.post()
    rig.clock.jump(jumps_s)
    await tick(rig)


async def test_g4_a_clock_that_jumps_ahead_ends_no_grace(rig: Rig) -> None:
    await lost(rig, jumps_s=HOUR_S)
    assert (len(rig.api.posts), await rig.states()) == (1, [S.SUBMITTING])
    await tick(rig, after_s=GRACE_S + 1)
    assert (len(rig.api.posts), await rig.states()) == (2, [S.QUEUED])


async def test_g4_a_clock_that_jumps_back_keeps_nobody_waiting(rig: Rig) -> None:
    await lost(rig, jumps_s=-HOUR_S)
    await tick(rig, after_s=GRACE_S + 1)
    assert (len(rig.api.posts), await rig.states()) == (2, [S.QUEUED])


async def test_g4_an_event_that_was_lost_around_a_jump_back_is_made_good_soon(rig: Rig) -> None:
    rig.health.connected()
    await rig.post()
    rig.api.succeed("r-1")
    rig.clock.jump(-HOUR_S)
    await tick(rig)
    assert await rig.states() == [S.SUCCEEDED]


async def test_g4_what_a_jump_ahead_makes_overdue_is_told_and_its_picture_still_comes(rig: Rig) -> None:
    await rig.post()
    rig.api.cancels_work = False
    rig.clock.jump(DEADLINE.total_seconds() + 1)
    sweeper = sweeper_of(rig)
    await tick(rig, sweeper)
    await rig.delivering.deliver(await rig.get())
    assert rig.delivery.last.card.lines == (sentences.TIMED_OUT,)
    rig.api.succeed("r-1")
    await tick(rig, sweeper, after_s=HOUR_S)
    assert (await rig.get()).state is JobState.DONE


async def test_g4_a_clock_that_is_an_hour_ahead_of_oxen_s_pays_nothing_twice(rig: Rig) -> None:
    rig.api.fates.append(Fate.ANSWER_LOST)
    await rig.post()
    rig.api.rows["r-1"] = replace(rig.api.rows["r-1"], enqueued_at=rig.clock() - timedelta(hours=1))
    await tick(rig, after_s=GRACE_S + 1)
    assert (len(rig.api.posts), await rig.states()) == (1, [S.QUEUED])


@pytest.mark.e2e
async def test_g5_a_second_process_is_refused_in_a_sentence_until_the_first_is_gone(tmp_path: Path) -> None:
    url = blank_sqlite_url(tmp_path)
    first = await start(url)
    await lines(first, 1)
    report = await check_database(url)
    assert report.condition is DatabaseCondition.IN_USE
    second = await start(url)
    _, complaint = await second.communicate()
    assert f"DatabaseInUseError: {report.sentence}" in complaint.decode()
    await killed(first)
    store = await open_store(url, secret=SECRET, clock=StoppedClock())
    assert await store.get("0") is not None
    await store.close()


@pytest.mark.parametrize("at_s", [1.02, 1.15, MEANWHILE_S, 5.3])
def test_g6_sigterm_drains_and_the_next_start_goes_on(at_s: float) -> None:
    report = simulate(replace(story(), stop_times_s=(at_s,)))
    assert (came(report), report.lives) == (ONE_PICTURE, 2)


@pytest.mark.parametrize("token_life_s", [900.0, 60.0])
def test_g7_while_discord_is_away_the_card_stays_owed_and_comes_late(token_life_s: float) -> None:
    report = troubled(always(Place.SHOW, Fault.DOWN, times=9), of=replace(story(), token_life_s=token_life_s))
    assert (came(report), len(calls(report, EDIT))) == (ONE_PICTURE, 10)


def test_g7_what_is_asked_while_discord_takes_no_answer_is_abandoned_unpaid() -> None:
    away: Script = {(Place.ANSWER, 1): Fault.REQUEST_LOST, **always(Place.FIND, Fault.DOWN, times=5)}
    assert came(troubled(away, of=story(Asks(at_s=1.0)))) == ABANDONED
