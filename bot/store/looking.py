"""What a start would find in the database: looked up without making, bringing up or locking anything."""

from __future__ import annotations

import os
import sqlite3
from enum import StrEnum
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from bot.errors import SettingsError
from bot.store import opening
from bot.store.lock import file_of
from bot.store.tables import SCHEMAS


class Found(StrEnum):
    """Where it is the schema of a newer release, that is refused instead."""

    NEW = "new"
    OLDER = "older"
    UP_TO_DATE = "up to date"


_RIGHTS: Final = {
    Found.NEW: (
        "make tables in",
        # The engine has a schema of its own.
        """SELECT has_schema_privilege(current_schema(), 'CREATE')
            AND (to_regnamespace('dbos') IS NOT NULL OR has_database_privilege(current_database(), 'CREATE'))""",
    ),
    Found.OLDER: (
        "change the tables of",
        "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('jobs')",
    ),
    Found.UP_TO_DATE: (
        "write into",
        "SELECT has_table_privilege('jobs', 'INSERT') AND has_table_privilege('jobs', 'UPDATE')",
    ),
}
"""What an account needs of PostgreSQL for what is found, and the question whether it has it."""


def look(url: str) -> Found:
    """How the database stands. Raises SettingsError where a start could not use it, as that would."""
    database = file_of(url)
    if database is not None and not _begun(database):
        return Found.NEW
    engine = opening.connect(url) if database is None else _read_only(database)
    try:
        schema = opening.found(engine, url)
        found = Found.NEW if schema is None else Found.UP_TO_DATE if schema == SCHEMAS[-1] else Found.OLDER
        if database is None:
            _refuse_barred(engine, found)
    finally:
        engine.dispose()
    return found


def _begun(database: Path) -> bool:
    """Whether there is anything in the file. Raises SettingsError where a start could not write it."""
    try:
        there = next(each for each in (database, *database.parents) if each.exists())
        if there != database and not there.is_dir():
            raise SettingsError(f"{database} cannot be written; check store.database_url.")
        for each in (there, *(database.with_name(database.name + end) for end in ("-wal", "-shm", ".lock"))):
            if each.exists() and not os.access(each, os.W_OK):  # of another account, such as root's by a single sudo
                raise SettingsError(f"{each} cannot be written; check whose it is, and store.database_url.")
        return there == database and database.stat().st_size > 0
    except OSError as error:
        raise SettingsError(f"{database} cannot be read ({error.strerror}); check store.database_url.") from error


def _read_only(database: Path) -> sa.Engine:
    """Nothing is written into the file or beside it, not even where a process was killed and left its log there."""
    wal = database.with_name(database.name + "-wal")
    address = f"{database.absolute().as_uri()}?mode=ro{'' if wal.exists() else '&immutable=1'}"
    return sa.create_engine(
        "sqlite+pysqlite://", creator=lambda: sqlite3.connect(address, uri=True), poolclass=sa.pool.NullPool
    )


def _refuse_barred(engine: sa.Engine, found: Found) -> None:
    """Raises SettingsError where this account may not do what a start then does."""
    may, question = _RIGHTS[found]
    with engine.connect() as connection:
        if not connection.exec_driver_sql(question).scalar():
            at = engine.url
            raise SettingsError(f"{at.username!r} may not {may} the database {at.database!r}; let it own the database.")
