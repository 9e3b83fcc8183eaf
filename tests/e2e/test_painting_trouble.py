"""What goes wrong while Oxen paints or hands the picture over: told in words, or mended without anybody noticing."""

import asyncio

import aiohttp
import pytest

from sandbox.discord.components import ComponentType, walk
from sandbox.oxen import BadFile, ExpireLink, Fail, FileFlaw, OddResult, Refuse, too_many_requests
from tests.core.test_file_kind import SVG
from tests.e2e.files import picture
from tests.e2e.town import Town

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

QUEUE = "POST /ai/queue"
LINK_REFUSED = "Getting model response error: 403 Client Error: Forbidden for url: https://example.org/x.png"


@pytest.mark.parametrize(
    ("prompt", "told"),
    [
        ("unsafe-test, please", "The safety filter refused this request. Nothing was charged as far as we know."),
        ("fail-test, please", "The model could not make this picture."),
        ("broke-test, please", "out of credits"),
        ("credits-test, please", "out of credits"),
    ],
)
async def test_a_failure_is_told_in_words_with_what_to_do(town: Town, prompt: str, told: str) -> None:
    message = await town.shows(town.ask(prompt), "**Failed**")
    words = town.discord.text(message)
    assert told in words
    assert "DataInspectionFailed" not in words
    assert prompt not in words
    again = [] if "safety" in told else ["Again"]
    assert [button.label for button in town.discord.buttons(message)] == [*again, "Info", "Delete"]


async def test_one_failed_picture_of_two_leaves_the_other(town: Town) -> None:
    town.oxen.faults.add(Fail(error_message="Getting model response error: 500 Internal Server Error"))
    message = await town.paint("a pair", count=2)
    assert "1 of 2 ready. The model could not make this picture." in town.discord.text(message).replace("\n", " ")
    assert town.pictures(message) == town.served
    assert len(town.served) == 1


async def test_a_file_that_is_no_picture_is_not_shown_however_often_it_is_fetched(town: Town) -> None:
    asked = [town.ask("html-test one"), town.ask("empty-test two")]
    for each in asked:
        message = await town.shows(each, "**Failed**")
        assert "the file it returned is not a picture" in town.discord.text(message)
        assert town.pictures(message) == []
    assert town.requests.count("GET /repos/{path}") == 6


async def test_a_download_that_went_wrong_once_is_made_again(town: Town) -> None:
    for flaw in (FileFlaw.HTML, FileFlaw.EMPTY, FileFlaw.TRUNCATED):
        town.oxen.faults.add(BadFile(flaw=flaw))
    # The link of the fourth has died: Oxen signs it anew.
    town.oxen.faults.add(ExpireLink(), after=3)
    messages = await asyncio.gather(*(town.paint(f"fetched twice, {number}") for number in range(4)))
    assert sorted(picture for message in messages for picture in town.pictures(message)) == sorted(town.served)
    assert (len(town.orders), len(town.served)) == (4, 4)


async def test_an_order_that_is_not_taken_is_sent_again_when_oxen_asks_for_it(town: Town) -> None:
    town.oxen.faults.add(Refuse(route=QUEUE, answer=too_many_requests(retry_after_s=1)))
    message = await town.paint("patience")
    assert (len(town.orders), len(town.generations)) == (2, 1)
    assert town.pictures(message) == town.served


async def test_references_go_inline_once_oxen_could_not_fetch_them(town: Town) -> None:
    town.oxen.faults.add(Fail(error_message=LINK_REFUSED))
    message = await town.paint("with a reference", pictures=[picture()])
    first, second = town.orders
    assert str(first["input_image"]).startswith("['http://127.0.0.1")
    assert str(second["input_image"]).startswith("['data:image/png;base64,")
    assert first["seed"] == second["seed"]
    assert len(town.pictures(message)) == 1


async def test_references_that_oxen_cannot_read_at_all_are_told_after_the_second_try(town: Town) -> None:
    town.oxen.faults.add(Fail(error_message=LINK_REFUSED), times=2)
    message = await town.shows(town.ask("still unreadable", pictures=[picture()]), "**Failed**")
    assert "Oxen could not fetch a picture that you attached" in town.discord.text(message)
    assert len(town.orders) == 2


async def test_a_drawing_reaches_its_person_as_a_file(town: Town) -> None:
    town.oxen.faults.add(OddResult(data=SVG, extension="svg", content_type="image/svg+xml"))
    message = await town.paint("a drawing")
    (file,) = message.contents.attachments
    assert (file.filename.endswith(".svg"), file.data) == (True, SVG)
    kinds = [component["type"] for component in walk([*message.contents.components])]
    assert (ComponentType.FILE in kinds, ComponentType.MEDIA_GALLERY in kinds) == (True, False)
    assert "Discord shows no SVG files" in town.discord.text(message)


async def test_what_no_message_holds_is_handed_over_by_a_link_that_opens(town: Town) -> None:
    town.oxen.faults.add(OddResult(data=b"\0\1\2", extension="bin", content_type="application/octet-stream"))
    message = await town.shows(town.ask("unheard of"), "Open it there")
    _, _, rest = town.discord.text(message).partition("](<")
    async with aiohttp.ClientSession() as browser, browser.get(rest.partition(">)")[0]) as opened:
        assert await opened.read() == b"\0\1\2"
    assert len(town.orders) == 1
