import io
from dataclasses import replace

import pytest
from PIL import Image

from bot.core.job import Job, JobState
from bot.errors import (
    Cause,
    NotFoundError,
    PermanentError,
    ReferenceUnreadError,
    TooLargeError,
    TransientError,
)
from bot.service.preparation import TRIES
from tests.core.jobs import PLAN, REFERENCES, a_job, an_ask
from tests.service.rig import Rig

UNCHECKED = replace(a_job(ask=an_ask(references=2)), checked=False, plan=None)
SECOND = REFERENCES[1].url


def whole_png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (3, 2)).save(out, "PNG")
    return out.getvalue()


async def prepare(rig: Rig, job: Job = UNCHECKED, *, tries: int = TRIES - 1) -> Job:
    """Prepare a job, at the last of its tries if nothing else is said."""
    rig.references.picture = whole_png()
    await rig.preparation.prepare(await rig.keep(job), tries=tries)
    return await rig.get()


async def test_a_job_whose_references_are_good_gets_its_plan(rig: Rig) -> None:
    job = await prepare(rig)
    assert (job.state, job.plan is not None, job.generations[0].seed) == (JobState.WAITING, True, 42)
    assert rig.references.reads == [reference.url for reference in REFERENCES[:2]]


async def test_a_plan_that_was_made_at_the_command_is_kept(rig: Rig) -> None:
    rig.catalogue.at_hand = None
    assert (await prepare(rig, replace(UNCHECKED, plan=PLAN))).plan == PLAN
    assert rig.catalogue.loads == 0


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (b"just words", "Picture 2 is a text file"),
        (whole_png()[:45], "Picture 2 is cut off"),
        (NotFoundError("404"), "Picture 2 can no longer be read"),
        (PermanentError("foreign", cause=Cause.REFUSED_BY_US), "Picture 2 does not come from Discord"),
        (TooLargeError("larger"), "Picture 2 is larger than the 10 MB limit"),
        (PermanentError("415", status=415), "Picture 2 could not be fetched from Discord"),
        (TransientError("503"), "Picture 2 could not be fetched from Discord"),
    ],
)
async def test_a_reference_that_cannot_be_used_is_told_on_the_card(
    rig: Rig, found: bytes | Exception, words: str
) -> None:
    rig.references.files[SECOND] = found
    job = await prepare(rig)
    assert (job.state, job.card_owed) == (JobState.NOT_PAINTED, True)
    assert job.refusal is not None
    assert job.refusal.startswith(words)


async def test_a_reference_that_cannot_be_read_just_now_is_left_for_a_later_try(rig: Rig) -> None:
    rig.references.files[SECOND] = TransientError("503")
    with pytest.raises(ReferenceUnreadError):
        await prepare(rig, tries=TRIES - 2)
    assert (await rig.get()).state is JobState.ACKED


async def test_what_the_catalogue_rules_out_is_told_on_the_card(rig: Rig) -> None:
    job = await prepare(rig, replace(UNCHECKED, ask=replace(UNCHECKED.ask, model="no such model")))
    assert job.refusal is not None
    assert "no such model" in job.refusal


async def test_without_a_catalogue_the_job_is_left_for_later(rig: Rig) -> None:
    rig.catalogue.at_hand = None
    with pytest.raises(TransientError):
        await prepare(rig)
    assert (await rig.get()).state is JobState.ACKED
