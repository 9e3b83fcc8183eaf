"""Rows E1 to E3: between Oxen's word that a picture is ready and its bytes; never a second POST."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web

from bot.core import words as sentences
from bot.core.card import Tone
from bot.core.job import Generation, GenerationState, Job, JobState
from bot.core.remote import QueuePost
from bot.errors import Cause, TooLargeError, TransientError
from bot.oxen.client import OxenClient
from bot.service.results import TRIES, LinkOnlyError, UnreadableResultError
from tests.core.jobs import a_generation, a_job
from tests.failures.runs import DOWNLOAD, ONE_PICTURE, POST, always, calls, came, killed, troubled, words
from tests.fakes import PNG, WEBP
from tests.oxen.scripted_oxen import Answer, ScriptedOxen, cut_off, hang_up
from tests.service.rig import Rig, as_it_is
from tests.simulation.effects import Phase
from tests.simulation.faults import Fault, Place

LINK = "https://results.example/1-1"
DONE = replace(a_job(GenerationState.SUCCEEDED), revision=2)
PAID_AND_TOLD = ({"not painted": 1}, 1)
CUT_SHORT: Mapping[str, Answer] = {
    "with a length": cut_off(PNG[:40], 29),
    "without an answer": hang_up,
    "a part": web.Response(status=206, body=PNG[:40]),
}
UNREADABLE = sentences.failure(Cause.RESULT_UNREADABLE)


def ready(rig: Rig, *served: bytes | Exception) -> Generation:
    """Give a finished generation, and what its link gives at each try; the last stays."""
    rig.api.take(QueuePost(model="flux-2-dev", prompt="a red cube", num_generations=1, parameters={}))
    rig.api.succeed("r-1", url=LINK)
    rig.api.files[LINK] = list(served)
    return replace(a_generation(GenerationState.SUCCEEDED), remote_id="r-1", url=LINK)


@pytest.mark.parametrize("phase", Phase)
def test_e1_killed_while_downloading_the_picture_is_downloaded_again(phase: Phase) -> None:
    report = killed(phase, DOWNLOAD)
    assert (came(report), len(calls(report, POST))) == (ONE_PICTURE, 1)


def test_e2_a_link_that_has_died_is_replaced_by_asking_for_the_row() -> None:
    report = troubled({(Place.DOWNLOAD, 1): Fault.DEAD_LINK})
    assert came(report) == ONE_PICTURE
    names = [name for name in calls(report) if name.startswith((DOWNLOAD, "GET /queue/"))]
    assert names == [f"{DOWNLOAD}.oxen.test/r1?oxen_signature=1 (dead link)", "GET /queue/r1", *names[2:]]
    assert names[2].endswith("oxen_signature=2")


def test_e2_where_every_link_is_dead_the_person_is_told_and_nothing_is_sent_again() -> None:
    report = troubled(always(Place.DOWNLOAD, Fault.DEAD_LINK, times=99))
    assert (came(report), words(report)) == (PAID_AND_TOLD, UNREADABLE)


@pytest.mark.parametrize("junk", [b"", b"<html>502 Bad Gateway</html>", b'{"error": "gone"}'])
async def test_e3_what_is_no_picture_is_fetched_again_and_then_told(rig: Rig, junk: bytes) -> None:
    assert (await rig.results.fetch(ready(rig, junk, junk, PNG), as_it_is, covered=False)).data == PNG
    with pytest.raises(UnreadableResultError, match="bytes of something else"):
        await rig.results.fetch(ready(rig, junk), as_it_is, covered=False)
    assert len(rig.api.called("download")) == 2 * TRIES


def test_e3_what_stays_no_picture_is_told_and_nothing_is_sent_again() -> None:
    report = troubled(always(Place.DOWNLOAD, Fault.GARBAGE, times=99))
    assert (came(report), words(report), len(calls(report, POST))) == (PAID_AND_TOLD, UNREADABLE, 1)


@pytest.mark.e2e
@pytest.mark.parametrize("answer", CUT_SHORT)
async def test_e3_a_download_that_is_cut_short_may_work_later(answer: str) -> None:
    async with ScriptedOxen() as oxen, aiohttp.ClientSession() as session:
        oxen.answers("GET /file", CUT_SHORT[answer])
        with pytest.raises(TransientError):
            await OxenClient(session, base_url=oxen.url, api_key="key").download(oxen.at("/file"))


@pytest.mark.parametrize("whole", [PNG, WEBP])
async def test_e3_half_a_picture_is_fetched_again(rig: Rig, whole: bytes) -> None:
    assert (await rig.results.fetch(ready(rig, whole[:-4], whole), as_it_is, covered=False)).data == whole


async def test_e3_what_stays_half_a_picture_is_shown_as_it_is(rig: Rig) -> None:
    assert (await rig.results.fetch(ready(rig, PNG[:-4]), as_it_is, covered=False)).data == PNG[:-4]


async def test_e3_a_file_over_the_cap_is_told(rig: Rig) -> None:
    with pytest.raises(LinkOnlyError, match="larger"):
        await rig.results.fetch(ready(rig, TooLargeError("larger than 64 MiB")), as_it_is, covered=False)
    assert len(rig.api.called("download")) == 2


async def delivered(rig: Rig) -> Job:
    """Try to deliver, as often as the deliverer would, and give the job as it is then."""
    with suppress(TransientError):
        await rig.delivering.deliver(await rig.get())
    return await rig.get()


async def test_e2_a_link_that_does_not_answer_is_told_soon_and_its_picture_still_comes(rig: Rig) -> None:
    await rig.keep(DONE)
    rig.api.files[LINK] = [TransientError("503")]
    await delivered(rig)
    assert rig.delivery.edits == []
    rig.clock.advance(60)
    for _ in range(9):
        assert (await delivered(rig)).card_owed
    (edit,) = rig.delivery.edits
    assert (edit.card.tone, edit.card.lines) == (Tone.PAINTING, (sentences.ON_ITS_WAY,))
    rig.api.files[LINK] = [PNG]
    assert not (await delivered(rig)).card_owed
    assert rig.delivery.last.files["1-1"].data == PNG


async def test_e2_a_link_that_does_not_answer_for_a_day_ends_in_a_sentence(rig: Rig) -> None:
    await rig.keep(DONE)
    rig.api.files[LINK] = [TransientError("503")]
    await delivered(rig)
    rig.clock.advance(25 * 3600)
    assert (await delivered(rig)).state is JobState.NOT_PAINTED
    assert not (await delivered(rig)).card_owed
    assert rig.delivery.last.card.lines == (sentences.failure(Cause.RESULT_NOT_FETCHED),)
