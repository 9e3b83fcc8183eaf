"""The loop that takes waiting jobs to Oxen: members in turn, models apart, bounded concurrency."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from bot.core.admission import Change
from bot.core.job import HOLDS_SLOT, Generation, GenerationState, Job
from bot.core.posts import groups
from bot.core.turns import SHARES, AtOxen, Line, Turn, planned_images, readings, turns
from bot.errors import ReferenceUnreadError, TransientError
from bot.ports import JobStore
from bot.service.job_rests import JobRests
from bot.service.model_health import ModelHealth
from bot.service.posting import Posting, Sent
from bot.service.preparation import Preparation
from bot.service.stream_health import StreamHealth
from bot.service.wake import Bell

log = logging.getLogger(__name__)

PREPARED_LOOKAHEAD = 256
"""Jobs to be prepared that are looked at: links that hang must not hide the others."""
LOOKAHEAD = 64
"""Waiting jobs that are looked at beyond the free slots: with each member's first ones, more have no turn."""
CHECKED_AT_ONCE = 4
"""Jobs whose references are read for the first time; each may hold one of 10 MiB in memory."""
CHECKED_AGAIN_AT_ONCE = 2
"""And those whose links failed before: what hangs takes no room from what was never tried."""
STREAM_PATIENCE_S = 30.0
"""How long the first POST waits for the stream; after that the sweep stands in for it."""
LOOK_AGAIN_S = 5.0
SLOW_ANSWER_S = 8.0
"""Oxen answers a POST within a second or so. A longer one keeps its slot no more; a model with several
such waits for them."""
Work = Callable[[], Awaitable[None]]
Send = Callable[[], Awaitable[Sent]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _InHand:
    """A job that is being prepared or posted; `images` are those whose answer is still to come.

    `reads` says that its references are read before anything is sent.
    """

    owner_id: int
    model: str | None
    images: int
    reads: bool
    since_s: float


class Worker:
    """Prepares and posts jobs, each member's oldest first, the member with the least at Oxen first."""

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
        self._models = ModelHealth(monotonic)
        self._bell = Bell()
        self._in_hand: dict[str, _InHand] = {}
        self._lost: dict[str, tuple[Job, Sequence[Generation]]] = {}
        self._rests = JobRests(monotonic)
        self._stopping = False

    def notice(self, change: Change) -> None:
        """Look for work after a change that made some or freed a slot."""
        job = change.after
        # From here on the store counts these slots itself, or they are free again.
        self._release(job.id, _submitting(change.before) - _submitting(job))
        if not planned_images(job):
            self._rests.forget(job.id)
        if planned_images(job) or _slots(job) < _slots(change.before):
            self._bell.ring()

    async def send_again(self, job: Job, generations: Sequence[Generation], intent_id: str) -> None:
        """Send a POST once more that Oxen surely never saw, if there is room now; else it is to be asked again."""
        self._lost[intent_id] = (job, generations)
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
                except Exception:
                    # Whatever it is must not end the work for all; a broken table or disk may be whole a minute later.
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
        now_s = self._monotonic()
        slow_s = [held.since_s + SLOW_ANSWER_S - now_s for held in self._in_hand.values() if held.images]
        ends_s = [end_s for end_s in slow_s if end_s > 0]
        return min([LOOK_AGAIN_S, *ends_s, *self._rests.ends_s(), *self._models.ends_s()])

    async def _look(self, tasks: asyncio.TaskGroup) -> None:
        # Read before the store is asked: a slot that moves between the two counts is then counted twice, not never.
        in_the_air = self._in_the_air()
        at_oxen = [*in_the_air, *await self._store.at_oxen()]
        free = self._slots - sum(held.images for held in at_oxen)
        free -= self._start_lost(tasks, free)
        if free > 0:
            waiting = await self._line(checked=True, limit=free + LOOKAHEAD)
            for turn in turns(self._in_order(waiting), at_oxen, slots=self._slots, free=free):
                self._start_turn(tasks, turn)
        self._start_preparing(tasks, await self._line(checked=False, limit=PREPARED_LOOKAHEAD))

    def _in_the_air(self) -> list[AtOxen]:
        """Return what this process is about to have at Oxen; a POST that hangs counts no more."""
        since_s = self._monotonic() - SLOW_ANSWER_S
        return [
            AtOxen(owner_id=held.owner_id, job_id=job_id, images=held.images)
            for job_id, held in self._in_hand.items()
            if held.images > 0 and held.since_s > since_s
        ]

    async def _line(self, *, checked: bool, limit: int) -> Sequence[Job]:
        """Return the waiting jobs that could go on now; what cannot is left out by the store, and so hides nobody."""
        line = Line(
            checked=checked,
            limit=limit,
            without_jobs=self._rests.resting() | self._in_hand.keys(),
            without_models=self._models_that_wait() if checked else frozenset(),
        )
        # What was begun while the store was asked is not begun twice.
        return [job for job in await self._store.next_in_line(line) if job.id not in self._in_hand]

    def _models_that_wait(self) -> set[str]:
        """Return the models that get no POST now: they rest, one is out to try them, or several do not come back."""
        slow_s = self._monotonic() - SLOW_ANSWER_S
        posts = [(held.model, held.since_s) for held in self._in_hand.values() if held.model is not None]
        tried = {model for model, since_s in posts if since_s > slow_s and self._models.is_tried(model, since_s)}
        slow = Counter(model for model, since_s in posts if since_s <= slow_s)
        most = max(1, self._slots // SHARES)
        return self._models.resting() | tried | {model for model, number in slow.items() if number >= most}

    def _in_order(self, waiting: Sequence[Job]) -> list[Job]:
        """Return the jobs that may go out together: of a model in trouble only one, to try it."""
        tried = set[str]()
        kept: list[Job] = []
        for job in waiting:
            model = _model(job)
            if model not in tried:
                kept.append(job)
            if model is not None and self._models.in_trouble(model):
                tried.add(model)
        return kept

    def _start_turn(self, tasks: asyncio.TaskGroup, turn: Turn) -> None:
        model = _model(turn.job)
        probing = model is not None and self._models.in_trouble(model)
        posts = groups(turn.job, free_slots=1 if probing else turn.images)
        if posts and not self._stopping:
            sends = [(group, partial(self._posting.send, turn.job, group)) for group in posts]
            self._start(tasks, turn.job, partial(self._send, turn.job, sends), images=sum(map(len, posts)))

    def _start_lost(self, tasks: asyncio.TaskGroup, free: int) -> int:
        """Start the second sends for which there is room, and return what they take; the rest is decided anew."""
        lost, self._lost = self._lost, {}
        taken = 0
        for intent_id, (job, generations) in lost.items():
            fits = len(generations) <= free - taken and job.id not in self._in_hand and not self._stopping
            if not fits or _model(job) in self._models_that_wait():
                continue
            again = partial(self._posting.resend, job, generations, intent_id)
            self._start(tasks, job, partial(self._send, job, [(generations, again)]), images=len(generations))
            taken += len(generations)
        return taken

    def _start_preparing(self, tasks: asyncio.TaskGroup, waiting: Sequence[Job]) -> None:
        """Prepare what has room: what reads nothing at once, and links that failed apart from those never tried."""
        reading = [(job_id, held.owner_id) for job_id, held in self._in_hand.items() if held.reads]
        unread = self._rests.unread_by_owner()
        chosen = [job for job in waiting if not job.ask.references]
        for failed, at_once in ((False, CHECKED_AT_ONCE), (True, CHECKED_AGAIN_AT_ONCE)):
            line = [job for job in waiting if job.ask.references and self._has_failed(job.id) is failed]
            owners = [owner_id for job_id, owner_id in reading if self._has_failed(job_id) is failed]
            chosen += readings(line, owners, unread=unread, at_once=at_once)
        for job in chosen if not self._stopping else ():
            self._start(tasks, job, partial(self._prepare, job), images=0)

    def _has_failed(self, job_id: str) -> bool:
        return self._rests.times_unread(job_id) > 0

    def _start(self, tasks: asyncio.TaskGroup, job: Job, work: Work, *, images: int) -> None:
        model = _model(job) if images else None
        self._in_hand[job.id] = _InHand(
            owner_id=job.owner_id,
            model=model,
            images=images,
            reads=not images and bool(job.ask.references),
            since_s=self._monotonic(),
        )
        tasks.create_task(self._guarded(job, work), name=f"work on {job.id}")

    async def _guarded(self, job: Job, work: Work) -> None:
        try:
            await work()
        except Exception:
            # One job that cannot be worked on must not end the work for all; it is looked at again.
            log.exception("work on a job failed", extra={"job_id": job.id})
            self._rests.rest(job.id, job.owner_id)
        finally:
            self._in_hand.pop(job.id, None)
            self._bell.ring()

    def _release(self, job_id: str, images: int) -> None:
        """Count images no more whose POST was answered, or given up."""
        held = self._in_hand.get(job_id)
        if held is not None and images > 0:
            self._in_hand[job_id] = replace(held, images=max(0, held.images - images))

    async def _prepare(self, job: Job) -> None:
        try:
            await self._preparation.prepare(job, tries=self._rests.times_unread(job.id))
        except TransientError as error:
            log.warning("not prepared yet: %s", error, extra={"job_id": job.id})
            self._rests.rest(job.id, job.owner_id, unread=isinstance(error, ReferenceUnreadError))

    async def _send(self, job: Job, sends: Sequence[tuple[Sequence[Generation], Send]]) -> None:
        began_s = self._monotonic()
        outcomes = await asyncio.gather(
            *(self._send_one(job, group, send) for group, send in sends), return_exceptions=True
        )
        failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        for failure in failures:
            if not isinstance(failure, TransientError):
                raise failure
        unread = [error for error in failures if isinstance(error, ReferenceUnreadError)]
        refused = [error for error in failures if isinstance(error, TransientError) and error not in unread]
        if refused or Sent.UNCLEAR in outcomes:
            self._back_off(job, began_s, refused)
        elif not failures:
            self._models.answered(_model(job) or "")
        if unread:
            log.warning("not sent yet: %s", unread[0], extra={"job_id": job.id})
            self._rests.rest(job.id, job.owner_id)

    async def _send_one(self, job: Job, group: Sequence[Generation], send: Send) -> Sent:
        sent = await send()
        if sent is Sent.UNCLEAR:
            self._release(job.id, len(group))
            self._bell.ring()
        return sent

    def _back_off(self, job: Job, began_s: float, refused: Sequence[TransientError]) -> None:
        """Leave a job's model alone for a while, and no other one."""
        model = _model(job) or ""
        if refused:
            pause_s = self._models.refused(model, began_s=began_s, retry_after_s=refused[0].retry_after_s)
        else:
            pause_s = self._models.lost(model, began_s=began_s)
        if pause_s is not None:
            why = refused[0] if refused else "its answer was lost"
            log.warning("not taken: %s; next try in %.1f s", why, pause_s, extra={"job_id": job.id})


def _model(job: Job) -> str | None:
    return job.plan.model if job.plan else None


def _submitting(job: Job) -> int:
    return sum(g.state is GenerationState.SUBMITTING for g in job.generations)


def _slots(job: Job) -> int:
    return sum(g.state in HOLDS_SLOT for g in job.generations)
