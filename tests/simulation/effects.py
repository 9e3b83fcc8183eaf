"""Side effects with numbers: where a process may die, and what of it still reaches the world; knows no service."""

import asyncio
import contextvars
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from tests.simulation.as_code import as_code
from tests.simulation.clock import VirtualLoop, virtual_loop

T = TypeVar("T")


class Phase(StrEnum):
    """Before: nothing left the process. Inside: it happens, and nobody reads the answer. After: nobody acts on it."""

    __repr__ = as_code

    BEFORE = "before"
    INSIDE = "inside"
    AFTER = "after"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class KillPoint:
    """The process dies at the effect with this number, counted from 1 over all processes of a run."""

    number: int
    phase: Phase


@dataclass(slots=True, kw_only=True)
class Trace:
    """What happened in a run, in order; two runs are equal when their lines are."""

    lines: list[str] = field(default_factory=list[str])

    def note(self, text: str) -> None:
        self.lines.append(f"{asyncio.get_running_loop().time():9.3f}  {text}")


class Life:
    """One process: its tasks end all at once, wherever they wait, and whatever they still try is refused."""

    _of_task: contextvars.ContextVar["Life"] = contextvars.ContextVar("life")

    def __init__(self) -> None:
        self.ended = False
        self._tasks: list[asyncio.Task[Any]] = []
        self._context = contextvars.copy_context()
        self._context.run(self._of_task.set, self)
        self._at_end: list[Callable[[], None]] = []

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run something inside this process; the tasks that it makes belong to it as well."""
        return asyncio.get_running_loop().create_task(work, context=self._context)

    def at_end(self, callback: Callable[[], None]) -> None:
        self._at_end.append(callback)

    def end(self) -> None:
        """Die now. Tasks unwind without a word to the world: every effect checks who asks for it."""
        if self.ended:
            return
        self.ended = True
        for callback in self._at_end:
            callback()
        for task in self._tasks:
            task.cancel()

    def check(self) -> None:
        if self.ended:
            raise asyncio.CancelledError

    @property
    def tasks_left(self) -> list[asyncio.Task[Any]]:
        return [task for task in self._tasks if not task.done()]

    @classmethod
    def keep_tasks(cls, loop: VirtualLoop) -> None:
        """Let every task that is made from now on be known to the process that made it."""

        def make(
            loop: asyncio.AbstractEventLoop,
            work: Coroutine[Any, Any, Any],
            *,
            context: contextvars.Context | None = None,
        ) -> asyncio.Task[Any]:
            task = asyncio.Task(work, loop=loop, context=context)
            life = cls._of_task.get(None) if context is None else context.get(cls._of_task)
            if life is not None:
                life._tasks.append(task)
            return task

        # typeshed wants a generic signature, which a nested function cannot have.
        loop.set_task_factory(make)  # pyright: ignore[reportArgumentType]


class Effects:
    """Counts the side effects of a run and ends the process at the points that the schedule names."""

    def __init__(self, kills: Collection[KillPoint], trace: Trace) -> None:
        self.count = 0
        self._kills = frozenset(kills)
        self._trace = trace

    def begin(self, life: Life, name: str) -> int:
        """Number an effect that is about to happen; raises CancelledError in a dead process."""
        life.check()
        self.count += 1
        self._trace.note(f"#{self.count} {name}")
        self.strike(life, self.count, Phase.BEFORE)
        life.check()
        return self.count

    def strike(self, life: Life, number: int, phase: Phase) -> None:
        if not life.ended and KillPoint(number=number, phase=phase) in self._kills:
            self._trace.note(f"killed {phase} #{number}")
            life.end()

    async def call(
        self, life: Life, name: str, arrive: Callable[[], T], *, there_s: float = 0.0, back_s: float = 0.0
    ) -> T:
        """Call a service: `arrive` happens there after `there_s`, and its answer or error is here after `back_s`."""
        loop = virtual_loop()
        number = self.begin(life, name)
        answer: asyncio.Future[T] = loop.create_future()

        def reach() -> None:
            try:
                result = arrive()
            except Exception as error:  # noqa: BLE001 - whatever the service raises is the caller's
                loop.call_later(back_s, back, error)
            else:
                loop.call_later(back_s, back, result)

        def back(outcome: T | Exception) -> None:
            self.strike(life, number, Phase.AFTER)
            if answer.done() or life.ended:
                return
            if isinstance(outcome, Exception):
                answer.set_exception(outcome)
            else:
                answer.set_result(outcome)

        loop.call_later(there_s, reach)
        self.strike(life, number, Phase.INSIDE)
        life.check()
        return await answer
