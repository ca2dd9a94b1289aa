"""Opening the database: how each connection is set up, and bringing the schema to this release's."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError

from bot.errors import SettingsError
from bot.store.lock import file_of, read
from bot.store.tables import SCHEMAS

BUSY_MS: Final = 5000
"""How long SQLite waits for a lock that another program (a backup, a browser) holds on the file."""
DRIVERS: Final = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg"}
READERS: Final = 4
"""Threads that read: more of them would only queue for the interpreter."""
WRITERS: Final = 8
"""Threads that write, where the database has many writers; SQLite has one."""

WRITES: Final = "imagebot_writes"
"""Execution option: this transaction will write."""


def connect(url: str) -> sa.Engine:
    """An engine for the URL; touches nothing yet. Raises SettingsError for a URL that this release can't use."""
    parsed = read(url)
    driver = DRIVERS.get(parsed.get_backend_name())
    if driver is None:
        raise SettingsError(f"store.database_url starts with {parsed.drivername!r}; use one of: {', '.join(DRIVERS)}.")
    parsed = parsed.set(drivername=driver)
    if driver != DRIVERS["sqlite"]:
        return sa.create_engine(parsed, pool_size=READERS + WRITERS, pool_pre_ping=True, hide_parameters=True)
    # Without Python's own transaction control: it would begin late and never "immediate".
    # Parameters stay out of errors, and so out of the log: they are prompts and tickets.
    engine = sa.create_engine(
        parsed, connect_args={"isolation_level": None}, pool_size=READERS + 1, hide_parameters=True
    )
    sa.event.listen(engine, "connect", _set_up)
    sa.event.listen(engine, "begin", _begin)
    return engine


def make_file(database: Path) -> None:
    """Make the file and its folder, readable to this account alone: tickets in it are secrets."""
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(database, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise SettingsError(f"{database} cannot be written ({error.strerror}); check store.database_url.") from error


def bring_up(engine: sa.Engine, url: str) -> None:
    """Migrate the schema to this release's, in one transaction. Raises SettingsError where it is newer or no schema.

    Alembic is imported only where there is something to do: it costs a quarter of a second at every start.
    """
    where = file_of(url) or "The database"
    try:
        with engine.connect() as connection:
            found = _schema(connection)
        if found == SCHEMAS[-1]:
            return
        if found is not None and found not in SCHEMAS:
            raise SettingsError(
                f"{where} was written by a newer imagebot (schema {found}, this release knows up to {SCHEMAS[-1]}); "
                "install that release or use another store.data_dir."
            )
        from bot.store import migrations

        with engine.execution_options(**{WRITES: True}).begin() as connection:
            migrations.upgrade(connection)
    except DatabaseError as error:
        raise SettingsError(f"{where} is not a database that imagebot can read ({error.orig}).") from error


def _set_up(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",  # a commit that was answered survives a power cut
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A writer locks at once: upgrading a read lock later can fail with "database is locked" at any statement.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITES) else "BEGIN")


def _schema(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)
