"""With a million finished jobs behind it, the book must not be read from the start: every question has its index."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import sqlalchemy as sa

from bot.job import Cancelled, JobId
from bot.message import Receipt
from bot.request import Upscale
from bot.spending import Tab
from bot.store import Store
from tests.clock import HeldClock
from tests.unit.store.made import ADA, DOORS, anything_goes, drawn, made_image, made_job, on_postgresql, on_sqlite, said

LONG = {
    "jobs", "announcements", "receipts", "ledger", "images", "makings", "sources", "durations", "people", "totals"
}  # fmt: skip
"""Tables that grow with what was ever done; the others hold as many rows as there are processes, lanes and the like."""
PARTIAL = {
    "ix_jobs_open",
    "ix_jobs_open_lane",
    "ix_jobs_open_person",
    "ix_jobs_turn",
    "ix_jobs_undelivered",
    "ix_jobs_unsure",
}
"""They hold the open, untold or unsure jobs alone, so that reading one whole is reading a few rows."""
TAB = Tab("person:web:ada", "2026-11-21")


async def plans_of(store: Store, seen: list[tuple[str, Any]]) -> list[str]:
    plans = []
    with store._engine.connect() as connection:
        for statement, parameters in seen:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans += [row.detail for row in rows]
    return plans


async def walks_of(store: Store, seen: list[tuple[str, Any]]) -> set[tuple[str, str]]:
    """As PostgreSQL plans them: the tables that it reads whole, and by which index, if by any, with the statement."""
    walks = set()
    with store._engine.connect() as connection:
        for statement, parameters in seen:
            rows = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
            for node in nodes(rows.scalar_one()[0]["Plan"]):
                whole = "Index Cond" not in node and node["Node Type"].endswith("Scan") and "Relation Name" in node
                if whole and node.get("Index Name") not in PARTIAL and "Recheck Cond" not in node:
                    walks.add((node["Relation Name"], f"{node.get('Index Name')}: {statement}"))
    return walks


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


PILE = """
CREATE TEMP TABLE n AS SELECT n, n::text AS id, 'web:' || n AS person FROM generate_series(1000, 4000) AS n;
INSERT INTO people SELECT person, '', now() FROM n;
INSERT INTO jobs (number, id, door, event, person_key, provider, model, lane, status, job, accepted_at, ended_at,
        delivered_at, cancel_asked, word)
    SELECT n, id, 'web', id, person, 'flux', 'flux-dev', 'flux', 'finished', '{}', now(), now(), now(), false, ''
    FROM n;
INSERT INTO announcements (job, door, place, private, revision, position)
    SELECT id, 'web', 'place-' || n % 100, false, n, n FROM n;
INSERT INTO receipts (job, door, place, handle, kept_at) SELECT id, 'web', 'place-' || n % 100, id, now() FROM n;
INSERT INTO ledger (job, person_key, held_at, entry, pictures, cents, at)
    SELECT id, person, now() - n * interval '1 hour', 'hold', 1, 1, now() FROM n;
INSERT INTO images SELECT id, id, 'webp', 1, 1, 1 FROM n;
INSERT INTO makings (image, job, person_key, provider, model, made_at) SELECT id, id, person, '', '', now() FROM n;
INSERT INTO sources SELECT id, id FROM n;
INSERT INTO totals SELECT 'person:web:' || n % 1000, '2026-01-' || n / 1000, 1, 1 FROM n;
INSERT INTO durations (provider, model, seconds, at, size) SELECT 'flux', 'model-' || n % 20, 1, now(), '' FROM n;
ANALYZE;
"""
"""Thousands of finished jobs of as many people, with all that belongs to them."""


async def verbs(store: Store, clock: HeldClock) -> None:
    """Every verb that runs in a person's way, once."""
    image = made_image(clock, "photo")
    await store.keep_image(image)
    job, stopped = made_job(clock, tabs=(TAB,)), made_job(clock, request=Upscale(source=image.id, factor=2))
    receipt = Receipt("web", "channel", job.id)
    for each in (job, stopped):
        await store.accept(each, anything_goes, draw=drawn)
    await store.ahead(stopped.id)
    await store.usage(ADA.key, [TAB], now=clock.now())
    await store.announced(job.id, receipt)
    await store.lanes(["flux"])
    await store.waiting()
    await store.give_turns("flux", 1, limit=1)
    await store.give_back(job.id)
    await store.pauses()
    await store.begin(job.id)
    await store.submitting(job.id)
    await store.words({job.id: ("Pending", None)})
    await store.whereabouts()
    await store.stopping()
    await store.take_runs(9)
    await store.keep_receipt(job.id, receipt)
    await store.keep_reply(job.id, said("working"))
    await store.record(JobId(job.id))
    await store.cancel_queued(stopped.id)
    await store.finish(job.id, Cancelled())
    await store.untold(DOORS, 9)
    await store.take_tales(DOORS, 9)
    await store.delivered(job.id, told=False)
    await store.shown([job.id])
    await store.job_at(receipt)
    await store.replies("web", "channel")
    await store.replies("web", "channel", since=1)
    await store.replies("web", "channel", before=9)
    await store.jobs_of(ADA.key)
    await store.lineage(image.id)
    await store.images_by_job(job.id)
    await store.forget(stopped.id)
    await store.took("flux", "flux-dev", "1mp", 4.0)
    await store.durations("flux", "flux-dev", "1mp")
    await store.spend(clock.now())


async def statements(store: Store, clock: HeldClock) -> list[tuple[str, Any]]:
    seen: list[tuple[str, Any]] = []

    def note(
        _connection: object, _cursor: object, statement: str, parameters: Any, _context: object, many: bool
    ) -> None:
        if statement.split()[0] in {"SELECT", "UPDATE", "DELETE"}:
            seen.append((statement, parameters[0] if many else parameters))

    sa.event.listen(store._engine, "before_cursor_execute", note)
    await verbs(store, clock)
    sa.event.remove(store._engine, "before_cursor_execute", note)
    return seen


@on_sqlite
async def test_no_verb_on_the_way_of_a_job_reads_a_whole_table(store: Store, clock: HeldClock) -> None:
    plans = await plans_of(store, await statements(store, clock))
    scans = {plan for plan in plans if plan.startswith("SCAN jobs")}
    whole = {plan for plan in plans if plan.startswith("SCAN") and plan.split()[1] in LONG}
    assert len(plans) > 50
    assert scans | whole <= {"SCAN jobs USING INDEX ix_jobs_undelivered"}  # holds the untold only: all are asked for
    assert [plan for plan in plans if plan.startswith("SEARCH jobs") and plan.endswith("(door=?)")] == []
    assert any("ix_jobs_open_person (person_key=? AND ended_at=?)" in plan for plan in plans)
    assert any("ix_jobs_turn (lane=? AND status=? AND ended_at=?" in plan for plan in plans)


@on_postgresql
async def test_a_server_with_many_finished_jobs_reads_no_whole_table_either(
    store: Store, url: str, clock: HeldClock
) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(PILE)
    walks = await walks_of(store, await statements(store, clock))
    assert {walk for walk in walks if walk[0] in LONG} == set()
