"""A provider that takes nothing: every process leaves it alone, then one job tries it, and its slots stay counted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from bot.breaker import TRIP, Trouble
from bot.errors import BudgetSpentError, OverdueError, UnsureError
from bot.job import Cancelled, Failed, Finished, Job, JobId, Status, Takeover, Ticket, Turn
from bot.message import Person
from bot.request import ImageId
from bot.spending import Spent, Tab
from bot.store import Store
from tests.clock import HeldClock
from tests.unit.store.made import BOB, DOORS, anything_goes, drawn, made_job, on_postgresql

LANE = "flux"
DONE = Finished(image=ImageId("0" * 64), cost_cents=Decimal(2))


async def ask(store: Store, clock: HeldClock, count: int = 1) -> list[JobId]:
    jobs = [made_job(clock) for _ in range(count)]
    for job in jobs:
        await store.accept(job, anything_goes, draw=drawn)
        await store.announced(job.id, None)
    return [job.id for job in jobs]


async def turns(store: Store, slots: int = 10) -> list[JobId]:
    return [turn.job for turn in await store.give_turns(LANE, slots, limit=100)]


async def fail(store: Store, trouble: Trouble, asked_s: float | None = None) -> float:
    """The seconds for which the lane is paused then."""
    strain = await store.lane_failed(LANE, trouble, asked_s)
    return (strain.until - store._clock.now()).total_seconds()


@pytest.fixture(autouse=True)
async def lane(store: Store) -> None:
    await store.lanes((LANE,))


@pytest.fixture
async def other(url: str, clock: HeldClock) -> AsyncIterator[Store]:
    """Another process on the same database."""
    opened = await Store.open(url, clock=clock)
    await opened.enter(worker=True, doors=DOORS)
    yield opened
    await opened.close()


@on_postgresql
async def test_a_pause_goes_for_all_processes_and_so_does_its_end(store: Store, other: Store, clock: HeldClock) -> None:
    (job, _) = await ask(store, clock, 2)
    assert await fail(store, Trouble.THROTTLED, 90.0) == 90
    assert await turns(other) == []
    assert [pause.reason for pause in await other.pauses()] == ["throttled"]
    await clock.advance(91)
    assert await turns(other) == [job]
    assert await turns(store) == []  # one tries it, wherever it runs
    await other.ticketed(job, Ticket(LANE, "t"))
    assert len(await turns(store)) == 1
    assert await store.strains() == ()


async def test_a_provider_counts_as_down_after_three_failures_in_a_row(store: Store, clock: HeldClock) -> None:
    paused_s = []
    for _ in range(8):
        paused_s.append(await fail(store, Trouble.DOWN))
        await clock.advance(paused_s[-1] + 1)
    assert paused_s == [1, 2, 30, 60, 120, 240, 480, 600]
    (strain,) = await store.strains()
    assert strain.since == clock._start


async def test_what_was_on_its_way_fails_together_and_counts_once(store: Store, clock: HeldClock) -> None:
    await ask(store, clock, 5)
    await turns(store)
    for _ in range(5):
        await fail(store, Trouble.THROTTLED)
    assert (await store.strains())[0].failures == 1


async def test_a_success_in_between_begins_the_count_anew(store: Store, clock: HeldClock) -> None:
    (job,) = await ask(store, clock)
    await turns(store)
    for _ in range(TRIP - 1):
        await clock.advance(5)
        await fail(store, Trouble.DOWN)
    await store.ticketed(job, Ticket(LANE, "t"))
    assert await fail(store, Trouble.DOWN) == 1


async def test_what_was_on_its_way_and_succeeds_does_not_end_a_pause(store: Store, clock: HeldClock) -> None:
    early, _, late = await ask(store, clock, 3)
    await turns(store, 2)
    await fail(store, Trouble.THROTTLED, 60.0)
    await store.ticketed(early, Ticket(LANE, "t"))
    assert await store.finish(early, DONE)
    assert await turns(store) == []
    await clock.advance(61)
    assert await turns(store) == [late]


async def test_a_probe_that_fails_leaves_the_lane_shut_and_one_that_is_cancelled_leaves_it_to_the_next(
    store: Store, clock: HeldClock
) -> None:
    first, second, third = await ask(store, clock, 3)
    await fail(store, Trouble.OUT_OF_CREDIT)
    await clock.advance(61)
    assert await turns(store) == [first]
    assert await turns(store) == []
    assert await fail(store, Trouble.OUT_OF_CREDIT) == 60
    assert await store.put_back(first)
    assert await turns(store) == []
    await clock.advance(61)
    assert await turns(store) == [first]
    assert await store.finish(first, Cancelled())
    assert await turns(store) == [second]
    assert await store.finish(second, DONE)
    assert await turns(store) == [third]


async def test_a_job_that_is_put_back_keeps_its_place_and_has_a_run_of_its_own(store: Store, clock: HeldClock) -> None:
    first, _ = await ask(store, clock, 2)
    assert await store.give_turns(LANE, 1, limit=1) == (Turn(first, 0),)
    assert await store.submitting(first)
    assert await store.put_back(first)
    record = await store.record(first)
    assert (record.status, record.submitted_at, record.run_by) == (Status.QUEUED, None, None)
    assert await store.give_turns(LANE, 1, limit=1) == (Turn(first, 1),)


async def test_a_job_that_was_bought_or_is_to_be_cancelled_is_not_put_back(store: Store, clock: HeldClock) -> None:
    bought, stopped = await ask(store, clock, 2)
    await turns(store)
    await store.ticketed(bought, Ticket(LANE, "t"))
    await store.ask_cancel(stopped)
    assert not await store.put_back(bought)
    assert not await store.put_back(stopped)


@pytest.mark.parametrize(
    ("end", "ticket", "kept_s"),
    [(OverdueError(), True, 600), (UnsureError(), False, 120)],
)
async def test_a_task_that_was_given_up_keeps_its_slot_while_it_may_be_under_way(
    store: Store, clock: HeldClock, end: OverdueError | UnsureError, ticket: bool, kept_s: float
) -> None:
    lost, waiting = await ask(store, clock, 2)
    assert await turns(store, 1) == [lost]
    if ticket:
        await store.ticketed(lost, Ticket(LANE, "t"))
    assert await store.finish(lost, replace(Failed.by(end), unsure=True))
    await clock.advance(kept_s - 1)
    assert await turns(store, 1) == []
    await clock.advance(2)
    assert await turns(store, 1) == [waiting]


async def test_a_slot_is_free_once_the_true_end_is_known(store: Store, clock: HeldClock) -> None:
    lost, waiting = await ask(store, clock, 2)
    await turns(store, 1)
    await store.ticketed(lost, Ticket(LANE, "t"))
    await store.finish(lost, replace(Failed.by(OverdueError()), unsure=True))
    assert await store.settle(lost, DONE)
    assert await turns(store, 1) == [waiting]


TEAM, OLD, NEW = Tab("team", "2026-11"), Tab("model:flux/flux-dev", "2026-11"), Tab("model:stability/core", "2026-11")


def elsewhere(job: Job) -> Job:
    instead = Takeover(tried=("flux",), of="FLUX", by="Stability AI", reason="down")
    return replace(
        job, provider="stability", model="core", reserved_cents=Decimal(3), tabs=(TEAM, NEW), instead_of=instead
    )


async def test_the_money_of_a_job_goes_along_to_another_provider(store: Store, clock: HeldClock) -> None:
    job = made_job(clock, by=BOB, tabs=(TEAM, OLD))
    await store.accept(job, anything_goes, draw=drawn)
    await store.announced(job.id, None)
    assert await turns(store) == [job.id]
    assert await store.submitting(job.id)
    seen: list[Spent] = []
    assert await store.reroute(
        elsewhere(job), lambda totals: seen.extend(totals.values()), found=Status.RUNNING, priority=0
    )
    assert seen == [Spent(), Spent()]  # as if the job were not there
    assert await store.spent([TEAM, OLD, NEW]) == {
        TEAM: Spent(1, Decimal(3)), OLD: Spent(), NEW: Spent(1, Decimal(3))
    }  # fmt: skip
    record = await store.record(job.id)
    assert (record.lane, record.status, record.attempt, record.job.provider) == (
        "stability", Status.QUEUED, 1, "stability"
    )  # fmt: skip
    await store.lanes(("stability",))
    assert await store.give_turns("stability", 1, limit=1) == (Turn(job.id, 1),)
    assert await store.finish(job.id, DONE)
    assert await store.unbalanced() == ()
    assert (await store.ledger_sum()).open_cents == 0


async def test_a_job_that_a_cap_keeps_from_another_provider_stays_as_it_is(store: Store, clock: HeldClock) -> None:
    job = made_job(clock, tabs=(TEAM, OLD))
    await store.accept(job, anything_goes, draw=drawn)

    def refuse(_totals: object) -> None:
        raise BudgetSpentError

    with pytest.raises(BudgetSpentError):
        await store.reroute(elsewhere(job), refuse, found=Status.QUEUED, priority=0)
    record = await store.record(job.id)
    assert (record.job, record.lane, record.attempt) == (job, LANE, 0)
    assert await store.spent([TEAM, NEW]) == {TEAM: Spent(1, Decimal("2.5")), NEW: Spent()}


async def test_a_job_that_was_bought_goes_nowhere(store: Store, clock: HeldClock) -> None:
    job = made_job(clock)
    await store.accept(job, anything_goes, draw=drawn)
    await store.announced(job.id, None)
    await turns(store)
    await store.ticketed(job.id, Ticket(LANE, "t"))
    assert not await store.reroute(elsewhere(job), anything_goes, found=Status.RUNNING, priority=0)  # type: ignore[arg-type]
    assert (await store.record(job.id)).lane == LANE


async def test_a_job_that_was_found_waiting_and_got_a_turn_since_then_goes_nowhere(
    store: Store, clock: HeldClock
) -> None:
    """Its purchase may be on its way: elsewhere it would be bought twice."""
    job = made_job(clock, tabs=(TEAM, OLD))
    await store.accept(job, anything_goes, draw=drawn)
    await store.announced(job.id, None)
    (found,) = await store.waiting_in(LANE, clock.now() + timedelta(seconds=1), limit=9)
    assert await turns(store) == [job.id]
    assert await store.submitting(job.id)
    assert not await store.reroute(elsewhere(found), anything_goes, found=Status.QUEUED, priority=0)  # type: ignore[arg-type]
    assert (await store.record(job.id)).lane == LANE


async def test_of_two_workers_that_find_a_job_waiting_one_moves_it(store: Store, clock: HeldClock) -> None:
    job = made_job(clock, tabs=(TEAM, OLD))
    await store.accept(job, anything_goes, draw=drawn)
    moves = [
        await store.reroute(elsewhere(job), anything_goes, found=Status.QUEUED, priority=0)  # type: ignore[arg-type]
        for _ in range(2)
    ]
    assert moves == [True, False]
    assert (await store.record(job.id)).attempt == 1


async def test_who_waits_in_a_lane_is_found_by_how_long(store: Store, clock: HeldClock) -> None:
    (early,) = await ask(store, clock)
    await clock.advance(10)
    (late,) = await ask(store, clock)
    now = clock.now()
    assert [job.id for job in await store.waiting_in(LANE, now - timedelta(seconds=5), limit=9)] == [early]
    assert not await store.fail_queued(early, "stability", Failed.by(OverdueError()))  # it was moved from there
    assert await store.fail_queued(early, LANE, Failed.by(OverdueError()))
    assert [job.id for job in await store.waiting_in(LANE, now + timedelta(seconds=1), limit=9)] == [late]


@on_postgresql
async def test_jobs_that_change_places_at_once_do_not_wait_for_each_other(
    store: Store, other: Store, clock: HeldClock
) -> None:
    """Counters are locked in one order: in two, the server would have to break the knot, after a second."""
    there = [made_job(clock, by=Person("web", f"p{n}", ""), tabs=(TEAM, OLD)) for n in range(20)]
    back = [elsewhere(made_job(clock, by=Person("web", f"q{n}", ""))) for n in range(20)]
    for job in (*there, *back):
        await store.accept(job, anything_goes, draw=drawn)
    before = knots(store)
    moves = [store.reroute(elsewhere(job), anything_goes, found=Status.QUEUED, priority=0) for job in there]  # type: ignore[arg-type]
    for job in back:
        heir = replace(job, provider="flux", model="flux-dev", reserved_cents=Decimal(2), tabs=(TEAM, OLD))
        moves.append(other.reroute(heir, anything_goes, found=Status.QUEUED, priority=0))  # type: ignore[arg-type]
    assert all(await asyncio.gather(*moves))
    assert (await store.spent([TEAM, OLD, NEW])) == {
        TEAM: Spent(40, Decimal(100)), OLD: Spent(20, Decimal(40)), NEW: Spent(20, Decimal(60))
    }  # fmt: skip
    assert knots(store) == before


def knots(store: Store) -> int:
    """How often the server had to end a transaction so that another could go on."""
    with store.engines[0].connect() as connection:
        asked = sa.text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(connection.scalar(asked) or 0)
