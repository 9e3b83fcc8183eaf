"""The catalogue's answers, in the shapes of today and of before; entries that name no model are skipped."""

from collections.abc import Mapping

from bot.core.json_value import list_of, object_of
from bot.core.schema import Model, model_of
from bot.oxen.wire.failures import Reply, query_error, read_json


def model_list(reply: Reply) -> tuple[Model, ...]:
    """Read GET /ai/models in Oxen's order, each model once."""
    body = read_json(reply, query_error)
    entries = list_of(body) or list_of(object_of(body).get("data"))
    if not entries:
        raise query_error(reply)
    models = filter(None, (model_of(object_of(entry)) for entry in entries))
    return tuple({model.id: model for model in models}.values())


def one_model(reply: Reply) -> Model:
    """Read GET /ai/models/{id}, bare or wrapped in `data`."""
    body: Mapping[str, object] = object_of(read_json(reply, query_error))
    model = model_of(object_of(body.get("data")) or body)
    if model is None:
        raise query_error(reply)
    return model
