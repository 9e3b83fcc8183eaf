"""Transactions that tell a failed COMMIT from everything before it; knows no tables."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store import faults


class CommitUnclearError(Exception):
    """A COMMIT ended in an error, its cause: what the transaction wrote may be there all the same.

    So it is when the connection breaks after the server has committed and before it has said so.
    """

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncGenerator[AsyncConnection]:
    """Commit what the block does, or nothing of it; raises CommitUnclearError where nobody can tell."""
    done = False
    try:
        async with engine.begin() as connection:
            yield connection
            done = True
    except faults.DATABASE_PROBLEMS as error:
        if done:
            raise CommitUnclearError(error) from error
        raise
