"""/ai/models: the catalogue, open to everybody."""

from collections.abc import Sequence

from aiohttp import web

from sandbox.oxen import answers
from sandbox.oxen.answers import Answer, RefusedError, json_answer
from sandbox.oxen.catalogue import Model
from sandbox.oxen.context import SERVICES, respond

routes = web.RouteTableDef()


@routes.get("/api/ai/models")
async def list_models(request: web.Request) -> web.StreamResponse:
    services = request.app[SERVICES]
    return respond(_listing([m for m in services.catalogue.models if m.id not in services.knobs.unlisted_models]))


@routes.get("/api/ai/models/search")
async def search(request: web.Request) -> web.StreamResponse:
    return respond(_listing(request.app[SERVICES].catalogue.search(request.query.get("search", ""))))


@routes.get("/api/ai/models/{model_id}")
async def show(request: web.Request) -> web.StreamResponse:
    model_id = request.match_info["model_id"]
    model = request.app[SERVICES].catalogue.get(model_id)
    if model is None:
        raise RefusedError(answers.model_not_found(model_id))
    return respond(json_answer(model.entry))


def _listing(models: Sequence[Model]) -> Answer:
    return json_answer({"object": "list", "data": [model.entry for model in models]})
