"""Opening a database that a PostgreSQL server keeps."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.errors import SettingsError
from bot.store import Store, migrations, opening
from bot.store.looking import look
from bot.store.tables import SCHEMAS
from tests.clock import HeldClock
from tests.postgres import Cluster, with_database
from tests.unit.store.older import of_schema

SECRET = "correct-horse"


def bring_up(url: str) -> str | None:
    engine = opening.connect(url)
    try:
        return opening.bring_up(engine, url)
    finally:
        engine.dispose()


def refuse_older(url: str) -> None:
    engine = opening.connect(url)
    try:
        opening.refuse_older(engine, url)
    finally:
        engine.dispose()


@contextmanager
def role(cluster: Cluster) -> Iterator[str]:
    """An account that needs its password, SECRET, and owns nothing."""
    name = f"locked_{secrets.token_hex(4)}"
    cluster.admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{SECRET}'".encode())
    try:
        yield name
    finally:
        cluster.admin.execute(f"DROP OWNED BY {name}".encode())
        cluster.admin.execute(f"DROP ROLE {name}".encode())


def test_a_new_database_is_brought_up_once(empty_postgres_url: str) -> None:
    with pytest.raises(SettingsError, match="run: imagebot migrate"):
        refuse_older(empty_postgres_url)
    assert [bring_up(empty_postgres_url), bring_up(empty_postgres_url)] == [None, SCHEMAS[-1]]
    refuse_older(empty_postgres_url)


def test_of_ten_that_start_at_once_one_migrates(empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    upgrade, upgrades = migrations.upgrade, []

    def count(connection: Connection) -> None:
        upgrades.append(connection)
        upgrade(connection)

    monkeypatch.setattr(migrations, "upgrade", count)
    with ThreadPoolExecutor(10) as threads:
        list(threads.map(bring_up, [empty_postgres_url] * 10))
    assert len(upgrades) == 1
    refuse_older(empty_postgres_url)


def test_a_migration_that_fails_leaves_an_empty_database(
    empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = migrations.upgrade

    def half(connection: Connection) -> None:
        upgrade(connection)
        raise RuntimeError("the lights went out")

    monkeypatch.setattr(migrations, "upgrade", half)
    with pytest.raises(RuntimeError):
        bring_up(empty_postgres_url)
    monkeypatch.undo()
    with psycopg.connect(empty_postgres_url) as connection:
        assert connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall() == []
    assert bring_up(empty_postgres_url) is None


async def test_a_newer_schema_is_refused(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")
    for open_it in (bring_up, refuse_older):
        with pytest.raises(SettingsError, match=r"newer imagebot \(schema 0999.*another store\.database_url"):
            open_it(postgres_url)
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0999",)


def test_a_table_that_a_backup_reads_is_not_waited_for_for_ever(
    empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits to change a table makes everybody else wait behind it."""
    monkeypatch.setattr(opening, "PATIENCE_MS", 50)
    monkeypatch.setattr(opening, "SCHEMAS", (*SCHEMAS, "next"))
    bring_up(empty_postgres_url)
    alter = sa.text("ALTER TABLE jobs ADD COLUMN more TEXT")
    monkeypatch.setattr(migrations, "upgrade", lambda connection: connection.execute(alter))
    with psycopg.connect(empty_postgres_url) as backup:
        backup.execute("LOCK TABLE jobs IN ACCESS SHARE MODE")
        with pytest.raises(SettingsError, match="in use by another program, such as a backup"):
            bring_up(empty_postgres_url)
    bring_up(empty_postgres_url)


@pytest.mark.parametrize("turn_off", ["database", "url"])
async def test_a_commit_is_durable_whatever_else_was_asked_for(
    postgresql: Cluster, postgres_url: str, turn_off: str, clock: HeldClock
) -> None:
    url = sa.make_url(postgres_url)
    if turn_off == "database":
        postgresql.admin.execute(f"ALTER DATABASE {url.database} SET synchronous_commit TO off".encode())
    else:
        url = url.update_query_dict({"options": "-c synchronous_commit=off"})
    store = await Store.open(url.render_as_string(hide_password=False), clock=clock)
    for engine in store.engines:
        for _ in range(2):  # also once a transaction was taken back
            with engine.connect() as connection:
                shown = [
                    connection.exec_driver_sql(f"SHOW {name}").scalar()
                    for name in ("synchronous_commit", "application_name", "idle_in_transaction_session_timeout")
                ]
                connection.rollback()
            assert shown == ["on", "imagebot", "9s"]
    await store.close()


