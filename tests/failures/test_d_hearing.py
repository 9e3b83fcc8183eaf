"""Rows D1 to D7: between the POST and the end of the painting; the stream is a hint, Oxen's row is the truth."""

from dataclasses import replace

import pytest

from bot.core import words as sentences
from bot.core.events import Dropped
from bot.core.job import GenerationState, JobState
from bot.oxen.stream import IDLE_TIMEOUT_S
from bot.service.reconciliation import open_generations
from tests.core.jobs import a_job
from tests.failures.runs import (
    ONE_PICTURE,
    Script,
    always,
    calls,
    came,
    killed,
    story,
    troubled,
    words,
)
from tests.oxen.test_stream_http import Feed, hang, listening_to, serving
from tests.service.rig import DEADLINE, Rig
from tests.simulation.effects import Phase
from tests.simulation.faults import Fault, Place
from tests.simulation.schedule import Asks, Cancels
from tests.simulation.world import simulate

S = GenerationState
GET, LIST, DELETE = "GET /queue/", "GET /queue", "DELETE /queue/"
MEANWHILE_S = 3.0
"""Oxen paints from about 1.2 s to 5.2 s."""
KEEP_ALIVE_S = 15.0
"""How often Oxen writes a comment into a stream that is idle (its page on the queue)."""
STUCK: Script = {(Place.PAINTING, 1): Fault.STUCK}


def test_d1_an_event_that_is_lost_is_made_good_by_oxen_s_row() -> None:
    report = troubled({(Place.EVENT, 1): Fault.LOST})
    assert came(report) == ONE_PICTURE
    assert calls(report, GET)


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.PROXY_PAGE])
def test_d1_without_any_stream_pictures_are_asked_for(fault: Fault) -> None:
    report = troubled(always(Place.STREAM, fault, times=999))
    assert came(report) == ONE_PICTURE


def test_d1_what_fired_before_we_were_subscribed_is_asked_for() -> None:
    cut = replace(story(), cut_times_s=(4.8,))
    assert came(troubled({(Place.STREAM, 2): Fault.DEAF}, of=cut)) == ONE_PICTURE


def test_d1_without_a_list_the_picture_waits_until_there_is_one() -> None:
    blind: Script = {(Place.EVENT, 1): Fault.LOST, **always(Place.LIST, Fault.DOWN, times=12)}
    assert came(troubled(blind)) == ONE_PICTURE


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.ANSWER_LOST])
def test_d2_an_event_before_its_post_s_answer_settles_it_without_a_poll(fault: Fault) -> None:
    report = troubled({(Place.ENQUEUE, 1): fault})
    assert came(report) == ONE_PICTURE
    assert calls(report, GET) == []


def test_d3_a_doubled_event_a_stranger_s_and_a_late_one_change_nothing() -> None:
    report = troubled({(Place.EVENT, 2): Fault.TWICE}, of=replace(story(), foreign_times_s=(1.1,)))
    assert came(report) == ONE_PICTURE
    assert len(calls(report, "edit")) == 1
    assert came(troubled({(Place.EVENT, 1): Fault.LATE})) == ONE_PICTURE


def test_d3_a_picture_that_comes_after_its_cancellation_is_shown_since_it_was_paid() -> None:
    cancelled = story(Asks(at_s=1.0), Cancels(at_s=MEANWHILE_S, job=0))
    assert came(troubled({(Place.CANCEL, 1): Fault.IGNORED}, of=cancelled)) == ONE_PICTURE


@pytest.mark.e2e
async def test_d4_a_stream_that_falls_silent_is_given_up_after_three_keep_alives() -> None:
    feed = Feed(hang)
    feed.go_on.set()
    async with serving(feed.serve) as url, listening_to(url, idle_timeout_s=0.05) as events:
        told = [await anext(events) for _ in range(5)]
    assert isinstance(told[-1], Dropped)
    assert IDLE_TIMEOUT_S == 3 * KEEP_ALIVE_S


def test_d4_what_ends_while_the_stream_is_half_open_is_shown_all_the_same() -> None:
    assert came(simulate(replace(story(), freeze_times_s=(MEANWHILE_S,)))) == ONE_PICTURE


def test_d5_what_ends_while_no_process_listens_is_found_by_the_next_one() -> None:
    report = simulate(replace(story(), kill_times_s=(MEANWHILE_S,), down_s=9.0))
    assert (came(report), report.lives) == (ONE_PICTURE, 2)


def test_d6_a_painting_past_its_deadline_is_cancelled_and_then_oxen_s_row_believed() -> None:
    report = troubled(STUCK)
    assert came(report) == ({"not painted": 1}, 1)
    assert [name.split()[0] for name in calls(report) if name.startswith((DELETE, GET))] == ["DELETE", "GET"]
    assert words(report) == sentences.TIMED_OUT


@pytest.mark.parametrize("fault", [Fault.IGNORED, Fault.DOWN])
def test_d6_a_row_that_processes_for_ever_whatever_is_asked_ends_for_the_person(fault: Fault) -> None:
    report = troubled({**STUCK, **always(Place.CANCEL, fault, times=99)})
    assert came(report) == ({"not painted": 1}, 1)
    assert words(report) == sentences.TIMED_OUT


async def end_overdue(rig: Rig) -> None:
    rig.clock.advance(DEADLINE.total_seconds() + 1)
    await rig.reconciliation.end_overdue(open_generations(await rig.store.open_jobs()))


async def test_d6_a_picture_that_is_ready_at_the_deadline_is_taken(rig: Rig) -> None:
    await rig.post()
    rig.api.succeed("r-1")
    await end_overdue(rig)
    assert await rig.states() == [S.SUCCEEDED]


async def test_d6_a_picture_that_is_ready_after_the_deadline_is_owed_to_the_person(rig: Rig) -> None:
    await rig.post(a_job(S.PLANNED))
    rig.api.cancels_work = False
    await end_overdue(rig)
    rig.api.succeed("r-1")
    await rig.reconciliation.look_again([await rig.get()])
    job = await rig.get()
    assert (job.state, job.card_owed) == (JobState.DONE, True)


async def test_d7_when_a_cancel_races_success_oxen_s_row_decides(rig: Rig) -> None:
    await rig.post()
    rig.api.succeed("r-1")
    await rig.cancellation.cancel("1", 7)
    job = await rig.get()
    assert (job.state, job.cancelled_by) == (JobState.DONE, 7)


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.ANSWER_LOST])
def test_d7_a_cancel_that_nobody_confirmed_is_asked_for_again_since_no_event_tells_of_it(fault: Fault) -> None:
    cancelled = story(Asks(at_s=1.0), Cancels(at_s=MEANWHILE_S, job=0))
    slow: Script = {(Place.PAINTING, 1): Fault.STUCK, (Place.CANCEL, 1): fault}
    report = troubled(slow, of=cancelled)
    assert came(report) == ({"cancelled": 1}, 1)
    assert words(report) == f"{sentences.CANCELLED} {sentences.MAY_BE_CHARGED}"


def test_d7_killed_in_the_middle_of_a_cancel_the_next_process_cancels() -> None:
    cancelled = replace(story(Asks(at_s=1.0), Cancels(at_s=MEANWHILE_S, job=0)), script=STUCK)
    for phase in Phase:
        assert came(killed(phase, DELETE, of=cancelled)) == ({"cancelled": 1}, 1)
