"""The number that a card carries, what each generation costs, when a job's words were given up for their age, and
which pictures are for their owner's eyes alone.

Jobs from before have neither number nor price: their cards are told by their buttons, and their money counts in no
ceiling.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

HOLDS_WORDS = sa.text("emptied_at IS NULL")
CREDITED = sa.text("credit_id IS NOT NULL")
UNCHARGED = sa.text("state IN ('cancelled', 'failed') AND remote_id IS NOT NULL AND cost_microusd IS NULL")
CANCELLED = sa.text("cancelled_by IS NOT NULL")
QUEUED = sa.text("state IN ('queued')")
MISSING = sa.text("state IN ('timed out', 'unknown')")


def upgrade() -> None:
    op.add_column("jobs", sa.Column("card_number", sa.Integer))
    op.add_column("jobs", sa.Column("emptied_at", sa.BigInteger))
    op.add_column("jobs", sa.Column("message_removed", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("jobs", sa.Column("age_restricted", sa.Boolean))
    op.add_column("jobs", sa.Column("counted_microusd", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("generations", sa.Column("price_microusd", sa.BigInteger))
    op.add_column("generations", sa.Column("cost_microusd", sa.BigInteger))
    op.create_index(
        "generations_uncharged", "generations", ["ended_at"], sqlite_where=UNCHARGED, postgresql_where=UNCHARGED
    )
    op.drop_index("jobs_by_age", "jobs")
    op.create_index("jobs_by_age", "jobs", ["created_at", "counted_microusd"])
    for name, column, condition in (
        ("jobs_holding_words", "created_at", HOLDS_WORDS),
        ("jobs_by_credit", "credit_id", CREDITED),
        ("jobs_by_canceller", "cancelled_by", CANCELLED),
    ):
        op.create_index(name, "jobs", [column], sqlite_where=condition, postgresql_where=condition)
    for name, column, condition in (
        ("generations_queued", "job_id", QUEUED),
        ("generations_missing", "sent_at", MISSING),
    ):
        op.create_index(name, "generations", [column], sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    for name in ("generations_missing", "generations_queued"):
        op.drop_index(name, "generations")
    for name in ("jobs_by_canceller", "jobs_by_credit", "jobs_holding_words", "jobs_by_age"):
        op.drop_index(name, "jobs")
    op.create_index("jobs_by_age", "jobs", ["created_at"])
    op.drop_index("generations_uncharged", "generations")
    op.drop_column("generations", "cost_microusd")
    op.drop_column("generations", "price_microusd")
    op.drop_column("jobs", "counted_microusd")
    op.drop_column("jobs", "age_restricted")
    op.drop_column("jobs", "message_removed")
    op.drop_column("jobs", "emptied_at")
    op.drop_column("jobs", "card_number")
