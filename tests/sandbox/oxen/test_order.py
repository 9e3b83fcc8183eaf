import pytest

from sandbox.oxen import jsontext
from sandbox.oxen.account import Account
from sandbox.oxen.answers import Answer, RefusedError
from sandbox.oxen.catalogue import load_catalogue
from sandbox.oxen.jsontext import JsonObject
from sandbox.oxen.order import Order, read_order

CATALOGUE = load_catalogue()
ACCOUNT = Account()


def read(body: bytes) -> Order:
    return read_order(body, catalogue=CATALOGUE, account=ACCOUNT)


def order(**fields: object) -> Order:
    return read(jsontext.write({"model": "flux-2-dev", "prompt": "x", **fields}))


def refusal(**fields: object) -> tuple[int, JsonObject]:
    with pytest.raises(RefusedError) as caught:
        order(**fields)
    return opened(caught.value.answer)


def opened(answer: Answer) -> tuple[int, JsonObject]:
    return answer.status, jsontext.as_object(jsontext.read(answer.body)) or {}


def test_model_parameters_are_not_looked_at() -> None:
    assert order(guidance="wrong", nonsense=[1]).params == {"prompt": "x", "guidance": "wrong", "nonsense": [1]}


def test_the_queues_own_fields_do_not_reach_the_model() -> None:
    accepted = order(num_generations=3, target_namespace="sandbox-team", target_directory="d")
    assert (accepted.count, accepted.namespace, accepted.directory) == (3, "sandbox-team", "d")
    assert accepted.params == {"prompt": "x"}


@pytest.mark.parametrize("count", [0, 5, "2", 2.0, True, None])
def test_a_count_outside_one_to_four_is_refused(count: object) -> None:
    status, body = refusal(num_generations=count)
    assert status == 400
    assert "num_generations must be an integer between 1 and 4" in str(body)


def test_an_unknown_model_is_not_found() -> None:
    assert refusal(model="nope") == (404, {"error": {"message": "Model not found: nope"}})


def test_a_text_model_is_an_unsupported_medium() -> None:
    assert refusal(model="claude-text-only") == (400, {"error": {"detail": ":unsupported_media_type"}})


@pytest.mark.parametrize("prompt", ["", "  ", None])
def test_a_model_that_needs_a_prompt_gets_one(prompt: object) -> None:
    status, body = refusal(prompt=prompt)
    assert status == 400
    assert "Prompt cannot be empty" in str(body)


def test_an_upscaler_needs_no_prompt() -> None:
    assert read(b'{"model":"sandbox-upscaler"}').prompt == ""


def test_nobody_bills_a_namespace_that_is_not_theirs() -> None:
    assert refusal(target_namespace="strangers")[0] == 404


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b"{}", b'{"model":7}'])
def test_what_is_no_order_is_refused(body: bytes) -> None:
    with pytest.raises(RefusedError) as caught:
        read(body)
    assert caught.value.answer.status == 400
