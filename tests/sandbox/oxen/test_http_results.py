"""Finished pictures: links that run out, and files that are not what they should be."""

import io

import aiohttp
import pytest
from PIL import Image

from sandbox.oxen import BadFile, ExpireLink, FileFlaw
from tests.sandbox.oxen.client import PROMPT, Client

pytestmark = pytest.mark.e2e


async def finished_url(client: Client, **more: str) -> str:
    return str((await client.ended({**PROMPT, **more}))["result_url"])


@pytest.mark.parametrize(
    ("name", "content_type"), [("webp", "image/webp"), ("jpg", "image/jpeg"), ("png", "image/png")]
)
async def test_a_picture_has_the_format_and_shape_that_was_asked_for(
    client: Client, name: str, content_type: str
) -> None:
    url = await finished_url(client, output_format=name, aspect_ratio="3:4")
    reply = await client.call("GET", url, headers={})
    with Image.open(io.BytesIO(reply.body)) as image:
        assert (reply.content_type, image.size) == (content_type, (48, 64))


async def test_a_link_needs_no_key_but_its_signature(client: Client) -> None:
    url = await finished_url(client)
    assert (await client.call("GET", url, headers={})).status == 200
    assert (await client.call("GET", url.split("?")[0])).status == 403


async def test_a_link_runs_out_and_the_row_signs_a_new_one(client: Client) -> None:
    client.oxen.knobs.link_lifetime_s = -1
    row = await client.ended()
    assert (await client.call("GET", str(row["result_url"]))).status == 403
    client.oxen.knobs.link_lifetime_s = 60
    fresh = await client.row(str(row["generation_id"]))
    assert (await client.call("GET", str(fresh["result_url"]))).status == 200


async def test_one_link_can_be_made_to_run_out(client: Client) -> None:
    client.oxen.faults.add(ExpireLink(), after=1)
    row = await client.ended()
    assert (await client.call("GET", str(row["result_url"]))).status == 403


@pytest.mark.parametrize(("flaw", "content_type"), [(FileFlaw.HTML, "text/html"), (FileFlaw.EMPTY, "image/webp")])
async def test_a_file_can_be_a_page_or_nothing(client: Client, flaw: FileFlaw, content_type: str) -> None:
    url = await finished_url(client)
    client.oxen.faults.add(BadFile(flaw=flaw))
    reply = await client.call("GET", url)
    assert (reply.status, reply.content_type) == (200, content_type)
    assert reply.body.startswith(b"<!doctype") is (flaw is FileFlaw.HTML)


async def test_a_file_can_break_off(client: Client) -> None:
    url = await finished_url(client)
    client.oxen.faults.add(BadFile(flaw=FileFlaw.TRUNCATED))
    with pytest.raises(aiohttp.ClientPayloadError):
        await client.call("GET", url)


async def test_a_file_can_be_far_too_large_without_saying_so(client: Client) -> None:
    url = await finished_url(client)
    client.oxen.faults.add(BadFile(flaw=FileFlaw.HUGE, size_bytes=500_000))
    reply = await client.call("GET", url)
    assert len(reply.body) >= 500_000
    assert "Content-Length" not in reply.headers


@pytest.mark.parametrize("path", ["/ai/images/generate", "/ai/images/edit"])
async def test_a_synchronous_picture_is_there_at_once(client: Client, path: str) -> None:
    reply = await client.call("POST", path, json=PROMPT)
    assert (reply.status, reply.json["model"]) == (200, "flux-2-dev")
    url = str(reply.rows("images")[0]["url"])
    assert (await client.call("GET", url, headers={})).content_type == "image/webp"


async def test_a_synchronous_picture_can_come_inline(client: Client) -> None:
    reply = await client.call("POST", "/ai/images/generate", json={**PROMPT, "response_format": "b64_json"})
    assert list(reply.rows("images")[0]) == ["b64_json"]


async def test_a_synchronous_failure_is_an_error_in_the_models_words(client: Client) -> None:
    reply = await client.call("POST", "/ai/images/generate", json={**PROMPT, "nonsense": 1})
    assert reply.status == 422
    assert "422 - Value error, nonsense: Extra inputs are not permitted" in str(reply.json["error"])


async def test_a_synchronous_picture_is_in_the_history_and_not_in_the_queue(client: Client) -> None:
    await client.call("POST", "/ai/images/generate", json={**PROMPT, "target_namespace": "sandbox-team"})
    assert (await client.call("GET", "/ai/generations?namespace=sandbox-team")).json["total_entries"] == 1
    assert not (await client.call("GET", "/ai/queue?status=succeeded&namespace=sandbox-team")).rows()
