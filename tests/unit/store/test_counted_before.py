"""Counters of a database from before there were any: this month's ledger is counted once, by the migration."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.job import Failed, Status
from bot.spending import Spent, Tab
from bot.store import Store
from tests.clock import HeldClock
from tests.unit.store.made import BOB, made_job
from tests.unit.store.older import of_schema
from tests.unit.store.test_opening import insert_job


async def test_what_was_spent_this_month_counts_after_the_upgrade(empty_url: str) -> None:
    clock = HeldClock(datetime.now(UTC))  # a migration goes by the machine's own
    long_ago = made_job(clock, accepted_at=clock.now() - timedelta(days=32))
    ended, waiting = made_job(clock), made_job(clock, by=BOB)
    with of_schema(empty_url, "0003") as insert:
        for person in ("web:ada", "web:bob"):
            insert("people", key=person, name=person, seen_at=clock.now())
        insert_job(insert, long_ago, Status.CANCELLED, ended_at=clock.now())
        insert_job(insert, ended, Status.CANCELLED, ended_at=clock.now())
        insert(
            "ledger", job=ended.id, person_key=ended.by.key, held_at=ended.accepted_at, entry="release",
            pictures=1, cents=1_500_000, at=clock.now(),
        )  # fmt: skip
        insert_job(insert, waiting, Status.QUEUED)
    day, month = f"{clock.now():%Y-%m-%d}", f"{clock.now():%Y-%m}"
    team, ada, bob = Tab("team", month), Tab("person:web:ada", day), Tab("person:web:bob", day)
    store = await Store.open(empty_url, clock=clock)
    try:
        assert await store.spent([team, ada, bob]) == {
            team: Spent(1, Decimal("3.5")),
            ada: Spent(0, Decimal(1)),
            bob: Spent(1, Decimal("2.5")),
        }
        await store.finish(waiting.id, Failed(key="broken"))
        assert await store.spent([team, bob]) == {team: Spent(0, Decimal(1)), bob: Spent()}
    finally:
        await store.close()
