"""The client against a real server on loopback: what goes out, what comes back, and what never leaves."""

import asyncio
import base64
import json
import traceback
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import aiohttp
import pytest
from aiohttp import web

from bot.core.json_value import Json
from bot.core.remote import INLINE, InlinePicture, QueuePost
from bot.errors import Cause, NotFoundError, OutcomeUnclearError, PermanentError, RemoteError, TransientError
from bot.oxen import client as module
from bot.oxen.client import OxenClient
from bot.oxen.wire import USER_AGENT, ImagePost, InlineImage, LinkedImage
from bot.ports import ImageApi
from tests.oxen.scripted_oxen import Answer, ScriptedOxen, cut_off, garble, hang_up

pytestmark = pytest.mark.e2e

KEY = "sk-very-secret"
QUEUED = {"generations": [{"generation_id": "g1", "status": "queued"}]}
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
S = int(SINCE.timestamp())
UNAUTHENTICATED = {"error": {"type": "unauthenticated", "title": "You must be authenticated."}, "status": "error"}


def post(**parameters: Json) -> QueuePost:
    return QueuePost(model="m", prompt="p", num_generations=1, parameters=parameters)


def sends(body: object, status: int = 200) -> web.Response:
    return web.json_response(body, status=status)


def rows(*rows: tuple[str, int], **fields: object) -> web.Response:
    listed = [{"generation_id": name, "status": "queued", "enqueued_at": S + at} for name, at in rows]
    return sends({"generations": listed, **fields})


@pytest.fixture
async def oxen() -> AsyncIterator[ScriptedOxen]:
    async with ScriptedOxen() as server:
        yield server


@pytest.fixture
async def elsewhere() -> AsyncIterator[ScriptedOxen]:
    async with ScriptedOxen() as server:
        yield server


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def client(session: aiohttp.ClientSession, oxen: ScriptedOxen) -> OxenClient:
    return OxenClient(session, base_url=oxen.url + "/", api_key=KEY)


def test_it_is_the_api_that_the_service_needs(client: OxenClient) -> None:
    api: ImageApi = client
    assert KEY not in repr(api)


async def test_a_post_carries_key_name_and_json(client: OxenClient, oxen: ScriptedOxen) -> None:
    oxen.answers("POST /api/ai/queue", sends(QUEUED))
    assert await client.enqueue(post(seed=7)) == ("g1",)
    asked = oxen.asked[0]
    assert (asked.key, asked.user_agent) == (f"Bearer {KEY}", USER_AGENT)
    assert json.loads(asked.body) == {"model": "m", "prompt": "p", "num_generations": 1, "seed": 7}


async def test_a_namespace_goes_into_every_call_that_takes_one(
    session: aiohttp.ClientSession, oxen: ScriptedOxen
) -> None:
    club = OxenClient(session, base_url=oxen.url, api_key=KEY, namespace="club")
    oxen.answers("POST /api/ai/queue", sends(QUEUED))
    oxen.answers("GET /api/ai/queue?namespace=club", rows())
    oxen.answers("GET /api/ai/generations?namespace=club&page=1&page_size=100", rows())
    await club.enqueue(post())
    await club.history(SINCE)
    assert json.loads(oxen.asked[0].body)["target_namespace"] == "club"


async def test_a_body_of_megabytes_is_sent_whole(client: OxenClient, oxen: ScriptedOxen) -> None:
    oxen.answers("POST /api/ai/queue", sends(QUEUED))
    inline = "data:image/png;base64," + "A" * 3_000_000
    await client.enqueue(post(input_image=[inline]))
    assert json.loads(oxen.asked[0].body)["input_image"] == [inline]


async def test_pictures_travel_in_the_body_without_ever_being_copied_whole(
    client: OxenClient, oxen: ScriptedOxen
) -> None:
    oxen.answers("POST /api/ai/queue", sends(QUEUED))
    sizes = (0, 1, 2, 3, 5_000_000)
    pictures = {f"{INLINE}{n}": InlinePicture(media_type="image/png", data=bytes(size)) for n, size in enumerate(sizes)}
    tricky = f'"\\u00001" {INLINE}1x'
    await client.enqueue(replace(post(input_image=list(pictures), text=tricky), inline=pictures))
    sent = json.loads(oxen.asked[0].body)
    assert (sent["text"], sent["prompt"]) == (tricky, "p")
    heads, bodies = zip(*(uri.split(",") for uri in sent["input_image"]), strict=True)
    assert set(heads) == {"data:image/png;base64"}
    assert [base64.b64decode(body, validate=True) for body in bodies] == [bytes(size) for size in sizes]


