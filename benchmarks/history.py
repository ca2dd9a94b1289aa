"""The book's part of a picture, every transaction of its way: with an empty book, and after a million pictures."""

from __future__ import annotations

import asyncio
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from sqlite3 import connect
from statistics import median
from typing import Final

from benchmarks.figure import Aim, Figure, Ground
from benchmarks.gauge import Stopwatch
from bot import policy
from bot.clock import RealClock
from bot.job import Finished, Job, Ticket, new_job_id
from bot.message import Person, Place, Receipt, Reply, Tone
from bot.policy import Limits
from bot.request import Format, ImageId, Imagine, Shape
from bot.spending import Of
from bot.store import SavedImage, Store

FINISHED: Final = 1_000_000
AIM: Final = Aim(1.1)
"""No growth, within what a repetition differs by."""
ROUNDS: Final = 60
WARM_UP: Final = 10
COPIED: Final = {
    "jobs": "t.id = :job",
    "ledger": "t.job = :job",
    "announcements": "t.job = :job",
    "receipts": "t.job = :job",
    "images": "t.id = :image",
    "makings": "t.job = :job",
    "totals": "t.scope = :person AND n.i % 10 = 0",
}
"""The tables that grow with the pictures, and which rows there are copied: those of the first picture."""
HASTY: Final = (
    "journal_mode=OFF",
    "synchronous=OFF",
    "foreign_keys=OFF",
    "locking_mode=EXCLUSIVE",
    "temp_store=MEMORY",
    "cache_size=-500000",
)
"""For the growing alone; opening the book switches it back to what it is in service."""
NUMBERS: Final = """
CREATE TEMP TABLE n AS
WITH RECURSIVE c(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM c WHERE i < :last)
SELECT i, printf('%08x%08x', i * (4294967295 / :last), i) AS id,
    printf('%08x%056x', i * (4294967295 / :last), i) AS image,
    strftime('%Y-%m-%d %H:%M:%S.000000', 'now', ((i - :last) * 700.0 / :last - 2) || ' days') AS moment
FROM c
"""
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
               against="the same with an empty book", unit="ms", aim=AIM)
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
    image = _image(job.id)
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


def _image(job: str) -> ImageId:
    return ImageId(job.ljust(64, "0"))


def _job(number: int) -> Job:
    job, now = new_job_id(), RealClock().now()
    return Job(
        id=job,
        request=Imagine(prompt="a lighthouse at dusk", shape=Shape(1024, 768), seed=number),
        provider="flux",
        model="flux-dev",
        by=ADA,
        at=STREET,
        accepted_at=now,
        deadline_s=120.0,
        reserved_cents=Decimal("2.5"),
        event=job,
        tabs=policy.tabs(ADA, STREET, now, Limits(), model="flux-dev"),
    )


def _grow(file: Path) -> None:
    """Copy the picture that is there FINISHED times, with names, numbers and days of their own, into the real schema.

    The copies come in the order of their ids and days, which spread over all that there can be: so it is done in
    seconds, and what is written afterwards lands anywhere among them.
    """
    with closing(connect(file, isolation_level=None)) as book:
        for pragma in HASTY:
            book.execute(f"PRAGMA {pragma}")
        book.execute("BEGIN")
        (job,) = book.execute("SELECT id FROM jobs").fetchone()
        first = {"job": job, "image": _image(job), "person": f"{Of.PERSON}:{ADA.key}"}
        book.execute(NUMBERS, {"last": FINISHED})
        for table, whose in COPIED.items():
            names = [name for _, name, *_ in book.execute(f"PRAGMA table_info({table})")]
            copies = ", ".join(_copied(table, name) for name in names)
            copied = book.execute(
                f"INSERT INTO {table} ({', '.join(names)}) SELECT {copies} FROM n, {table} t WHERE {whose}",  # noqa: S608 - our own words
                first,
            )
            if copied.rowcount < FINISHED // 10:
                raise RuntimeError(f"{table} did not grow: what was measured is no history")
        book.execute("COMMIT")


def _copied(table: str, column: str) -> str:
    """What stands in a copy's column: its own name where the pattern has one, days in the past for every moment."""
    match table, column:
        case _, "number" | "receipt":
            return "NULL"
        case "images", "id":
            return "n.image"
        case "images", "name":
            return "n.image || '.webp'"
        case "totals", "scope":
            return "t.scope || n.id"
        case _, "image":
            return "n.image"
        case "jobs", "job":
            return "t.job"
        case _, "id" | "job" | "event" | "handle":
            return "n.id"
        case "announcements", "revision" | "position":
            return f"n.i - {FINISHED}"
        case _, name if name.endswith("_at") or name == "at":
            return f"CASE WHEN t.{column} IS NOT NULL THEN n.moment END"
        case _:
            return f"t.{column}"
