"""The real store, which asks its database again only after a commit: idle ticks are most of a run's time."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar, cast

from bot.core.job import Job
from bot.core.turns import AtOxen, Line
from bot.store.sql import SqlStore
from tests.simulation.clock import BEGINNING
from tests.simulation.database import Database
from tests.simulation.effects import Life
from tests.simulation.seal import SEAL

T = TypeVar("T")

NEVER = BEGINNING.replace(year=9000)


class RememberingStore(SqlStore):
    """Answers the loops' questions from memory while nothing was written and nobody writes."""

    def __init__(self, database: Database, life: Life, *, clock: Callable[[], datetime]) -> None:
        super().__init__(database.engine_for(life), seal=SEAL, clock=clock)
        self._database = database
        self._answers: dict[str, object] = {}
        self._asked_after = -1

    async def open_jobs(self) -> Sequence[Job]:
        return await self._once("open", super().open_jobs)

    async def at_oxen(self) -> Sequence[AtOxen]:
        return await self._once("at Oxen", super().at_oxen)

    async def next_in_line(self, line: Line) -> Sequence[Job]:
        return await self._once(f"line {line}", lambda: super(RememberingStore, self).next_in_line(line))

    async def startable(self, limit: int) -> Sequence[Job]:
        return await self._once(f"startable {limit}", lambda: super(RememberingStore, self).startable(limit))

    async def unanswered(self, before: datetime) -> Sequence[Job]:
        if not await self._once("unanswered", lambda: super(RememberingStore, self).unanswered(NEVER)):
            return []
        return await super().unanswered(before)

    async def renewals_due(self, now: datetime) -> Sequence[Job]:
        if not await self._once("renewals", lambda: super(RememberingStore, self).renewals_due(NEVER)):
            return []
        return await super().renewals_due(now)

    async def forget_tokens(self, now: datetime) -> None:
        tokens = "SELECT count(*) FROM jobs WHERE sealed_token IS NOT NULL"
        if await self._once("tokens", lambda: self._count(tokens)):
            await super().forget_tokens(now)

    async def _count(self, query: str) -> int:
        return self._database.one(query)

    async def _once(self, question: str, ask: Callable[[], Awaitable[T]]) -> T:
        if self._database.commits != self._asked_after:
            self._answers.clear()
            self._asked_after = self._database.commits
        if question in self._answers and not self._database.is_writing:
            await asyncio.sleep(0)
            return cast("T", self._answers[question])
        commits = self._database.commits
        answer = await ask()
        if commits == self._database.commits == self._asked_after:
            self._answers[question] = answer
        return answer