async def test_without_a_connection_nothing_was_sent(session: aiohttp.ClientSession) -> None:
    nobody = OxenClient(session, base_url="http://127.0.0.1:1/api", api_key=KEY)
    with pytest.raises(TransientError):
        await nobody.enqueue(post())
    with pytest.raises(TransientError):
        await nobody.get("g1")


async def test_a_post_that_is_never_answered_is_unclear_before_it_counts_as_not_arrived(
    session: aiohttp.ClientSession, oxen: ScriptedOxen
) -> None:
    oxen.answers("POST /api/ai/queue", oxen.silence)
    client = OxenClient(session, base_url=oxen.url, api_key=KEY, grace_s=0.1)
    async with asyncio.timeout(0.1):
        with pytest.raises(OutcomeUnclearError):
            await client.enqueue(post())


async def test_a_refused_key_is_said_and_not_decided(client: OxenClient, oxen: ScriptedOxen) -> None:
    oxen.answers("POST /api/ai/queue", sends(UNAUTHENTICATED, status=401))
    with pytest.raises(PermanentError) as caught:
        await client.enqueue(post())
    assert caught.value.cause is Cause.KEY_REFUSED


async def test_a_rate_limit_says_how_long(client: OxenClient, oxen: ScriptedOxen) -> None:
    date = {"Date": "Sat, 21 Nov 2026 01:00:00 GMT", "Retry-After": "Sat, 21 Nov 2026 01:00:09 GMT"}
    oxen.answers("POST /api/ai/queue", web.Response(status=429, headers=date))
    with pytest.raises(TransientError) as caught:
        await client.enqueue(post())
    assert caught.value.retry_after_s == 9.0


async def test_a_row_is_got_by_its_id(client: OxenClient, oxen: ScriptedOxen) -> None:
    oxen.answers("GET /api/ai/queue/g1", sends({"generation_id": "g1", "status": "queued"}), sends({}, status=404))
    assert (await client.get("g1")).remote_id == "g1"
    with pytest.raises(NotFoundError):
        await client.get("g1")


async def test_a_redirect_of_the_api_is_not_followed(
    client: OxenClient, oxen: ScriptedOxen, elsewhere: ScriptedOxen
) -> None:
    oxen.answers("GET /api/ai/queue", web.Response(status=307, headers={"Location": elsewhere.at("/api/ai/queue")}))
    with pytest.raises(TransientError):
        await client.list_open()
    assert elsewhere.asked == []


@pytest.mark.parametrize("status", [200, 404, 409])
async def test_a_cancel_that_comes_too_late_is_silent(client: OxenClient, oxen: ScriptedOxen, status: int) -> None:
    oxen.answers("DELETE /api/ai/queue/g1", sends({"status": "success"}, status=status))
    await client.cancel("g1")
    assert len(oxen.asked) == 1


async def test_a_cancel_that_did_not_arrive_is_said(client: OxenClient, oxen: ScriptedOxen) -> None:
    oxen.answers("DELETE /api/ai/queue/g1", sends({}, status=503))
    with pytest.raises(TransientError):
        await client.cancel("g1")


async def test_the_history_goes_back_to_the_moment_through_both_lists(client: OxenClient, oxen: ScriptedOxen) -> None:
    oxen.answers("GET /api/ai/queue", rows(("active", 9)))
    oxen.answers("GET /api/ai/generations?page=1&page_size=100", rows(("b", 5), ("a", 0), total_pages=3))
    oxen.answers("GET /api/ai/generations?page=2&page_size=100", rows(("old", -1), ("older", -2), total_pages=3))
    found = await client.history(SINCE)
    assert [row.remote_id for row in found] == ["active", "b", "a"]
    assert len(oxen.asked) == 3


