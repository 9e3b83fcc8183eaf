"""One module for each resource of the service; thin: request to value, value to answer."""

from aiohttp import web

from sandbox.oxen.routes import events, files, generations, images, models, queue, users

ALL: tuple[web.RouteTableDef, ...] = (
    events.routes,
    files.routes,
    generations.routes,
    images.routes,
    models.routes,
    queue.routes,
    users.routes,
)
