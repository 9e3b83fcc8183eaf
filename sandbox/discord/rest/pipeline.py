"""What every REST request goes through: faults, token, rate limits, endpoint, record. The only HTTP of the API."""

import math
import re
import secrets
from collections.abc import Mapping
from time import perf_counter

from aiohttp import web

from sandbox.discord.body import Body, read_body
from sandbox.discord.changes import ChangeKind
from sandbox.discord.core import CORE, Core
from sandbox.discord.errors import DiscordError, Problem
from sandbox.discord.faults import Refusal
from sandbox.discord.jsontypes import Json, JsonObject, decode, encode
from sandbox.discord.limits import Verdict
from sandbox.discord.record import Recorded, SentFile
from sandbox.discord.rest import application, channel_messages, places, webhooks
from sandbox.discord.rest.calls import Call, Route

API_PREFIX = "/api/v10"
_TOKEN_IN_PATH = re.compile(r"(/(?:webhooks|interactions)/[^/]+/)[^/]+")
_MAJORS = ("channel_id", "guild_id", "webhook_token", "interaction_token")
_SERVER_ERROR = 500
_ERROR = 400
_TOO_MANY = 429
# discord.py takes a 429 without this header for a ban.
_VIA = {"Via": "1.1 google"}


def rest_app(core: Core) -> web.Application:
    """Return the API as an application to be mounted at API_PREFIX."""
    app = web.Application()
    app[CORE] = core
    for route in (*application.ROUTES, *places.ROUTES, *webhooks.ROUTES, *channel_messages.ROUTES):
        app.router.add_route(route.method, route.template, _Handler(route).handle)
    app.router.add_route("*", "/{path:.*}", _Handler(None).handle)
    return app


class _Handler:
    """The aiohttp handler of one route; None stands for a path that Discord does not have."""

    def __init__(self, route: Route | None) -> None:
        self._route = route

    async def handle(self, request: web.Request) -> web.StreamResponse:
        core = request.app[CORE]
        at, started = core.clock.now(), perf_counter()
        path = request.path.removeprefix(API_PREFIX)
        body = Body()
        try:
            body = await read_body(request)
            response = await self._answer(core, request, path, body)
        except DiscordError as problem:
            response = _json(problem.body(), problem.problem.status)
        response.headers.update(_VIA)
        core.log.add(
            Recorded(
                at=at,
                method=request.method,
                path=_redacted(path),
                template=self._route.template if self._route else _redacted(path),
                status=response.status,
                ms=(perf_counter() - started) * 1000,
                body=body.json,
                files=_files(body),
                error=_error(response),
            )
        )
        core.changes.publish(ChangeKind.REQUEST_RECORDED)
        return response

    async def _answer(self, core: Core, request: web.Request, path: str, body: Body) -> web.Response:
        refusal = await core.faults.strike(request.method, path, after=False, sleep=core.sleep)
        if refusal is not None:
            return _refused(refusal)
        if self._route is None:
            raise DiscordError(Problem.NOT_FOUND)
        if not self._route.open:
            _authorize(core, request)
        verdict = self._count(core, self._route, request.match_info)
        response = self._perform(core, self._route, request, body) if verdict.passed else _limited(verdict)
        response.headers.update(verdict.headers())
        lost = await core.faults.strike(request.method, path, after=True, sleep=core.sleep)
        return response if lost is None else _refused(lost)

    def _perform(self, core: Core, route: Route, request: web.Request, body: Body) -> web.Response:
        call = Call(core=core, params=request.match_info, query=request.query, body=body)
        try:
            reply = route.endpoint(call)
        except DiscordError as problem:
            return _json(problem.body(), problem.problem.status)
        return _json(reply.json, reply.status) if reply.json is not None else web.Response(status=reply.status)

    def _count(self, core: Core, route: Route, params: Mapping[str, str]) -> Verdict:
        major = "+".join(params[name] for name in _MAJORS if name in params)
        return core.limits.take(f"{route.method} {route.template}", major, route.rate, counts_globally=not route.open)


def _authorize(core: Core, request: web.Request) -> None:
    given = request.headers.get("Authorization", "")
    expected = f"Bot {core.world.application.token}"
    if not secrets.compare_digest(given.encode(), expected.encode()):
        raise DiscordError(Problem.UNAUTHORIZED)


def _json(value: Json, status: int) -> web.Response:
    return web.Response(body=encode(value), status=status, content_type="application/json")


def _limited(verdict: Verdict) -> web.Response:
    return _too_many(verdict.reset_after_s, everywhere=verdict.everywhere)


def _too_many(retry_after_s: float, *, everywhere: bool) -> web.Response:
    body: JsonObject = {
        "message": "You are being rate limited.",
        "retry_after": retry_after_s,
        "global": everywhere,
    }
    response = _json(body, _TOO_MANY)
    response.headers["Retry-After"] = str(math.ceil(retry_after_s))
    response.headers["X-RateLimit-Scope"] = "global" if everywhere else "user"
    response.headers["X-RateLimit-Reset-After"] = f"{retry_after_s:.3f}"
    if everywhere:
        response.headers["X-RateLimit-Global"] = "true"
    return response


def _refused(refusal: Refusal) -> web.Response:
    if refusal.retry_after_s is not None:
        return _too_many(refusal.retry_after_s, everywhere=refusal.everywhere)
    if refusal.body is not None:
        return _json(refusal.body, refusal.status)
    if refusal.status > _SERVER_ERROR:
        return web.Response(text="upstream connect error or disconnect/reset before headers", status=refusal.status)
    return _json({"message": f"{refusal.status}: Internal Server Error", "code": 0}, refusal.status)


def _redacted(path: str) -> str:
    return _TOKEN_IN_PATH.sub(r"\1{token}", path)


def _files(body: Body) -> tuple[SentFile, ...]:
    return tuple(
        SentFile(field=f"files[{index}]", filename=upload.filename, size_bytes=len(upload.data))
        for index, upload in body.uploads.items()
    )


def _error(response: web.Response) -> Json:
    if response.status < _ERROR or not isinstance(response.body, bytes):
        return None
    return decode(response.body) if response.content_type == "application/json" else response.body.decode()
