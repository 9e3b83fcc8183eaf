"""The loop that takes waiting jobs to Oxen: one loop, bounded concurrency, slots counted by the store."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from bot.core.admission import Change
from bot.core.backoff import Backoff
from bot.core.job import HOLDS_SLOT, Generation, GenerationState, Job
from bot.core.posts import groups
from bot.errors import EaselError, ReferenceUnreadError, TransientError
from bot.ports import JobStore
from bot.service.posting import Posting
from bot.service.preparation import Preparation
from bot.service.stream_health import StreamHealth
from bot.service.wake import Bell

log = logging.getLogger(__name__)

LOOKAHEAD = 64
"""Waiting jobs that are looked at beyond the free slots, so that one with slow references holds up nobody."""
PREPARED_AT_ONCE = 4
"""Each may hold a reference of 10 MiB in memory."""
STREAM_PATIENCE_S = 30.0
"""How long the first POST waits for the stream; after that the sweep stands in for it."""
LOOK_AGAIN_S = 5.0
BACKOFF = Backoff(first_s=2.0, cap_s=60.0)


Work = Callable[[], Awaitable[None]]


class Worker:
    """Prepares and posts jobs, oldest first."""

    def __init__(
        self,
        *,
        store: JobStore,
        preparation: Preparation,
        posting: Posting,
        health: StreamHealth,
        slots: int,
        monotonic: Callable[[], float],
    ) -> None:
        self._store = store
        self._preparation = preparation
        self._posting = posting
        self._health = health
        self._slots = slots
        self._monotonic = monotonic
        self._bell = Bell()
        self._busy: set[str] = set()
        self._reserved: dict[str, int] = {}
        self._resting_until: dict[str, float] = {}
        self._preparing = asyncio.Semaphore(PREPARED_AT_ONCE)
        self._backoff = BACKOFF
        self._not_before = 0.0
        self._stopping = False

    def notice(self, change: Change) -> None:
        """Look for work after a change that made some or freed a slot."""
        job = change.after
        if job.id in self._reserved:
            # From here on the store counts these slots itself; what leaves the state again was counted down already.
            sent = _count(job, GenerationState.SUBMITTING) - _count(change.before, GenerationState.SUBMITTING)
            self._reserved[job.id] -= max(0, sent)
        if _count(job, GenerationState.PLANNED) or _slots(job) < _slots(change.before):
            self._bell.ring()

    def stop(self) -> None:
        """Take no more work; what is in hand goes on."""
        self._stopping = True
        self._bell.ring()

    async def run(self) -> None:
        """Work until stopped and what is in hand is done."""
        await self._wait_for_stream()
        async with asyncio.TaskGroup() as tasks:
            while not self._stopping:
                try:
                    await self._look(tasks)
                except EaselError:
                    log.exception("waiting jobs cannot be read")
                await self._bell.wait(self._patience_s())

    async def _wait_for_stream(self) -> None:
        """Let the stream come up before the first POST: what fires before that is lost."""
        self._health.observe(self._bell.ring)
        patience_ends = self._monotonic() + STREAM_PATIENCE_S
        while not self._health.up and not self._stopping and self._monotonic() < patience_ends:
            await self._bell.wait(STREAM_PATIENCE_S)
        if not self._health.up:
            log.warning("the stream is not up; finished pictures are asked for instead")

    def _patience_s(self) -> float:
        pause_s = self._not_before - self._monotonic()
        return min(pause_s, LOOK_AGAIN_S) if pause_s > 0 else LOOK_AGAIN_S

    async def _look(self, tasks: asyncio.TaskGroup) -> None:
        # Read before the store is asked: a slot that moves between the two counts is then counted twice, not never.
        reserved = sum(self._reserved.values())
        free = self._slots - reserved - await self._store.slots_taken()
        for job in await self._store.startable(max(free, 0) + LOOKAHEAD):
            if job.id in self._busy or self._rests(job) or self._stopping:
                continue
            if not job.checked:
                self._start(tasks, job, partial(self._prepare, job))
            elif free > 0 and self._monotonic() >= self._not_before:
                free -= self._post(tasks, job, free)

    def _post(self, tasks: asyncio.TaskGroup, job: Job, free: int) -> int:
        """Start the POSTs of a job for which there is room, and give the number of slots that they take."""
        posts = groups(job, free_slots=free)
        taken = sum(len(group) for group in posts)
        if taken:
            self._reserved[job.id] = taken
            self._start(tasks, job, partial(self._send, job, posts))
        return taken

    def _start(self, tasks: asyncio.TaskGroup, job: Job, work: Work) -> None:
        self._busy.add(job.id)
        tasks.create_task(self._guarded(job, work), name=f"work on {job.id}")

    async def _guarded(self, job: Job, work: Work) -> None:
        try:
            await work()
        except Exception:
            # One job that cannot be worked on must not end the work for all; it is looked at again.
            log.exception("work on a job failed", extra={"job_id": job.id})
            self._rest(job)
        finally:
            self._busy.discard(job.id)
            self._reserved.pop(job.id, None)
            self._bell.ring()

    def _rest(self, job: Job) -> None:
        self._resting_until[job.id] = self._monotonic() + LOOK_AGAIN_S

    def _rests(self, job: Job) -> bool:
        """Tell whether a job that just failed is left alone for a while; the others go on."""
        if self._monotonic() < self._resting_until.get(job.id, 0.0):
            return True
        self._resting_until.pop(job.id, None)
        return False

    async def _prepare(self, job: Job) -> None:
        async with self._preparing:
            try:
                await self._preparation.prepare(job)
            except TransientError as error:
                log.warning("not prepared yet: %s", error, extra={"job_id": job.id})
                self._rest(job)

    async def _send(self, job: Job, posts: Sequence[Sequence[Generation]]) -> None:
        outcomes = await asyncio.gather(*(self._posting.send(job, group) for group in posts), return_exceptions=True)
        failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        refused = [failure for failure in failures if isinstance(failure, TransientError)]
        if len(refused) < len(failures):
            raise next(failure for failure in failures if not isinstance(failure, TransientError))
        by_oxen = [error for error in refused if not isinstance(error, ReferenceUnreadError)]
        if by_oxen:
            self._back_off(job, by_oxen[0])
        elif refused:
            log.warning("not sent yet: %s", refused[0], extra={"job_id": job.id})
            self._rest(job)
        else:
            self._backoff = BACKOFF

    def _back_off(self, job: Job, error: TransientError) -> None:
        """Wait before the next POST, as long as Oxen asks for, else longer with each refusal."""
        limit_s = self._backoff.pause_s
        self._backoff = self._backoff.failed()
        pause_s = error.retry_after_s if error.retry_after_s is not None else random.uniform(limit_s / 2, limit_s)  # noqa: S311
        self._not_before = self._monotonic() + pause_s
        log.warning("not taken: %s; next try in %.1f s", error, pause_s, extra={"job_id": job.id})


def _count(job: Job, state: GenerationState) -> int:
    return sum(g.state is state for g in job.generations)


def _slots(job: Job) -> int:
    return sum(g.state in HOLDS_SLOT for g in job.generations)
