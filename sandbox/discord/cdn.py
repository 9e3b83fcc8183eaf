"""The CDN: files by their signed links, with Range and HEAD, as long as the link and the file last."""

from aiohttp import web

from sandbox.discord.core import CORE
from sandbox.discord.state import Attachment

_FOLDERS = "{folder:attachments|ephemeral-attachments}"
_PATH = "/" + _FOLDERS + r"/{folder_id:\d+}/{attachment_id:\d+}/{filename}"
_GONE = "This content is no longer available."
_PARTIAL = 206


def add_routes(app: web.Application) -> None:
    app.router.add_get(_PATH, serve)
    app.router.add_get("/media" + _PATH, serve)


async def serve(request: web.Request) -> web.StreamResponse:
    core = request.app[CORE]
    file = core.world.files.get(int(request.match_info["attachment_id"]))
    signed = core.links.valid(
        request.rel_url.raw_path,
        issued=request.query.get("is", ""),
        expires=request.query.get("ex", ""),
        signature=request.query.get("hm", ""),
    )
    if file is None or not signed:
        return web.Response(status=404, text=_GONE)
    return _content(request, file)


def _content(request: web.Request, file: Attachment) -> web.Response:
    try:
        wanted = request.http_range
    except ValueError:
        return _unsatisfiable(file)
    start, stop, _ = wanted.indices(file.size_bytes)
    partial = (wanted.start, wanted.stop) != (None, None)
    if partial and start >= stop:
        return _unsatisfiable(file)
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "public, max-age=31536000",
        "Content-Type": file.content_type or "application/octet-stream",
    }
    if partial:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{file.size_bytes}"
    return web.Response(body=file.data[start:stop], status=_PARTIAL if partial else 200, headers=headers)


def _unsatisfiable(file: Attachment) -> web.Response:
    return web.Response(status=416, headers={"Content-Range": f"bytes */{file.size_bytes}"})
