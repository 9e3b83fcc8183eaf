"""An index for the interaction tokens that are kept, so that each is found and removed when it ends."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

HOLDS_TOKEN = sa.text("sealed_token IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "jobs_holding_token", "jobs", ["token_expires_at"], sqlite_where=HOLDS_TOKEN, postgresql_where=HOLDS_TOKEN
    )


def downgrade() -> None:
    op.drop_index("jobs_holding_token", "jobs")
