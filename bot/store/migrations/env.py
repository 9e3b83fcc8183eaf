"""What Alembic runs for every command: on the store's own connection, since a second one finds the file locked."""

import sqlalchemy as sa
from alembic import context

from bot.store.tables import metadata

connection: sa.Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
