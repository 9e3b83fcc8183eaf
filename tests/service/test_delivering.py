"""One delivery of one card: what is fetched, what is shown, and where it goes when the message is no more."""

from dataclasses import replace

import pytest

from bot.core import words
from bot.core.card import Tone, Verb
from bot.core.job import Attachment, GenerationState, Job, JobState, Place
from bot.core.job_events import CancelAsked, TokenRenewed
from bot.core.placement import SMALLER
from bot.errors import (
    Cause,
    FileTooLargeError,
    MessageGoneError,
    MessageUnreachableError,
    NotFoundError,
    TokenDeadError,
    TransientError,
)
from bot.service.delivering import NEW_BYTES_PER_EDIT
from tests.core.jobs import MIB, a_generation, a_job
from tests.fakes import PNG, WEBP
from tests.service.rig import Rig

S = GenerationState
DONE = replace(a_job(S.SUCCEEDED), revision=2)
TWO = replace(a_job(S.SUCCEEDED, S.SUCCEEDED), revision=2)
LINK, OTHER_LINK = (f"https://results.example/1-{n}" for n in (1, 2))
GONE = MessageGoneError("deleted")


def of_size(size_bytes: int) -> bytes:
    return PNG.ljust(size_bytes, b"\0")


async def deliver(rig: Rig, job: Job = DONE) -> Job:
    return await rig.delivering.deliver(await rig.keep(job))


async def test_a_finished_picture_lands_in_one_edit(rig: Rig) -> None:
    job = await deliver(rig)
    (edit,) = rig.delivery.edits
    assert edit.files["1-1"].data == PNG
    assert (edit.card.tone, [p.filename for p in edit.card.pictures]) == (Tone.DONE, ["1-1.png"])
    assert not job.card_owed
    assert job.generations[0].attachment == Attachment(id=100, filename="1-1.png")


async def test_a_card_that_is_not_owed_is_not_shown(rig: Rig) -> None:
    await deliver(rig, a_job(S.SUCCEEDED))
    assert rig.delivery.edits == []


@pytest.mark.parametrize("trouble", [None, GONE, MessageUnreachableError("no way in")])
async def test_a_job_whose_row_was_deleted_owes_no_card_any_more(rig: Rig, trouble: Exception | None) -> None:
    rig.delivery.troubles.extend([trouble] if trouble else [])
    assert not (await rig.delivering.deliver(DONE)).card_owed


async def test_a_picture_that_lies_on_the_message_is_kept_and_not_sent_again(rig: Rig) -> None:
    placed = replace(a_generation(S.SUCCEEDED), attachment=Attachment(id=5, filename="1-1.png"))
    await deliver(rig, replace(TWO, generations=(placed, TWO.generations[1])))
    assert list(rig.delivery.last.files) == ["1-2"]
    assert [p.filename for p in rig.delivery.last.card.pictures] == ["1-1.png", "1-2.png"]


async def test_a_failure_is_owed_and_shown_as_much_as_a_picture(rig: Rig) -> None:
    job = await deliver(rig, replace(a_job(S.FAILED), revision=2))
    assert rig.delivery.last.card.tone is Tone.FAILED
    assert not job.card_owed


async def test_what_is_no_picture_becomes_a_sentence_on_the_card(rig: Rig) -> None:
    rig.api.files[LINK] = [b"<html>"]
    rig.api.faults["get r-1-1"] = NotFoundError("gone")
    job = await deliver(rig)
    assert (job.state, job.generations[0].cause) == (JobState.NOT_PAINTED, Cause.RESULT_UNREADABLE)
    assert rig.delivery.last.card.lines == (words.failure(Cause.RESULT_UNREADABLE),)


async def test_one_bad_picture_takes_no_other_with_it(rig: Rig) -> None:
    rig.api.files[LINK] = [b""]
    rig.api.faults["get r-1-1"] = NotFoundError("gone")
    job = await deliver(rig, TWO)
    assert job.state is JobState.PARTLY_DONE
    assert list(rig.delivery.last.files) == ["1-2"]


async def test_a_picture_that_is_slow_to_come_does_not_hold_back_the_other(rig: Rig) -> None:
    rig.api.files[LINK] = [TransientError("503"), PNG]
    job = await deliver(rig, TWO)
    assert list(rig.delivery.last.files) == ["1-2"]
    assert job.card_owed
    job = await rig.delivering.deliver(job)
    assert list(rig.delivery.last.files) == ["1-1"]
    assert not job.card_owed


