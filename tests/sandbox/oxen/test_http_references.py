"""References: fetched by the service itself, when the generation runs."""

import base64
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.painter import paint
from tests.sandbox.oxen.client import Client

pytestmark = pytest.mark.e2e

PICTURE = paint(prompt="reference", seed=1, width_px=32, height_px=64)
DATA_URI = "data:image/png;base64," + base64.b64encode(PICTURE).decode()


@pytest.fixture
async def pictures() -> AsyncIterator[str]:
    """Serve one picture, one refusal, one page and one redirect; give the address."""

    async def serve(request: web.Request) -> web.Response:
        match request.path:
            case "/picture":
                return web.Response(body=PICTURE, content_type="image/png")
            case "/page":
                return web.Response(text="<html></html>", content_type="text/html")
            case "/elsewhere":
                return web.Response(status=302, headers={"Location": "https://sandbox.invalid/"})
            case "/cut":
                return web.Response(body=PICTURE[: len(PICTURE) // 2], content_type="image/png")
            case "/broken":
                return web.Response(body=b"no picture", content_type="image/png")
            case _:
                return web.Response(status=403)

    app = web.Application()
    app.router.add_get("/{name}", serve)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


async def test_a_picture_is_fetched_and_gives_the_shape(client: Client, pictures: str) -> None:
    row = await client.ended(input_image=[f"{pictures}/picture"], aspect_ratio="match_input_image")
    assert row["status"] == "succeeded"


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("refused", "403 Client Error: Forbidden for url: "),
        ("page", "422 - Value error, cannot identify image file"),
        ("broken", "422 - Value error, cannot identify image file"),
        ("cut", "422 - Value error, cannot identify image file"),
        ("elsewhere", "302 Redirect Error: Found for url: "),
    ],
)
async def test_a_picture_that_cannot_be_fetched_fails_the_generation(
    client: Client, pictures: str, name: str, complaint: str
) -> None:
    row = await client.ended(input_image=[f"{pictures}/{name}"])
    assert row["status"] == "failed"
    assert complaint in str(row["error_message"])


@pytest.mark.parametrize("url", ["https://sandbox.invalid/a.png", "file:///etc/hosts", "no url", "http://10.0.0.1/a"])
async def test_nothing_beyond_this_machine_is_asked(client: Client, url: str) -> None:
    row = await client.ended(input_image=[url])
    assert f"403 Client Error: Forbidden for url: {url}" in str(row["error_message"])


async def test_a_server_that_is_not_there_fails_the_generation(client: Client) -> None:
    row = await client.ended(input_image=["http://127.0.0.1:1/a.png"])
    assert "could not reach url" in str(row["error_message"])


async def test_a_picture_may_come_inline(client: Client) -> None:
    assert (await client.ended(input_image=[DATA_URI]))["status"] == "succeeded"


async def test_a_model_may_refuse_inline_pictures(client: Client) -> None:
    row = await client.ended(model="sandbox-links-only", input_image=[DATA_URI])
    assert "500 Internal Server Error" in str(row["error_message"])


async def test_all_models_can_be_made_to_refuse_inline_pictures(client: Client) -> None:
    client.oxen.knobs.accepts_data_uris = False
    assert (await client.ended(input_image=[DATA_URI]))["status"] == "failed"


@pytest.mark.parametrize("uri", ["data:image/png;base64,???", "data:text/plain;base64,AAAA", "data:image/png;base64,"])
async def test_an_inline_picture_must_be_one(client: Client, uri: str) -> None:
    row = await client.ended(input_image=[uri])
    assert "cannot identify image file" in str(row["error_message"])


async def test_an_upscaler_needs_a_picture_and_no_prompt(client: Client) -> None:
    assert (await client.ended({"model": "sandbox-upscaler"}))["status"] == "failed"
    assert (await client.ended({"model": "sandbox-upscaler", "input_image": DATA_URI}))["status"] == "succeeded"


async def test_a_default_picture_is_painted_in_unless_an_empty_list_is_sent(client: Client) -> None:
    with_default = await client.ended(model="sandbox-default-picture", seed=1)
    without = await client.ended(model="sandbox-default-picture", seed=1, input_image=[])
    pages = [await client.call("GET", str(row["result_url"])) for row in (with_default, without)]
    assert pages[0].body != pages[1].body
