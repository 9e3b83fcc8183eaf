"""The loop that brings messages up to date: bounded, one edit in flight per message, at most one a second."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import replace
from functools import partial

from bot.core.admission import Change
from bot.core.advance import advance
from bot.core.backoff import Backoff
from bot.core.job import Job, Place
from bot.core.job_events import JobEvent, PictureReady
from bot.errors import EaselError, RemoteError, TransientError
from bot.ports import JobStore
from bot.service.beginnings import Beginnings
from bot.service.delivering import Delivering
from bot.service.ledger import Write

log = logging.getLogger(__name__)

BETWEEN_EDITS_S = 1.0
"""Discord allows about five calls in two seconds on one interaction."""
HEAD_START_S = 0.02
"""How long the write of a picture lets the edit go first, so that it takes no turn of the loop from it. A result is
fetched in a tenth of a second or more: the write is then long done when the edit is sent."""
BACKOFF = Backoff(first_s=1.0, cap_s=60.0)
LONGEST_WAIT_S = 600.0
"""Whatever Retry-After says: a channel that rests does not rest for longer, and a week of waiting is a lost picture."""
AT_START = 100_000

Serve = Callable[[], Coroutine[None, None, None]]


class Deliverer:
    """Serves each job that owes its card until it owes nothing."""

    def __init__(self, *, store: JobStore, delivering: Delivering, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._store = store
        self._delivering = delivering
        self._sleep = sleep
        self._owed: asyncio.Queue[tuple[str, Serve]] = asyncio.Queue()
        self._served: dict[str, Job] = {}
        self._beginnings = Beginnings(sleep)

    def notice(self, change: Change) -> None:
        """Serve a job whose card is owed after a change."""
        job, can_wait = change.after, self._beginnings.hold(change)
        if job.id in self._served:
            self._learn(job)
        elif job.card_owed and not can_wait:
            self._enqueue(job)

    def _enqueue(self, job: Job) -> None:
        self._served[job.id] = job
        self._owed.put_nowait((job.id, partial(self._serve, job.id)))

    def preview(self, job: Job, event: PictureReady, write: Write) -> bool:
        """Show what an event makes of a job beside its write; False when this message, or everybody, is busy.

        After a crash between the edit and the write, the reconcile finds the picture at Oxen and edits once more.
        """
        if job.id in self._served or not self._delivering.is_free(job):
            return False
        self._served[job.id] = job
        self._owed.put_nowait((job.id, partial(self._serve_ahead, job, event, write)))
        return True

    async def drained(self) -> None:
        """Wait until no card is owed."""
        await self._owed.join()

    async def run(self) -> None:
        """Deliver until cancelled, beginning with what an earlier process left owed."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._take_up())
            tasks.create_task(self._tell_beginnings())
            while True:
                job_id, serve = await self._owed.get()
                tasks.create_task(self._guarded(job_id, serve))

    async def _take_up(self) -> None:
        """Enqueue what an earlier process left owed, however late the database lets it be read."""
        backoff = BACKOFF
        while True:
            try:
                owed = await self._store.owed(AT_START)
            except Exception as error:
                log.warning("owed cards not looked up yet: %s", error, exc_info=_unexpected(error))
                await self._sleep(backoff.pause_s)
                backoff = backoff.failed()
            else:
                break
        for job in owed:
            if job.id not in self._served:
                self._enqueue(job)

    async def _tell_beginnings(self) -> None:
        while True:
            for job in await self._beginnings.due():
                self.notice(Change(before=job, after=job))

    async def _guarded(self, job_id: str, serve: Serve) -> None:
        """Serve a job; whatever that raises ends neither the loop nor the other jobs, and the sweeper reminds of it."""
        try:
            await serve()
        except Exception:
            log.exception("job not served", extra={"job_id": job_id})
            if self._served.pop(job_id, None) is not None:
                self._owed.task_done()

    async def _serve(self, job_id: str, *, in_doubt: bool = False) -> None:
        """Bring a message up to date; `in_doubt` says that a failure may hide a write that happened."""
        backoff = BACKOFF
        while True:
            try:
                if in_doubt:
                    # An edit after an unheard write would take off the message what that write says is on it.
                    await self._reload(job_id)
                after = await self._delivering.deliver(self._served[job_id])
            except Exception as error:  # noqa: BLE001 - the task boundary: a card that cannot be shown stays owed
                in_doubt = True
                _report(error, job_id)
                await self._sleep(max(backoff.pause_s, _asked_pause_s(error)))
                backoff = backoff.failed()
                continue
            in_doubt, backoff = False, BACKOFF
            # A change that came during the edit was noticed here; whichever is later counts.
            self._learn(after)
            # Before it is forgotten, too: the change that owes the next edit may come at once.
            await self._sleep(BETWEEN_EDITS_S)
            if not self._served[job_id].card_owed:
                self._forget(job_id)
                return

    def _learn(self, job: Job) -> None:
        """Go on with a job as it is now, unless something later is known of it."""
        self._served[job.id] = max(job, self._served[job.id], key=lambda job: job.version)

    async def _reload(self, job_id: str) -> None:
        """Learn what became of a job when a failure may hide that it was written; one without a row owes nothing."""
        stored = await self._store.get(job_id)
        self._learn(stored or replace(self._served[job_id], place=Place.GONE))

    async def _serve_ahead(self, job: Job, event: PictureReady, write: Write) -> None:
        foreseen = replace(advance(job, event), version=job.version + 1)
        written: Job | None = None
        in_doubt = False
        try:
            async with asyncio.TaskGroup() as both:
                showing = both.create_task(self._show_ahead(foreseen))
                await asyncio.wait({showing}, timeout=HEAD_START_S)
                written = await write()
            if written is not None and _shows_the_same(written, foreseen):
                await self._delivering.record(written, showing.result())
        except Exception as error:  # noqa: BLE001 - the task boundary: what was not recorded is owed
            in_doubt = True
            _report(error, job.id)
        # Every write was noticed here, whoever made it; a card that shows something else is owed.
        if self._served[job.id].card_owed:
            await self._sleep(BETWEEN_EDITS_S)
        elif written is None and not in_doubt:
            self._forget(job.id)
            return
        await self._serve(job.id, in_doubt=in_doubt)

    async def _show_ahead(self, foreseen: Job) -> Sequence[JobEvent]:
        try:
            return await self._delivering.preview(foreseen)
        except Exception as error:  # noqa: BLE001 - it must not end the write beside it, of which then nobody would hear
            _report(error, foreseen.id)
            return []

    def _forget(self, job_id: str) -> None:
        del self._served[job_id]
        self._owed.task_done()


def _shows_the_same(written: Job, foreseen: Job) -> bool:
    """Tell whether a write came out as foreseen; a token that was found dead meanwhile changes no card."""
    return replace(written, token=foreseen.token, version=foreseen.version) == foreseen


def _asked_pause_s(error: Exception) -> float:
    """Return how long to wait at the least, since the error says so."""
    asked_s = (error.retry_after_s or 0.0) if isinstance(error, RemoteError) else 0.0
    return min(asked_s, LONGEST_WAIT_S)


def _report(error: Exception, job_id: str) -> None:
    if isinstance(error, TransientError):
        log.warning("card not shown yet: %s", error, extra={"job_id": job_id})
    else:
        log.error("card not shown", exc_info=error, extra={"job_id": job_id})


def _unexpected(error: Exception) -> Exception | None:
    """Return an error whose cause only its traceback shows."""
    return None if isinstance(error, EaselError) else error
