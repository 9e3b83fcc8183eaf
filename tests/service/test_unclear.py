"""POSTs whose answer nobody saw: what Oxen's lists say decides, and nobody pays twice."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from bot.core.job import GenerationState, Job, JobState
from bot.errors import NotFoundError, TransientError
from bot.ports import JobStore
from tests.core.jobs import REFERENCES, SEEDLESS, a_generation, a_job, an_ask
from tests.fakes import Fate
from tests.service.rig import GRACE, HOLD_ABOVE_USD, Rig, until

S = GenerationState
PAST_GRACE_S = GRACE.total_seconds() + 1


class NoneTaken:
    async def taken_remote_ids(self, remote_ids: Sequence[str]) -> frozenset[str]:
        assert remote_ids == ["r-1"]
        return frozenset()


async def decide(rig: Rig) -> None:
    await rig.unclear.decide(await rig.store.open_jobs())


async def lost(rig: Rig, fate: Fate, job: Job | None = None) -> None:
    rig.api.fates.append(fate)
    await rig.post(job)


def priced(price_usd: float | None) -> Job:
    job = a_job()
    assert job.plan is not None
    return replace(job, plan=replace(job.plan, price_usd=price_usd))


async def test_a_lost_answer_is_adopted_at_once(rig: Rig) -> None:
    await lost(rig, Fate.ANSWER_LOST)
    await decide(rig)
    assert (await rig.get()).generations[0].remote_id == "r-1"
    assert len(rig.api.posts) == 1


async def test_an_adopted_picture_that_is_ready_is_settled_at_once(rig: Rig) -> None:
    await lost(rig, Fate.ANSWER_LOST)
    rig.api.succeed("r-1")
    await decide(rig)
    assert (await rig.get()).state is JobState.DONE


async def test_an_event_that_came_before_the_adoption_settles_it(rig: Rig) -> None:
    await lost(rig, Fate.ANSWER_LOST)
    listed = rig.api.rows["r-1"]
    await rig.finish("r-1")
    rig.api.rows["r-1"] = listed
    await decide(rig)
    assert (await rig.get()).state is JobState.DONE


async def test_nothing_found_within_the_grace_means_wait(rig: Rig) -> None:
    await lost(rig, Fate.REQUEST_LOST)
    rig.clock.advance(GRACE.total_seconds())
    await decide(rig)
    assert await rig.states() == [S.SUBMITTING]
    assert len(rig.api.posts) == 1


async def test_nothing_found_after_the_grace_means_once_more(rig: Rig) -> None:
    await lost(rig, Fate.REQUEST_LOST)
    rig.clock.advance(PAST_GRACE_S)
    await decide(rig)
    assert await rig.states() == [S.QUEUED]
    assert rig.api.posts[0] == rig.api.posts[1]


async def test_a_second_unclear_outcome_is_unknown_and_never_paid_again(rig: Rig) -> None:
    rig.api.fates.extend([Fate.REQUEST_LOST, Fate.REQUEST_LOST])
    await rig.post()
    for _ in range(3):
        rig.clock.advance(PAST_GRACE_S)
        await decide(rig)
    assert await rig.states() == [S.UNKNOWN]
    assert len(rig.api.posts) == 2


@pytest.mark.parametrize("price_usd", [None, HOLD_ABOVE_USD + 0.01])
async def test_what_is_dear_or_has_no_price_is_not_sent_twice(rig: Rig, price_usd: float | None) -> None:
    await lost(rig, Fate.REQUEST_LOST, priced(price_usd))
    rig.clock.advance(PAST_GRACE_S)
    await decide(rig)
    assert await rig.states() == [S.UNKNOWN]
    assert len(rig.api.posts) == 1


async def test_what_costs_just_the_limit_is_sent_once_more(rig: Rig) -> None:
    await lost(rig, Fate.REQUEST_LOST, priced(HOLD_ABOVE_USD))
    rig.clock.advance(PAST_GRACE_S)
    await decide(rig)
    assert len(rig.api.posts) == 2


async def test_a_row_that_does_not_say_enough_makes_it_unknown_after_the_grace(rig: Rig) -> None:
    rig.api.echoes = False
    await lost(rig, Fate.ANSWER_LOST)
    await decide(rig)
    assert await rig.states() == [S.SUBMITTING]
    rig.clock.advance(PAST_GRACE_S)
    await decide(rig)
    assert await rig.states() == [S.UNKNOWN]
    assert len(rig.api.posts) == 1


async def test_without_a_list_nothing_is_decided_and_nothing_sent(rig: Rig) -> None:
    await lost(rig, Fate.REQUEST_LOST)
    rig.clock.advance(PAST_GRACE_S)
    rig.api.faults["history"] = TransientError("down")
    with pytest.raises(TransientError):
        await decide(rig)
    assert await rig.states() == [S.SUBMITTING]
    assert len(rig.api.posts) == 1


async def test_a_cancelled_job_is_not_sent_again(rig: Rig) -> None:
    await lost(rig, Fate.REQUEST_LOST)
    await rig.cancellation.cancel("1", 7)
    rig.clock.advance(PAST_GRACE_S)
    await decide(rig)
    assert await rig.states() == [S.UNKNOWN]
    assert len(rig.api.posts) == 1


async def test_an_adopted_generation_of_a_cancelled_job_is_cancelled_there(rig: Rig) -> None:
    await lost(rig, Fate.ANSWER_LOST)
    await rig.cancellation.cancel("1", 7)
    await decide(rig)
    assert (await rig.get()).state is JobState.CANCELLED


async def test_equal_requests_are_interchangeable_and_each_row_is_taken_once(rig: Rig) -> None:
    await lost(rig, Fate.ANSWER_LOST, a_job(number=1))
    await lost(rig, Fate.ANSWER_LOST, a_job(number=2))
    await decide(rig)
    found = [(await rig.get(name)).generations[0].remote_id for name in ("1", "2")]
    assert sorted(filter(None, found)) == ["r-1", "r-2"]


async def test_a_row_that_somebody_took_meanwhile_is_no_failure(rig: Rig) -> None:
    await lost(rig, Fate.ANSWER_LOST, a_job(number=1))
    jobs = await rig.store.open_jobs()
    rig.api.fates.append(["r-1"])
    await rig.post(a_job(number=2))
    del rig.api.rows["r-2"]
    # Another process took the row after this one had asked which are taken.
    await rig.unclear_with(cast("JobStore", NoneTaken())).decide(jobs)
    assert await rig.states("1") == [S.SUBMITTING]


async def test_of_a_batch_what_exists_is_adopted_and_the_rest_sent(rig: Rig) -> None:
    rig.api.fates.append(["r-1"])
    await rig.post(a_job(S.PLANNED, S.PLANNED, plan=SEEDLESS))
    del rig.api.rows["r-2"]
    rig.clock.advance(PAST_GRACE_S)
    await decide(rig)
    assert await rig.states() == [S.QUEUED, S.QUEUED]
    assert rig.api.posts[1].num_generations == 1


async def test_one_job_that_cannot_be_sent_again_does_not_hold_up_the_next(rig: Rig) -> None:
    generation = replace(a_generation(S.PLANNED), inline=True, attempt=2)
    inline = replace(a_job(ask=an_ask(references=1)), generations=(generation,))
    await lost(rig, Fate.REQUEST_LOST, inline)
    await lost(rig, Fate.REQUEST_LOST, a_job(number=2))
    rig.references.files[REFERENCES[0].url] = TransientError("Discord is slow")
    rig.clock.advance(PAST_GRACE_S)
    await decide(rig)
    assert await rig.states("1") == [S.SUBMITTING]
    assert await rig.states("2") == [S.QUEUED]


async def test_an_inline_try_whose_reference_is_gone_frees_its_slot(rig: Rig) -> None:
    generation = replace(a_generation(S.PLANNED), inline=True, attempt=2)
    inline = replace(a_job(ask=an_ask(references=1)), generations=(generation,))
    await lost(rig, Fate.REQUEST_LOST, inline)
    rig.references.files[REFERENCES[0].url] = NotFoundError("gone")
    rig.clock.advance(PAST_GRACE_S)
    await decide(rig)
    assert not await rig.store.open_jobs()


async def test_a_post_in_the_air_is_left_alone(rig: Rig) -> None:
    rig.api.open.clear()
    job = await rig.keep(a_job())
    sending = asyncio.create_task(rig.posting.send(job, job.generations))
    await until(lambda: rig.api.posts)
    rig.clock.advance(PAST_GRACE_S)
    await decide(rig)
    assert rig.api.calls == ["post"]
    rig.api.open.set()
    await sending


async def test_a_late_picture_of_an_unknown_generation_is_delivered(rig: Rig) -> None:
    await lost(rig, Fate.REQUEST_LOST, priced(None))
    rig.clock.advance(PAST_GRACE_S)
    await decide(rig)
    rig.api.take(rig.api.posts[0])
    rig.api.succeed("r-1")
    await rig.unclear.look_again(await rig.store.missing_since(rig.clock() - timedelta(hours=24), after="", limit=9))
    job = await rig.get()
    assert job.state is JobState.DONE
    assert job.card_owed


async def test_looking_again_sends_nothing(rig: Rig) -> None:
    await lost(rig, Fate.REQUEST_LOST, priced(None))
    rig.clock.advance(PAST_GRACE_S)
    await decide(rig)
    await rig.unclear.look_again(await rig.store.missing_since(rig.clock() - timedelta(hours=24), after="", limit=9))
    assert len(rig.api.posts) == 1
