"""The number that a card carries, and what each generation costs: by the catalogue, and by Oxen's own row.

Jobs from before have neither: their cards are told by their buttons, and their money counts in no ceiling.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("card_number", sa.Integer))
    op.add_column("generations", sa.Column("price_usd", sa.Float))
    op.add_column("generations", sa.Column("cost_usd", sa.Float))


def downgrade() -> None:
    op.drop_column("generations", "cost_usd")
    op.drop_column("generations", "price_usd")
    op.drop_column("jobs", "card_number")