async def test_without_anything_new_nothing_is_shown_and_the_card_stays_owed(rig: Rig) -> None:
    rig.api.files[LINK] = [TransientError("503")]
    with pytest.raises(TransientError):
        await deliver(rig)
    assert rig.delivery.edits == []
    assert (await rig.get()).card_owed


async def test_a_trouble_of_discord_s_leaves_the_card_owed(rig: Rig) -> None:
    rig.delivery.troubles.append(TransientError("503"))
    with pytest.raises(TransientError):
        await deliver(rig)
    assert (await rig.get()).card_owed


async def test_a_file_over_the_interaction_s_limit_is_made_smaller_and_the_card_says_so(rig: Rig) -> None:
    rig.api.files[LINK] = [of_size(101)]
    await deliver(rig, replace(DONE, size_limit_bytes=100))
    assert rig.delivery.last.files["1-1"].data == WEBP
    assert rig.delivery.last.card.lines == (words.MADE_SMALLER,)


async def test_later_cards_still_say_that_a_picture_was_made_smaller(rig: Rig) -> None:
    placed = replace(a_generation(S.SUCCEEDED), attachment=Attachment(id=5, filename=f"1-1{SMALLER}.webp"))
    await deliver(rig, replace(TWO, generations=(placed, TWO.generations[1])))
    assert words.MADE_SMALLER in rig.delivery.last.card.lines


async def test_a_file_that_fits_exactly_is_sent_as_oxen_made_it(rig: Rig) -> None:
    rig.api.files[LINK] = [of_size(100)]
    await deliver(rig, replace(DONE, size_limit_bytes=100))
    assert rig.delivery.last.files["1-1"].data == of_size(100)


async def test_a_lower_limit_of_discord_s_is_met_too(rig: Rig) -> None:
    rig.api.files[LINK] = [of_size(101)]
    rig.delivery.limit_bytes = 100
    await deliver(rig)
    assert rig.shrinker.limits == [100]
    assert words.MADE_SMALLER in rig.delivery.last.card.lines


async def test_a_file_that_cannot_be_made_small_enough_becomes_a_sentence(rig: Rig) -> None:
    rig.api.files[LINK] = [of_size(101)]
    rig.shrinker.smallest_bytes = 101
    job = await deliver(rig, replace(DONE, size_limit_bytes=100))
    assert job.generations[0].cause is Cause.RESULT_TOO_LARGE
    assert job.state is JobState.DONE
    assert rig.delivery.last.card.lines == (words.failure(Cause.RESULT_TOO_LARGE), f"[Open it there](<{LINK}>)")


async def test_a_file_that_discord_refuses_in_every_form_does_not_try_for_ever(rig: Rig) -> None:
    rig.api.files[LINK] = [of_size(101)]
    rig.shrinker.smallest_bytes = 101
    rig.delivery.limit_bytes = 100
    job = await deliver(rig)
    assert (job.state, job.card_owed) == (JobState.DONE, True)
    assert not (await rig.delivering.deliver(job)).card_owed


