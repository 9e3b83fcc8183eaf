import asyncio
from dataclasses import replace

import pytest

from bot.core.job import Generation, GenerationState
from bot.core.remote import QueuePost
from bot.errors import NotFoundError, PermanentError, TransientError
from bot.service.results import PREFETCHED, UnreadableResultError
from tests.core.jobs import a_generation
from tests.fakes import PNG, WEBP
from tests.service.rig import Rig, as_it_is

LINK = "https://results.example/1-1"
FRESH = "https://results.example/fresh"


def ready(rig: Rig) -> Generation:
    """Give a finished generation whose row holds a fresh link."""
    generation = replace(a_generation(GenerationState.SUCCEEDED), remote_id="r-1", url=LINK)
    rig.api.take(QueuePost(model="flux-2-dev", prompt="a red cube", num_generations=1, parameters={}))
    rig.api.succeed("r-1", url=FRESH)
    return generation


@pytest.mark.parametrize(("data", "name"), [(PNG, "1-1.png"), (WEBP, "1-1.webp")])
async def test_a_file_is_named_after_its_generation_and_its_content(rig: Rig, data: bytes, name: str) -> None:
    rig.api.files[LINK] = [data]
    file = await rig.results.fetch(ready(rig), as_it_is, covered=False)
    assert (file.filename, file.data) == (name, data)


async def test_what_is_no_picture_at_first_may_be_one_later(rig: Rig) -> None:
    rig.api.files[LINK] = rig.api.files[FRESH] = [b"", b"", PNG]
    rig.api.faults["get r-1"] = NotFoundError("gone")
    assert (await rig.results.fetch(ready(rig), as_it_is, covered=False)).data == PNG


async def test_a_passing_trouble_is_handed_on(rig: Rig) -> None:
    rig.api.files[LINK] = [TransientError("503")]
    with pytest.raises(TransientError):
        await rig.results.fetch(ready(rig), as_it_is, covered=False)


async def test_a_row_that_cannot_be_read_does_not_keep_the_person_waiting_for_ever(rig: Rig) -> None:
    rig.api.files[LINK] = [NotFoundError("expired")]
    rig.api.faults["get r-1"] = PermanentError("no JSON")
    with pytest.raises(UnreadableResultError, match="dead"):
        await rig.results.fetch(ready(rig), as_it_is, covered=False)


async def test_a_result_without_link_and_without_remote_id_is_unreadable(rig: Rig) -> None:
    with pytest.raises(UnreadableResultError):
        await rig.results.fetch(
            replace(a_generation(GenerationState.SUCCEEDED), remote_id=None, url=None), as_it_is, covered=False
        )


async def test_what_was_prefetched_is_not_downloaded_again(rig: Rig) -> None:
    rig.results.prefetch("r-1", LINK)
    rig.results.prefetch("r-1", LINK)
    await rig.results.fetch(ready(rig), as_it_is, covered=False)
    assert rig.api.calls == [f"download {LINK}"]


async def test_a_prefetch_that_failed_is_met_again_and_then_downloaded(rig: Rig) -> None:
    rig.api.files[LINK] = [TransientError("503"), PNG]
    rig.results.prefetch("r-1", LINK)
    with pytest.raises(TransientError):
        await rig.results.fetch(ready(rig), as_it_is, covered=False)
    assert (await rig.results.fetch(ready(rig), as_it_is, covered=False)).data == PNG


async def test_prefetches_are_bounded(rig: Rig) -> None:
    for number in range(PREFETCHED + 5):
        rig.results.prefetch(f"r-{number}", LINK)
    await asyncio.sleep(0)
    assert len(rig.api.called("download")) == PREFETCHED
