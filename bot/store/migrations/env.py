"""Run by Alembic: migrations on the connection that `upgrade` hands over, or that of `alembic -x url=...`."""

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.engine import Connection

from bot.store.tables import metadata


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with create_engine(context.get_x_argument(as_dictionary=True)["url"]).connect() as opened:
        run(opened)
