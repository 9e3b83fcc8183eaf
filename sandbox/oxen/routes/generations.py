"""/ai/generations: the history with costs, page by page."""

import math
from collections.abc import Mapping

from aiohttp import web

from sandbox.oxen import answers
from sandbox.oxen.answers import RefusedError, json_answer
from sandbox.oxen.context import SERVICES, Services, respond
from sandbox.oxen.jsontext import JsonObject
from sandbox.oxen.ledger import Generation
from sandbox.oxen.routes.row_filter import read_filter
from sandbox.oxen.rows import history_row, total_cost

routes = web.RouteTableDef()

_USUAL_PAGE_SIZE = 50
_MAX_PAGE_SIZE = 1000
_MAX_PAGE = 1_000_000


@routes.get("/api/ai/generations")
async def list_pages(request: web.Request) -> web.StreamResponse:
    services = request.app[SERVICES]
    row_filter = read_filter(request.query, account=services.account, usual_statuses=None)
    rows = services.ledger.select(row_filter)
    page_size = _whole(request.query, "page_size", usual=_USUAL_PAGE_SIZE, most=_MAX_PAGE_SIZE)
    total_pages = max(1, math.ceil(len(rows) / page_size))
    # Pages of this make (Elixir's usual paginator) show the last page again to whoever asks for one beyond it.
    page = min(_whole(request.query, "page", usual=1, most=_MAX_PAGE), total_pages)
    shown = rows[(page - 1) * page_size : page * page_size]
    return respond(
        json_answer(
            {
                "count": len(shown),
                "generations": [_shown(services, row) for row in shown],
                "page_number": page,
                "page_size": page_size,
                "total_pages": total_pages,
                "total_entries": len(rows),
                "total_cost": total_cost(rows),
            }
        )
    )


@routes.get("/api/ai/generations/{generation_id}")
async def show(request: web.Request) -> web.StreamResponse:
    services = request.app[SERVICES]
    row = services.ledger.get(request.match_info["generation_id"])
    if row is None:
        raise RefusedError(answers.not_found())
    wrapped = {"status": "success", "status_message": "resource_found", "generation": _shown(services, row)}
    return respond(json_answer(wrapped))


def _shown(services: Services, row: Generation) -> JsonObject:
    worker = services.worker
    tells_cost = row.completed_at is not None and worker.clock() >= row.completed_at + services.knobs.costs_after_s
    return history_row(row, result_url=services.links.for_row(row), account=services.account, tells_cost=tells_cost)


def _whole(query: Mapping[str, str], name: str, *, usual: int, most: int) -> int:
    text = query.get(name, str(usual))
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise RefusedError(answers.invalid_params(f"{name} must be an integer between 1 and {most}"))
    return int(text)
