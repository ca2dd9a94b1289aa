from __future__ import annotations

import asyncio
import sqlite3
import stat
import subprocess
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.engine import Connection

from bot.errors import SettingsError
from bot.job import Finished, Job, JobId, Moderated, Status, Ticket, Turn, Where
from bot.message import Receipt
from bot.record import encode
from bot.request import ImageId
from bot.store import Store, migrations, opening, running
from bot.store.tables import SCHEMAS, metadata
from tests.clock import HeldClock
from tests.unit.store.made import DOORS, anything_goes, drawn, made_image, made_job, on_sqlite, open_jobs, said
from tests.unit.store.older import of_schema

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


def migrated(store: Store) -> str:
    with store.engines[0].connect() as connection:
        return str(connection.scalar(sa.text("SELECT version_num FROM alembic_version")))


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


def insert_job(insert: Callable[..., object], job: Job, status: Status, **columns: Any) -> None:
    """As every release so far wrote it."""
    at = job.accepted_at
    insert(
        "jobs", id=job.id, door=job.by.door, event=job.event, person_key=job.by.key, provider=job.provider,
        model=job.model, lane=job.provider, status=status, job=encode(job), accepted_at=at, cancel_asked=False,
        word="", **columns,
    )  # fmt: skip
    insert("announcements", job=job.id, door=job.at.door, place=job.at.id, private=False, revision=0)
    insert("ledger", job=job.id, person_key=job.by.key, held_at=at, entry="hold", pictures=1, cents=2_500_000, at=at)


async def test_what_the_first_schema_held_is_there_after_the_upgrade(empty_url: str, clock: HeldClock) -> None:
    job = made_job(clock)
    with of_schema(empty_url, "0001") as insert:
        insert("people", key=job.by.key, name="Ada", seen_at=job.accepted_at)
        insert_job(insert, job, Status.CANCELLED, ended_at=job.accepted_at)
    store = await Store.open(empty_url, clock=clock)
    assert migrated(store) == SCHEMAS[-1]
    record = await store.record(job.id)
    assert (record.job, record.untold) == (job, False)
    assert await store.take_tales(DOORS, 9) == await store.untold(DOORS, 9) == (job.id,)
    await store.delivered(job.id, told=False)
    assert (await store.record(job.id)).untold
    await store.close()


async def test_what_the_second_schema_held_is_there_after_the_upgrade(empty_url: str, clock: HeldClock) -> None:
    image = made_image(clock, "cat")
    with of_schema(empty_url, "0002") as insert:
        insert("images", id=image.id, name=image.name, format="webp", width=1024, height=768, size_bytes=3)
        insert("makings", image=image.id, person_key="web:ada", provider="", model="", made_at=clock.now())
    store = await Store.open(empty_url, clock=clock)
    assert migrated(store) == SCHEMAS[-1]
    assert await store.image(image.id) == image
    await store.hold("slack", "Ev1", {})
    assert await store.held("slack") == (("Ev1", {}),)
    await store.close()


async def test_jobs_of_the_third_schema_go_on_after_the_upgrade(empty_url: str, clock: HeldClock) -> None:
    waiting, running, ended = jobs = [made_job(clock) for _ in range(3)]
    ticket, outcome = Ticket("flux", "task", url="https://flux.test/task"), Moderated(where=Where.PROMPT)
    reply, now = said("done"), clock.now()
    with of_schema(empty_url, "0003") as insert:
        insert("people", key=waiting.by.key, name="Ada", seen_at=now)
        insert_job(insert, waiting, Status.QUEUED)
        insert_job(insert, running, Status.RUNNING, started_at=now, submitted_at=now, ticket=encode(ticket))
        insert_job(insert, ended, Status.MODERATED, ended_at=now, outcome=encode(outcome))
        insert("receipts", job=running.id, door="web", place="channel", handle="1.1", kept_at=now)
        insert("held", door="slack", event="Ev1", payload={"a": None}, held_at=now, tries=2)
    store = await Store.open(empty_url, clock=clock)
    await store.enter(worker=True, doors=DOORS)
    assert [replace((await store.record(job.id)).job, tabs=()) for job in jobs] == jobs
    assert (await store.record(running.id)).ticket == ticket
    assert (await store.record(ended.id)).outcome == outcome
    assert await store.job_at(Receipt("web", "channel", "1.1")) == running.id
    assert await store.take_held("slack") == (("Ev1", {"a": None}),)
    assert await store.take_tales(DOORS, 9) == tuple(job.id for job in jobs)
    assert await store.take_runs(9) == (Turn(running.id),)
    await store.lanes(["flux"])
    assert await store.give_turns("flux", 2, limit=9) == (Turn(waiting.id),)
    for job in (waiting, running):
        assert await store.submitting(job.id)
        assert await store.finish(job.id, Finished(image=ImageId("a" * 64), cost_cents=Decimal(2)))
        await store.keep_reply(job.id, reply)
    assert await store.unbalanced() == (ended.id,)  # of which this test wrote down no release
    await store.close()


async def test_the_release_before_goes_on_while_others_have_migrated(empty_url: str, clock: HeldClock) -> None:
    """A schema is expanded first: whatever an older process writes without knowing of it is taken over later."""
    early, late = made_job(clock), made_job(clock)
    engine = opening.connect(empty_url)
    with of_schema(empty_url, "0003") as insert:
        insert("people", key=early.by.key, name="Ada", seen_at=clock.now())
        insert_job(insert, early, Status.QUEUED)
    old = sa.MetaData()
    old.reflect(engine)
    opening.bring_up(engine, empty_url)
    with engine.execution_options(**{opening.WRITES: True}).begin() as connection:
        insert_job(lambda table, **row: connection.execute(old.tables[table].insert(), row), late, Status.QUEUED)
        connection.execute(old.tables["jobs"].update().where(old.tables["jobs"].c.id == early.id).values(word="Late"))
        assert connection.scalar(sa.select(old.tables["jobs"]).order_by(old.tables["jobs"].c.number)) == 1
    engine.dispose()
    store = await Store.open(empty_url, clock=clock)
    await store.enter(worker=True, doors=DOORS)
    await store.lanes(["flux"])
    assert await store.give_turns("flux", 2, limit=9) == (Turn(early.id), Turn(late.id))
    assert await store.take_tales(DOORS, 9) == (early.id, late.id)
    assert (await store.record(early.id)).word == "Late"
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


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://bot:hunter2", "not a database address"),
        ("postgresql://bot:hunter2@db.example:port/bot", "not a database address"),
        ("postgresql://bot:an@hunter2@db.example/bot", "%40"),
    ],
)
def test_of_a_mistyped_address_no_part_of_the_password_is_shown(url: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told) as refused:
        opening.connect(url)
    assert "hunter2" not in "".join(traceback.format_exception(refused.value))


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