def odd(change: Callable[[sa.URL], sa.URL], url: str) -> str:
    return change(sa.make_url(url)).render_as_string(hide_password=False)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda url: url.set(database="nowhere"), r"has no database 'nowhere'; make it with: createdb nowhere"),
        (
            lambda url: url.set(host="127.0.0.1", port=1, query={}),
            r"PostgreSQL at 127\.0\.0\.1 cannot be used .*refused",
        ),
        (lambda url: url.update_query_dict({"colour": "blue"}), "colour"),
    ],
)
def test_a_server_that_cannot_be_used_is_told_in_a_sentence(
    postgresql: Cluster, postgres_url: str, change: Callable[[sa.URL], sa.URL], told: str
) -> None:
    url = odd(lambda url: change(url).set(password=SECRET), postgres_url)
    for open_it in (bring_up, refuse_older):
        with pytest.raises(SettingsError, match=told) as refused:
            open_it(url)
        assert SECRET not in str(refused.value)


def test_a_wrong_password_is_told_and_not_shown(postgresql: Cluster, postgres_url: str) -> None:
    with role(postgresql) as name:
        for wrong in ("battery-staple", None):
            with pytest.raises(SettingsError, match=f"does not take the password of '{name}'") as refused:
                bring_up(odd(lambda url, wrong=wrong: url.set(username=name, password=wrong), postgres_url))  # type: ignore[misc]
            assert "battery-staple" not in str(refused.value)


def test_an_account_that_may_make_no_tables_is_told_so(postgresql: Cluster, empty_postgres_url: str) -> None:
    with role(postgresql) as name:
        url = odd(lambda url: url.set(username=name, password=SECRET), empty_postgres_url)
        for open_it in (bring_up, look):
            with pytest.raises(SettingsError, match=f"'{name}' may not make tables"):
                open_it(url)


@pytest.mark.parametrize(
    ("schema", "granted", "told"),
    [
        (None, "CREATE, USAGE ON SCHEMA public", "may not make tables in"),
        ("0003", "ALL ON ALL TABLES IN SCHEMA public", "may not change the tables of"),
        (SCHEMAS[-1], "SELECT ON ALL TABLES IN SCHEMA public", "may not write into"),
    ],
)
def test_a_look_tells_what_an_account_lacks_for_a_start(
    postgresql: Cluster, empty_postgres_url: str, schema: str | None, granted: str, told: str
) -> None:
    with role(postgresql) as name, psycopg.connect(empty_postgres_url, autocommit=True) as owner:
        if schema is not None:
            with of_schema(empty_postgres_url, schema):
                pass
        owner.execute(f"GRANT {granted} TO {name}".encode())
        try:
            with pytest.raises(SettingsError, match=f"'{name}' {told} the database .*; let it own the database"):
                look(odd(lambda url: url.set(username=name, password=SECRET), empty_postgres_url))
        finally:
            owner.execute(f"DROP OWNED BY {name}".encode())


def test_a_server_of_long_ago_is_refused(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "OLDEST", 99)
    with pytest.raises(SettingsError, match=r"The database server is PostgreSQL \d+\.\d+; imagebot needs 99 or later"):
        bring_up(postgres_url)


def test_a_database_that_cannot_hold_every_language_is_refused(postgresql: Cluster, postgres_url: str) -> None:
    name = f"imagebot_{secrets.token_hex(6)}"
    postgresql.admin.execute(
        f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'".encode()
    )
    try:
        with pytest.raises(SettingsError, match=r"encoded in LATIN1; make one with ENCODING 'UTF8'"):
            bring_up(with_database(postgres_url, name))
    finally:
        postgresql.admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
