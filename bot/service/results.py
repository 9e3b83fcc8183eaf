"""Fetches finished pictures: at once, again where a link has died, and never believing what they claim to be."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from bot.core.file_kind import Showing, kind_of
from bot.core.image_format import is_whole
from bot.core.job import Generation
from bot.core.placement import ResultFile, result_name
from bot.core.remote import MAX_RESULT_BYTES
from bot.errors import Cause, EaselError, NotFoundError, PermanentError, TooLargeError
from bot.ports import ImageApi

log = logging.getLogger(__name__)

TRIES = 3
"""How often something that is not a picture is fetched before it is believed to be none."""
PAUSE_S = 1.0
PREFETCHED = 8
"""Downloads that are started before their job's row is written; bounded, since each may hold a whole picture."""
PREFETCHED_FOR_S = 60.0
"""So long one is kept for a delivery, which does not come when the job has left its message meanwhile."""
LARGE_BYTES = 12 * 2**20
"""More than Discord takes without boosts. Such a picture is fetched and made smaller while no other one is: sixteen of
them, which may be under way at once, would not fit a small machine."""

Fit = Callable[[ResultFile], Awaitable[ResultFile]]
"""Makes a file fit its message."""


class UnreadableResultError(EaselError):
    """What lies behind the link is not a picture, however often it is fetched."""


class LinkOnlyError(EaselError):
    """What lies behind the link can be handed over by the link alone; `cause` says why."""

    def __init__(self, text: str, cause: Cause) -> None:
        super().__init__(text)
        self.cause = cause


class Results:
    """Downloads results; one that is needed soon may be asked for ahead of time."""

    def __init__(self, api: ImageApi, *, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._api = api
        self._sleep = sleep
        self._prefetched: OrderedDict[str, asyncio.Task[bytes]] = OrderedDict()
        self._large_turn = asyncio.Semaphore(1)

    def prefetch(self, remote_id: str, url: str) -> None:
        """Begin a download now, so that it runs beside the write that records it."""
        if remote_id in self._prefetched or len(self._prefetched) >= PREFETCHED:
            return
        download = self._api.download(url, at_most_bytes=LARGE_BYTES)
        task = asyncio.create_task(download, name=f"download {remote_id}")
        # A failure is met again by `fetch`; looking at it here keeps the loop from reporting it as forgotten.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._prefetched[remote_id] = task
        asyncio.get_running_loop().call_later(PREFETCHED_FOR_S, self._forget, remote_id, task)

    def _forget(self, remote_id: str, task: asyncio.Task[bytes]) -> None:
        if self._prefetched.get(remote_id) is task:
            del self._prefetched[remote_id]
            task.cancel()

    @staticmethod
    def promised(generation: Generation, *, covered: bool) -> ResultFile:
        """Give a picture as its link names it, without its bytes; what it is, only they can tell."""
        path, _, _ = (generation.url or "").partition("?")
        return ResultFile(filename=result_name(generation.id, path.rpartition(".")[2], covered=covered), data=b"")

    async def fetch(self, generation: Generation, fit: Fit, *, covered: bool) -> ResultFile:
        """Give a generation's picture as it fits; one that is `covered` bears the mark of a spoiler in its name.

        Raises TransientError when it may be had later, UnreadableResultError when there is no picture to have, and
        LinkOnlyError for what no message can hold. One that comes cut off each time is given as it is: most of it is
        better than nothing.
        """
        try:
            return await fit(await self._fetch(generation, LARGE_BYTES, covered=covered))
        except TooLargeError:
            async with self._large_turn:
                return await fit(await self._fetch(generation, MAX_RESULT_BYTES, covered=covered))

    async def _fetch(self, generation: Generation, at_most_bytes: int, *, covered: bool) -> ResultFile:
        url = generation.url
        reason = "no link"
        cut_off: ResultFile | None = None
        is_strange = False
        for attempt in range(TRIES):
            if attempt:
                await self._sleep(PAUSE_S * attempt)
                url = await self._renewed(generation) or url
            data, reason = await self._try(generation, url, at_most_bytes)
            kind = kind_of(data) if data else None
            if data and kind and kind.showing is not Showing.NEVER:
                file = ResultFile(filename=result_name(generation.id, kind.extension, covered=covered), data=data)
                if is_whole(data):
                    return file
                cut_off, reason = file, f"cut off after {len(data)} bytes"
            # A page and a message of an error are text, or nothing; the rest is something that a model made.
            is_strange = bool(data) and kind is None
            log.warning("result is no picture: %s", reason, extra={"generation_id": generation.id})
        if cut_off is not None:
            return cut_off
        if is_strange:
            raise LinkOnlyError(reason, Cause.RESULT_NOT_SHOWN)
        raise UnreadableResultError(reason)

    async def _try(self, generation: Generation, url: str | None, at_most_bytes: int) -> tuple[bytes | None, str]:
        try:
            data = await self._download(generation.remote_id, url, at_most_bytes)
        except NotFoundError:
            return None, "the link is dead"
        except TooLargeError as error:
            if at_most_bytes < MAX_RESULT_BYTES:
                raise
            raise LinkOnlyError(str(error), Cause.RESULT_TOO_LARGE) from error
        except PermanentError as error:
            return None, str(error)
        return data, f"{len(data)} bytes of something else"

    async def _download(self, remote_id: str | None, url: str | None, at_most_bytes: int) -> bytes:
        task = self._prefetched.pop(remote_id, None) if remote_id else None
        if task is not None:
            return await task
        if url is None:
            raise NotFoundError("a result without a link")
        return await self._api.download(url, at_most_bytes=at_most_bytes)

    async def _renewed(self, generation: Generation) -> str | None:
        """Ask Oxen for the row again, which signs its link anew."""
        if generation.remote_id is None:
            return None
        try:
            return (await self._api.get(generation.remote_id)).url
        except PermanentError:
            return None

    async def close(self) -> None:
        """End the downloads that nobody came for."""
        tasks = list(self._prefetched.values())
        self._prefetched.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
