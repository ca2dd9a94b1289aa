"""A database as an older release made it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import command

from bot.store import migrations, opening


@contextmanager
def of_schema(url: str, revision: str) -> Iterator[Callable[..., object]]:
    """Make an older release's database; gives what inserts a row into a table of it."""
    engine = opening.connect(url)
    config = migrations.settings()
    with engine.execution_options(**{opening.WRITES: True}).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        tables = sa.MetaData()
        tables.reflect(connection)

        def insert(table: str, **row: Any) -> None:
            connection.execute(tables.tables[table].insert(), row)

        yield insert
    engine.dispose()
