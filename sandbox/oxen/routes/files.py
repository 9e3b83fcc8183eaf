"""/repos: the finished pictures, for whoever holds a link that still counts."""

from aiohttp import web

from sandbox.oxen import answers
from sandbox.oxen.answers import RefusedError
from sandbox.oxen.context import SERVICES, respond
from sandbox.oxen.faults import BadFile, FileFlaw
from sandbox.oxen.ledger import PictureFile

routes = web.RouteTableDef()

_CHUNK_BYTES = 64 * 1024


@routes.get("/api/repos/{path:.+}")
async def download(request: web.Request) -> web.StreamResponse:
    services = request.app[SERVICES]
    path = request.match_info["path"]
    if not services.links.signer.is_good(path, request.query, now=services.clock()):
        raise RefusedError(answers.forbidden())
    row = services.ledger.at_path(path)
    if row is None or row.file is None:
        raise RefusedError(answers.not_found())
    bad = services.faults.take(BadFile, prompt=row.prompt)
    return await _flawed(request, row.file, bad) if bad else _whole(row.file)


def _whole(file: PictureFile) -> web.Response:
    return web.Response(body=file.data, content_type=file.content_type)


async def _flawed(request: web.Request, file: PictureFile, bad: BadFile) -> web.StreamResponse:
    match bad.flaw:
        case FileFlaw.HTML:
            return respond(answers.html_page())
        case FileFlaw.EMPTY:
            return web.Response(body=b"", content_type=file.content_type)
        case FileFlaw.TRUNCATED:
            return await _truncated(request, file)
        case FileFlaw.HUGE:
            return await _huge(request, file, bad.size_bytes)


async def _truncated(request: web.Request, file: PictureFile) -> web.StreamResponse:
    """Announce the whole picture, send half of it, hang up."""
    response = web.StreamResponse(headers={"Content-Type": file.content_type})
    response.content_length = len(file.data)
    await response.prepare(request)
    await response.write(file.data[: len(file.data) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


async def _huge(request: web.Request, file: PictureFile, size_bytes: int) -> web.StreamResponse:
    """Send a picture that does not end for a long while, and do not say beforehand how long."""
    response = web.StreamResponse(headers={"Content-Type": file.content_type})
    await response.prepare(request)
    await response.write(file.data)
    for _ in range(len(file.data), size_bytes, _CHUNK_BYTES):
        await response.write(bytes(_CHUNK_BYTES))
    return response
