"""When a private answer needs a fresh token, and whether its owner was asked for one.

Jobs from before have no such moment until they change again; who waits meanwhile finds the picture in the inbox.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

RENEWABLE = sa.text("renewal_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("jobs", sa.Column("renewal_offered", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("jobs", sa.Column("renewal_at", sa.BigInteger))
    op.create_index("jobs_renewable", "jobs", ["renewal_at"], sqlite_where=RENEWABLE, postgresql_where=RENEWABLE)


def downgrade() -> None:
    op.drop_index("jobs_renewable", "jobs")
    op.drop_column("jobs", "renewal_at")
    op.drop_column("jobs", "renewal_offered")
