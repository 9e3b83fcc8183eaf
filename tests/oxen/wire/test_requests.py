"""What Easel asks of Oxen, down to the bytes."""

import json

import pytest

from bot.core.json_value import Json
from bot.core.remote import QueuePost
from bot.errors import Cause, PermanentError
from bot.oxen.wire import USER_AGENT, ImagePost, ResponseFormat, requests
from bot.oxen.wire.requests import Request


def post(**parameters: Json) -> QueuePost:
    return QueuePost(model="flux-2-dev", prompt="a cube", num_generations=2, parameters=parameters)


def fields(request: Request) -> object:
    assert isinstance(request.body, bytes)
    return json.loads(request.body)


def test_the_user_agent_does_not_name_the_vendor() -> None:
    assert "oxen" not in USER_AGENT.lower()


def test_a_post_holds_the_parameters_beside_what_it_names() -> None:
    request = requests.enqueue(post(seed=7, input_image=["https://x/1"]), None)
    assert (request.method, request.target) == ("POST", "/ai/queue")
    assert fields(request) == {
        "model": "flux-2-dev",
        "prompt": "a cube",
        "num_generations": 2,
        "seed": 7,
        "input_image": ["https://x/1"],
    }


def test_a_namespace_pays_and_receives() -> None:
    assert fields(requests.enqueue(post(target_namespace="me"), "club")) == {
        "model": "flux-2-dev",
        "prompt": "a cube",
        "num_generations": 2,
        "target_namespace": "club",
    }


def test_a_parameter_cannot_take_the_place_of_a_named_field() -> None:
    request = requests.enqueue(post(model="dear", prompt="x", num_generations=4), None)
    assert fields(request) == {"model": "flux-2-dev", "prompt": "a cube", "num_generations": 2}


def test_an_empty_prompt_is_left_out() -> None:
    request = requests.generate(ImagePost(model="upscaler", prompt="", parameters={}), None)
    assert fields(request) == {"model": "upscaler", "response_format": "url"}


def test_a_synchronous_post_says_how_it_wants_the_picture() -> None:
    sync = ImagePost(model="m", prompt="p", parameters={"seed": 1}, response_format=ResponseFormat.B64_JSON)
    request = requests.edit(sync, "club")
    assert request.target == "/ai/images/edit"
    assert fields(request) == {
        "model": "m",
        "prompt": "p",
        "seed": 1,
        "response_format": "b64_json",
        "target_namespace": "club",
    }


@pytest.mark.parametrize(
    ("request_", "method", "target"),
    [
        (requests.get_row("a/b?c"), "GET", "/ai/queue/a%2Fb%3Fc"),
        (requests.cancel("g1"), "DELETE", "/ai/queue/g1"),
        (requests.list_open(None), "GET", "/ai/queue"),
        (requests.list_open("my club"), "GET", "/ai/queue?namespace=my+club"),
        (requests.history("club", page=2, page_size=10), "GET", "/ai/generations?namespace=club&page=2&page_size=10"),
        (requests.history(None, page=1, page_size=1), "GET", "/ai/generations?page=1&page_size=1"),
        (requests.list_models(), "GET", "/ai/models"),
        (requests.get_model("../queue"), "GET", "/ai/models/..%2Fqueue"),
    ],
)
def test_a_call_without_a_body_is_method_and_target(request_: Request, method: str, target: str) -> None:
    assert (request_.method, request_.target, request_.body) == (method, target, None)


@pytest.mark.parametrize("odd", ["half a pair: \ud83d", 2**70])
def test_what_json_cannot_say_is_refused_before_it_is_sent(odd: str | int) -> None:
    with pytest.raises(PermanentError) as caught:
        requests.enqueue(post(odd=odd), None)
    assert caught.value.cause is Cause.BAD_PARAMETER


def test_no_repr_shows_the_body() -> None:
    assert "a cube" not in repr(requests.enqueue(post(), None))
