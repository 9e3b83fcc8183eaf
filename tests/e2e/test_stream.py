"""The event stream is a hint: whatever it loses, doubles or garbles, each job ends once and in its own message."""

import pytest

from sandbox.oxen import (
    EventFirst,
    GarbleEvent,
    HugeEvent,
    Refuse,
    RepeatEvent,
    html_page,
    server_error,
)
from tests.e2e.town import Town

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

CHARGE = "GET /ai/generations/{generation_id}"
STREAM = "GET /events"


async def test_an_event_before_the_answer_of_its_post_is_kept_for_it(town: Town) -> None:
    town.oxen.faults.add(EventFirst())
    message = await town.paint("too early")
    assert town.pictures(message) == town.served
    assert town.requests == ["POST /ai/queue", "GET /repos/{path}"]


async def test_an_event_that_comes_twice_is_shown_once(town: Town) -> None:
    town.oxen.faults.add(RepeatEvent(copies=5))
    await town.paint("said five times")
    await town.paint("another, so that all five were heard")
    assert town.call_names().count("PATCH {message_id}") == 2
    assert town.requests.count("GET /repos/{path}") == 2


async def test_events_of_strangers_and_of_other_kinds_change_nothing(town: Town) -> None:
    for _ in range(3):
        town.oxen.announcer.announce_stranger()
        town.oxen.announcer.announce_deployment()
    await town.paint("among strangers")
    assert town.call_names() == ["POST callback", "PATCH {message_id}"]


async def test_an_event_of_5_mb_is_read(town: Town) -> None:
    town.oxen.faults.add(HugeEvent())
    message = await town.paint("a fat event")
    assert town.pictures(message) == town.served


async def test_what_no_event_told_is_found_at_the_next_connection(town: Town) -> None:
    town.oxen.faults.add(GarbleEvent())
    asked = [town.ask("its event is garbled"), town.ask("silent-test two"), town.ask("silent-test unsafe-test three")]
    await town.oxen.wait_for(lambda: len(town.generations) == 3 and all(g.status.is_terminal for g in town.generations))
    for each in asked:
        await town.shows(each, "**Painting**")
    town.oxen.drop_streams()
    assert [await town.done(each) for each in asked[:2]]
    await town.shows(asked[2], "**Failed**")
    assert len(town.orders) == 3


async def test_a_stream_that_is_dropped_is_opened_again_at_once(town: Town) -> None:
    before = town.oxen.streams.opened_ever
    town.oxen.drop_streams()
    await town.oxen.wait_for(lambda: town.oxen.streams.opened_ever == before + 1, timeout_s=2)
    await town.bot.says("stream dropped")
    message = await town.paint("after the drop")
    assert town.pictures(message) == town.served


async def test_a_job_that_ends_while_nobody_listens_is_found_afterwards(town: Town) -> None:
    before = town.oxen.streams.opened_ever
    for answer in (server_error(503), html_page(), server_error(500)):
        town.oxen.faults.add(Refuse(route=STREAM, answer=answer))
    town.oxen.drop_streams()
    asked = town.ask("in the gap")
    message = await town.done(asked, timeout_s=15)
    assert town.pictures(message) == town.served
    await town.oxen.wait_for(lambda: town.oxen.streams.opened_ever == before + 1, timeout_s=15)
    assert town.requests.count(STREAM) == 4


async def test_nothing_open_means_that_nothing_is_asked_after_a_connection(town: Town) -> None:
    before = town.oxen.streams.opened_ever
    town.oxen.drop_streams()
    await town.oxen.wait_for(lambda: town.oxen.streams.opened_ever == before + 1)
    await town.paint("the only one")
    # What an earlier test's pictures were charged may be looked up meanwhile; that asks for nothing that is open.
    assert set(town.requests) - {CHARGE} == {STREAM, "POST /ai/queue", "GET /repos/{path}"}
