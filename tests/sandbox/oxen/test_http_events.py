"""The event stream over a real connection."""

import aiohttp
import pytest

from sandbox.oxen import EventFirst, Fail, Refuse, Stick, html_page
from sandbox.oxen.jsontext import as_object, read
from tests.sandbox.oxen.client import PROMPT, Client, next_event

pytestmark = pytest.mark.e2e


async def test_an_end_is_told_to_whoever_listens(client: Client) -> None:
    async with client.stream() as stream:
        generation_id = await client.enqueue()
        name, data = await next_event(stream)
    event = as_object(read(data)) or {}
    assert (name, event["generation_id"], event["status"]) == ("media_generation_completed", generation_id, "succeeded")
    assert (await client.call("GET", str(event["url"]), headers={})).content_type == "image/webp"


async def test_nothing_is_told_again(client: Client) -> None:
    await client.ended()
    async with client.stream() as stream:
        generation_id = await client.enqueue()
        _, data = await next_event(stream)
    assert generation_id in data.decode()


async def test_a_cancel_is_told_to_nobody(client: Client) -> None:
    client.oxen.faults.add(Stick())
    async with client.stream() as stream:
        await client.call("DELETE", f"/ai/queue/{await client.enqueue()}")
        generation_id = await client.enqueue()
        _, data = await next_event(stream)
    assert generation_id in data.decode()


async def test_a_noisy_stream_begins_with_something_else(client: Client) -> None:
    client.oxen.knobs.noisy_stream = True
    async with client.stream() as stream:
        assert (await next_event(stream))[0] == "deployment_updated"


async def test_an_idle_stream_is_kept_alive(client: Client) -> None:
    client.oxen.knobs.keep_alive_s = 0.01
    async with client.stream() as stream:
        assert await stream.readuntil(b"\n\n") == b": keep-alive\n\n"


async def test_an_event_may_come_before_the_answer(client: Client) -> None:
    client.oxen.faults.add(EventFirst())
    await client.enqueue()
    assert client.oxen.streams.events_sent == 1


async def test_a_stream_can_be_broken_off(client: Client) -> None:
    async with client.stream() as stream:
        client.oxen.drop_streams()
        with pytest.raises(aiohttp.ClientPayloadError):
            await stream.read()
    assert client.oxen.streams.open_now == 0


async def test_a_listener_who_leaves_is_counted_out(client: Client) -> None:
    async with client.stream():
        assert client.oxen.streams.open_now == 1
    await client.oxen.wait_for(lambda: client.oxen.streams.open_now == 0)
    assert client.oxen.streams.opened_ever == 1


async def test_a_frozen_stream_is_open_and_silent(client: Client) -> None:
    client.oxen.knobs.keep_alive_s = 0.01
    async with client.stream() as stream:
        client.oxen.freeze_streams()
        await client.ended()
        assert not stream.read_nowait()
        assert client.oxen.streams.open_now == 1


async def test_a_stream_can_be_a_web_page(client: Client) -> None:
    client.oxen.faults.add(Refuse(route="GET /events", answer=html_page()))
    reply = await client.call("GET", "/events")
    assert (reply.status, reply.content_type) == (200, "text/html")


async def test_a_failure_is_told_with_its_reason(client: Client) -> None:
    client.oxen.faults.add(Fail(error_message="Insufficient credits"))
    async with client.stream() as stream:
        await client.call("POST", "/ai/queue", json=PROMPT)
        _, data = await next_event(stream)
    assert b'"error":"Insufficient credits"' in data
    assert b"model" not in data
