import logging
from dataclasses import replace

import pytest

from bot.core.admission import AlreadyThere, Change
from bot.core.events import Succeeded
from bot.core.job import GenerationState, Job, JobState, Place
from bot.core.job_events import Accepted, CancelAsked, PictureReady, Replaced, TokenDied
from bot.errors import RemoteIdTakenError
from bot.service.ledger import Ledger, Write
from tests.core.jobs import a_job
from tests.service.rig import SLOTS, Rig
from tests.store.values import NO_LIMITS

S = GenerationState


async def test_a_change_is_told_with_what_was_before_and_after(rig: Rig) -> None:
    await rig.keep(a_job())
    await rig.ledger.apply("1", CancelAsked(by=7, at=rig.clock()))
    (change,) = rig.changes
    assert (change.before.state, change.after.state) == (JobState.WAITING, JobState.CANCELLED)


async def test_what_changes_nothing_is_told_to_nobody(rig: Rig) -> None:
    await rig.keep(a_job(S.CANCELLED))
    await rig.ledger.apply("1", CancelAsked(by=7, at=rig.clock()))
    assert rig.changes == []


async def test_an_event_for_no_job_is_none(rig: Rig) -> None:
    assert await rig.ledger.apply("9", TokenDied(token="interaction token")) is None


async def test_observers_are_told_in_their_order(rig: Rig) -> None:
    told: list[str] = []

    def first(change: Change) -> None:
        told.append(f"first {change.after.id}")

    def second(change: Change) -> None:
        told.append(f"second {change.after.id}")

    rig.ledger.observe(first)
    rig.ledger.observe(second)
    await rig.keep(a_job())
    await rig.ledger.apply("1", CancelAsked(by=7, at=rig.clock()))
    assert told == ["first 1", "second 1"]


async def test_each_change_of_state_is_one_line_and_a_doubled_job_is_none(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.service.ledger")
    await rig.ledger.add(a_job(), limits=NO_LIMITS, slots=SLOTS)
    assert await rig.ledger.add(a_job(), limits=NO_LIMITS, slots=SLOTS) == AlreadyThere()
    await rig.ledger.apply("1", TokenDied(token="interaction token"))
    await rig.ledger.apply("1", CancelAsked(by=7, at=rig.clock()))
    assert caplog.messages == ["job waiting", "job cancelled"]


async def test_only_what_a_message_waits_for_is_expected(rig: Rig) -> None:
    await rig.post()
    assert rig.ledger.expects("r-1")
    assert not rig.ledger.expects("r-9")
    await rig.ledger.apply("1", Replaced(place=Place.GONE))
    assert not rig.ledger.expects("r-1")


async def test_what_has_ended_is_expected_no_more_but_still_owned(rig: Rig) -> None:
    await rig.post()
    await rig.finish("r-1")
    assert not rig.ledger.expects("r-1")
    assert await rig.ledger.owner_of("r-1") == "1"


async def test_what_was_open_before_this_process_is_learned_at_the_start(rig: Rig) -> None:
    await rig.keep(a_job(S.QUEUED), a_job(S.SUCCEEDED, number=2))
    fresh = Ledger(rig.store)
    fresh.remember(await rig.store.open_jobs())
    assert fresh.expects("r-1-1")
    assert not fresh.expects("r-2-1")


async def test_two_generations_that_end_together_are_both_kept(rig: Rig) -> None:
    await rig.post(a_job(S.PLANNED, S.PLANNED))
    two = Ledger(rig.store)
    for ledger, remote_id in ((rig.ledger, "r-1"), (two, "r-2")):
        await ledger.apply("1", PictureReady(remote_id=remote_id, url="https://results.example", at=rig.clock()))
    assert (await rig.get()).state is JobState.DONE


async def test_a_remote_id_belongs_to_one_generation(rig: Rig) -> None:
    await rig.keep(a_job(S.SUBMITTING), a_job(S.SUBMITTING, number=2))
    await rig.ledger.apply("1", Accepted(remote_ids={"1-1": "r"}, at=rig.clock()))
    with pytest.raises(RemoteIdTakenError):
        await rig.ledger.apply("2", Accepted(remote_ids={"2-1": "r"}, at=rig.clock()))


class Previews:
    """Takes every picture ahead of its write, and keeps the write for later."""

    def __init__(self) -> None:
        self.writes: list[Write] = []

    def __call__(self, job: Job, event: PictureReady, write: Write) -> bool:
        assert job.generations[0].remote_id == event.remote_id
        self.writes.append(write)
        return True


async def test_a_single_picture_is_offered_ahead_of_its_write_once(rig: Rig) -> None:
    previews = Previews()
    rig.ledger.preview_with(previews)
    await rig.post()
    event = Succeeded(remote_id="r-1", url=rig.api.succeed("r-1"))
    await rig.settlement.hear(event)
    await rig.settlement.hear(event)
    assert len(previews.writes) == 1
    assert await rig.states() == [S.QUEUED]
    written = await previews.writes[0]()
    assert written is not None
    assert written.state is JobState.DONE


@pytest.mark.parametrize("job", [a_job(S.PLANNED, S.PLANNED), replace(a_job(), place=Place.INBOX)])
async def test_a_batch_and_a_message_out_of_reach_are_written_first(rig: Rig, job: Job) -> None:
    previews = Previews()
    rig.ledger.preview_with(previews)
    await rig.post(job)
    await rig.finish("r-1")
    assert previews.writes == []
    assert S.SUCCEEDED in await rig.states()
