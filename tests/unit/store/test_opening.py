from __future__ import annotations

import asyncio
import json
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.engine import Connection

from bot.errors import SettingsError
from bot.job import JobId
from bot.record import encode
from bot.store import Store, migrations, opening, running
from bot.store.tables import SCHEMAS, metadata
from tests.clock import HeldClock
from tests.unit.store.made import DOORS, anything_goes, drawn, made_image, made_job, on_sqlite, open_jobs

HOLDER = """
import asyncio, sys
from bot.clock import RealClock
from bot.store import Store

async def main():
    store = await Store.open(sys.argv[1], clock=RealClock())
    store.announce("http://127.0.0.1:5000")
    print("open", flush=True)
    await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""

BUSY = """
import asyncio, sys
from bot.clock import RealClock
from bot.job import Failed
from bot.store import Store
from tests.unit.store.made import anything_goes, drawn, made_job

async def main():
    clock = RealClock()
    store = await Store.open(sys.argv[1], clock=clock)
    while True:
        job = made_job(clock)
        await store.accept(job, anything_goes, draw=drawn)
        print(job.id, flush=True)
        await store.finish(job.id, Failed(key="broken"))

asyncio.run(main())
"""

OPENER = """
import asyncio, sys
from bot.clock import RealClock
from bot.store import Store

async def main():
    store = await Store.open(sys.argv[1], clock=RealClock())
    print("alembic" in sys.modules, end="")
    await store.close()

