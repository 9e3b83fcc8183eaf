from dataclasses import replace

import pytest

from bot.core.events import Failed, Succeeded
from bot.core.job import GenerationState, JobState, Place
from bot.core.job_events import Replaced
from bot.errors import Cause, TransientError
from tests.core.jobs import a_job, an_ask
from tests.service.rig import Rig

S = GenerationState


async def test_an_event_settles_its_generation_without_a_poll(rig: Rig) -> None:
    await rig.post()
    await rig.finish("r-1")
    assert (await rig.get()).state is JobState.DONE
    assert rig.api.called("get") == []


async def test_the_picture_is_downloaded_while_its_event_is_written(rig: Rig) -> None:
    await rig.post()
    await rig.finish("r-1")
    assert rig.api.called("download") == ["download https://results.example/r-1"]


async def test_an_event_for_a_stranger_changes_nothing(rig: Rig) -> None:
    await rig.post()
    before = len(rig.changes)
    await rig.settlement.hear(Succeeded(remote_id="r-9", url="https://results.example/9"))
    await rig.settlement.hear(Failed(remote_id="r-8", cause=Cause.OTHER, text=""))
    assert len(rig.changes) == before
    assert rig.api.called("download") == []


async def test_a_doubled_event_changes_nothing(rig: Rig) -> None:
    await rig.post()
    await rig.finish("r-1")
    job = await rig.get()
    await rig.finish("r-1")
    assert await rig.get() == job


async def test_a_failure_is_believed_as_the_stream_tells_it(rig: Rig) -> None:
    await rig.post()
    await rig.settlement.hear(Failed(remote_id="r-1", cause=Cause.SAFETY, text="no"))
    assert await rig.states() == [S.FAILED]


async def test_a_failure_that_leads_to_a_second_post_is_believed_only_of_oxen_s_own_row(rig: Rig) -> None:
    await rig.post(a_job(ask=an_ask(references=1)))
    event = Failed(remote_id="r-1", cause=Cause.REFERENCE_NOT_FETCHED, text="403")
    await rig.settlement.hear(event)
    assert await rig.states() == [S.QUEUED]
    rig.api.fail("r-1", Cause.REFERENCE_NOT_FETCHED)
    await rig.settlement.hear(event)
    assert await rig.states() == [S.FAILED, S.PLANNED]


async def test_a_row_that_cannot_be_had_leaves_the_failure_to_the_sweep(rig: Rig) -> None:
    await rig.post(a_job(ask=an_ask(references=1)))
    rig.api.faults["get r-1"] = TransientError("500")
    await rig.settlement.hear(Failed(remote_id="r-1", cause=Cause.REFERENCE_NOT_FETCHED, text="403"))
    assert await rig.states() == [S.QUEUED]


@pytest.mark.parametrize("status", ["queued", "processing", "a new word"])
async def test_a_row_that_has_not_ended_settles_nothing(rig: Rig, status: str) -> None:
    await rig.post()
    row = replace(rig.api.rows["r-1"], status=status)
    assert not await rig.settlement.read("1", row)
    assert await rig.states() == [S.QUEUED]


async def test_a_cancelled_job_sends_nothing_more_and_frees_its_slots(rig: Rig) -> None:
    job = await rig.keep(a_job(S.PLANNED, S.PLANNED))
    await rig.posting.send(job, job.generations[:1])
    await rig.cancellation.cancel("1", 7)
    assert await rig.states() == [S.CANCELLED, S.CANCELLED]
    assert not await rig.store.open_jobs()


async def test_a_cancel_of_a_job_that_is_not_there_is_told(rig: Rig) -> None:
    assert await rig.cancellation.cancel("9", 7) is None


async def test_a_picture_that_can_be_shown_nowhere_is_not_kept_in_memory(rig: Rig) -> None:
    await rig.post()
    await rig.ledger.apply("1", Replaced(place=Place.GONE))
    await rig.finish("r-1")
    assert rig.api.called("download") == []


async def test_removal_takes_the_message_away_and_cancels_what_is_unfinished(rig: Rig) -> None:
    await rig.post()
    await rig.removal.remove(await rig.get(), 7)
    job = await rig.get()
    assert (job.place, job.state, rig.delivery.removed) == (Place.GONE, JobState.CANCELLED, ["1"])
    assert not job.card_owed
