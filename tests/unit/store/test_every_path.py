"""Money on every path: whatever happens to jobs, all counters of a kind show what the ledger holds."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Literal

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import TooLateError
from bot.job import Cancelled, Failed, Finished, Job, Moderated, Outcome, Status, Ticket, Where
from bot.message import Person
from bot.policy import Limits, tabs
from bot.request import ImageId
from bot.spending import Cap, Of, Per, Spent, Tab
from bot.store import Store
from bot.store.tables import totals
from tests.clock import HeldClock
from tests.unit.store.made import ADA, BOB, CHANNEL, anything_goes, drawn, made_job

LIMITS = Limits(caps=(Cap(of=Of.TEAM, per=Per.MONTH, cents=Decimal(10_000)),))
Verb = Literal[
    "accept", "turn", "later", "ticketed", "put_back", "reroute", "resubmit", "cancel", "finish", "settle", "rerun",
    "erase", "forget",
]  # fmt: skip
VENDORS = ("flux", "stability", "local")


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_all_counters_of_a_kind_show_what_the_ledger_holds_on_every_path(random: Random) -> None:
    asyncio.run(_play(random))


async def _play(random: Random) -> None:
    clock = HeldClock()
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite:///{folder}/bot.sqlite", clock=clock)
        try:
            await store.enter(worker=True, doors=("web",))
            await store.lanes(VENDORS)
            for _ in range(5):
                for _ in range(5):
                    await _step(store, clock, random)
                await _adds_up(store)
        finally:
            await store.close()


async def _step(store: Store, clock: HeldClock, random: Random) -> None:
    records = await store.jobs(limit=100)
    if not records:
        await _accept(store, clock, random)
        return
    job = random.choice(records).job
    match random.choice(VERBS):
        case "accept":
            await _accept(store, clock, random)
        case "turn":
            lane = (await store.record(job.id)).lane
            for turn in await store.give_turns(lane, 4, limit=2):
                await store.submitting(turn.job)
        case "later":
            await clock.advance(random.choice((60, 86_400, 31 * 86_400)))
        case "ticketed":
            await store.ticketed(job.id, Ticket("flux", "task", cost_cents=_cents(random)))
        case "put_back":
            await store.put_back(job.id)
        case "reroute":
            await _reroute(store, job, random)
        case "resubmit":
            runs = (await store.record(job.id)).status is Status.RUNNING
            if runs and await store.resubmitting(job) and random.random() < 0.5:
                await store.not_resubmitted(job)
        case "cancel":
            await store.ask_cancel(job.id)
            await store.cancel_queued(job.id)
        case "finish":
            await store.finish(job.id, _outcome(random, unsure=random.random() < 0.5))
        case "settle":
            await store.settle(job.id, _outcome(random, unsure=False))
        case "rerun":
            with suppress(TooLateError):
                await store.rerun(job.id, lambda job: _tabs(job.by, clock, job.provider))
        case "erase":
            if random.random() < 0.2:
                await store.erase(job.id)
        case "forget":
            if random.random() < 0.2:
                await store.forget_jobs([job.id])


VERBS: tuple[Verb, ...] = (
    "accept", "accept", "turn", "turn", "later", "ticketed", "put_back", "reroute", "resubmit", "cancel", "finish",
    "finish", "settle", "settle", "rerun", "rerun", "erase", "forget",
)  # fmt: skip


async def _accept(store: Store, clock: HeldClock, random: Random) -> None:
    by, lane = random.choice((ADA, BOB)), random.choice(VENDORS)
    job = made_job(clock, by=by, provider=lane, reserved_cents=_cents(random), tabs=_tabs(by, clock, lane))
    await store.accept(job, anything_goes, draw=drawn)
    await store.announced(job.id, None)


async def _reroute(store: Store, job: Job, random: Random) -> None:
    lane = random.choice(VENDORS)
    moved = tuple(replace(tab, scope=f"model:{lane}/flux-dev") if tab.of is Of.MODEL else tab for tab in job.tabs)
    heir = replace(job, provider=lane, reserved_cents=_cents(random), tabs=moved)
    await store.reroute(heir, anything_goes, found=random.choice((Status.QUEUED, Status.RUNNING)), priority=0)  # type: ignore[arg-type]


def _tabs(by: Person, clock: HeldClock, lane: str) -> tuple[Tab, ...]:
    return tabs(by, CHANNEL, clock.now(), LIMITS, model=f"{lane}/flux-dev")


def _cents(random: Random) -> Decimal | None:
    return random.choice((None, Decimal(0), Decimal("2.5"), Decimal("6.00000125"), Decimal("0.0333333")))


def _outcome(random: Random, *, unsure: bool) -> Outcome:
    if unsure:
        return Failed(key="unsure", unsure=True)
    return random.choice(
        (
            Finished(image=ImageId("a" * 64), cost_cents=_cents(random)),
            Cancelled(cost_cents=_cents(random)),
            Failed(key="broken", cost_cents=_cents(random)),
            Moderated(where=Where.IMAGE),
        )
    )


async def _adds_up(store: Store) -> None:
    sums = await store.ledger_sum()
    held = Spent(sums.held_pictures - sums.released_pictures, sums.held_cents - sums.released_cents)
    shown: dict[tuple[Of, Per], Spent] = {}
    with store.engines[0].connect() as connection:
        for row in connection.execute(sa.select(totals)):
            tab = Tab(row.scope, row.period)
            was = shown.get((tab.of, tab.per), Spent())
            shown[tab.of, tab.per] = Spent(was.pictures + row.pictures, was.cents + row.cents)
            assert row.pictures >= 0, tab
            assert row.cents >= 0, tab
    assert set(shown.values()) <= {held}
    assert await store.unbalanced() == ()
    assert sums.open_pictures >= 0
    assert sums.open_cents >= 0
