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
"""Threads that write, where the database has many writers, beside the one for beats; SQLite has one."""

WRITES: Final = "imagebot_writes"
"""Execution option: this transaction will write."""

OLDEST: Final = 14
"""The least version of PostgreSQL: the oldest that its makers still mended when this was written."""
SERVER: Final[dict[str, Any]] = {
    "application_name": "imagebot",
    "connect_timeout": 5,
    "target_session_attrs": "read-write",  # of several hosts, the one that is not a standby
    # A host that is gone without a word is noticed in half a minute, not in hours.
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
}
SESSION: Final = (
    "SET synchronous_commit TO on",  # a commit that was answered survives a power cut, whatever the server's default
    # A process that is stopped amid a transaction must not keep the others from its rows for longer than its lease.
    "SET idle_in_transaction_session_timeout TO '9s'",
)
TOWN_HALL: Final = 0x696D616765626F74
"""Advisory lock: one process migrates at a time."""
PATIENCE_MS: Final = 5000
"""How long a migration waits for a table: everybody else's work queues behind it."""


def connect(url: str) -> sa.Engine:
    """An engine for the URL; touches nothing yet. Raises SettingsError for a URL that this release can't use."""
    parsed = read(url)
    driver = DRIVERS.get(parsed.get_backend_name())
    if driver is None:
        raise SettingsError(f"store.database_url starts with {parsed.drivername!r}; use one of: {', '.join(DRIVERS)}.")
    parsed = parsed.set(drivername=driver)
    if driver != DRIVERS["sqlite"]:
        return _connect_server(parsed, READERS + WRITERS + 1)
    # Without Python's own transaction control: it would begin late and never "immediate".
    # Parameters stay out of errors, and so out of the log: they are prompts and tickets.
    engine = sa.create_engine(
        parsed, connect_args={"isolation_level": None}, pool_size=READERS + 1, hide_parameters=True
    )
    sa.event.listen(engine, "connect", _set_up)
    sa.event.listen(engine, "begin", _begin)
    return engine


def beside(engine: sa.Engine, connections: int) -> sa.Engine:
    """Another pool for the same server, of which nobody else can take the connections."""
    return _connect_server(engine.url, connections)


def make_file(database: Path) -> None:
    """Make the file and its folder, readable to this account alone: tickets in it are secrets."""
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(database, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise SettingsError(f"{database} cannot be written ({error.strerror}); check store.database_url.") from error


def bring_up(engine: sa.Engine, url: str) -> str | None:
    """Migrate the schema to this release's, in one transaction; gives the one that was found, None in a new database.

    Of several processes that start at once, one migrates and the others wait for it. Raises SettingsError where the
    database cannot be used: not reached, not let in, too old, of a newer schema, or none at all.

    Alembic is imported only where there is something to do: it costs a quarter of a second at every start.
    """
    try:
        with engine.connect() as connection:
            _refuse_unfit(connection)
            before = _known(connection, url)
        if before == SCHEMAS[-1]:
            return before
        from bot.store import migrations

        with engine.execution_options(**{WRITES: True}).begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(TOWN_HALL)))
                connection.exec_driver_sql(f"SET LOCAL lock_timeout TO {PATIENCE_MS}")
            if _known(connection, url) != SCHEMAS[-1]:  # else another process was quicker
                migrations.upgrade(connection)
    except DatabaseError as error:
        raise SettingsError(_refusal(engine, url, error)) from error
    return before


def refuse_older(engine: sa.Engine, url: str) -> None:
    """For whoever must not migrate: raises SettingsError where the schema is not this release's, and as `bring_up`."""
    schema = found(engine, url)
    if schema is None:
        raise SettingsError(f"{_name(url)} holds nothing of imagebot yet; run: imagebot migrate")
    if schema != SCHEMAS[-1]:
        raise SettingsError(f"{_name(url)} has the schema of an older imagebot ({schema}); run: imagebot migrate")


def found(engine: sa.Engine, url: str) -> str | None:
    """The schema in the database, None in a new one; touches nothing. Raises SettingsError as `bring_up`."""
    try:
        with engine.connect() as connection:
            _refuse_unfit(connection)
            return _known(connection, url)
    except DatabaseError as error:
        raise SettingsError(_refusal(engine, url, error)) from error


def _connect_server(url: sa.URL, connections: int) -> sa.Engine:
    # What an operator says in the URL stands, but for what durability hangs on (SESSION).
    parts = {name: value for name, value in SERVER.items() if name not in url.query}
    engine = sa.create_engine(
        url, connect_args=parts, pool_size=connections, max_overflow=0, pool_pre_ping=True, hide_parameters=True
    )
    sa.event.listen(engine, "connect", _set_up_session)
    return engine


def _set_up_session(connection: Any, _record: object) -> None:
    connection.autocommit = True  # in a transaction, a rollback would take the settings back
    for setting in SESSION:
        connection.execute(setting)
    connection.autocommit = False


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


def _refuse_unfit(connection: Connection) -> None:
    """Raises SettingsError for a server that is too old, or a database that can't hold every language."""
    if connection.dialect.name != "postgresql":
        return
    version = connection.dialect.server_version_info or (0,)
    if int(version[0]) < OLDEST:
        told = ".".join(map(str, version))
        raise SettingsError(f"The database server is PostgreSQL {told}; imagebot needs {OLDEST} or later.")
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise SettingsError(
            f"The database {connection.engine.url.database!r} is encoded in {encoding}; make one with ENCODING 'UTF8'."
        )


def _known(connection: Connection, url: str) -> str | None:
    """The schema in the database, None where there is none. Raises SettingsError for one of a newer release."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    if found is not None and found not in SCHEMAS:
        other = "store.data_dir" if file_of(url) else "store.database_url"
        raise SettingsError(
            f"{_name(url)} was written by a newer imagebot (schema {found}, this release knows up to {SCHEMAS[-1]}); "
            f"install that release or use another {other}."
        )
    return None if found is None else str(found)


def _name(url: str) -> str:
    return str(file_of(url) or "The database")


def _refusal(engine: sa.Engine, url: str, error: DatabaseError) -> str:
    """The sentence about a database that did not do what opening needs; never with the password."""
    if engine.dialect.name == "sqlite":
        return f"{_name(url)} is not a database that imagebot can read ({error.orig})."
    at, said = engine.url, _last_line(error)
    server = f"The PostgreSQL at {at.host or at.query.get('host') or 'this machine'}"
    state = getattr(error.orig, "sqlstate", None)
    if state == "55P03":
        return (
            "The database's tables are in use by another program, such as a backup, so that they cannot be brought up "
            "to date; start again once it is done."
        )
    if state == "42501":
        return f"{at.username!r} may not make tables in the database {at.database!r} ({said}); let it own the database."
    # A connection that fails carries no code, only the server's words.
    if "password" in said:
        return f"{server} does not take the password of {at.username!r}; check store.database_url."
    if "does not exist" in said and "database" in said:
        return f"{server} has no database {at.database!r}; make it with: createdb {at.database}"
    return f"{server} cannot be used ({said}); check store.database_url."


def _last_line(error: DatabaseError) -> str:
    """What the driver says in the end; where several addresses were tried, that is about the last one."""
    lines = str(error.orig).strip().splitlines() or [""]
    return next((line.strip() for line in lines if "FATAL" in line), lines[0].strip())
