"""Whose turn it is at Oxen: members take turns, and nobody waits for the one who ordered most."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.job import GenerationState, Job
from bot.core.turns import JOBS_AT_OXEN, SHARES, AtOxen, readings, turns
from tests.core.jobs import NOW, a_job

SLOTS = 16
ANN, BEN, CAL = 1, 2, 3


def wish(owner: int, number: int, images: int = 1) -> Job:
    """Return a job that waits with so many pictures; the number is its age."""
    job = a_job(*[GenerationState.PLANNED] * images, number=number)
    return replace(job, owner_id=owner, created_at=NOW + timedelta(seconds=number))


def held(owner: int, job_id: str, images: int = 1) -> AtOxen:
    return AtOxen(owner_id=owner, job_id=job_id, images=images)


def chosen(waiting: list[Job], at_oxen: list[AtOxen], free: int, slots: int = SLOTS) -> list[tuple[str, int]]:
    return [(turn.job.id, turn.images) for turn in turns(waiting, at_oxen, slots=slots, free=free)]


THREE_OF_ANN = [held(ANN, job_id) for job_id in "abc"]


@pytest.mark.parametrize(
    ("waiting", "at_oxen", "free", "expected"),
    [
        pytest.param([], [], 16, [], id="nobody waits"),
        pytest.param([wish(ANN, 1)], [], 0, [], id="nothing is free"),
        pytest.param([wish(ANN, 1, 4), wish(ANN, 2, 4)], [], 6, [("1", 4), ("2", 2)], id="alone takes all"),
        pytest.param([wish(ANN, n) for n in range(1, 6)], [], 16, [(str(n), 1) for n in range(1, 6)], id="all jobs"),
        pytest.param([wish(ANN, 1), wish(ANN, 2), wish(BEN, 3)], [], 2, [("1", 1), ("3", 1)], id="one each"),
        pytest.param([wish(ANN, 1), wish(BEN, 2)], [held(ANN, "0")], 1, [("2", 1)], id="the least at Oxen first"),
        pytest.param([wish(ANN, 1), wish(BEN, 2)], THREE_OF_ANN, 9, [("2", 1), ("1", 1)], id="then alone"),
        pytest.param([wish(ANN, 1, 4), wish(BEN, 2)], [held(ANN, "0", 3)], 9, [("2", 1), ("1", 4)], id="alone at last"),
        pytest.param(
            [wish(ANN, 1, 4), wish(BEN, 2, 4), wish(CAL, 3, 4)], [held(ANN, "0", 3)], 9, [("2", 4), ("3", 4), ("1", 1)]
        ),
    ],
)  # fmt: skip
def test_members_take_turns(
    waiting: list[Job], at_oxen: list[AtOxen], free: int, expected: list[tuple[str, int]]
) -> None:
    assert chosen(waiting, at_oxen, free) == expected


WISHES = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), max_size=30)
HELD = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 4)), max_size=8)


@given(wishes=WISHES, at=HELD, slots=st.integers(1, 40), free=st.integers(0, 40))
def test_while_others_wait_nobody_gets_more_than_three_jobs_and_a_share(
    wishes: list[tuple[int, int]], at: list[tuple[int, int]], slots: int, free: int
) -> None:
    waiting = [wish(owner, number, images) for number, (owner, images) in enumerate(wishes, start=1)]
    at_oxen = [held(owner, f"h{number}", images) for number, (owner, images) in enumerate(at)]
    now = turns(waiting, at_oxen, slots=slots, free=free)
    gone = {turn.job.id for turn in now}
    left = {job.owner_id for job in waiting if job.id not in gone}
    for owner in {turn.job.owner_id for turn in now}:
        if left - {owner}:
            mine = [turn for turn in now if turn.job.owner_id == owner]
            theirs = [each for each in at_oxen if each.owner_id == owner]
            assert len({each.job_id for each in theirs} | {turn.job.id for turn in mine}) <= JOBS_AT_OXEN
            share = max(JOBS_AT_OXEN, slots // SHARES)
            assert sum(turn.images for turn in mine) + sum(each.images for each in theirs) <= share


@given(wishes=WISHES, at=HELD, slots=st.integers(1, 40), free=st.integers(0, 40))
def test_never_more_than_is_free_never_nothing_and_nobody_twice(
    wishes: list[tuple[int, int]], at: list[tuple[int, int]], slots: int, free: int
) -> None:
    waiting = [wish(owner, number, images) for number, (owner, images) in enumerate(wishes, start=1)]
    at_oxen = [held(owner, f"h{number}", images) for number, (owner, images) in enumerate(at)]
    now = turns(waiting, at_oxen, slots=slots, free=free)
    assert sum(turn.images for turn in now) <= free
    assert all(turn.images >= 1 for turn in now)
    assert len({turn.job.id for turn in now}) == len(now)


@given(images=st.lists(st.integers(1, 4), max_size=30), free=st.integers(0, 60))
def test_a_member_who_waits_alone_may_take_all(images: list[int], free: int) -> None:
    waiting = [wish(ANN, number, each) for number, each in enumerate(images, start=1)]
    assert sum(turn.images for turn in turns(waiting, [], slots=60, free=free)) == min(free, sum(images))


@given(owners=st.lists(st.integers(1, 5), max_size=20), reading=st.lists(st.integers(1, 5), max_size=4))
def test_references_are_read_by_turns_of_members_too(owners: list[int], reading: list[int]) -> None:
    waiting = [wish(owner, number) for number, owner in enumerate(owners, start=1)]
    now = readings(waiting, reading, unread={}, at_once=4)
    assert len(now) == min(len(waiting), 4 - len(reading))
    load = Counter([*reading, *(job.owner_id for job in now)])
    for job in waiting:
        if job not in now:
            assert all(load[other.owner_id] <= load[job.owner_id] + 1 for other in now)


def test_a_member_whose_links_failed_comes_after_one_whose_links_are_new() -> None:
    waiting = [wish(ANN, 1), wish(BEN, 2)]
    assert readings(waiting, [], unread={ANN: 1}, at_once=1) == [waiting[1]]
