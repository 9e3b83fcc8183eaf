import asyncio
from dataclasses import replace

import pytest

from bot.core.events import Failed, Succeeded
from bot.core.job import GenerationState, JobState
from bot.core.job_events import CancelAsked
from bot.core.posts import groups
from bot.errors import Cause, NotFoundError, OutcomeUnclearError, PermanentError, TransientError
from tests.core.jobs import REFERENCES, SEEDLESS, a_generation, a_job, an_ask
from tests.fakes import PNG, Fate
from tests.service.rig import Rig, until

S = GenerationState
FOUR = (S.PLANNED,) * 4
INLINE = replace(
    a_job(ask=an_ask(references=2)), generations=(replace(a_generation(S.PLANNED), inline=True, attempt=2),)
)


async def test_an_accepted_post_leaves_remote_ids_and_one_intent(rig: Rig) -> None:
    job = await rig.post(a_job(*FOUR, plan=SEEDLESS))
    assert [g.remote_id for g in job.generations] == ["r-1", "r-2", "r-3", "r-4"]
    assert {g.intent_id for g in job.generations} == {"i-1"}
    assert rig.api.posts[0].num_generations == 4


async def test_each_seed_goes_out_in_a_post_of_its_own(rig: Rig) -> None:
    await rig.post(a_job(*FOUR))
    assert [post.parameters["seed"] for post in rig.api.posts] == [1234, 1235, 1236, 1237]


async def test_the_intent_is_committed_before_the_post_leaves(rig: Rig) -> None:
    rig.api.open.clear()
    job = await rig.keep(a_job())
    sending = asyncio.create_task(rig.posting.send(job, job.generations))
    await until(lambda: rig.api.posts)
    assert await rig.states() == [S.SUBMITTING]
    assert rig.posting.in_flight("i-1")
    rig.api.open.set()
    await sending
    assert not rig.posting.in_flight("i-1")


async def test_a_job_that_was_cancelled_meanwhile_is_not_posted(rig: Rig) -> None:
    job = await rig.keep(a_job())
    await rig.ledger.apply("1", CancelAsked(by=7, at=rig.clock()))
    await rig.posting.send(job, job.generations)
    assert rig.api.posts == []


async def test_a_post_that_was_not_taken_is_planned_again(rig: Rig) -> None:
    rig.api.fates.append(TransientError("busy", status=429, retry_after_s=9))
    with pytest.raises(TransientError):
        await rig.post()
    assert await rig.states() == [S.PLANNED]


async def test_a_lasting_refusal_ends_the_generation_with_its_cause(rig: Rig) -> None:
    rig.api.fates.append(PermanentError("no such model", cause=Cause.MODEL_NOT_FOUND))
    job = await rig.post()
    assert job.state is JobState.NOT_PAINTED
    assert job.generations[0].cause is Cause.MODEL_NOT_FOUND


async def test_an_unclear_outcome_is_left_to_the_search(rig: Rig) -> None:
    rig.api.fates.append(OutcomeUnclearError("timeout"))
    await rig.post()
    assert await rig.states() == [S.SUBMITTING]
    assert len(rig.api.posts) == 1


REFUSED = PermanentError("no", status=403, cause=Cause.KEY_REFUSED)


async def test_while_the_key_is_refused_the_job_waits(rig: Rig) -> None:
    rig.key_is_refused = True
    rig.api.fates.append(REFUSED)
    with pytest.raises(TransientError):
        await rig.post()
    assert await rig.states() == [S.PLANNED]


async def test_a_proxy_s_401_makes_the_job_wait_and_nothing_more(rig: Rig) -> None:
    rig.api.fates.append(PermanentError("no", status=401, cause=Cause.KEY_REFUSED))
    with pytest.raises(TransientError):
        await rig.post()
    assert await rig.states() == [S.PLANNED]


