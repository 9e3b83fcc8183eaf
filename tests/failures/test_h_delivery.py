"""Row H of the matrix: between a finished picture and its message, no trouble is without an end or holds up others."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.job import GenerationState, Job
from bot.errors import StoreUnavailableError, TransientError
from bot.service.editing import EDITS_PER_CHANNEL
from tests.core.jobs import MIB, NOW, a_job
from tests.fakes import PNG
from tests.service.memory_store import MemoryStore
from tests.service.rig import Rig
from tests.service.virtual import VirtualClock, never, passes, virtually
from tests.simulation.clock import virtual_loop

S = GenerationState
TRIES = 2000
SOON_S = 10.0
ELSEWHERE = 1000
"""A channel in which all is well, and the number of the job whose picture should be shown there soon."""


def owing(number: int = 1, *, channel_id: int = 8, old: bool = False) -> Job:
    """Return a job whose picture is done and not shown; an old one has been done for an hour."""
    job = replace(a_job(S.SUCCEEDED, number=number), revision=2, channel_id=channel_id)
    if not old:
        return job
    ended = replace(job.generations[0], ended_at=NOW - timedelta(hours=1))
    return replace(job, generations=(ended,), token=None)


async def shown_after_s(rig: Rig, others: Sequence[Job], *, head_start_s: float = 1.0) -> float:
    """Return how long a fresh picture elsewhere takes when it is owed shortly after all the others."""
    if others:
        await rig.keep(*others)
        rig.ledger.remind(others)
    await asyncio.sleep(head_start_s)
    began_s = virtual_loop().time()
    fresh = owing(ELSEWHERE, channel_id=ELSEWHERE)
    await rig.keep(fresh)
    rig.ledger.remind([fresh])
    await passes(lambda: fresh.id in [edit.job.id for edit in rig.delivery.edits], every_s=0.1)
    return virtual_loop().time() - began_s


def link_of(job: Job) -> str:
    return job.generations[0].url or ""


@pytest.mark.parametrize("trouble", [TransientError("503"), RuntimeError("surprise")])
def test_h1_a_card_that_fails_two_thousand_times_ends_nothing(
    trouble: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL")

    async def story(rig: Rig) -> int:
        rig.delivery.troubles.extend([trouble] * TRIES)
        job = replace(a_job(S.QUEUED), revision=2)
        await rig.keep(job)
        rig.ledger.remind([job])
        await passes(lambda: rig.delivery.edits, every_s=60)
        return rig.delivery.tries

    assert virtually(story) == TRIES + 1


class LateStore(MemoryStore):
    """A database that is away so many times that it is asked what is owed."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(clock)
        self.away = TRIES

    async def owed(self, limit: int) -> Sequence[Job]:
        if self.away:
            self.away -= 1
            raise StoreUnavailableError("away")
        return await super().owed(limit)


def test_h1_a_first_look_that_fails_two_thousand_times_is_made_at_last_and_holds_up_no_new_card(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("CRITICAL")

    async def story(rig: Rig) -> float:
        await rig.keep(owing(1))
        assert await shown_after_s(rig, []) < SOON_S
        await passes(lambda: len(rig.delivery.edits) == 2, every_s=60)
        return virtual_loop().time()

    assert virtually(story, rig=lambda clock: Rig(LateStore(clock), clock)) > 24 * 3600


Arrange = Callable[[Rig], Sequence[Job]]


def _twelve_edits_of_one_channel(rig: Rig) -> Sequence[Job]:
    rig.delivery.hanging = {8}
    return [owing(number) for number in range(12)]


def _twelve_edits_of_twelve_channels(rig: Rig) -> Sequence[Job]:
    rig.delivery.hanging = set(range(12))
    return [owing(number, channel_id=number) for number in range(12)]


def _five_hundred_cards_of_one_channel(rig: Rig) -> Sequence[Job]:
    del rig
    return [owing(number, old=True) for number in range(500)]


def _a_hundred_fresh_cards_of_one_channel(rig: Rig) -> Sequence[Job]:
    del rig
    return [owing(number) for number in range(100)]


def _forty_downloads(rig: Rig) -> Sequence[Job]:
    jobs = [owing(number, channel_id=number) for number in range(40)]
    rig.api.meanwhile = {f"download {link_of(job)}": never for job in jobs}
    return jobs


def _twelve_big_shrinks(rig: Rig) -> Sequence[Job]:
    rig.shrinker.takes_s = 9.0
    jobs = [replace(owing(number, channel_id=number), size_limit_bytes=MIB) for number in range(12)]
    for job in jobs:
        rig.api.files[link_of(job)] = [PNG.ljust(2 * MIB, b"\0")]
    return jobs


@pytest.mark.parametrize(
    "arrange",
    [
        _twelve_edits_of_one_channel,
        _twelve_edits_of_twelve_channels,
        _five_hundred_cards_of_one_channel,
        _a_hundred_fresh_cards_of_one_channel,
        _forty_downloads,
        _twelve_big_shrinks,
    ],
)
def test_h2_a_picture_elsewhere_is_shown_within_ten_seconds(arrange: Arrange, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")

    async def story(rig: Rig) -> float:
        rig.delivery.edit_s = 0.5
        return await shown_after_s(rig, arrange(rig))

    assert virtually(story) < SOON_S


def test_h2_one_channel_has_no_more_than_its_share_of_the_edits_at_once() -> None:
    async def story(rig: Rig) -> int:
        jobs = _twelve_edits_of_one_channel(rig)
        await rig.keep(*jobs)
        rig.ledger.remind(jobs)
        await asyncio.sleep(SOON_S)
        return rig.delivery.most_at_once

    assert virtually(story) == EDITS_PER_CHANNEL


def test_h2_an_edit_that_is_never_answered_is_given_up_and_tried_again() -> None:
    async def story(rig: Rig) -> tuple[float, int]:
        rig.delivery.hanging = {8}
        await rig.keep(owing())
        rig.ledger.remind([owing()])
        await asyncio.sleep(SOON_S)
        rig.delivery.hanging = set()
        await passes(lambda: rig.delivery.edits, every_s=0.5)
        return virtual_loop().time(), rig.delivery.tries

    at_s, tries = virtually(story)
    assert (30 < at_s < 35, tries) == (True, 2)
