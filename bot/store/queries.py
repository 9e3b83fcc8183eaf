"""What the service asks of stored jobs, as statements; each is an index search however many jobs have ended."""

import sqlalchemy as sa

from bot.store.rows import JOBS_WITH_GENERATIONS
from bot.store.tables import (
    Moment,
    answer_unknown,
    answered,
    card_owed,
    generations,
    has_pictures,
    holds_slot,
    holds_token,
    holds_words,
    in_inbox,
    jobs,
    missing,
    on_message,
    planned,
    queued,
    renewable,
    succeeded,
    uncharged,
    under_way,
)

_MOMENT = sa.bindparam("moment", type_=Moment)
_LIMIT = sa.bindparam("limit", type_=sa.Integer)


def _has_generation(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    of_job = sa.select(generations.c.id).where(generations.c.job_id == jobs.c.id, condition)
    return sa.exists(of_job.correlate(jobs))


def _oldest(*conditions: sa.ColumnElement[bool]) -> sa.Select[str]:
    oldest = sa.select(jobs.c.id).where(*conditions).order_by(jobs.c.created_at, jobs.c.id).limit(_LIMIT)
    return oldest.correlate(None)


_HOLDING_SLOTS = sa.select(generations.c.job_id).where(holds_slot).correlate(None)


BY_ID = JOBS_WITH_GENERATIONS.where(jobs.c.id == sa.bindparam("job_id"))

UNANSWERED = JOBS_WITH_GENERATIONS.where(answer_unknown, jobs.c.created_at < _MOMENT)

STARTABLE = JOBS_WITH_GENERATIONS.where(jobs.c.id.in_(_oldest(under_way, answered, _has_generation(planned))))

_SENDABLE = sa.func.coalesce(generations.c.model, "").not_in(sa.bindparam("without_models", expanding=True))

_WAITING = (
    sa.select(
        jobs.c.id,
        jobs.c.created_at,
        sa.func.row_number().over(partition_by=jobs.c.owner_id, order_by=(jobs.c.created_at, jobs.c.id)).label("turn"),
    )
    .where(
        under_way,
        answered,
        jobs.c.checked == sa.bindparam("checked", type_=sa.Boolean),
        jobs.c.id.not_in(sa.bindparam("without_jobs", expanding=True)),
        _has_generation(sa.and_(planned, _SENDABLE)),
    )
    .subquery("waiting")
)

_NEXT = sa.select(_WAITING.c.id).order_by(_WAITING.c.turn, _WAITING.c.created_at, _WAITING.c.id).limit(_LIMIT)

NEXT_IN_LINE = JOBS_WITH_GENERATIONS.where(jobs.c.id.in_(_NEXT.correlate(None)))

AT_OXEN = (
    sa.select(jobs.c.owner_id, generations.c.job_id, sa.func.count().label("images"))
    .select_from(generations.join(jobs))
    .where(queued)
    .group_by(jobs.c.owner_id, generations.c.job_id)
)

OPEN = JOBS_WITH_GENERATIONS.where(jobs.c.id.in_(_HOLDING_SLOTS))

# Hidden in a function: else SQLite would rather walk through all generations in the order of their jobs.
_ITS_JOB = sa.func.coalesce(generations.c.job_id, sa.literal_column("''", sa.Text))
_MISSING = (
    sa.select(_ITS_JOB)
    .where(missing, generations.c.sent_at >= _MOMENT, sa.bindparam("after", type_=sa.Text) < _ITS_JOB)
    .group_by(_ITS_JOB)
    .order_by(_ITS_JOB)
    .limit(_LIMIT)
)

MISSING_SINCE = JOBS_WITH_GENERATIONS.where(jobs.c.id.in_(_MISSING.correlate(None)))

WAITING_SINCE = JOBS_WITH_GENERATIONS.where(
    jobs.c.id.in_(_oldest(under_way, answered, jobs.c.created_at < _MOMENT, _has_generation(planned)))
)

UNCHARGED_SINCE = JOBS_WITH_GENERATIONS.where(
    jobs.c.id.in_(sa.select(generations.c.job_id).where(uncharged, generations.c.ended_at >= _MOMENT).correlate(None))
)

OWED = JOBS_WITH_GENERATIONS.where(jobs.c.id.in_(_oldest(card_owed)))

HOLDING_WORDS = JOBS_WITH_GENERATIONS.where(
    jobs.c.id.in_(_oldest(holds_words, jobs.c.created_at < _MOMENT, sa.not_(under_way), sa.not_(card_owed)))
)

_TOKEN_ENDED = sa.and_(holds_token, jobs.c.token_expires_at <= _MOMENT)

ENDED_TOKENS = sa.select(jobs.c.id).where(_TOKEN_ENDED).limit(1)

# The version stays: a change that is under way goes on, and at worst brings the token back until the next time.
FORGET_TOKENS = sa.update(jobs).where(_TOKEN_ENDED).values(sealed_token=None, renewal_at=None)

RENEWALS_DUE = JOBS_WITH_GENERATIONS.where(
    # Asked for by id: else SQLite would rather walk through all jobs in the order that is wanted.
    jobs.c.id.in_(sa.select(jobs.c.id).where(renewable, jobs.c.renewal_at <= _MOMENT).correlate(None))
)

_NEWEST_IN_INBOX = (
    sa.select(jobs.c.id)
    .where(in_inbox, jobs.c.owner_id == sa.bindparam("owner_id"))
    .order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
    .limit(_LIMIT)
)

_NEWEST_FINISHED = (
    sa.select(jobs.c.id)
    .where(jobs.c.owner_id == sa.bindparam("owner_id"), jobs.c.created_at >= _MOMENT, on_message, has_pictures)
    .order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
    .limit(_LIMIT)
)

FINISHED_SINCE = JOBS_WITH_GENERATIONS.where(jobs.c.id.in_(_NEWEST_FINISHED.correlate(None)))

INBOX = JOBS_WITH_GENERATIONS.where(jobs.c.id.in_(_NEWEST_IN_INBOX.correlate(None)))

# A row that lost its job, deleted by hand without foreign keys, takes no slot.
SLOTS_TAKEN = (
    sa.select(sa.func.count().label("slots"))
    .select_from(generations)
    .where(holds_slot, sa.exists().where(jobs.c.id == generations.c.job_id).correlate(generations))
)

OWNERS_OF_REMOTE_IDS = sa.select(generations.c.remote_id, generations.c.job_id).where(
    generations.c.remote_id.in_(sa.bindparam("remote_ids", expanding=True))
)

DURATIONS = (
    sa.select(generations.c.accepted_at, generations.c.ended_at)
    .where(
        succeeded,
        generations.c.model == sa.bindparam("model"),
        generations.c.accepted_at.is_not(None),
        generations.c.ended_at.is_not(None),
    )
    .order_by(generations.c.ended_at.desc())
    .limit(_LIMIT)
)
