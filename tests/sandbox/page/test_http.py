"""The page's addresses over real sockets: who is let in, what is refused and how, what the feed sends."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import aiohttp
import pytest

from sandbox.discord import LocalDiscord, Upload
from sandbox.discord.jsontypes import Json, JsonObject
from sandbox.page import Backstage, PageServer
from sandbox.page.server import STATIC

pytestmark = pytest.mark.e2e


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    text: str
    headers: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Calls the page as a browser or as somebody worse."""

    page: PageServer
    session: aiohttp.ClientSession
    backstage: Backstage

    @property
    def discord(self) -> LocalDiscord:
        return self.backstage.discord

    async def call(self, method: str, path: str, *, json: Json = None, headers: dict[str, str] | None = None) -> Reply:
        url = self.page.url.rstrip("/") + path
        async with self.session.request(method, url, json=json, headers=headers) as response:
            return Reply(status=response.status, text=await response.text(), headers=dict(response.headers))

    async def post(self, name: str, json: JsonObject) -> Reply:
        return await self.call("POST", f"/api/{name}", json=json)


@pytest.fixture
async def caller(backstage: Backstage) -> AsyncGenerator[Caller]:
    async with backstage.oxen, PageServer(backstage) as page, aiohttp.ClientSession() as session:
        yield Caller(page=page, session=session, backstage=backstage)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:{port}"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_stranger_is_sent_away(caller: Caller, headers: dict[str, str]) -> None:
    sent = {name: value.replace("{port}", str(caller.page.port)) for name, value in headers.items()}
    for method, path in (("GET", "/api/state"), ("POST", "/api/faults/plug"), ("GET", "/api/changes")):
        assert (await caller.call(method, path, headers=sent)).status in (403, 421)


async def test_the_page_itself_is_let_in_by_both_names(caller: Caller) -> None:
    for name in ("127.0.0.1", "localhost"):
        headers = {"Host": f"{name}:{caller.page.port}", "Origin": f"http://{name}:{caller.page.port}"}
        assert (await caller.call("GET", "/api/state", headers=headers)).status == 200


async def test_every_answer_forbids_what_the_page_does_not_need(caller: Caller) -> None:
    for path in ("/", "/static/js/main.js", "/api/state", "/nothing-here"):
        headers = (await caller.call("GET", path)).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
        assert headers["X-Content-Type-Options"] == "nosniff"


async def test_a_file_that_is_a_web_page_cannot_act_as_ours(caller: Caller) -> None:
    scene = caller.discord.scene
    upload = Upload(filename="x.html", data=b"<script>alert(1)</script>")
    file = caller.discord.people.say(scene.robin, scene.team, "", [upload]).contents.attachments[0]
    reply = await caller.call("GET", f"/files/{file.id}/x.html")
    assert reply.status == 200
    assert reply.headers["Content-Security-Policy"].endswith("sandbox")


@pytest.mark.parametrize(
    ("name", "json", "status", "told"),
    [
        ("command", {"channel": "7", "name": "imagine"}, 404, "This channel is gone."),
        ("command", {"channel": 7, "name": "imagine"}, 400, "'channel' must be text."),
        ("command", {"channel": "{team}", "name": "imagine"}, 422, "The option 'prompt' is required."),
        ("command", {"channel": "{team}", "name": "paint"}, 422, "There is no command 'paint'"),
        ("command", {"as": "mallory", "channel": "{team}", "name": "imagine"}, 404, "There is no such person here."),
        ("command", {"channel": "{team}", "name": "imagine", "options": {"prompt": None}}, 400, "must be text"),
        ("autocomplete", {"channel": "{team}", "name": "imagine", "option": "prompt", "value": ""}, 422, "complete"),
        ("press", {"message": "7", "custom_id": "x"}, 404, "This message is gone."),
        ("submit", {"interaction": "7"}, 404, "This window belongs to a sandbox that is over."),
        ("say", {"channel": "{team}", "content": ""}, 422, "Discord would not take this"),
        ("faults/nonsense", {"channel": "{team}"}, 404, "There is no such trouble."),
        ("faults/plug", {"channel": "{team}"}, 409, "The bot is not running."),
    ],
)  # fmt: skip
async def test_what_cannot_be_done_is_told_in_a_sentence(
    caller: Caller, name: str, json: JsonObject, status: int, told: str
) -> None:
    team = str(caller.discord.scene.team.id)
    reply = await caller.post(name, {key: team if value == "{team}" else value for key, value in json.items()})
    assert (reply.status, told in reply.text) == (status, True), reply.text


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"\xff"])
async def test_what_is_no_json_object_is_refused(caller: Caller, body: bytes) -> None:
    url = f"{caller.page.url}api/say"
    async with caller.session.post(url, data=body, headers={"Content-Type": "application/json"}) as response:
        assert response.status == 400


async def test_files_travel_beside_the_request(caller: Caller) -> None:
    form = aiohttp.FormData()
    form.add_field("request", f'{{"as":"sam","channel":"{caller.discord.scene.team.id}","content":"two"}}')
    for name in ("a.txt", "b.txt"):
        form.add_field("file", name.encode(), filename=name)
    async with caller.session.post(f"{caller.page.url}api/say", data=form) as response:
        assert response.status == 200
    (message,) = caller.discord.messages(caller.discord.scene.team)
    assert [(file.filename, file.data) for file in message.contents.attachments] == [
        ("a.txt", b"a.txt"),
        ("b.txt", b"b.txt"),
    ]


async def test_the_feed_sends_everything_and_then_what_changes(caller: Caller) -> None:
    async with caller.session.get(f"{caller.page.url}api/changes?as=sam") as response:
        assert (await response.content.readline()) == b"event: state\n"
        await response.content.readuntil(b"\n\n")
        caller.discord.people.say(caller.discord.scene.robin, caller.discord.scene.team, "hello")
        assert (await response.content.readline()) == b"event: message\n"
        assert b'"content":"hello"' in await response.content.readline()


async def test_a_taken_port_is_left_to_whoever_has_it(caller: Caller) -> None:
    async with PageServer(caller.backstage, port=caller.page.port) as second:
        assert second.port > caller.page.port


async def test_the_page_is_small(caller: Caller) -> None:
    static = [path for path in STATIC.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in static) <= 150_000
    assert (await caller.call("GET", "/static/../server.py")).status == 404
