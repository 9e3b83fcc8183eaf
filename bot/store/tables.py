"""The tables, and the conditions their partial indexes are cut for; knows how no value becomes a Job.

Changing anything here needs a migration: a test compares these tables with what the migrations make.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from bot.core.job import HOLDS_SLOT, MISSING, WITHOUT_PICTURE, Answer, GenerationState, JobState, Place

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(sa.TypeDecorator[datetime]):
    """An aware time as whole microseconds since 1970 UTC: exact, sortable and the same on both engines.

    A naive time raises ValueError (SQLAlchemy wraps it in a StatementError).
    """

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:  # noqa: ARG002 - theirs
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 - theirs
        return None if value is None else _EPOCH + value * _MICROSECOND


class ForeignText(sa.TypeDecorator[str]):
    """Text that strangers wrote; what an engine cannot hold becomes a replacement character instead of a failed write.

    PostgreSQL takes no NUL in text (https://www.postgresql.org/docs/current/datatype-character.html), and neither
    engine takes half of a surrogate pair.
    """

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002 - theirs
        if value is None:
            return None
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


metadata = sa.MetaData()

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("owner_id", sa.BigInteger, nullable=False),
    sa.Column("channel_id", sa.BigInteger, nullable=False),
    sa.Column("guild_id", sa.BigInteger),
    sa.Column("application_id", sa.BigInteger, nullable=False),
    sa.Column("ask", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("sealed_token", sa.Text),
    sa.Column("token_expires_at", Moment, nullable=False),
    sa.Column("size_limit_bytes", sa.BigInteger, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("shown_revision", sa.Integer, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("message_id", sa.BigInteger),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("ahead", sa.Integer, nullable=False),
    sa.Column("plan", sa.Text),
    sa.Column("checked", sa.Boolean, nullable=False),
    sa.Column("refusal", ForeignText),
    sa.Column("cancelled_by", sa.BigInteger),
    sa.Column("credit_id", sa.BigInteger),
    sa.Column("renewal_offered", sa.Boolean, nullable=False),
    sa.Column("card_number", sa.Integer),
    sa.Column("emptied_at", Moment),
    sa.Column("message_removed", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("age_restricted", sa.Boolean),
    # Derived from the job at every write, so that queries can ask for them.
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("counted_images", sa.Integer, nullable=False),
    sa.Column("counted_microusd", sa.BigInteger, nullable=False),
    sa.Column("renewal_at", Moment),
)

generations = sa.Table(
    "generations",
    metadata,
    sa.Column("job_id", sa.Text, sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("inline", sa.Boolean, nullable=False),
    sa.Column("seed", sa.BigInteger),
    sa.Column("remote_id", ForeignText),
    sa.Column("intent_id", sa.Text),
    sa.Column("intended_at", Moment),
    sa.Column("sent_at", Moment),
    sa.Column("sends", sa.Integer, nullable=False),
    sa.Column("accepted_at", Moment),
    sa.Column("ended_at", Moment),
    sa.Column("cause", sa.Text),
    sa.Column("error", ForeignText),
    sa.Column("url", ForeignText),
    sa.Column("attachment_id", sa.BigInteger),
    sa.Column("attachment_filename", ForeignText),
    sa.Column("price_microusd", sa.BigInteger),
    sa.Column("cost_microusd", sa.BigInteger),
    # The plan's model, beside the times that its running median is made of.
    sa.Column("model", ForeignText),
)


def _is(column: sa.Column[str], value: StrEnum) -> sa.ColumnElement[bool]:
    return _is_one_of(column, [value])


def _is_one_of(column: sa.Column[str], values: Iterable[StrEnum]) -> sa.ColumnElement[bool]:
    """Compare with values that stand in the SQL itself.

    Both engines use a partial index only for a query that repeats the index's condition word by word; a bound
    parameter hides it (https://www.sqlite.org/partialindex.html#queries_using_partial_indexes).
    """
    return column.in_([sa.literal_column(f"'{value}'", sa.Text) for value in sorted(values)])


UNDER_WAY_STATES = frozenset({JobState.RECEIVED, JobState.ACKED, JobState.WAITING, JobState.RUNNING})

answered = _is(jobs.c.answer, Answer.GIVEN)
answer_unknown = _is(jobs.c.answer, Answer.OWED)
under_way = _is_one_of(jobs.c.state, UNDER_WAY_STATES)
on_message = _is(jobs.c.place, Place.MESSAGE)
card_owed = sa.and_(answered, on_message, jobs.c.revision > jobs.c.shown_revision)
# What was cancelled before there was a picture has nothing to place.
in_inbox = sa.and_(_is(jobs.c.place, Place.INBOX), sa.not_(_is(jobs.c.state, JobState.CANCELLED)))
has_pictures = _is_one_of(jobs.c.state, [JobState.DONE, JobState.PARTLY_DONE])
holds_token = jobs.c.sealed_token.is_not(None)
renewable = jobs.c.renewal_at.is_not(None)
holds_words = jobs.c.emptied_at.is_(None)
credited = jobs.c.credit_id.is_not(None)
cancelled_by_a_person = jobs.c.cancelled_by.is_not(None)

planned = _is(generations.c.state, GenerationState.PLANNED)
queued = _is(generations.c.state, GenerationState.QUEUED)
holds_slot = _is_one_of(generations.c.state, HOLDS_SLOT)
missing = _is_one_of(generations.c.state, MISSING)
uncharged = sa.and_(
    _is_one_of(generations.c.state, WITHOUT_PICTURE),
    generations.c.remote_id.is_not(None),
    generations.c.cost_microusd.is_(None),
)
succeeded = _is(generations.c.state, GenerationState.SUCCEEDED)


def _partial(name: str, condition: sa.ColumnElement[bool], *columns: sa.Column[object]) -> None:
    sa.Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


sa.Index("jobs_of_owner", jobs.c.owner_id, jobs.c.created_at)
# The money is in it, so that a day of everybody's is summed without reading a job.
sa.Index("jobs_by_age", jobs.c.created_at, jobs.c.counted_microusd)
_partial("jobs_under_way_of_owner", under_way, jobs.c.owner_id)
_partial("jobs_under_way", under_way, jobs.c.created_at, jobs.c.id)
_partial("jobs_unanswered", answer_unknown, jobs.c.created_at, jobs.c.id)
_partial("jobs_card_owed", card_owed, jobs.c.created_at, jobs.c.id)
_partial("jobs_holding_token", holds_token, jobs.c.token_expires_at)
_partial("jobs_renewable", renewable, jobs.c.renewal_at)
_partial("jobs_holding_words", holds_words, jobs.c.created_at)
_partial("jobs_by_credit", credited, jobs.c.credit_id)
_partial("jobs_by_canceller", cancelled_by_a_person, jobs.c.cancelled_by)
_partial("jobs_in_inbox", in_inbox, jobs.c.owner_id, jobs.c.created_at, jobs.c.id)

sa.Index("generations_remote_id", generations.c.remote_id, unique=True)
_partial("generations_holding_slot", holds_slot, generations.c.job_id)
_partial("generations_uncharged", uncharged, generations.c.ended_at)
_partial("generations_queued", queued, generations.c.job_id)
_partial("generations_missing", missing, generations.c.sent_at)
_partial("generations_succeeded", succeeded, generations.c.model, generations.c.ended_at)
