"""The catalogue's answers: which entries become models is core's business, where they stand is ours."""

import json

import pytest

from bot.errors import NotFoundError, TransientError
from bot.oxen.wire import Reply, model_list, one_model

ENTRY = {"id": "flux-2-dev", "capabilities": {"output": ["image"]}}


def ok(body: object) -> Reply:
    return Reply(status=200, body=json.dumps(body).encode())


@pytest.mark.parametrize("body", [{"object": "list", "data": [ENTRY]}, [ENTRY], {"data": [None, 7, {}, ENTRY, ENTRY]}])
def test_each_model_is_listed_once(body: object) -> None:
    assert [model.id for model in model_list(ok(body))] == ["flux-2-dev"]


@pytest.mark.parametrize("body", [{}, [], {"data": []}, {"error": "busy"}, "x", None])
def test_an_empty_catalogue_is_an_error(body: object) -> None:
    with pytest.raises(TransientError):
        model_list(ok(body))


@pytest.mark.parametrize("body", [ENTRY, {"data": ENTRY}])
def test_one_model_comes_bare_or_wrapped(body: object) -> None:
    assert one_model(ok(body)).id == "flux-2-dev"


def test_an_unknown_model_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        one_model(Reply(status=404, body=b'{"error":{"message":"Model not found: x"}}'))


def test_an_entry_without_a_name_is_an_error() -> None:
    with pytest.raises(TransientError):
        one_model(ok({}))
