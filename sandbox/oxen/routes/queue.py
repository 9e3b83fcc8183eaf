"""/ai/queue: enqueue, list, look at one, cancel."""

from aiohttp import web

from sandbox.oxen import answers
from sandbox.oxen.answers import RefusedError, json_answer
from sandbox.oxen.context import SERVICES, Services, respond
from sandbox.oxen.faults import EventFirst
from sandbox.oxen.jsontext import JsonObject
from sandbox.oxen.ledger import ACTIVE, Generation
from sandbox.oxen.order import read_order
from sandbox.oxen.routes.row_filter import read_filter
from sandbox.oxen.rows import queue_row

routes = web.RouteTableDef()


@routes.post("/api/ai/queue")
async def enqueue(request: web.Request) -> web.StreamResponse:
    services = request.app[SERVICES]
    order = read_order(await request.read(), catalogue=services.catalogue, account=services.account)
    rows = services.worker.accept(order)
    services.worker.begin(rows)
    if services.faults.take(EventFirst, prompt=order.prompt):
        await services.worker.finish(rows)
    accepted = [{"generation_id": row.generation_id, "status": "queued"} for row in rows]
    return respond(json_answer({"generations": accepted}))


@routes.get("/api/ai/queue")
async def list_rows(request: web.Request) -> web.StreamResponse:
    services = request.app[SERVICES]
    row_filter = read_filter(request.query, account=services.account, usual_statuses=ACTIVE)
    rows = [_shown(services, row) for row in services.ledger.select(row_filter) if row.is_queue_row]
    return respond(json_answer({"count": len(rows), "generations": rows}))


@routes.get("/api/ai/queue/{generation_id}")
async def show(request: web.Request) -> web.StreamResponse:
    services = request.app[SERVICES]
    return respond(json_answer(_shown(services, _wanted(request))))


@routes.delete("/api/ai/queue/{generation_id}")
async def cancel(request: web.Request) -> web.StreamResponse:
    row = _wanted(request)
    request.app[SERVICES].worker.cancel(row)
    return respond(json_answer({"status": "success", "generation_id": row.generation_id}))


def _wanted(request: web.Request) -> Generation:
    row = request.app[SERVICES].ledger.get(request.match_info["generation_id"])
    if row is None or not row.is_queue_row:
        raise RefusedError(answers.not_found())
    return row


def _shown(services: Services, row: Generation) -> JsonObject:
    echo = services.knobs.echoes_params_in_queue_rows
    return queue_row(row, result_url=services.links.for_row(row), echo=echo)
