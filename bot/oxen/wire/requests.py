"""The calls that Easel makes to Oxen, as method, path, query and body; no I/O, no key, no host."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import quote, urlencode

import orjson

from bot.core.json_value import Json
from bot.core.remote import QueuePost
from bot.errors import Cause, PermanentError
from bot.oxen.wire.body import Body, with_pictures

USER_AGENT = "Easel/0.1 (Discord bot)"
"""Must not contain Oxen's name in any case: its server takes such a caller for its own program and answers 426."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call; `target` is path and query, both encoded, below the API's base."""

    method: str
    target: str
    body: bytes | Body | None = field(default=None, repr=False)


class ResponseFormat(StrEnum):
    """How a synchronous call hands over the picture."""

    URL = "url"
    B64_JSON = "b64_json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePost:
    """One paid, synchronous call; the body's fields beside the named ones stand in `parameters`."""

    model: str
    prompt: str
    parameters: Mapping[str, Json]
    response_format: ResponseFormat = ResponseFormat.URL


def enqueue(post: QueuePost, namespace: str | None) -> Request:
    """POST /ai/queue; without a namespace the key's own pays."""
    fields = _common(post.model, post.prompt, post.parameters, namespace)
    request = _post("/ai/queue", fields | {"num_generations": post.num_generations})
    if not post.inline or not isinstance(request.body, bytes):
        return request
    return replace(request, body=with_pictures(request.body, post.inline))


def generate(post: ImagePost, namespace: str | None) -> Request:
    return _image("/ai/images/generate", post, namespace)


def edit(post: ImagePost, namespace: str | None) -> Request:
    return _image("/ai/images/edit", post, namespace)


def get_row(remote_id: str) -> Request:
    return Request(method="GET", target=f"/ai/queue/{_segment(remote_id)}")


def get_charge(remote_id: str) -> Request:
    """GET /ai/generations/{id}: the only row that tells what was charged."""
    return Request(method="GET", target=f"/ai/generations/{_segment(remote_id)}")


def cancel(remote_id: str) -> Request:
    return Request(method="DELETE", target=f"/ai/queue/{_segment(remote_id)}")


def list_open(namespace: str | None) -> Request:
    """GET /ai/queue: without `status` it lists what is queued or processing, without `namespace` only the key's own."""
    return _get("/ai/queue", _scope(namespace))


def history(namespace: str | None, *, page: int, page_size: int) -> Request:
    """GET /ai/generations: active and ended rows; pages count from 1 and hold 1 to 1,000 rows."""
    return _get("/ai/generations", _scope(namespace) | {"page": str(page), "page_size": str(page_size)})


def list_models() -> Request:
    return _get("/ai/models")


def get_model(model_id: str) -> Request:
    return _get(f"/ai/models/{_segment(model_id)}")


def check_key() -> Request:
    """A documented call that needs the key and answers little: no video is ever queued by Easel."""
    return _get("/ai/queue", {"media_type": "video"})


def _image(path: str, post: ImagePost, namespace: str | None) -> Request:
    fields = _common(post.model, post.prompt, post.parameters, namespace)
    return _post(path, fields | {"response_format": post.response_format.value})


def _common(model: str, prompt: str, parameters: Mapping[str, Json], namespace: str | None) -> dict[str, Json]:
    fields: dict[str, Json] = {**parameters, "model": model}
    if prompt:  # upscalers take none, and an empty one is an error of its own
        fields["prompt"] = prompt
    if namespace:
        fields["target_namespace"] = namespace
    return fields


def _scope(namespace: str | None) -> dict[str, str]:
    return {"namespace": namespace} if namespace else {}


def _get(path: str, query: Mapping[str, str] | None = None) -> Request:
    return Request(method="GET", target=f"{path}?{urlencode(query)}" if query else path)


def _post(path: str, fields: Mapping[str, Json]) -> Request:
    try:
        body = orjson.dumps(fields)
    except TypeError:  # half a surrogate pair, or an integer beyond 64 bits
        raise PermanentError("The request cannot be written as JSON.", cause=Cause.BAD_PARAMETER) from None
    return Request(method="POST", target=path, body=body)


def _segment(name: str) -> str:
    return quote(name, safe="")