async def test_fewer_ids_than_asked_for_leave_the_rest_to_the_search(rig: Rig) -> None:
    rig.api.fates.append(["r-1"])
    await rig.post(a_job(S.PLANNED, S.PLANNED, plan=SEEDLESS))
    assert await rig.states() == [S.QUEUED, S.SUBMITTING]


async def test_more_ids_than_asked_for_harm_nobody(rig: Rig) -> None:
    rig.api.fates.append(["r-1", "r-2"])
    assert (await rig.post()).generations[0].remote_id == "r-1"


async def test_an_id_that_another_job_owns_means_search_again(rig: Rig) -> None:
    rig.api.fates.extend([["r-1"], ["r-1"]])
    await rig.post(a_job(number=1))
    await rig.post(a_job(number=2))
    assert await rig.states("2") == [S.SUBMITTING]


async def test_an_event_that_came_before_the_answer_settles_it(rig: Rig) -> None:
    rig.api.fates.append(["r-1"])
    await rig.settlement.hear(Succeeded(remote_id="r-1", url="https://results.example/1"))
    job = await rig.post()
    assert job.state is JobState.DONE


async def test_a_failure_that_came_before_the_answer_settles_it(rig: Rig) -> None:
    await rig.settlement.hear(Failed(remote_id="r-1", cause=Cause.SAFETY, text="no"))
    assert (await rig.post()).state is JobState.NOT_PAINTED


async def test_who_cancels_while_the_post_is_in_the_air_is_cancelled_at_oxen(rig: Rig) -> None:
    rig.api.open.clear()
    job = await rig.keep(a_job())
    sending = asyncio.create_task(rig.posting.send(job, job.generations))
    await until(lambda: rig.api.posts)
    await rig.cancellation.cancel("1", 7)
    rig.api.open.set()
    await sending
    assert rig.api.called("cancel") == ["cancel r-1"]
    assert (await rig.get()).state is JobState.CANCELLED


async def test_references_go_as_links_in_the_person_s_order(rig: Rig) -> None:
    await rig.post(a_job(ask=an_ask(references=3)))
    assert rig.api.posts[0].parameters["input_image"] == [reference.url for reference in REFERENCES[:3]]
    assert rig.references.reads == []


async def test_an_inline_try_carries_the_bytes(rig: Rig) -> None:
    await rig.post(INLINE)
    post = rig.api.posts[0]
    assert post.parameters["input_image"] == list(post.inline)
    assert [(p.media_type, p.data) for p in post.inline.values()] == [("image/png", PNG)] * 2


async def test_an_inline_try_whose_reference_is_gone_is_refused_before_it_is_paid(rig: Rig) -> None:
    rig.references.files[REFERENCES[1].url] = NotFoundError("gone")
    job = await rig.post(INLINE)
    assert job.refusal is not None
    assert "Picture 2" in job.refusal
    assert rig.api.posts == []


async def test_what_is_resent_keeps_its_intent(rig: Rig) -> None:
    rig.api.fates.append(Fate.REQUEST_LOST)
    job = await rig.post()
    rig.clock.advance(1)
    await rig.posting.resend(job, job.generations, "i-1")
    again = (await rig.get()).generations[0]
    assert (again.intent_id, again.sends, again.remote_id) == ("i-1", 2, "r-1")
    assert again.sent_at != again.intended_at


async def test_nothing_is_resent_once_its_answer_is_known(rig: Rig) -> None:
    job = await rig.post()
    rig.clock.advance(1)
    await rig.posting.resend(job, job.generations, "i-1")
    assert len(rig.api.posts) == 1


async def test_a_seedless_job_of_four_posts_only_what_there_is_room_for(rig: Rig) -> None:
    job = await rig.keep(a_job(*FOUR, plan=SEEDLESS))
    (group,) = groups(job, free_slots=3)
    await rig.posting.send(job, group)
    assert await rig.states() == [S.QUEUED, S.QUEUED, S.QUEUED, S.PLANNED]
