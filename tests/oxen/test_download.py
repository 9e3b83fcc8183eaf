"""Result files: fetched whole or not at all, and the key stays at home."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.errors import NotFoundError, PermanentError, RemoteError, TransientError
from bot.oxen import client as module
from bot.oxen.client import MAX_REDIRECTS, OxenClient
from bot.oxen.wire import USER_AGENT
from tests.oxen.scripted_oxen import Answer, ScriptedOxen, cut_off

pytestmark = pytest.mark.e2e

KEY = "Bearer sk-very-secret"
FILE = "/api/repos/me/playground/file/main/a.png?oxen_signature=a%2Fb%3D&oxen_expires=1"
GET_FILE = f"GET {FILE}"


def leads_to(url: str, status: int = 302) -> web.Response:
    return web.Response(status=status, headers={"Location": url})


@pytest.fixture
async def oxen() -> AsyncIterator[ScriptedOxen]:
    async with ScriptedOxen() as server:
        yield server


@pytest.fixture
async def elsewhere() -> AsyncIterator[ScriptedOxen]:
    async with ScriptedOxen() as server:
        yield server


@pytest.fixture
async def client(oxen: ScriptedOxen) -> AsyncIterator[OxenClient]:
    async with aiohttp.ClientSession() as session:
        yield OxenClient(session, base_url=oxen.url, api_key="sk-very-secret")


async def test_a_signed_link_is_asked_for_as_it_stands_and_without_the_key(
    client: OxenClient, oxen: ScriptedOxen
) -> None:
    oxen.answers(GET_FILE, web.Response(body=b"picture"))
    assert await client.download(oxen.at("") + FILE) == b"picture"
    (asked,) = oxen.asked
    assert (asked.key, asked.user_agent, asked.accept_encoding) == (None, USER_AGENT, "identity")


@pytest.mark.parametrize("status", [401, 403])
async def test_our_own_api_gets_the_key_when_it_asks(client: OxenClient, oxen: ScriptedOxen, status: int) -> None:
    oxen.answers(GET_FILE, web.Response(status=status), web.Response(body=b"picture"))
    assert await client.download(oxen.at("") + FILE) == b"picture"
    assert [asked.key for asked in oxen.asked] == [None, KEY]


async def test_the_key_is_offered_once(client: OxenClient, oxen: ScriptedOxen) -> None:
    oxen.answers(GET_FILE, web.Response(status=403), web.Response(status=401))
    with pytest.raises(NotFoundError):
        await client.download(oxen.at("") + FILE)
    assert [asked.key for asked in oxen.asked] == [None, KEY]


async def test_another_host_never_gets_the_key(client: OxenClient, elsewhere: ScriptedOxen) -> None:
    elsewhere.answers(GET_FILE, web.Response(status=401), web.Response(body=b"trap"))
    with pytest.raises(NotFoundError):
        await client.download(elsewhere.at("") + FILE)
    assert [asked.key for asked in elsewhere.asked] == [None]


async def test_a_redirect_to_another_host_drops_the_key_for_good(
    client: OxenClient, oxen: ScriptedOxen, elsewhere: ScriptedOxen
) -> None:
    oxen.answers(GET_FILE, web.Response(status=401), leads_to(elsewhere.at("/b")))
    elsewhere.answers("GET /b", leads_to(oxen.at("/c"), 307))
    oxen.answers("GET /c", web.Response(body=b"picture"))
    assert await client.download(oxen.at("") + FILE) == b"picture"
    assert [asked.key for asked in oxen.asked] == [None, KEY, None]
    assert [asked.key for asked in elsewhere.asked] == [None]


async def test_a_redirect_within_the_api_keeps_the_key(client: OxenClient, oxen: ScriptedOxen) -> None:
    oxen.answers(GET_FILE, web.Response(status=401), leads_to("/b?sig=%2B", 303))
    oxen.answers("GET /b?sig=%2B", web.Response(body=b"picture"))
    assert await client.download(oxen.at("") + FILE) == b"picture"
    assert [asked.key for asked in oxen.asked] == [None, KEY, KEY]


async def test_a_link_that_leads_in_circles_is_given_up(client: OxenClient, oxen: ScriptedOxen) -> None:
    oxen.answers(GET_FILE, *(leads_to(FILE) for _ in range(99)))
    with pytest.raises(PermanentError):
        await client.download(oxen.at("") + FILE)
    assert len(oxen.asked) == 1 + MAX_REDIRECTS


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (web.Response(status=403), NotFoundError),
        (web.Response(status=404), NotFoundError),
        (web.Response(status=410), NotFoundError),
        (web.Response(status=400), NotFoundError),
        (web.Response(status=426), PermanentError),
        (web.Response(status=429), TransientError),
        (web.Response(status=503), TransientError),
        (web.Response(status=302), TransientError),
        (leads_to("http://example.test/plain"), PermanentError),
        (leads_to("http://[oops"), PermanentError),
        (leads_to("ftp://example.test/a"), PermanentError),
    ],
)
async def test_what_cannot_be_fetched_says_whether_it_ever_will(
    client: OxenClient, elsewhere: ScriptedOxen, answer: Answer, kind: type[RemoteError]
) -> None:
    elsewhere.answers(GET_FILE, answer, answer)
    with pytest.raises(RemoteError) as caught:
        await client.download(elsewhere.at("") + FILE)
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    "url", ["", "x", "http://example.test/a", "data:image/png;base64,AA", "https://", "http://[", "file:///etc/passwd"]
)
async def test_a_link_that_is_no_https_link_is_not_opened(client: OxenClient, url: str) -> None:
    with pytest.raises(PermanentError):
        await client.download(url)


@pytest.mark.parametrize("url", ["https://127.0.0.1:1/a", "https://a..b/", "https://" + "a" * 70 + ".test/"])
async def test_a_host_that_cannot_be_reached_may_be_later(client: OxenClient, url: str) -> None:
    with pytest.raises(TransientError):
        await client.download(url)


async def test_plain_http_on_this_machine_is_only_for_an_api_that_is_on_it(oxen: ScriptedOxen) -> None:
    async with aiohttp.ClientSession() as session:
        client = OxenClient(session, base_url="https://hub.example.test/api", api_key="k")
        with pytest.raises(PermanentError):
            await client.download(oxen.at("/admin"))
    assert oxen.asked == []


async def test_a_file_over_the_cap_is_not_read_to_its_end(
    client: OxenClient, oxen: ScriptedOxen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_RESULT_BYTES", 2**20)
    oxen.answers("GET /a", cut_off(b"x" * (2**20 + 1), 2**30), web.Response(body=b"x" * 2**20))
    with pytest.raises(PermanentError):
        await client.download(oxen.at("/a"))
    assert len(await client.download(oxen.at("/a"))) == 2**20