async def test_a_page_that_is_too_large_is_asked_for_in_smaller_ones(
    client: OxenClient, oxen: ScriptedOxen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_REPLY_BYTES", 300)
    oxen.answers("GET /api/ai/queue", rows())
    oxen.answers("GET /api/ai/generations?page=1&page_size=100", rows(("a", 1), ("b", 0), pad="x" * 300))
    oxen.answers("GET /api/ai/generations?page=1&page_size=10", rows(("a", 1), pad="x" * 300))
    oxen.answers("GET /api/ai/generations?page=1&page_size=1", rows(("a", 1), total_pages=2))
    oxen.answers("GET /api/ai/generations?page=2&page_size=1", rows(("b", 0), total_pages=2))
    assert [row.remote_id for row in await client.history(SINCE)] == ["a", "b"]


@pytest.mark.parametrize("down", ["GET /api/ai/queue", "GET /api/ai/generations?page=2&page_size=100"])
async def test_half_a_search_is_no_search(client: OxenClient, oxen: ScriptedOxen, down: str) -> None:
    oxen.answers(down, sends({}, status=500))
    oxen.answers("GET /api/ai/queue", rows())
    oxen.answers("GET /api/ai/generations?page=1&page_size=100", rows(("a", 1), total_pages=2))
    with pytest.raises(TransientError):
        await client.history(SINCE)


async def test_models_that_the_list_leaves_out_are_fetched(client: OxenClient, oxen: ScriptedOxen) -> None:
    oxen.answers("GET /api/ai/models", sends({"data": [{"id": "listed"}]}))
    oxen.answers("GET /api/ai/models/left-out", sends({"id": "left-out"}))
    oxen.answers("GET /api/ai/models/gone", sends({"error": {"message": "Model not found: gone"}}, status=404))
    models = await client.models(["listed", "left-out", "gone", "left-out"])
    assert [model.id for model in models] == ["listed", "left-out"]
    assert len(oxen.asked) == 3


async def test_a_configured_model_that_cannot_be_asked_for_fails_the_load(
    client: OxenClient, oxen: ScriptedOxen
) -> None:
    oxen.answers("GET /api/ai/models", sends({"data": [{"id": "listed"}]}))
    with pytest.raises(TransientError):
        await client.models(["left-out"])


async def test_the_key_is_checked_by_a_call_that_needs_it(client: OxenClient, oxen: ScriptedOxen) -> None:
    route = "GET /api/ai/queue?media_type=video"
    oxen.answers(route, rows(), sends(UNAUTHENTICATED, status=401))
    assert await client.check_key()
    assert not await client.check_key()


@pytest.mark.parametrize("answer", [web.Response(text="<html>", status=403), web.Response(text="<html>"), hang_up])
async def test_a_proxys_page_says_nothing_about_the_key(client: OxenClient, oxen: ScriptedOxen, answer: Answer) -> None:
    oxen.answers("GET /api/ai/queue?media_type=video", answer, answer)
    with pytest.raises(TransientError):
        await client.check_key()


async def test_a_picture_is_made_while_one_waits(client: OxenClient, oxen: ScriptedOxen) -> None:
    oxen.answers("POST /api/ai/images/generate", sends({"images": [{"url": "https://x/1"}]}))
    oxen.answers("POST /api/ai/images/edit", sends({"images": [{"b64_json": "AAAA"}]}))
    image = ImagePost(model="m", prompt="p", parameters={})
    assert await client.generate(image) == LinkedImage(url="https://x/1")
    assert await client.edit(image) == InlineImage(data=b"\0\0\0")


@pytest.mark.parametrize("answer", [sends({"error": "busy"}, status=500), hang_up])
async def test_a_picture_whose_answer_is_lost_may_have_been_paid(
    client: OxenClient, oxen: ScriptedOxen, answer: Answer
) -> None:
    oxen.answers("POST /api/ai/images/generate", answer)
    with pytest.raises(OutcomeUnclearError):
        await client.generate(ImagePost(model="m", prompt="p", parameters={}))
    assert len(oxen.asked) == 1


async def test_no_error_shows_the_key_or_the_address(client: OxenClient, oxen: ScriptedOxen) -> None:
    link = oxen.at(f"/f?oxen_signature={KEY}")
    told = {"error": f"403 Client Error: Forbidden for url: {link} Bearer {KEY}"}
    oxen.answers("GET /api/ai/queue/g1", hang_up, hang_up, sends(told, status=400), cut_off(b"{", 9), garble)
    oxen.answers(f"GET /f?oxen_signature={KEY}", hang_up, hang_up, cut_off(b"x", 9), web.Response(status=410), garble)
    for _ in range(4):
        for call in (client.get("g1"), client.download(link)):
            with pytest.raises(RemoteError) as caught:
                await call
            shown = repr(caught.value) + "".join(traceback.format_exception(caught.value))
            assert KEY not in shown
            assert "/api/ai" not in shown
    assert len(oxen.asked) == 10  # aiohttp repeats a GET once where a kept connection was dropped