asyncio.run(main())
"""


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def mode_of(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def scribble(file: Path) -> None:
    file.write_bytes(b"Dear diary, " * 1000)


def schema_of(file: Path, version: str | None = None) -> str:
    with sqlite3.connect(file) as connection:
        if version:
            connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    connection.close()
    return str(found)


def test_this_release_names_every_migration_there_is() -> None:
    assert migrations.revisions() == SCHEMAS


async def test_the_migrations_make_exactly_the_tables(store: Store) -> None:
    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"target_metadata": metadata, "compare_type": True})
        return list(compare_metadata(context, metadata))

    with store._engine.connect() as connection:
        assert differences(connection) == []


def test_the_tables_can_be_made_on_postgresql() -> None:
    tables = [str(sa.schema.CreateTable(table).compile(dialect=PGDialect())) for table in metadata.sorted_tables]
    assert "BIGSERIAL" in "".join(tables)


@on_sqlite
async def test_a_file_is_durable_and_for_this_account_alone(store: Store, url: str) -> None:
    with store._engine.connect() as connection:
        pragmas = [
            connection.execute(sa.text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert pragmas == ["wal", 2, 1, 5000]
    assert mode_of(file_of(url)) == 0o600


async def test_an_up_to_date_database_opens_without_alembic(url: str, clock: HeldClock) -> None:
    await (await Store.open(url, clock=clock)).close()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", OPENER, url, stdout=subprocess.PIPE)
    told, _ = await process.communicate()
    assert told == b"False"


async def test_what_the_first_schema_held_is_there_after_the_upgrade(url: str, clock: HeldClock) -> None:
    job = made_job(clock)
    old = opening.connect(url)
    config = migrations.settings()
    with old.execution_options(**{opening.WRITES: True}).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        key, at = {"key": job.by.key}, {"at": job.accepted_at.replace(tzinfo=None).isoformat(" ")}
        connection.execute(sa.text("INSERT INTO people VALUES (:key, 'Ada', :at)"), key | at)
        connection.execute(
            sa.text(
                "INSERT INTO jobs (id, door, event, person_key, provider, model, lane, status, job, accepted_at,"
                " ended_at, cancel_asked, word) VALUES (:id, 'web', 'tap', :key, 'flux', 'flux-dev', 'flux',"
                " 'cancelled', :job, :at, :at, 0, '')"
            ),
            {"id": job.id, "job": json.dumps(encode(job))} | key | at,
        )
        connection.execute(
            sa.text(
                "INSERT INTO announcements (job, door, place, private, revision) VALUES (:id, 'web', 'channel', 0, 0)"
            ),
            {"id": job.id},
        )
    old.dispose()
    store = await Store.open(url, clock=clock)
    assert schema_of(file_of(url)) == SCHEMAS[-1]
    record = await store.record(job.id)
    assert (record.job, record.untold) == (job, False)
    assert await store.take_tales(DOORS, 9) == await store.untold(DOORS, 9) == (job.id,)
    await store.delivered(job.id, told=False)
    assert (await store.record(job.id)).untold
    await store.close()


async def test_what_the_second_schema_held_is_there_after_the_upgrade(url: str, clock: HeldClock) -> None:
    image, at = made_image(clock, "cat"), clock.now().replace(tzinfo=None).isoformat(" ")
    old = opening.connect(url)
    config = migrations.settings()
    with old.execution_options(**{opening.WRITES: True}).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(
            sa.text("INSERT INTO images VALUES (:id, :name, 'webp', 1024, 768, 3)"),
            {"id": image.id, "name": image.name},
        )
        connection.execute(
            sa.text(
                "INSERT INTO makings (image, person_key, provider, model, made_at) VALUES (:id, 'web:ada', '', '', :at)"
            ),
            {"id": image.id, "at": at},
        )
    old.dispose()
    store = await Store.open(url, clock=clock)
    assert schema_of(file_of(url)) == SCHEMAS[-1]
    assert await store.image(image.id) == image
    await store.hold("slack", "Ev1", {})
    assert await store.held("slack") == (("Ev1", {}),)
    await store.close()


@on_sqlite
async def test_a_newer_schema_is_refused(url: str, clock: HeldClock) -> None:
    await (await Store.open(url, clock=clock)).close()
    file = file_of(url)
    schema_of(file, "0999")
    with pytest.raises(SettingsError, match=r"bot\.sqlite was written by a newer imagebot \(schema 0999"):
        await Store.open(url, clock=clock)
    assert schema_of(file) == "0999"


@on_sqlite
async def test_a_migration_that_fails_leaves_an_empty_file(
    url: str, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = migrations.upgrade

    def half(connection: Connection) -> None:
        upgrade(connection)
        raise RuntimeError("the lights went out")

    monkeypatch.setattr(migrations, "upgrade", half)
    with pytest.raises(RuntimeError):
        await Store.open(url, clock=clock)
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    connection.close()
    monkeypatch.undo()
    await (await Store.open(url, clock=clock)).close()


@on_sqlite
async def test_a_file_that_is_no_database_is_refused(url: str, clock: HeldClock) -> None:
    scribble(file_of(url))
    with pytest.raises(SettingsError, match=r"bot\.sqlite is not a database"):
        await Store.open(url, clock=clock)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqlite://", "names no file"),
        ("mysql://localhost/bot", "postgresql"),
        ("bot.sqlite", "not a database address"),
        ("sqlite:////dev/null/bot.sqlite", "cannot be written"),
    ],
)
async def test_an_address_that_cannot_be_used_is_refused_with_a_sentence(url: str, told: str, clock: HeldClock) -> None:
    with pytest.raises(SettingsError, match=told):
        await Store.open(url, clock=clock)


@pytest.mark.parametrize("url", ["sqlite://", "bot.sqlite"])
def test_whether_it_runs_cannot_be_told_of_an_address_that_cannot_be_used(url: str) -> None:
    with pytest.raises(SettingsError):
        running(url)


@on_sqlite
async def test_a_second_process_is_refused_until_the_first_is_gone(url: str, clock: HeldClock) -> None:
    assert running(url) is None
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, url, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"open\n"
    assert running(url) == "http://127.0.0.1:5000"
    with pytest.raises(SettingsError, match=r"bot\.sqlite is in use by another running imagebot"):
        await Store.open(url, clock=clock)
    assert running(url) == "http://127.0.0.1:5000"
    holder.kill()
    await holder.wait()
    assert running(url) is None
    await (await Store.open(url, clock=clock)).close()


@on_sqlite
async def test_two_stores_of_one_process_do_not_share_a_file_either(store: Store, url: str, clock: HeldClock) -> None:
    assert running(url) == ""
    with pytest.raises(SettingsError):
        await Store.open(url, clock=clock)


@on_sqlite
async def test_what_was_accepted_is_there_after_a_life_that_ended_without_closing(url: str, clock: HeldClock) -> None:
    store = await Store.open(url, clock=clock)
    job = made_job(clock)
    await store.accept(job, anything_goes, draw=drawn)
    assert store._lock is not None
    store._lock.release()  # as the operating system does for a dead process; the connections are never closed
    again = await Store.open(url, clock=clock)
    assert await open_jobs(again) == (job.id,)
    await again.close()
    store._engine.dispose()


async def test_whatever_was_said_to_be_accepted_survives_a_kill(url: str, clock: HeldClock) -> None:
    busy = await asyncio.create_subprocess_exec(sys.executable, "-c", BUSY, url, stdout=subprocess.PIPE)
    assert busy.stdout is not None
    told = [(await busy.stdout.readline()).decode().strip() for _ in range(30)]
    busy.kill()
    told += [
        line.decode().strip() for line in (await busy.stdout.read()).splitlines(keepends=True) if line[-1:] == b"\n"
    ]
    await busy.wait()
    store = await Store.open(url, clock=clock)
    for job in told:
        await store.record(JobId(job))
    assert await store.unbalanced() == ()
    assert len(await open_jobs(store)) == (await store.ledger_sum()).open_pictures <= 1
    await store.close()
