"""The tasks of one running server: held strongly, stopped together, and loud when one of them breaks."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

Result = TypeVar("Result")


class Tasks:
    """Spawns into one TaskGroup. An error that nobody handles ends the server, for it is a defect of the sandbox."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._running: set[asyncio.Task[object]] = set()

    def spawn(self, work: Coroutine[object, object, Result]) -> asyncio.Task[Result]:
        task = self._group.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def cancel_all(self) -> None:
        for task in self._running:
            task.cancel()
