"""The page's addresses: what each request reads, calls and answers. The only place where refusals become statuses."""

from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.bot_process import BotEndedError
from sandbox.discord import ClientRefusedError, DiscordError, WaitedTooLongError
from sandbox.discord.jsontypes import Json, encode
from sandbox.page.acts import ACTS, Act
from sandbox.page.backstage import Backstage, UnknownThingError
from sandbox.page.feed import Feed, Told
from sandbox.page.reading import read
from sandbox.page.scenery import Scenery
from sandbox.page.troubles import BusyError, Troubles
from sandbox.page.values import MalformedError

_FILES_STAY = "private, max-age=86400, immutable"
_STATUSES: dict[type[Exception], int] = {
    MalformedError: 400,
    UnknownThingError: 404,
    BusyError: 409,
    web.HTTPRequestEntityTooLarge: 413,
    ClientRefusedError: 422,
    DiscordError: 422,
    BotEndedError: 502,
    WaitedTooLongError: 504,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Everything below /api and /files."""

    backstage: Backstage
    scenery: Scenery
    troubles: Troubles

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(r"/files/{file_id:\d+}/{filename}", self.file),
            web.get("/api/state", self.state),
            web.get("/api/changes", self.changes),
            *(web.post(f"/api/{name}", self._handler(act)) for name, act in ACTS.items()),
            web.post("/api/faults/clear", self.put_right),
            web.post("/api/faults/{name}", self.begin_trouble),
        ]

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Serve a file that a message or a command has, as long as the local Discord keeps it."""
        file = self.backstage.discord.world.files.get(int(request.match_info["file_id"]))
        if file is None:
            raise web.HTTPNotFound(text="This file is gone.\n")
        return web.Response(
            body=file.data,
            headers={"Content-Type": file.content_type or "application/octet-stream", "Cache-Control": _FILES_STAY},
        )

    async def state(self, request: web.Request) -> web.StreamResponse:
        viewer = self.backstage.person(request.query.get("as", ""))
        return _json(self.scenery.state(viewer, since=self.scenery.begin()))

    async def changes(self, request: web.Request) -> web.StreamResponse:
        """Send everything once, then what changes, as server-sent events, until the browser goes."""
        viewer = self.backstage.person(request.query.get("as", ""))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        since = request.query.get("since", "")
        feed = Feed(self.scenery, viewer, since=int(since) if since.isdecimal() else None)
        try:
            while True:
                await response.write(b"".join(_event(told) for told in await feed.news()))
        except ConnectionError:
            return response
        finally:
            feed.close()

    async def begin_trouble(self, request: web.Request) -> web.StreamResponse:
        sent = (await read(request)).json
        viewer, channel = self.backstage.viewer(sent), self.backstage.channel(sent)
        try:
            await self.troubles.begin(request.match_info["name"], viewer, channel)
        except KeyError:
            raise UnknownThingError("There is no such trouble.") from None
        return _json({})

    async def put_right(self, _request: web.Request) -> web.StreamResponse:
        await self.troubles.put_right()
        return _json({})

    def _handler(self, act: Act) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            return _json(await act(self.backstage, await read(request)))

        return handle


@web.middleware
async def speak_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer what cannot be done with a sentence that the page shows."""
    try:
        return await handler(request)
    except tuple(_STATUSES) as error:
        return _json({"error": _sentence(error)}, status=_STATUSES[type(error)])


def _sentence(error: Exception) -> str:
    match error:
        case DiscordError():
            return f"Discord would not take this: {error.problem.message}."
        case WaitedTooLongError():
            return "The bot did not answer in time."
        case web.HTTPRequestEntityTooLarge():
            return "That is too much at once."
        case _:
            return str(error)


def _json(value: Json, *, status: int = 200) -> web.Response:
    return web.Response(
        body=encode(value), status=status, content_type="application/json", headers={"Cache-Control": "no-store"}
    )


def _event(told: Told) -> bytes:
    name, value = told
    return b"event: %s\ndata: %s\n\n" % (name.encode(), encode(value))
