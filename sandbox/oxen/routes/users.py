"""/users/me: whose key this is."""

from aiohttp import web

from sandbox.oxen.answers import json_answer
from sandbox.oxen.context import SERVICES, respond

routes = web.RouteTableDef()


@routes.get("/api/users/me")
async def me(request: web.Request) -> web.StreamResponse:
    return respond(json_answer({"user": {"username": request.app[SERVICES].account.user}}))