async def test_more_than_one_request_holds_goes_in_two_edits(rig: Rig) -> None:
    rig.api.files[LINK] = rig.api.files[OTHER_LINK] = [of_size(NEW_BYTES_PER_EDIT // 2 + 1)]
    job = await deliver(rig, replace(TWO, size_limit_bytes=25 * MIB))
    assert list(rig.delivery.last.files) == ["1-1"]
    assert job.card_owed
    job = await rig.delivering.deliver(job)
    assert list(rig.delivery.last.files) == ["1-2"]
    assert [p.filename for p in rig.delivery.last.card.pictures] == ["1-1.png", "1-2.png"]
    assert not job.card_owed


async def test_what_fits_one_request_goes_in_one_edit(rig: Rig) -> None:
    rig.api.files[LINK] = rig.api.files[OTHER_LINK] = [of_size(NEW_BYTES_PER_EDIT // 2)]
    assert not (await deliver(rig, replace(TWO, size_limit_bytes=25 * MIB))).card_owed


async def test_a_dead_token_is_forgotten_and_the_card_shown_without_it(rig: Rig) -> None:
    rig.delivery.troubles.append(TokenDeadError("401"))
    job = await deliver(rig)
    assert (rig.delivery.last.job.token, job.token, job.card_owed) == (None, None, False)
    assert len(rig.api.called("download")) == 1


async def test_a_dead_token_is_forgotten_even_when_the_bot_s_own_way_fails_then(rig: Rig) -> None:
    rig.delivery.troubles.extend([TokenDeadError("401"), TransientError("503")])
    with pytest.raises(TransientError):
        await deliver(rig)
    assert (await rig.get()).token is None


async def test_after_a_dead_token_the_server_s_limit_is_met(rig: Rig) -> None:
    rig.api.files[LINK] = [of_size(101)]
    rig.delivery.troubles.extend([TokenDeadError("401"), FileTooLargeError(100)])
    await deliver(rig)
    assert rig.delivery.last.job.token is None
    assert rig.delivery.last.files["1-1"].data == WEBP


async def test_a_private_answer_out_of_time_goes_to_the_inbox(rig: Rig) -> None:
    rig.delivery.troubles.extend([TokenDeadError("401"), MessageUnreachableError("private")])
    job = await deliver(rig)
    assert (job.place, job.card_owed, job.state) == (Place.INBOX, False, JobState.DONE)


async def test_a_token_renewed_meanwhile_keeps_the_job_on_its_message(rig: Rig) -> None:
    job = await rig.keep(DONE)
    renewed = TokenRenewed(message_id=77, token="fresh", token_expires_at=job.token_expires_at, size_limit_bytes=10**9)
    await rig.ledger.apply("1", renewed)
    rig.delivery.troubles.extend([TokenDeadError("401"), MessageUnreachableError("private")])
    job = await rig.delivering.deliver(job)
    assert (job.place, job.token, job.card_owed) == (Place.MESSAGE, "fresh", True)
    assert not (await rig.delivering.deliver(job)).card_owed


async def test_a_card_that_asks_for_a_token_waits_for_no_picture(rig: Rig) -> None:
    rig.api.files[LINK] = [TransientError("503")]
    with pytest.raises(TransientError):
        await deliver(rig, replace(DONE, renewal_offered=True))
    assert Verb.RENEW in rig.delivery.last.card.verbs
    assert (await rig.get()).card_owed


async def test_a_message_out_of_reach_lets_the_rest_be_painted(rig: Rig) -> None:
    rig.delivery.troubles.append(MessageUnreachableError("left server"))
    job = await deliver(rig, replace(a_job(S.SUCCEEDED, S.QUEUED), revision=2))
    assert (job.place, job.generations[1].state) == (Place.INBOX, S.QUEUED)


async def test_a_deleted_message_is_never_posted_again_and_the_rest_is_cancelled(rig: Rig) -> None:
    rig.delivery.troubles.append(GONE)
    job = await deliver(rig, replace(a_job(S.SUCCEEDED, S.PLANNED), revision=2))
    assert (job.place, job.card_owed) == (Place.INBOX, False)
    assert [g.state for g in job.generations] == [S.SUCCEEDED, S.CANCELLED]
    await rig.delivering.deliver(job)
    assert rig.delivery.tries == 1


async def test_a_deleted_message_s_generation_is_cancelled_at_oxen(rig: Rig) -> None:
    posted = await rig.post(replace(a_job(), revision=2))
    rig.delivery.troubles.append(GONE)
    await rig.delivering.deliver(posted)
    assert rig.api.called("cancel") == ["cancel r-1"]
    assert (await rig.get()).state is JobState.CANCELLED


async def test_a_change_that_came_meanwhile_keeps_the_card_owed(rig: Rig) -> None:
    stale = await rig.keep(replace(a_job(S.QUEUED), revision=2))
    await rig.ledger.apply("1", CancelAsked(by=7, at=rig.clock()))
    job = await rig.delivering.deliver(stale)
    assert job.card_owed


async def test_the_card_says_how_long_the_model_usually_takes(rig: Rig) -> None:
    await rig.keep(a_job(S.SUCCEEDED, number=5), replace(a_job(S.QUEUED), revision=2))
    await rig.delivering.deliver(await rig.get())
    assert rig.delivery.last.card.lines[0].endswith("usually about 12 s")


async def test_a_preview_shows_the_picture_and_says_what_to_record(rig: Rig) -> None:
    events = await rig.delivering.preview(await rig.keep(DONE))
    assert len(events) == 1
    assert not (await rig.delivering.record(DONE, events)).card_owed


async def test_a_preview_that_meets_trouble_leaves_it_to_the_delivery(rig: Rig) -> None:
    job = await rig.keep(DONE)
    rig.delivery.troubles.append(GONE)
    assert await rig.delivering.preview(job) == []
    assert (await rig.get()).place is Place.MESSAGE
