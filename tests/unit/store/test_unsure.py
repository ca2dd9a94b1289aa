"""Unsure jobs in the book: when they are looked at again, by whom, and what their true end does to the money."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.job import Cancelled, Failed, Finished, JobId, Moderated, Outcome, Status, Ticket, Turn, Where
from bot.request import ImageId
from bot.spending import Spent, Tab
from bot.store import Store
from tests.clock import HeldClock
from tests.unit.store.made import CHANNEL, anything_goes, drawn, made_job

TICKET = Ticket("flux", "task-1", url="https://api.test/v1/get_result?id=task-1", cost_cents=Decimal(3))
DAY = Tab("team", "2026-11-21")
PICTURE = Finished(image=ImageId("ab" * 32), cost_cents=Decimal("2.25"), word="Ready")


async def unsure_job(
    store: Store, clock: HeldClock, *, ticket: Ticket | None = TICKET, cap: Decimal | None = None
) -> JobId:
    """One that was bought here, and ended without anybody knowing how."""
    job = made_job(clock, tabs=(Tab(DAY.scope, DAY.period, cents=cap),))
    await store.accept(job, anything_goes, draw=drawn)
    await store.begin(job.id)
    await store.submitting(job.id)
    if ticket is not None:
        await store.ticketed(job.id, ticket)
    assert await store.finish(job.id, Failed(key="overdue", unsure=True))
    await store.delivered(job.id)
    return job.id


async def test_it_is_looked_at_often_at_first_and_then_rarely_for_a_day(store: Store, clock: HeldClock) -> None:
    job = await unsure_job(store, clock)
    looks: list[float] = []
    began = clock.steady()
    while len(looks) < 22:
        await clock.advance(30)
        if await store.take_unsure(10):
            looks.append(clock.steady() - began)
    assert looks == [*range(30, 600, 30), 1170, 1770, 2370]
    await clock.advance(24 * 3600)
    assert await store.take_unsure(10) == ()
    assert await store.called(Turn(job), "task-1")
    assert await store.take_unsure(10) == (job,)


async def test_it_is_looked_at_by_one_process_at_a_time(store: Store, clock: HeldClock) -> None:
    jobs = [await unsure_job(store, clock) for _ in range(3)]
    await clock.advance(30)
    assert await store.take_unsure(2) == tuple(jobs[:2])
    assert await store.take_unsure(2) == (jobs[2],)
    assert await store.take_unsure(2) == ()


async def test_what_nobody_can_ask_after_waits_for_a_call(store: Store, clock: HeldClock) -> None:
    job = await unsure_job(store, clock, ticket=None)
    await clock.advance(700)
    assert await store.take_unsure(10) == ()
    assert await store.called(Turn(job, 1), "of-another-attempt")
    assert await store.take_unsure(10) == ()
    assert await store.called(Turn(job), "task-1")
    assert not await store.called(Turn(job), "task-1")
    assert await store.task_of(Turn(job)) == "task-1"
    assert await store.take_unsure(10) == (job,)
    assert await store.take_unsure(10) == ()


async def test_calls_of_long_ago_are_forgotten(store: Store, clock: HeldClock) -> None:
    await store.called(Turn(JobId("a" * 16)), "task-1")
    await clock.advance(3 * 24 * 3600)
    await store.called(Turn(JobId("b" * 16)), "task-2")
    assert await store.task_of(Turn(JobId("a" * 16))) is None


async def test_only_jobs_that_run_here_are_called_about(store: Store, clock: HeldClock) -> None:
    job = made_job(clock)
    await store.accept(job, anything_goes, draw=drawn)
    await store.called(Turn(job.id), "task-1")
    assert await store.tasks_called() == ()
    await store.begin(job.id)
    assert await store.tasks_called() == ("task-1",)
    await store.finish(job.id, PICTURE)
    assert await store.tasks_called() == ()


@pytest.mark.parametrize(
    ("outcome", "status", "spent"),
    [
        (PICTURE, Status.FINISHED, Spent(1, Decimal("2.25"))),
        (Finished(image=PICTURE.image), Status.FINISHED, Spent(1, Decimal(3))),
        (Moderated(where=Where.IMAGE), Status.MODERATED, Spent()),
        (Failed(key="picture-lost", cost_cents=Decimal(4)), Status.FAILED, Spent(0, Decimal(4))),
        (Failed(key="never-made"), Status.FAILED, Spent()),
        (Cancelled(cost_cents=Decimal(3)), Status.CANCELLED, Spent(0, Decimal(3))),
    ],
)
async def test_its_true_end_settles_the_hold_and_is_to_be_told(
    store: Store, clock: HeldClock, outcome: Outcome, status: Status, spent: Spent
) -> None:
    job = await unsure_job(store, clock)
    assert (await store.spent([DAY]))[DAY] == Spent(1, Decimal("2.5"))
    assert await store.settle(job, outcome)
    record = await store.record(job)
    assert (record.status, record.outcome, record.delivered_at) == (status, outcome, None)
    assert (await store.spent([DAY]))[DAY] == spent
    assert (await store.ledger_sum()).open_cents == 0
    assert await store.unbalanced() == ()
    assert await store.untold((CHANNEL.door,), 10) == (job,)
    assert not await store.settle(job, PICTURE)


async def test_a_claim_check_that_came_late_is_kept(store: Store, clock: HeldClock) -> None:
    job = await unsure_job(store, clock, ticket=None)
    assert await store.settle(job, PICTURE, ticket=TICKET)
    assert (await store.record(job)).ticket == TICKET


async def test_nothing_is_settled_that_has_another_end_or_none(store: Store, clock: HeldClock) -> None:
    job = made_job(clock)
    await store.accept(job, anything_goes, draw=drawn)
    assert not await store.settle(job.id, PICTURE)
    await store.finish(job.id, Moderated(where=Where.PROMPT))
    assert not await store.settle(job.id, PICTURE)
    assert await store.unbalanced() == ()


async def test_a_deleted_message_is_settled_and_not_told(store: Store, clock: HeldClock) -> None:
    job = await unsure_job(store, clock)
    await store.forget(job)
    assert await store.settle(job, Cancelled(cost_cents=Decimal(3)))
    assert (await store.record(job)).delivered_at is not None
    assert await store.untold((CHANNEL.door,), 10) == ()


@pytest.mark.parametrize(("cap", "allowed"), [(None, True), (Decimal(5), True), (Decimal("4.99"), False)])
async def test_a_second_purchase_counts_the_first_as_paid_if_the_cap_allows_for_both(
    store: Store, clock: HeldClock, cap: Decimal | None, allowed: bool
) -> None:
    job = made_job(clock, tabs=(Tab(DAY.scope, DAY.period, cents=cap),))
    await store.accept(job, anything_goes, draw=drawn)
    assert await store.resubmitting(job) is allowed
    assert (await store.spent([DAY]))[DAY] == Spent(1, Decimal(5) if allowed else Decimal("2.5"))
    await store.finish(job.id, PICTURE)
    assert (await store.spent([DAY]))[DAY].cents == (Decimal("4.75") if allowed else Decimal("2.25"))
    assert await store.unbalanced() == ()


async def test_what_is_held_for_unsure_jobs_is_what_is_not_counted_as_paid(store: Store, clock: HeldClock) -> None:
    job = made_job(clock)
    await store.accept(job, anything_goes, draw=drawn)
    assert await store.resubmitting(job)
    await store.finish(job.id, Failed(key="unsure", unsure=True))
    await unsure_job(store, clock)
    team = await store.team(day="2026-11-21", month="2026-11", periods=(), top=None)
    assert team.unsure == Spent(2, Decimal(5))


async def test_a_second_purchase_that_was_not_made_leaves_the_first_as_it_was(store: Store, clock: HeldClock) -> None:
    job = made_job(clock, tabs=(DAY,))
    await store.accept(job, anything_goes, draw=drawn)
    assert await store.resubmitting(job)
    await store.not_resubmitted(job)
    await store.finish(job.id, Failed(key="unsure", unsure=True))
    assert (await store.spent([DAY]))[DAY] == Spent(1, Decimal("2.5"))
    sums = await store.ledger_sum()
    assert (sums.settled_cents, sums.open_cents) == (0, Decimal("2.5"))
    await store.settle(job.id, Failed(key="never-made"))
    assert (await store.spent([DAY]))[DAY] == Spent()
    assert await store.unbalanced() == ()
