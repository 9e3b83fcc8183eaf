"""Jobs and their generations.

A migration is history: it names columns and conditions itself and imports nothing that may change later.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

UNDER_WAY = "state IN ('acked', 'received', 'running', 'waiting')"
CARD_OWED = "answer IN ('given') AND place IN ('message') AND revision > shown_revision"


def upgrade() -> None:
    _create_jobs()
    _create_generations()
    op.create_index("jobs_of_owner", "jobs", ["owner_id", "created_at"])
    op.create_index("jobs_by_age", "jobs", ["created_at"])
    _create_partial_index("jobs_under_way_of_owner", "jobs", ["owner_id"], UNDER_WAY)
    _create_partial_index("jobs_under_way", "jobs", ["created_at", "id"], UNDER_WAY)
    _create_partial_index("jobs_unanswered", "jobs", ["created_at", "id"], "answer IN ('owed')")
    _create_partial_index("jobs_card_owed", "jobs", ["created_at", "id"], CARD_OWED)
    op.create_index("generations_remote_id", "generations", ["remote_id"], unique=True)
    _create_partial_index("generations_holding_slot", "generations", ["job_id"], "state IN ('queued', 'submitting')")
    _create_partial_index("generations_succeeded", "generations", ["model", "ended_at"], "state IN ('succeeded')")


def downgrade() -> None:
    op.drop_table("generations")
    op.drop_table("jobs")


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("application_id", sa.BigInteger, nullable=False),
        sa.Column("ask", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("sealed_token", sa.Text),
        sa.Column("token_expires_at", sa.BigInteger, nullable=False),
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
        sa.Column("refusal", sa.Text),
        sa.Column("cancelled_by", sa.BigInteger),
        sa.Column("credit_id", sa.BigInteger),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("counted_images", sa.Integer, nullable=False),
    )


def _create_generations() -> None:
    op.create_table(
        "generations",
        sa.Column("job_id", sa.Text, sa.ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("inline", sa.Boolean, nullable=False),
        sa.Column("seed", sa.BigInteger),
        sa.Column("remote_id", sa.Text),
        sa.Column("intent_id", sa.Text),
        sa.Column("intended_at", sa.BigInteger),
        sa.Column("sent_at", sa.BigInteger),
        sa.Column("sends", sa.Integer, nullable=False),
        sa.Column("accepted_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("cause", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("url", sa.Text),
        sa.Column("attachment_id", sa.BigInteger),
        sa.Column("attachment_filename", sa.Text),
        sa.Column("model", sa.Text),
    )


def _create_partial_index(name: str, table: str, columns: list[str], condition: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
