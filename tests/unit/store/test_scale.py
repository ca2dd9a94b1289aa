"""With a million finished jobs behind it, the book must not be read from the start: every question has its index."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.job import Cancelled, JobId
from bot.message import Receipt
from bot.request import Upscale
from bot.spending import Tab
from bot.store import Store
from tests.clock import HeldClock
from tests.unit.store.made import ADA, DOORS, anything_goes, drawn, made_image, made_job, said

TAB = Tab("person:web:ada", "2026-11-21")


async def plans_of(store: Store, seen: list[tuple[str, Any]]) -> list[str]:
    """What reads rows. PostgreSQL is told to shun whole tables: where it reads one still, no index would have done."""
    plans = []
    with store._engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_seqscan TO off")
        explain = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        for statement, parameters in seen:
            rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)
            plans += [str(row[-1]).strip(" ->") for row in rows]
    return plans


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


async def test_no_verb_on_the_way_of_a_job_reads_a_whole_table(store: Store, clock: HeldClock) -> None:
    seen: list[tuple[str, Any]] = []

    def note(
        _connection: object, _cursor: object, statement: str, parameters: Any, _context: object, many: bool
    ) -> None:
        if statement.split()[0] in {"SELECT", "UPDATE", "DELETE"}:
            seen.append((statement, parameters[0] if many else parameters))

    sa.event.listen(store._engine, "before_cursor_execute", note)
    await verbs(store, clock)
    sa.event.remove(store._engine, "before_cursor_execute", note)
    plans = await plans_of(store, seen)
    print("\n".join(plans))
    scans = [plan for plan in plans if plan.startswith("SCAN") and plan != "SCAN CONSTANT ROW"]
    assert len(plans) > 50
    assert set(scans) == {"SCAN jobs USING INDEX ix_jobs_undelivered"}  # holds the untold only: all are asked for
    assert any("ix_jobs_open_person (person_key=? AND ended_at=?)" in plan for plan in plans)
    assert any("ix_jobs_open_lane (lane=? AND status=? AND ended_at=? AND number<?)" in plan for plan in plans)
