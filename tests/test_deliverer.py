"""The loop of deliveries: one edit in flight per message, at most one a second, and no card forgotten."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise

from bot.core.admission import Change
from bot.core.card import Tone
from bot.core.job import GenerationState, Job, JobState, Place
from bot.core.job_events import CancelAsked, PictureReady, Replaced
from bot.deliverer import BETWEEN_EDITS_S, LONGEST_WAIT_S, Deliverer
from bot.errors import MessageGoneError, StoreUnavailableError, TransientError
from bot.service.editing import EDITS_AT_ONCE
from tests.core.jobs import a_job
from tests.fakes import PNG
from tests.service.rig import PATIENCE_S, Rig, until

S = GenerationState


def owing(number: int = 1) -> Job:
    return replace(a_job(S.FAILED, number=number), revision=2)


@asynccontextmanager
async def delivering(rig: Rig, *, ahead: bool = False) -> AsyncGenerator[Deliverer]:
    """Run the loop for the length of a block."""
    deliverer = Deliverer(store=rig.store, delivering=rig.delivering, sleep=rig.clock.sleep)
    rig.ledger.observe(deliverer.notice)
    if ahead:
        rig.ledger.preview_with(deliverer.preview)
    loop = asyncio.create_task(deliverer.run())
    yield deliverer
    loop.cancel()
    await asyncio.wait({loop})


async def drained(deliverer: Deliverer) -> None:
    async with asyncio.timeout(PATIENCE_S):
        await deliverer.drained()


def ready(rig: Rig, remote_id: str) -> PictureReady:
    return PictureReady(remote_id=remote_id, url=rig.api.succeed(remote_id), at=rig.clock())


def gaps_s(rig: Rig) -> list[float]:
    times = [edit.at for edit in rig.delivery.edits]
    return [(later - earlier).total_seconds() for earlier, later in pairwise(times)]


async def test_what_an_earlier_process_left_owed_is_shown_at_the_start(rig: Rig) -> None:
    await rig.keep(owing())
    async with delivering(rig) as deliverer:
        await until(lambda: rig.delivery.edits)
        await drained(deliverer)
    assert not (await rig.get()).card_owed


async def test_a_change_is_shown_when_it_happens(rig: Rig) -> None:
    await rig.post()
    async with delivering(rig) as deliverer:
        await rig.finish("r-1")
        await drained(deliverer)
    assert [edit.card.tone for edit in rig.delivery.edits] == [Tone.DONE]


async def test_each_of_four_pictures_lands_as_it_finishes_at_most_one_edit_a_second(rig: Rig) -> None:
    await rig.post(a_job(*[S.PLANNED] * 4))
    async with delivering(rig) as deliverer:
        for number in range(1, 5):
            await rig.finish(f"r-{number}")
            await until(lambda number=number: len(rig.delivery.edits) == number)
        await drained(deliverer)
    assert all(gap >= BETWEEN_EDITS_S for gap in gaps_s(rig))
    assert [len(edit.card.pictures) for edit in rig.delivery.edits] == [1, 2, 3, 4]


async def test_what_changes_during_an_edit_is_shown_afterwards_and_never_beside_it(rig: Rig) -> None:
    await rig.post(a_job(S.PLANNED, S.PLANNED))
    async with delivering(rig) as deliverer:
        rig.delivery.open.clear()
        await rig.finish("r-1")
        await until(rig.delivery.entered.is_set)
        await rig.finish("r-2")
        rig.delivery.open.set()
        await drained(deliverer)
    assert rig.delivery.most_per_message == 1
    assert [len(edit.card.pictures) for edit in rig.delivery.edits] == [1, 2]
    assert not (await rig.get()).card_owed


async def test_many_changes_during_an_edit_are_one_edit(rig: Rig) -> None:
    await rig.post(a_job(*[S.PLANNED] * 4))
    async with delivering(rig) as deliverer:
        rig.delivery.open.clear()
        await rig.finish("r-1")
        await until(rig.delivery.entered.is_set)
        await asyncio.gather(*(rig.finish(f"r-{number}") for number in (2, 3, 4)))
        rig.delivery.open.set()
        await drained(deliverer)
    assert [len(edit.card.pictures) for edit in rig.delivery.edits] == [1, 4]


async def test_messages_are_edited_side_by_side_but_not_too_many(rig: Rig) -> None:
    jobs = [replace(owing(number), channel_id=number) for number in range(1, EDITS_AT_ONCE + 5)]
    await rig.keep(*jobs)
    rig.delivery.open.clear()
    async with delivering(rig) as deliverer:
        await until(lambda: rig.delivery.most_at_once == EDITS_AT_ONCE)
        rig.delivery.open.set()
        await until(lambda: len(rig.delivery.edits) == len(jobs))
        await drained(deliverer)
    assert rig.delivery.most_at_once == EDITS_AT_ONCE


async def test_trouble_is_tried_again_with_growing_pauses(rig: Rig) -> None:
    rig.delivery.troubles.extend([TransientError("503"), TransientError("503"), RuntimeError("surprise")])
    await rig.keep(owing())
    async with delivering(rig) as deliverer:
        await until(lambda: rig.delivery.edits)
        await drained(deliverer)
    assert rig.clock.slept == [1, 2, 4, BETWEEN_EDITS_S]


async def test_a_picture_whose_row_was_deleted_by_hand_is_tried_no_more(rig: Rig) -> None:
    job = replace(a_job(S.SUCCEEDED), revision=2)
    rig.api.faults["download https://results.example/1-1"] = TransientError("503")
    async with delivering(rig) as deliverer:
        deliverer.notice(Change(before=job, after=job))
        await drained(deliverer)
    assert len(rig.api.called("download")) == 1


async def test_no_service_makes_a_card_wait_for_a_week(rig: Rig) -> None:
    rig.delivery.troubles.append(TransientError("429", retry_after_s=604_800))
    await rig.keep(owing())
    async with delivering(rig) as deliverer:
        await until(lambda: rig.delivery.edits)
        await drained(deliverer)
    assert rig.clock.slept == [LONGEST_WAIT_S, BETWEEN_EDITS_S]


async def test_what_was_written_unheard_is_learned_before_the_next_try(rig: Rig) -> None:
    rig.delivery.open.clear()
    rig.delivery.troubles.append(TransientError("503"))
    await rig.keep(owing())
    async with delivering(rig) as deliverer:
        await until(rig.delivery.entered.is_set)
        await rig.store.change("1", lambda job: replace(job, shown_revision=job.revision))
        rig.delivery.open.set()
        await drained(deliverer)
    assert rig.delivery.edits == []


async def test_one_message_in_trouble_holds_up_no_other(rig: Rig) -> None:
    rig.delivery.troubles.extend([TransientError("503"), None, None])
    await rig.keep(owing(1), owing(2))
    async with delivering(rig) as deliverer:
        await until(lambda: len(rig.delivery.edits) == 2)
        await drained(deliverer)
    assert {edit.job.id for edit in rig.delivery.edits} == {"1", "2"}


async def test_a_deleted_message_is_tried_once_and_never_again(rig: Rig) -> None:
    rig.delivery.troubles.append(MessageGoneError("deleted"))
    await rig.post(a_job(S.PLANNED, S.PLANNED))
    async with delivering(rig) as deliverer:
        await rig.finish("r-1")
        await until(lambda: rig.delivery.tries)
        await drained(deliverer)
        await rig.ledger.apply("1", CancelAsked(by=7, at=rig.clock()))
        await drained(deliverer)
    assert (rig.delivery.tries, rig.delivery.edits) == (1, [])
    assert await rig.states() == [S.SUCCEEDED, S.CANCELLED]


async def test_a_single_picture_is_shown_beside_its_write_in_one_edit(rig: Rig) -> None:
    await rig.post()
    async with delivering(rig, ahead=True) as deliverer:
        await rig.ledger.apply_picture("1", ready(rig, "r-1"))
        await drained(deliverer)
    assert len(rig.delivery.edits) == 1
    job = await rig.get()
    assert (job.state, job.card_owed) == (JobState.DONE, False)


async def test_an_edit_ahead_of_its_write_that_fails_is_made_again(rig: Rig) -> None:
    await rig.post()
    rig.delivery.troubles.append(TransientError("503"))
    async with delivering(rig, ahead=True) as deliverer:
        await rig.ledger.apply_picture("1", ready(rig, "r-1"))
        await drained(deliverer)
    assert len(rig.delivery.edits) == 1
    assert not (await rig.get()).card_owed


async def test_what_was_shown_ahead_is_shown_again_when_the_job_turned_out_otherwise(rig: Rig) -> None:
    await rig.post()
    async with delivering(rig, ahead=True) as deliverer:
        rig.delivery.open.clear()
        event = ready(rig, "r-1")
        await rig.ledger.apply_picture("1", event)
        await rig.ledger.apply("1", CancelAsked(by=7, at=rig.clock()))
        rig.delivery.open.set()
        await drained(deliverer)
    assert rig.delivery.last.job.cancelled_by == 7
    assert not (await rig.get()).card_owed


async def test_a_write_that_fails_keeps_nobody_from_the_message(rig: Rig) -> None:
    job = await rig.post()
    event = ready(rig, "r-1")

    async def write() -> Job | None:
        raise StoreUnavailableError("disk full")

    async with delivering(rig) as deliverer:
        assert deliverer.preview(job, event, write)
        assert not deliverer.preview(job, event, write)
        await drained(deliverer)
        assert deliverer.preview(job, event, write)
        await drained(deliverer)


async def test_a_message_that_is_given_up_is_not_tried_ahead_of_the_write(rig: Rig) -> None:
    await rig.post()
    await rig.ledger.apply("1", Replaced(place=Place.INBOX, token="interaction token"))
    async with delivering(rig, ahead=True) as deliverer:
        await rig.ledger.apply_picture("1", ready(rig, "r-1"))
        await drained(deliverer)
    assert rig.delivery.tries == 0
    assert (await rig.get()).state is JobState.DONE


async def test_an_event_that_comes_twice_during_its_preview_is_one_edit(rig: Rig) -> None:
    await rig.post()
    async with delivering(rig, ahead=True) as deliverer:
        event = ready(rig, "r-1")
        await asyncio.gather(rig.ledger.apply_picture("1", event), rig.ledger.apply_picture("1", event))
        await drained(deliverer)
    assert len(rig.delivery.edits) == 1


async def test_pictures_of_a_batch_are_never_shown_ahead(rig: Rig) -> None:
    await rig.post(a_job(S.PLANNED, S.PLANNED))
    rig.delivery.open.clear()
    async with delivering(rig, ahead=True) as deliverer:
        await rig.ledger.apply_picture("1", ready(rig, "r-1"))
        assert (await rig.get()).card_owed
        rig.delivery.open.set()
        await drained(deliverer)
    assert rig.delivery.last.files["1-1"].data == PNG
