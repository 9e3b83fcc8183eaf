"""What every route and every middleware may reach, and how they speak."""

import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from sandbox.oxen.account import Account
from sandbox.oxen.announcer import Announcer
from sandbox.oxen.answers import Answer
from sandbox.oxen.catalogue import Catalogue
from sandbox.oxen.faults import Faults
from sandbox.oxen.knobs import Knobs
from sandbox.oxen.ledger import Ledger
from sandbox.oxen.request_log import RequestLog, RequestRecord
from sandbox.oxen.results import ResultLinks
from sandbox.oxen.streams import StreamHub
from sandbox.oxen.tasks import Tasks
from sandbox.oxen.worker import Worker

API = "/api"
_RESET_AT_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: the socket closes with a reset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of one running server."""

    account: Account
    knobs: Knobs
    catalogue: Catalogue
    faults: Faults
    ledger: Ledger
    log: RequestLog
    streams: StreamHub
    announcer: Announcer
    links: ResultLinks
    worker: Worker
    tasks: Tasks
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]


SERVICES = web.AppKey("SERVICES", Services)
RECORD = web.RequestKey("RECORD", RequestRecord)


class NoAnswer(web.Response):
    """Stands for an answer that never went out, because the connection was broken off."""


def route_of(request: web.Request) -> str:
    """Name the route as faults and log do: "GET /ai/queue/{generation_id}"."""
    resource = request.match_info.route.resource
    path = resource.canonical if resource else request.path
    return f"{request.method} {path.removeprefix(API)}"


def respond(answer: Answer) -> web.Response:
    return web.Response(
        status=answer.status, body=answer.body, content_type=answer.content_type, headers=dict(answer.headers)
    )


def hang_up(request: web.Request) -> NoAnswer:
    """Break the connection off with a reset."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        with contextlib.suppress(OSError):  # the other side may have closed it already
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
        transport.abort()
    return NoAnswer()
