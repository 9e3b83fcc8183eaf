"""Rows C1 to C11: around the paid POST; the intent comes first, Oxen's own lists before any second one."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web

from bot.core import words as sentences
from bot.core.job import GenerationState
from bot.core.job_events import Accepted
from bot.core.posts import groups
from bot.core.remote import QueuePost
from bot.errors import Cause, OutcomeUnclearError, PermanentError, RemoteIdTakenError, TransientError
from bot.oxen.client import OxenClient
from tests.core.jobs import NOW, REFERENCES, a_job, an_ask
from tests.failures.runs import (
    ACCEPTED,
    COMMIT,
    INTENT,
    ONE_PICTURE,
    POST,
    UNPAINTED_AND_UNPAID,
    Script,
    always,
    calls,
    came,
    killed,
    moments,
    story,
    troubled,
    words,
)
from tests.fakes import Fate
from tests.oxen.scripted_oxen import Answer, ScriptedOxen, cut_off, hang_up
from tests.service.rig import Rig
from tests.simulation.effects import Phase
from tests.simulation.faults import Fault, Place
from tests.simulation.oxen_api import ACCEPTED_TOO_LATE_S, RETRY_AFTER_S
from tests.simulation.schedule import Asks
from tests.simulation.shop import DEAR, SEEDED, SEEDLESS, UNPRICED
from tests.simulation.world import Report

S = GenerationState
HISTORY = "GET /generations"
ACCEPTED_AS_R_1 = Accepted(remote_ids={"2-1": "r-1"}, at=NOW)
DEAR_ONES = pytest.mark.parametrize("model", [DEAR.id, UNPRICED.id])


def asks(model: str, *, count: int = 1, with_reference: bool = False) -> Asks:
    return Asks(at_s=1.0, model=model, count=count, with_reference=with_reference)


def test_c1_killed_before_the_intent_the_next_process_takes_the_job_up() -> None:
    report = killed(Phase.BEFORE, COMMIT, INTENT)
    assert (came(report), len(calls(report, POST)), calls(report, HISTORY)) == (ONE_PICTURE, 1, [])


def test_c2_killed_between_intent_and_post_it_is_sent_once_oxen_s_lists_lack_it() -> None:
    report = killed(Phase.BEFORE, POST)
    assert came(report) == ONE_PICTURE
    assert calls(report, HISTORY)


@DEAR_ONES
def test_c2_what_is_dear_or_has_no_price_is_not_sent_again_and_the_person_told(model: str) -> None:
    report = killed(Phase.BEFORE, POST, of=story(asks(model)))
    assert (came(report), words(report)) == (UNPAINTED_AND_UNPAID, sentences.UNCLEAR_OUTCOME)


def test_c3_killed_inside_the_post_its_row_is_adopted_and_no_second_post_sent() -> None:
    report = killed(Phase.INSIDE, POST)
    assert (came(report), len(calls(report, POST))) == (ONE_PICTURE, 1)


async def test_c3_bodies_are_small_since_references_go_as_links(rig: Rig) -> None:
    await rig.post(a_job(ask=an_ask(references=2)))
    assert rig.api.posts[0].parameters["input_image"] == [each.url for each in REFERENCES[:2]]
    assert rig.references.reads == []


UNCLEAR: Mapping[str, Answer] = {
    "a reset": hang_up,
    "a break": cut_off(b'{"generations":[{"generation_id":"g1","st', 30),
    "a proxy's 502": web.Response(status=502, text="<html>502 Bad Gateway</html>"),
    "Oxen's own 500": web.json_response({"error": "busy"}, status=500),
    "half a row": web.Response(text='{"generations":[{"gener'),
    "nothing": web.Response(),
    "no row": web.json_response({"generations": []}),
    "a page": web.Response(text="<html>welcome</html>", content_type="text/html"),
    "a proxy's 403": web.Response(status=403, text="<html>403</html>", content_type="text/html"),
}


@pytest.mark.e2e
@pytest.mark.parametrize("answer", UNCLEAR)
async def test_c4_an_answer_that_cannot_be_read_is_unclear_and_nothing_sends_the_post_again(answer: str) -> None:
    async with ScriptedOxen() as oxen, aiohttp.ClientSession() as session:
        oxen.answers("GET /api/ai/queue", web.json_response({"generations": []}))
        oxen.answers("POST /api/ai/queue", UNCLEAR[answer])
        client = OxenClient(session, base_url=oxen.url, api_key="key")
        await client.list_open()  # so that the POST meets a connection which is open already
        with pytest.raises(OutcomeUnclearError):
            await client.enqueue(QueuePost(model="m", prompt="p", num_generations=1, parameters={}))
        assert [asked.method for asked in oxen.asked] == ["GET", "POST"]


@pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.RESET, Fault.LATE])
def test_c4_a_post_without_a_clear_answer_is_found_in_oxen_s_lists_and_paid_once(fault: Fault) -> None:
    report = troubled({(Place.ENQUEUE, 1): fault})
    assert (came(report), len(calls(report, POST))) == (ONE_PICTURE, 1)


def test_c4_a_post_that_never_arrived_is_sent_once_more_after_the_grace() -> None:
    report = troubled({(Place.ENQUEUE, 1): Fault.REQUEST_LOST})
    assert (came(report), len(calls(report, POST))) == (ONE_PICTURE, 2)


def test_c4_a_second_unclear_outcome_is_unknown_and_told() -> None:
    report = troubled(always(Place.ENQUEUE, Fault.REQUEST_LOST, times=9))
    assert (came(report), len(calls(report, POST))) == (UNPAINTED_AND_UNPAID, 2)
    assert words(report) == sentences.UNCLEAR_OUTCOME


def test_c4_rows_that_hide_what_they_were_made_from_make_it_unknown_and_nothing_is_paid_twice() -> None:
    report = troubled({(Place.ENQUEUE, 1): Fault.RESET}, of=replace(story(), echoes=False))
    assert came(report) == ({"not painted": 1}, 1)
    assert words(report) == sentences.UNCLEAR_OUTCOME


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.BUSY])
def test_c5_a_post_that_was_surely_not_taken_is_sent_again_without_a_search(fault: Fault) -> None:
    report = troubled(always(Place.ENQUEUE, fault, times=3))
    assert (came(report), len(calls(report, POST)), calls(report, HISTORY)) == (ONE_PICTURE, 4, [])


def test_c5_a_429_is_left_alone_as_long_as_it_says() -> None:
    first, second = moments(troubled({(Place.ENQUEUE, 1): Fault.BUSY}), POST)
    assert second - first >= RETRY_AFTER_S


def test_c5_a_lasting_refusal_is_told_and_nothing_is_sent_again() -> None:
    report = troubled({(Place.ENQUEUE, 1): Fault.REFUSED})
    assert (came(report), len(calls(report, POST))) == (UNPAINTED_AND_UNPAID, 1)
    assert words(report) == sentences.failure(Cause.SAFETY)


@pytest.mark.parametrize(("phase", "call", "nth"), [(Phase.AFTER, POST, 1), (Phase.BEFORE, COMMIT, ACCEPTED)])
def test_c6_killed_before_the_ids_were_written_down_they_are_adopted(phase: Phase, call: str, nth: int) -> None:
    report = killed(phase, call, nth)
    assert (came(report), len(calls(report, POST))) == (ONE_PICTURE, 1)


async def test_c6_a_remote_id_belongs_to_one_generation(rig: Rig) -> None:
    await rig.post(a_job())
    rig.api.fates.append(["r-1"])
    await rig.post(a_job(number=2))
    assert await rig.states("2") == [S.SUBMITTING]
    with pytest.raises(RemoteIdTakenError):
        await rig.ledger.apply("2", ACCEPTED_AS_R_1)


def test_c7_of_a_batch_what_oxen_took_is_adopted_and_only_the_rest_sent_again() -> None:
    report = troubled({(Place.ENQUEUE, 1): Fault.PARTIAL}, of=story(asks(SEEDLESS.id, count=3)))
    assert came(report) == ({"done": 1}, 3)
    assert [call.split(" x")[1][0] for call in calls(report, POST)] == ["3", "1"]


def test_c7_where_a_model_takes_seeds_each_picture_is_a_post_of_its_own() -> None:
    report = troubled({(Place.ENQUEUE, 2): Fault.RESET}, of=story(asks(SEEDED.id, count=3)))
    assert (came(report), len(calls(report, POST))) == (({"done": 1}, 3), 3)


@pytest.mark.parametrize("fault", [Fault.RESET, Fault.REQUEST_LOST])
def test_c8_without_a_complete_list_nothing_is_decided_however_long_it_takes(fault: Fault) -> None:
    blind: Script = {(Place.ENQUEUE, 1): fault, **always(Place.HISTORY, Fault.DOWN, times=4)}
    report = troubled(blind)
    assert came(report) == ONE_PICTURE
    names = [name for name in calls(report) if name.startswith((POST, HISTORY))]
    assert names[1:5] == [f"{HISTORY} (down)"] * 4


def accepted_after_the_grace(model: str) -> Report:
    """Run into the one thing that no client can rule out without a key for idempotent requests."""
    late = replace(story(asks(model)), calm_s=ACCEPTED_TOO_LATE_S + 10.0)
    return troubled({(Place.ENQUEUE, 1): Fault.TOO_LATE}, of=late)


@DEAR_ONES
def test_c9_a_dear_picture_that_is_accepted_after_the_grace_is_paid_once_and_still_delivered(model: str) -> None:
    report = accepted_after_the_grace(model)
    assert came(report) == ONE_PICTURE
    assert "it is not ordered twice" in sentences.UNCLEAR_OUTCOME
    assert "message 1 shows Unclear" in "\n".join(report.trace)


def test_c9_a_cheap_picture_that_is_accepted_after_the_grace_may_be_paid_twice() -> None:
    paid, orphaned = accepted_after_the_grace(SEEDED.id).violations
    assert paid.startswith("paid 2 times for 1")
    assert orphaned.endswith("no job has it")


async def test_c10_of_two_who_send_the_same_pictures_one_posts(rig: Rig) -> None:
    job = await rig.keep(a_job())
    (group,) = groups(job, free_slots=1)
    await asyncio.gather(*(rig.posting.send(job, group) for _ in range(2)))
    assert (len(rig.api.posts), await rig.states()) == (1, [S.QUEUED])


async def test_c10_of_two_who_send_once_more_one_posts(rig: Rig) -> None:
    rig.api.fates.append(Fate.REQUEST_LOST)
    job = await rig.post()
    rig.clock.advance(1)
    await asyncio.gather(*(rig.posting.resend(job, job.generations, "i-1") for _ in range(2)))
    assert len(rig.api.posts) == 2


@pytest.mark.parametrize("cause", [Cause.NO_CREDITS, Cause.MODEL_NOT_FOUND])
async def test_c11_what_the_account_does_not_allow_is_told_and_not_paid(rig: Rig, cause: Cause) -> None:
    rig.api.fates.append(PermanentError("402", status=402, cause=cause))
    await rig.post()
    await rig.delivering.deliver(await rig.get())
    assert rig.delivery.last.card.lines == (sentences.failure(cause),)


async def test_c11_a_revoked_key_keeps_the_jobs(rig: Rig) -> None:
    rig.key_is_refused = True
    rig.api.fates.append(PermanentError("401", status=401, cause=Cause.KEY_REFUSED))
    with pytest.raises(TransientError):
        await rig.post()
    assert [job.id for job in await rig.store.startable(9)] == ["1"]


def test_c11_a_proxy_s_401_ends_nothing() -> None:
    assert came(troubled({(Place.ENQUEUE, 1): Fault.PROXY_PAGE})) == ONE_PICTURE
