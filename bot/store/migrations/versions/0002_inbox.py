"""An index for what waits in its owner's inbox."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

IN_INBOX = sa.text("place IN ('inbox') AND (state NOT IN ('cancelled'))")


def upgrade() -> None:
    op.create_index(
        "jobs_in_inbox",
        "jobs",
        ["owner_id", "created_at", "id"],
        sqlite_where=IN_INBOX,
        postgresql_where=IN_INBOX,
    )


def downgrade() -> None:
    op.drop_index("jobs_in_inbox", "jobs")
