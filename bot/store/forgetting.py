"""Removes what is kept no longer: all of a person, rows for their age, and what a delete by hand left behind.

Each step is a short transaction of its own, so that no other write waits for long.
"""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.keeping import Forgotten
from bot.store.tables import Moment, card_owed, generations, jobs, under_way

ROWS_A_STEP = 200
"""Some 20 ms of an SQLite file on an ordinary disk."""
UNNAMED = 0
"""Stands for a moderator who was forgotten: who cancelled is gone, that somebody did stays. No id of Discord is 0."""

_PERSON = sa.bindparam("person_id", type_=sa.BigInteger)
_STEP = sa.bindparam("step", type_=sa.Integer)
_OWNED = jobs.c.owner_id == _PERSON
_UNFINISHED = sa.or_(under_way, card_owed)


def _delete(*conditions: sa.ColumnElement[bool]) -> sa.Delete:
    some = sa.select(jobs.c.id).where(*conditions).limit(_STEP)
    return sa.delete(jobs).where(jobs.c.id.in_(some.correlate(None)))


def _rename(column: sa.Column[int], value: int | None) -> sa.Update:
    """Take a person out of other people's jobs; a change that is under way meanwhile meets another version."""
    some = sa.select(jobs.c.id).where(column == _PERSON, sa.not_(_OWNED)).limit(_STEP)
    changed = {column.name: value, "version": jobs.c.version + 1}
    return sa.update(jobs).where(jobs.c.id.in_(some.correlate(None))).values(changed)


DELETE_OF_PERSON = _delete(_OWNED, sa.not_(_UNFINISHED))
UNFINISHED_OF_PERSON = sa.select(sa.func.count().label("jobs")).select_from(jobs).where(_OWNED, _UNFINISHED)
FORGET_CREDIT = _rename(jobs.c.credit_id, None)
FORGET_CANCELLER = _rename(jobs.c.cancelled_by, UNNAMED)
DELETE_EMPTIED = _delete(jobs.c.created_at < sa.bindparam("moment", type_=Moment), jobs.c.emptied_at.is_not(None))
DELETE_ORPHANS = sa.delete(generations).where(
    sa.not_(sa.exists().where(jobs.c.id == generations.c.job_id).correlate(generations))
)


async def forget_person(engine: AsyncEngine, person_id: int) -> Forgotten:
    """Remove a person's ended jobs, and the person from what others asked for; say what is left."""
    person = {"person_id": person_id}
    removed = await _in_steps(engine, DELETE_OF_PERSON, person)
    await _in_steps(engine, FORGET_CREDIT, person)
    await _in_steps(engine, FORGET_CANCELLER, person)
    async with engine.connect() as connection:
        left = (await connection.execute(UNFINISHED_OF_PERSON, person)).scalar_one()
    return Forgotten(removed=removed, under_way=left)


async def remove_orphans(engine: AsyncEngine) -> int:
    """Remove generations whose job is gone, and tell how many: the sqlite3 tool deletes jobs without them."""
    async with engine.begin() as connection:
        return (await connection.execute(DELETE_ORPHANS)).rowcount


async def step(engine: AsyncEngine, statement: sa.Executable, values: Mapping[str, object]) -> int:
    """Run one short step and tell how many rows it met."""
    async with engine.begin() as connection:
        return (await connection.execute(statement, {**values, "step": ROWS_A_STEP})).rowcount


async def _in_steps(engine: AsyncEngine, statement: sa.Executable, values: Mapping[str, object]) -> int:
    total = 0
    while met := await step(engine, statement, values):
        total += met
    return total
