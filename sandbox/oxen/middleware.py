"""What happens to every request, whatever its route: logged, gated, broken on demand, authenticated."""

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable

from aiohttp import web

from sandbox.oxen import answers, jsontext
from sandbox.oxen.answers import RefusedError
from sandbox.oxen.context import API, RECORD, SERVICES, NoAnswer, hang_up, respond, route_of
from sandbox.oxen.faults import Hold, LoseAnswer, LoseRequest, Refuse, Replace

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_MIN_CLI_VERSION = (0, 36, 0)
_CLI_VERSION = re.compile(r"[^/]*/(\d+)\.(\d+)\.(\d+)")
_PUBLIC_PATHS = (f"{API}/ai/models", f"{API}/repos/")
"""The catalogue needs no key, and the signature of a result's link stands in for one."""


@web.middleware
async def outlive_the_client(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Carry out what was received in full, even when the client has hung up: a server cannot tell in time."""
    if request.method == "GET":
        return await handler(request)
    await request.read()
    return await asyncio.shield(request.app[SERVICES].tasks.spawn(_as_coroutine(handler, request)))


@web.middleware
async def remember(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Log the request and what it was answered."""
    services = request.app[SERVICES]
    request[RECORD] = services.log.received(
        method=request.method,
        path=request.path_qs,
        route=route_of(request),
        headers=dict(request.headers),
        body=jsontext.read(await request.read()),
        now=services.clock(),
    )
    response = await handler(request)
    if not isinstance(response, NoAnswer):
        services.log.answered(request[RECORD].number, status=response.status, now=services.clock())
    return response


@web.middleware
async def gate_user_agents(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse whatever calls itself Oxen, since the service takes it for its own outdated client."""
    if is_outdated_cli(request.headers.get("User-Agent", "")):
        return respond(answers.update_required())
    return await handler(request)


def is_outdated_cli(user_agent: str) -> bool:
    """Say whether the service would take this User-Agent for its command line client, and for one too old."""
    if "oxen" not in user_agent.lower() or "Postman" in user_agent:
        return False
    match = _CLI_VERSION.match(user_agent)
    return match is None or tuple(map(int, match.groups())) < _MIN_CLI_VERSION


@web.middleware
async def act_out_faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Break this request, or its answer, when a fault waits for it."""
    services, route, prompt = request.app[SERVICES], route_of(request), _prompt_of(request)
    if services.faults.take(LoseRequest, route=route, prompt=prompt):
        return hang_up(request)
    refuse = services.faults.take(Refuse, route=route, prompt=prompt)
    if refuse:
        return respond(refuse.answer)
    hold = services.faults.take(Hold, route=route, prompt=prompt) or Hold(route=route)
    await services.sleep(hold.before_s)
    response = await handler(request)
    await services.sleep(hold.after_s)
    if services.faults.take(LoseAnswer, route=route, prompt=prompt):
        return hang_up(request)
    replace = services.faults.take(Replace, route=route, prompt=prompt)
    return respond(replace.answer) if replace else response


@web.middleware
async def speak_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn refusals into the service's answers."""
    try:
        return await handler(request)
    except RefusedError as error:
        return respond(error.answer)
    except web.HTTPNotFound:
        return respond(answers.not_found())
    except web.HTTPException as error:
        return respond(answers.server_error(error.status))


@web.middleware
async def authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Ask for the key wherever the service does."""
    if not request.path.startswith(_PUBLIC_PATHS):
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {request.app[SERVICES].account.key}".encode()):
            raise RefusedError(answers.unauthenticated())
    return await handler(request)


ALL = (outlive_the_client, remember, gate_user_agents, act_out_faults, speak_refusals, authenticate)
"""From the outermost to the innermost."""


async def _as_coroutine(handler: Handler, request: web.Request) -> web.StreamResponse:
    return await handler(request)


def _prompt_of(request: web.Request) -> str:
    body = jsontext.as_object(request[RECORD].body) or {}
    return str(body.get("prompt") or "")
