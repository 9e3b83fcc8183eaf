"""Histories of a store, as hypothesis makes them up: many writes at once, callers who leave, ends and kills."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol, TypeVar, cast

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from bot.core.admission import Change, Limits
from bot.core.job import Job
from bot.core.turns import Line
from bot.errors import RemoteIdTakenError
from bot.ports import JobStore
from tests.core.jobs import REFERENCES
from tests.store.model import MODELS, REMOTE_IDS, Model, Write, possible
from tests.store.values import NO_LIMITS, NOW, StoppedClock, a_job

T = TypeVar("T")

JOB_IDS = tuple("12345")
OWNERS = (7, 8)
STEPS = 30
FEWEST = 3
"""Histories in the quickest run."""
MOST_TURNS = 40
"""Of the event loop: a batch of writes takes fewer, so that what happens to them may happen anywhere between."""
BATCHES = 5

writes = st.builds(Write, job_id=st.sampled_from(JOB_IDS), choice=st.integers(0, 200), minute=st.integers(0, 40))
some_writes = st.lists(writes, min_size=1, max_size=5)
many_writes = st.lists(writes, min_size=4, max_size=12)
turns = st.integers(0, MOST_TURNS)
minutes = st.integers(0, 60).map(lambda number: timedelta(minutes=number))
limits = st.builds(Limits, jobs_under_way=st.sampled_from([0, 0, 1, 2]), images_per_day=st.sampled_from([0, 0, 4]))


class Host(Protocol):
    """Where a store lives."""

    outlives: bool
    """Tells whether what was written is there when the store is opened again."""

    async def open(self) -> JobStore:
        """Open the store, with what was written before."""
        ...

    async def kill(self, store: JobStore) -> JobStore:
        """Give the store as it is found after its process was killed at this very moment."""
        ...


@st.composite
def jobs(draw: st.DrawFn) -> Job:
    """Make up a new job: few ids, owners and moments, so that they meet."""
    number = int(draw(st.sampled_from(JOB_IDS)))
    job = a_job(number, count=draw(st.integers(1, 3)), owner_id=draw(st.sampled_from(OWNERS)))
    created_at = NOW + timedelta(minutes=draw(st.integers(0, 2)))
    ask = replace(job.ask, private=draw(st.booleans()), references=REFERENCES[: draw(st.integers(0, 1))])
    return replace(job, ask=ask, created_at=created_at, token_expires_at=created_at + timedelta(minutes=15))


class StoreMachine(RuleBasedStateMachine):
    """One history. Nothing that is drawn hangs on what came before, since a kill leaves more than one way to go on."""

    def __init__(self, host: Host, clock: StoppedClock) -> None:
        super().__init__()
        self.host = host
        self.clock = clock
        self.model = Model()
        self.calls = 0
        self.runner = asyncio.Runner()
        self.store = self.run(host.open())
        for job_id in JOB_IDS[:3]:
            self.add([replace(a_job(int(job_id), count=2), created_at=NOW)], NO_LIMITS, 4)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        self.calls += 1
        return self.runner.run(work)

    @rule(new=st.lists(jobs(), min_size=1, max_size=3), limits=limits, slots=st.integers(1, 4))
    def add(self, new: Sequence[Job], limits: Limits, slots: int) -> None:
        """Add jobs at the same moment, some of them twice."""

        async def add() -> Sequence[object]:
            return await asyncio.gather(*(self.store.add(job, limits=limits, slots=slots) for job in new))

        expected = [self.model.add(job, limits=limits, slots=slots, now=self.clock.now) for job in new]
        assert self.run(add()) == expected

    @rule(some=many_writes)
    def change(self, some: Sequence[Write]) -> None:
        """Change jobs at the same moment, one of them maybe more than once."""

        async def change() -> Sequence[object]:
            return await asyncio.gather(*map(self._write, some), return_exceptions=True)

        for outcome, write in zip(self.run(change()), some, strict=True):
            self._check_outcome(outcome, self.model.change(write))

    async def _write(self, write: Write) -> Change | None:
        return await self.store.change(write.job_id, write.transition)

    @staticmethod
    def _check_outcome(outcome: object, expected: Change | type[Exception] | None) -> None:
        if isinstance(outcome, BaseException):
            assert type(outcome) is expected, repr(outcome)
        else:
            assert outcome == expected

    @rule(job_id=st.sampled_from(JOB_IDS), write=writes)
    def change_with_a_transition_that_fails(self, job_id: str, write: Write) -> None:
        """Fail one change beside another, which is not harmed by it."""

        def fail(job: Job) -> Job:
            raise LookupError(job.id)

        async def change() -> Sequence[object]:
            both = (self.store.change(job_id, fail), self._write(write))
            return await asyncio.gather(*both, return_exceptions=True)

        failed, fine = self.run(change())
        assert isinstance(failed, LookupError) if job_id in self.model.jobs else failed is None
        self._check_outcome(fine, self.model.change(write))

    @rule(some=some_writes, leavers=st.sets(st.integers(0, 4)), after=turns)
    def leave(self, some: Sequence[Write], leavers: set[int], after: int) -> None:
        """Cancel some of the callers in the middle: each of their changes is there whole or not at all."""

        async def leave() -> list[int]:
            tasks = [asyncio.create_task(self._write(write)) for write in some]
            await _turn(after)
            for number in leavers & set(range(len(tasks))):
                tasks[number].cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            # What goes after them is written after them.
            await self.store.change("nobody", lambda job: job)
            return [n for n, outcome in enumerate(outcomes) if not isinstance(outcome, asyncio.CancelledError)]

        self._settle(some, self.run(leave()))

    @precondition(lambda self: self.host.outlives)
    @rule(some=some_writes, batches=st.integers(1, BATCHES), after=turns)
    def kill(self, some: Sequence[Write], batches: int, after: int) -> None:
        """Kill the process in the middle of writes: what was acknowledged is there, of the rest a beginning."""

        async def kill() -> list[int]:
            acknowledged: list[int] = []

            async def write_on() -> None:
                for number, write in enumerate(some):
                    with suppress(RemoteIdTakenError):
                        await self._write(write)
                    acknowledged.append(number)

            writing = asyncio.create_task(write_on())
            await _turn(after * batches)
            seen = list(acknowledged)
            self.store = await self.host.kill(self.store)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            return seen

        self._settle(some, self.run(kill()))

    @precondition(lambda self: self.host.outlives)
    @rule(some=some_writes)
    def end_and_begin_again(self, some: Sequence[Write]) -> None:
        """Close the store while changes wait, and open it again: they were all written."""

        async def begin_again() -> None:
            waiting = asyncio.gather(*map(self._write, some), return_exceptions=True)
            await asyncio.sleep(0)
            await self.store.close()
            await waiting
            self.store = await self.host.open()

        self.run(begin_again())
        for write in some:
            self.model.change(write)
        self.look()

    @rule(later=minutes)
    def forget_tokens(self, later: timedelta) -> None:
        self.run(self.store.forget_tokens(NOW + later))
        self.model.forget_tokens(NOW + later)

    @rule(hours=st.sampled_from([1, 12, 24]))
    def let_time_pass(self, hours: int) -> None:
        self.clock.now += timedelta(hours=hours)

    @rule(limit=st.integers(1, 4), later=minutes, remote_ids=st.lists(st.sampled_from(REMOTE_IDS)))
    def ask(self, limit: int, later: timedelta, remote_ids: Sequence[str]) -> None:
        """Ask everything that the port can be asked."""
        store, model, moment = self.store, self.model, NOW + later
        assert self.run(store.unanswered(moment)) == model.unanswered(moment)
        assert self.run(store.startable(limit)) == model.startable(limit)
        assert set(self.run(store.at_oxen())) == model.at_oxen()
        for checked in (False, True):
            line = Line(checked=checked, limit=limit, without_jobs={"1"}, without_models={MODELS[0]})
            assert self.run(store.next_in_line(line)) == model.next_in_line(line)
        assert self.run(store.open_jobs()) == model.open_jobs()
        missing = self.run(store.missing_since(moment, after="1", limit=limit))
        assert missing == model.missing_since(moment, after="1", limit=limit)
        assert self.run(store.waiting_since(moment, limit)) == model.waiting_since(moment, limit)
        assert self.run(store.holding_words(moment, limit)) == model.holding_words(moment, limit)
        assert self.run(store.uncharged_since(moment)) == model.uncharged_since(moment)
        assert self.run(store.owed(limit)) == model.owed(limit)
        assert self.run(store.renewals_due(moment)) == model.renewals_due(moment)
        for owner_id in OWNERS:
            assert self.run(store.inbox(owner_id, limit)) == model.inbox(owner_id, limit)
            finished = self.run(store.finished_since(owner_id, moment, limit))
            assert finished == model.finished_since(owner_id, moment, limit)
        for name in MODELS:
            assert sorted(self.run(store.durations_s(name, 99))) == model.durations_s(name)
        owners = model.owners()
        assert self.run(store.taken_remote_ids(remote_ids)) == owners.keys() & set(remote_ids)
        assert [self.run(store.find_by_remote_id(name)) for name in remote_ids] == list(map(owners.get, remote_ids))

    @rule()
    def look(self) -> None:
        """Look at every job whole."""
        assert self._found() == self.model.jobs

    def _found(self) -> dict[str, Job]:
        async def look() -> list[Job | None]:
            return [await self.store.get(job_id) for job_id in JOB_IDS]

        return {job.id: job for job in self.run(look()) if job is not None}

    def _settle(self, some: Sequence[Write], certain: Sequence[int]) -> None:
        """Find out which of the uncertain writes came to pass; no other state may be found."""
        found = self._found()
        fitting = [after for after in possible(self.model, some, certain) if after.jobs == found]
        assert fitting, f"{found} is none of the states in which these writes can have left {self.model.jobs}"
        self.model = fitting[0]

    def teardown(self) -> None:
        try:
            self.look()
            self.ask(4, timedelta(minutes=30), REMOTE_IDS)
        finally:
            self.run(self.store.close())
            self.runner.close()
            event("calls", payload=self.calls)


async def _turn(times: int) -> None:
    for _ in range(times):
        await asyncio.sleep(0)


def check_histories(machine: Callable[[], StoreMachine], *, inputs_per_history: int) -> None:
    """Let hypothesis make up histories: as many as its profile says, divided by how many inputs one is worth."""
    run_state_machine_as_test(
        # It only ever calls it.
        cast("type[StoreMachine]", machine),
        settings=settings(
            max_examples=max(FEWEST, settings().max_examples // inputs_per_history),
            stateful_step_count=STEPS,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
