"""The book's part of a picture, every transaction of its way: with an empty book, and after a million pictures."""

from __future__ import annotations

import asyncio
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from sqlite3 import connect
from statistics import median
from typing import Final

from benchmarks.figure import Figure, Ground
from benchmarks.gauge import Stopwatch
from bot.clock import RealClock
from bot.job import Finished, Job, JobId, Ticket, new_job_id
from bot.message import Person, Place, Receipt, Reply, Tone
from bot.request import Format, ImageId, Imagine, Shape
from bot.store import SavedImage, Store

FINISHED: Final = 1_000_000
ROUNDS: Final = 60
WARM_UP: Final = 10
COPIED: Final = ("jobs", "ledger", "announcements", "receipts", "images", "makings")
"""The tables that grow with every picture."""
ADA: Final = Person("mute", "ada", "Ada")
STREET: Final = Place("mute", "street")


def measure(ground: Ground) -> list[Figure]:
    return asyncio.run(_measure(ground))


async def _measure(ground: Ground) -> list[Figure]:
    files = [ground.folder / name for name in ("young.sqlite", "old.sqlite")]
    for file in files:
        store = await _opened(file)
        await _walk(store, _job(0))
        await store.close()
    await asyncio.to_thread(_grow, files[1])
    stores, watches = [await _opened(file) for file in files], [Stopwatch(), Stopwatch()]
    for number in range(WARM_UP + ROUNDS):  # turn by turn, so that a busy machine shows in both
        for store, watch in zip(stores, watches, strict=True):
            with watch.running():
                await _walk(store, _job(number))
    for store in stores:
        await store.close()
    young, old = watches
    what = f"the book's nine transactions of one picture, after {FINISHED:,} pictures"
    return [
        Figure(what=f"{what}: {name}", ours=median(later[WARM_UP:]), other=median(first[WARM_UP:]),
               against="the same with an empty book", unit="ms")
        for name, later, first in (
            ("time p50", old.wall_ms, young.wall_ms),
            ("CPU p50", old.cpu_ms, young.cpu_ms),
        )
    ]  # fmt: skip


async def _opened(file: Path) -> Store:
    store = await Store.open(f"sqlite:///{file}", clock=RealClock())
    await store.enter(worker=True, doors=("mute",))
    await store.lanes(("flux",))
    return store


async def _walk(store: Store, job: Job) -> None:
    await store.accept(job, lambda usage: None, draw=lambda ahead: Reply(tone=Tone.WORKING, title="queued"))
    await store.announced(job.id, Receipt("mute", "street", job.id))
    await store.give_turns("flux", 24, limit=8)
    await store.submitting(job.id)
    await store.ticketed(job.id, Ticket("flux", job.id, "https://example.org"))
    image = ImageId(job.id.rjust(64, "0"))
    await store.keep_image(
        SavedImage(
            id=image,
            name=f"{image}.webp",
            format=Format.WEBP,
            width=1024,
            height=768,
            size_bytes=100_000,
            made_at=job.accepted_at,
            by=job.by.key,
            job=job.id,
            provider="flux",
            model="flux-dev",
        )
    )
    await store.finish(job.id, Finished(image=image, cost_cents=Decimal("2.5")))
    await store.keep_reply(job.id, Reply(tone=Tone.DONE, title="done"))
    await store.delivered(job.id)


def _job(number: int) -> Job:
    job = new_job_id()
    return Job(
        id=JobId(job),
        request=Imagine(prompt="a lighthouse at dusk", shape=Shape(1024, 768), seed=number),
        provider="flux",
        model="flux-dev",
        by=ADA,
        at=STREET,
        accepted_at=RealClock().now(),
        deadline_s=120.0,
        reserved_cents=Decimal("2.5"),
        event=job,
    )


def _grow(file: Path) -> None:
    """Copy the pictures that are there until there are a million, with names, numbers and days of their own."""
    with closing(connect(file, isolation_level=None)) as book:
        book.execute("PRAGMA synchronous=OFF")
        book.execute("PRAGMA foreign_keys=OFF")
        book.execute("BEGIN")
        (pattern,) = book.execute("SELECT id FROM jobs ORDER BY number LIMIT 1").fetchone()
        image = pattern.rjust(64, "0")
        book.execute(f"CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM c WHERE i < {FINISHED}) SELECT i, printf('%016x', i) AS id, printf('%064x', i) AS image FROM c")  # fmt: skip  # noqa: E501, S608
        for table in COPIED:
            names = [name for _, name, *_ in book.execute(f"PRAGMA table_info({table})")]
            values = [_copied(table, name) for name in names]
            where = "t.image = ?" if table == "makings" else "t.id = ?" if table in ("jobs", "images") else "t.job = ?"
            of = image if table in ("images", "makings") else pattern
            book.execute(
                f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} FROM n, {table} t WHERE {where}",  # noqa: S608
                (of,),
            )
        book.execute("COMMIT")
        book.execute("ANALYZE")
        book.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _copied(table: str, column: str) -> str:
    """What stands in a copy's column: its own name where the pattern has one, days in the past for every moment."""
    match table, column:
        case _, "number":
            return "NULL"
        case "images", "id":
            return "n.image"
        case "images", "name":
            return "n.image || '.webp'"
        case _, "image":
            return "n.image"
        case _, "id" | "job" | "event" | "handle" if (table, column) != ("jobs", "job"):
            return "n.id"
        case "announcements", "receipt":
            return "NULL"
        case "announcements", "revision" | "position":
            return "-n.i"
        case _, name if name.endswith("_at") or name == "at":
            return f"datetime(t.{column}, '-' || (2 + n.i % 700) || ' days')"
        case _:
            return f"t.{column}"
