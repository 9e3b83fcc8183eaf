"""Attached pictures: only from the allowed hosts, only whole, only up to the limit."""

import traceback
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.errors import Cause, NotFoundError, PermanentError, RemoteError, TooLargeError, TransientError
from bot.ports import ReferenceReader
from bot.references import AttachmentReader
from tests.oxen.scripted_oxen import Answer, ScriptedOxen, cut_off, garble, hang_up

pytestmark = pytest.mark.e2e

LIMIT = 1000
LINK = "/attachments/1/2/a%20b.png?ex=1&is=2&hm=abc%2F"


@pytest.fixture
async def cdn() -> AsyncIterator[ScriptedOxen]:
    async with ScriptedOxen() as server:
        yield server


@pytest.fixture
async def reader() -> AsyncIterator[AttachmentReader]:
    async with aiohttp.ClientSession() as session:
        yield AttachmentReader(session, ["CDN.test", "127.0.0.1"], max_bytes=LIMIT)


async def test_a_picture_is_read_by_its_link_as_it_stands(reader: AttachmentReader, cdn: ScriptedOxen) -> None:
    port: ReferenceReader = reader
    cdn.answers(f"GET {LINK}", web.Response(body=b"x" * LIMIT))
    assert await port.read(cdn.at("") + LINK) == b"x" * LIMIT


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (web.Response(status=404), NotFoundError),
        (web.Response(status=403), NotFoundError),
        (web.Response(status=410), NotFoundError),
        (web.Response(status=302, headers={"Location": "http://127.0.0.1/"}), PermanentError),
        (web.Response(status=415), PermanentError),
        (web.Response(status=429), TransientError),
        (web.Response(status=502), TransientError),
        (cut_off(b"half", 4), TransientError),
        (hang_up, TransientError),
        (web.Response(body=b"x" * (LIMIT + 1)), TooLargeError),
        (garble, TransientError),
    ],
)
async def test_what_cannot_be_read_says_whether_it_ever_will(
    reader: AttachmentReader, cdn: ScriptedOxen, answer: Answer, kind: type[RemoteError]
) -> None:
    cdn.answers(f"GET {LINK}", answer, answer)
    with pytest.raises(RemoteError) as caught:
        await reader.read(cdn.at("") + LINK)
    assert type(caught.value) is kind
    assert "hm=" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.test/a.png",
        "https://cdn.test.elsewhere.test/a.png",
        "https://cdn.test@elsewhere.test/a.png",
        "https://someone@cdn.test/a.png",
        "https://elsewhere.test\\@cdn.test/a.png",
        "http://cdn.test/a.png",
        "ftp://cdn.test/a.png",
        "https://169.254.169.254/latest",
        "https://localhost/a.png",
        "https://cdn.test/a b.png",
        "https://cdn.test/ä.png",
        "https://cdn.test/a.png\r\nX-Evil: 1",
        "//cdn.test/a.png",
        "https://",
        "http://[",
        "",
    ],
)
async def test_a_link_to_anywhere_else_is_not_opened(reader: AttachmentReader, url: str) -> None:
    with pytest.raises(PermanentError) as caught:
        await reader.read(url)
    assert caught.value.cause is Cause.REFUSED_BY_US


async def test_a_host_is_allowed_in_any_case(cdn: ScriptedOxen) -> None:
    cdn.answers(f"GET {LINK}", web.Response(body=b"x"))
    async with aiohttp.ClientSession() as session:
        reader = AttachmentReader(session, ["LocalHost"], max_bytes=LIMIT)
        assert await reader.read(cdn.at("").replace("127.0.0.1", "LOCALHOST") + LINK) == b"x"
