"""/ai/images: the synchronous endpoints, which answer when the picture is there."""

import base64
from dataclasses import replace
from http import HTTPStatus

from aiohttp import web

from sandbox.oxen import answers
from sandbox.oxen.answers import RefusedError, json_answer, plain_error
from sandbox.oxen.context import SERVICES, Services, respond
from sandbox.oxen.jsontext import JsonObject
from sandbox.oxen.ledger import Generation, PictureFile
from sandbox.oxen.order import read_order

routes = web.RouteTableDef()

_FORMATS = ("url", "b64_json")


@routes.post("/api/ai/images/generate")
async def generate(request: web.Request) -> web.StreamResponse:
    return await _make(request)


@routes.post("/api/ai/images/edit")
async def edit(request: web.Request) -> web.StreamResponse:
    """Edit, or generate: the vendor's own samples post here without a picture."""
    return await _make(request)


async def _make(request: web.Request) -> web.StreamResponse:
    services = request.app[SERVICES]
    order = read_order(await request.read(), catalogue=services.catalogue, account=services.account)
    response_format = str(order.params.get("response_format", "url"))
    if response_format not in _FORMATS:
        raise RefusedError(answers.invalid_params(f"response_format must be one of {', '.join(_FORMATS)}"))
    # One picture a call, whatever was asked for; it shows in the history and not in the queue.
    (planned,) = services.worker.accept(replace(order, count=1), is_queue_row=False)
    row = await services.worker.make(planned)
    if row.file is None:
        raise RefusedError(plain_error(HTTPStatus.UNPROCESSABLE_ENTITY, row.error_message or ""))
    image = _image(services, row, row.file, response_format)
    return respond(json_answer({"model": row.model_name, "created": row.enqueued_at, "images": [image]}))


def _image(services: Services, row: Generation, file: PictureFile, response_format: str) -> JsonObject:
    if response_format == "b64_json":
        return {"b64_json": base64.b64encode(file.data).decode()}
    return {"url": services.links.for_event(row)}
