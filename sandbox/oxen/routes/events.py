"""/events: one endless answer for each listener."""

from functools import partial

from aiohttp import web

from sandbox.oxen.announcer import DEPLOYMENT_EVENT, DEPLOYMENT_UPDATED
from sandbox.oxen.context import RECORD, SERVICES, hang_up
from sandbox.oxen.streams import event_bytes

routes = web.RouteTableDef()


@routes.get("/api/events")
async def listen(request: web.Request) -> web.StreamResponse:
    services = request.app[SERVICES]
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(request)
    services.log.answered(request[RECORD].number, status=response.status, now=services.clock())
    await services.sleep(services.knobs.subscribes_after_s)
    stream = services.streams.join(abort=partial(hang_up, request))
    if services.knobs.noisy_stream:
        stream.send(event_bytes(DEPLOYMENT_UPDATED, DEPLOYMENT_EVENT))
    try:
        while (chunk := await stream.next_chunk(keep_alive_s=services.knobs.keep_alive_s)) is not None:
            await response.write(chunk)
    finally:
        services.streams.leave(stream)
    return response
