"""The synchronous answer in the shapes that have been seen."""

import base64
import json

import pytest

from bot.errors import Cause, OutcomeUnclearError, PermanentError
from bot.oxen.wire import InlineImage, LinkedImage, Reply, image_of

URL = "https://x.test/1.png?oxen_signature=s"
DATA = b"\x89PNG and more"
B64 = base64.b64encode(DATA).decode()


def ok(body: object) -> Reply:
    return Reply(status=200, body=json.dumps(body).encode())


@pytest.mark.parametrize(
    "body",
    [
        {"model": "m", "created": 1775090372, "images": [{"url": URL}]},
        {"images": [{"url": URL, "revised_prompt": "p"}], "image_url": "https://other.test"},
        {"images": [URL]},
        {"image_url": URL},
        {"image": {"url": URL}},
        {"url": URL},
        {"data": {"url": URL}},
        {"data": [{"url": URL}]},
        {"output": [URL]},
    ],
)
def test_a_link_is_found(body: object) -> None:
    assert image_of(ok(body)) == LinkedImage(url=URL)


@pytest.mark.parametrize(
    "body",
    [
        {"images": [{"b64_json": B64}]},
        {"images": [{"b64_json": f"data:image/png;base64,{B64}", "url": URL}]},
        {"images": [{"url": f"data:image/png;base64,{B64}"}]},
        {"data": [{"b64_json": B64}]},
    ],
)
def test_a_picture_inside_the_answer_is_found(body: object) -> None:
    assert image_of(ok(body)) == InlineImage(data=DATA)


@pytest.mark.parametrize("body", ["{}", '{"images":[]}', '{"images":[{}]}', '{"images":null}', '{"error":"odd"}', "[]"])
def test_an_answer_without_a_picture_may_have_been_paid(body: str) -> None:
    with pytest.raises(OutcomeUnclearError):
        image_of(Reply(status=200, body=body.encode()))


def test_a_picture_that_cannot_be_decoded_may_have_been_paid() -> None:
    with pytest.raises(OutcomeUnclearError) as caught:
        image_of(ok({"images": [{"b64_json": "not base64!"}]}))
    assert caught.value.cause is Cause.RESULT_UNREADABLE


def test_a_refusal_is_a_refusal() -> None:
    with pytest.raises(PermanentError) as caught:
        image_of(Reply(status=400, body=b'{"error":{"message":"Prompt cannot be empty"}}'))
    assert caught.value.cause is Cause.EMPTY_PROMPT


def test_no_repr_shows_the_link() -> None:
    assert "oxen_signature" not in repr(LinkedImage(url=URL))
