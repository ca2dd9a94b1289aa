"""Counters: whatever happens to jobs, they show what the ledger holds, and no cap is exceeded by two who race."""

from __future__ import annotations

import asyncio
import tempfile
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import BudgetSpentError, CapReachedError
from bot.job import Cancelled, Failed, Finished, Job, JobId, Moderated, Outcome, Ticket, Where
from bot.message import Person
from bot.policy import Limits, decide, tabs
from bot.request import ImageId
from bot.spending import Alert, Cap, Of, Per, Share, Spent, Tab, Unit
from bot.store import Store, Usage
from bot.store.tables import Entry, ledger
from tests.clock import HeldClock
from tests.unit.store.made import ADA, BOB, CHANNEL, anything_goes, drawn, made_job, on_postgresql, on_sqlite

IMAGE = ImageId("a" * 64)
TEAM_DAY = Tab("team", "2026-11-21")
DOLLAR = Limits(caps=(Cap(of=Of.TEAM, per=Per.DAY, cents=Decimal(100)),))
cents = st.none() | st.decimals(min_value=0, max_value=500, places=4)
outcomes = st.one_of(
    st.builds(Finished, image=st.just(IMAGE), cost_cents=cents),
    st.builds(Cancelled, cost_cents=cents),
    st.builds(Moderated, where=st.sampled_from(Where)),
    st.builds(Failed, key=st.just("broken"), unsure=st.booleans(), cost_cents=cents),
)
which = st.integers(min_value=0, max_value=5)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("accept"), cents),
        st.tuples(st.just("ticketed"), which, cents),
        st.tuples(st.just("cancel_queued"), which),
        st.tuples(st.just("finish"), which, outcomes),
        st.tuples(st.just("forget"), which),
        st.tuples(st.just("midnight")),
    ),
    max_size=20,
)


def counted(clock: HeldClock, limits: Limits = DOLLAR, *, by: Person = ADA, price: Decimal | None = Decimal(4)) -> Job:
    now = clock.now()
    job_tabs = tabs(by, CHANNEL, now, limits, model="flux/flux-dev")
    return made_job(clock, by=by, reserved_cents=price, tabs=job_tabs)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
def test_counters_show_what_the_ledger_holds_after_any_sequence_of_verbs(sequence: list[tuple[object, ...]]) -> None:
    asyncio.run(_play(sequence))


async def _play(sequence: list[tuple[object, ...]]) -> None:
    clock, taken = HeldClock(), list[Job]()
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite:///{folder}/bot.sqlite", clock=clock)
        try:
            for verb, *rest in sequence:
                match verb, rest:
                    case "midnight", _:
                        await clock.advance(86_400)
                    case "accept", [price]:
                        taken.append(counted(clock, by=(ADA, BOB)[len(taken) % 2], price=price))  # type: ignore[arg-type]
                        await store.accept(taken[-1], anything_goes, draw=drawn)
                    case _, [int() as number, *more] if taken:
                        await _walk(store, taken[number % len(taken)].id, str(verb), more)
                    case _:
                        pass
            every = [tab for job in taken for tab in job.tabs]
            assert await store.spent(every) == held(store, taken)
        finally:
            await store.close()


async def _walk(store: Store, job: JobId, verb: str, rest: list[object]) -> None:
    match verb, rest:
        case "ticketed", [cost]:
            await store.ticketed(job, Ticket("flux", "task", cost_cents=cost))  # type: ignore[arg-type]
        case "finish", [Failed() | Finished() | Cancelled() | Moderated() as outcome]:
            await store.finish(job, outcome)
        case _:
            await getattr(store, verb)(job)


def held(store: Store, taken: list[Job]) -> dict[Tab, Spent]:
    """What the ledger's entries of these jobs come to, by each job's tabs."""
    with store.engines[0].connect() as connection:
        rows = connection.execute(sa.select(ledger).where(ledger.c.entry.in_((Entry.HOLD, Entry.RELEASE)))).all()
    sums: defaultdict[Tab, Spent] = defaultdict(Spent)
    of = {job.id: job.tabs for job in taken}
    for row in rows:
        sign = 1 if row.entry == Entry.HOLD else -1
        for tab in of[row.job]:
            was = sums[tab]
            sums[tab] = Spent(was.pictures + sign * row.pictures, was.cents + sign * (row.cents or 0))
    return dict(sums)


@pytest.mark.parametrize(
    ("outcome", "shown"),
    [
        (Finished(image=IMAGE, cost_cents=Decimal("6.5")), Spent(1, Decimal("6.5"))),
        (Finished(image=IMAGE), Spent(1, Decimal(4))),
        (Moderated(where=Where.PROMPT), Spent()),
        (Cancelled(cost_cents=Decimal(3)), Spent(0, Decimal(3))),
        (Failed(key="broken"), Spent()),
        (Failed(key="unsure", unsure=True), Spent(1, Decimal(4))),
    ],
)
async def test_an_end_corrects_the_counters_of_the_day_it_was_accepted_on(
    store: Store, clock: HeldClock, outcome: Outcome, shown: Spent
) -> None:
    job = counted(clock)
    await store.accept(job, anything_goes, draw=drawn)
    await clock.advance(86_400)
    await store.finish(job.id, outcome)
    tomorrow = Tab("team", "2026-11-22")
    assert await store.spent([*job.tabs, tomorrow]) == {**dict.fromkeys(job.tabs, shown), tomorrow: Spent()}


async def test_a_refusal_counts_nothing(store: Store, clock: HeldClock) -> None:
    limits = Limits(caps=(Cap(of=Of.TEAM, per=Per.DAY, pictures=1),))
    first, second = counted(clock, limits), counted(clock, limits, by=BOB)
    ask = partial(decide, limits=limits, now=clock.now())
    await store.accept(first, ask, draw=drawn)
    with pytest.raises(CapReachedError):
        await store.accept(second, ask, draw=drawn)
    assert (await store.spent(first.tabs))[first.tabs[-1]] == Spent(1, Decimal(4))
    await store.finish(first.id, Failed(key="broken"))
    await store.accept(second, ask, draw=drawn)


@on_postgresql
async def test_processes_that_race_never_exceed_a_cap(url: str, clock: HeldClock) -> None:
    """All have read the counters before the first of them writes; there is money for four."""
    limits = Limits(caps=(Cap(of=Of.TEAM, per=Per.MONTH, cents=Decimal(18)), Cap(of=Of.TEAM, per=Per.DAY, pictures=99)))
    stores = [await Store.open(url, clock=clock) for _ in range(2)]
    everybody = Barrier(8, timeout=20)
    people = [Person("web", f"p{number}", "P") for number in range(8)]

    async def ask(number: int, by: Person) -> bool:
        looked = False

        def judge(usage: Usage) -> None:
            nonlocal looked
            decide(usage, limits, clock.now(), cost_cents=Decimal(4))
            if not looked:
                looked = True
                everybody.wait()

        try:
            await stores[number % 2].accept(counted(clock, limits, by=by), judge, draw=drawn)
        except BudgetSpentError:
            return False
        return True

    try:
        taken = await asyncio.gather(*(ask(number, by) for number, by in enumerate(people)))
        assert sum(taken) == 4
        assert await stores[0].spent([Tab("team", "2026-11")]) == {Tab("team", "2026-11"): Spent(4, Decimal(16))}
    finally:
        for store in stores:
            await store.close()


async def test_the_teams_report_reads_people_models_and_days(store: Store, clock: HeldClock) -> None:
    for by, price in ((ADA, Decimal(4)), (BOB, Decimal(1)), (BOB, Decimal(9))):
        await store.accept(counted(clock, by=by, price=price), anything_goes, draw=drawn)
    unsure = counted(clock, price=Decimal(2))
    await store.accept(unsure, anything_goes, draw=drawn)
    await store.finish(unsure.id, Failed(key="unsure", unsure=True))
    refused = counted(clock, by=Person("web", "eve", "Eve"))
    await store.accept(refused, anything_goes, draw=drawn)
    await store.finish(refused.id, Moderated(where=Where.PROMPT))
    team = await store.team(day="2026-11-21", month="2026-11", periods=["2026-11-20", "2026-11-21"], top=10)
    assert (team.day, team.month, team.unsure) == (Spent(4, Decimal(16)), Spent(4, Decimal(16)), Spent(1, Decimal(2)))
    assert team.people == (Share("Bob", Spent(2, Decimal(10))), Share("Ada", Spent(2, Decimal(6))))
    assert team.models == (Share("flux/flux-dev", Spent(4, Decimal(16))),)
    assert team.days == (Share("2026-11-20", Spent()), Share("2026-11-21", Spent(4, Decimal(16))))
    assert (await store.team(day="2026-11-21", month="2026-11", periods=[], top=1)).people == team.people[:1]


@on_sqlite
async def test_no_report_reads_a_whole_table(store: Store, clock: HeldClock) -> None:
    await store.accept(counted(clock), anything_goes, draw=drawn)
    seen: list[tuple[str, Any]] = []
    reading = store.engines[0]

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        seen.append((statement, parameters))

    sa.event.listen(reading, "before_cursor_execute", note)
    await store.spent(counted(clock).tabs)
    await store.days("team", ["2026-11-20", "2026-11-21"])
    await store.team(day="2026-11-21", month="2026-11", periods=["2026-11-21"], top=10)
    await store.alerts_due("slack:C1")
    sa.event.remove(reading, "before_cursor_execute", note)
    with reading.connect() as connection:
        plans = [
            row.detail
            for statement, parameters in seen
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    assert len(seen) >= 8
    assert {plan for plan in plans if plan.startswith("SCAN")} == {"SCAN jobs USING INDEX ix_jobs_unsure"}


def told(percent: int, spent: str) -> Alert:
    return Alert(
        scope="team", period="2026-11-21", unit=Unit.CENTS, limit=Decimal(100), percent=percent, spent=Decimal(spent)
    )


async def test_each_threshold_is_told_once_in_each_place_the_highest_only(store: Store, clock: HeldClock) -> None:
    for price, due in ((49, ()), (1, (told(50, "50"),)), (45, (told(80, "95"),)), (2, ()), (3, (told(100, "100"),))):
        await store.accept(counted(clock, price=Decimal(price)), anything_goes, draw=drawn)
        assert await store.alerts_due("slack:C1") == due
        for alert in due:
            assert await store.alerted("slack:C1", alert)
            assert not await store.alerted("slack:C1", alert)
        assert await store.alerts_due("slack:C1") == ()
    assert await store.alerts_due("discord:7") == (told(100, "100"),)


async def test_what_could_not_be_posted_is_due_again_and_after_two_days_it_is_no_news(
    store: Store, clock: HeldClock
) -> None:
    await store.accept(counted(clock, price=Decimal(60)), anything_goes, draw=drawn)
    (alert,) = await store.alerts_due("slack:C1")
    await store.alerted("slack:C1", alert)
    await store.not_alerted("slack:C1", alert)
    assert await store.alerts_due("slack:C1") == (alert,)
    await clock.advance(2 * 86_400)
    assert await store.alerts_due("slack:C1") == ()


async def test_a_release_and_a_new_hold_tell_nobody_twice_and_a_higher_cap_does(store: Store, clock: HeldClock) -> None:
    first = counted(clock, price=Decimal(60))
    await store.accept(first, anything_goes, draw=drawn)
    (alert,) = await store.alerts_due("slack:C1")
    await store.alerted("slack:C1", alert)
    await store.finish(first.id, Failed(key="broken"))
    await store.accept(counted(clock, price=Decimal(60)), anything_goes, draw=drawn)
    assert await store.alerts_due("slack:C1") == ()
    wider = Limits(caps=(Cap(of=Of.TEAM, per=Per.DAY, cents=Decimal(200)),))
    await store.accept(counted(clock, wider, price=Decimal(60)), anything_goes, draw=drawn)
    assert await store.alerts_due("slack:C1") == (replace(alert, limit=Decimal(200), spent=Decimal(120)),)


async def test_a_settlement_dearer_than_was_thought_may_pass_a_threshold(store: Store, clock: HeldClock) -> None:
    job = counted(clock, price=Decimal(40))
    await store.accept(job, anything_goes, draw=drawn)
    assert await store.alerts_due("slack:C1") == ()
    await store.finish(job.id, Finished(image=IMAGE, cost_cents=Decimal(85)))
    assert [alert.percent for alert in await store.alerts_due("slack:C1")] == [80]


async def test_a_persons_own_cap_is_no_news_for_others(store: Store, clock: HeldClock) -> None:
    limits = Limits(pictures_per_day=1)
    await store.accept(counted(clock, limits), anything_goes, draw=drawn)
    assert await store.alerts_due("slack:C1") == ()


async def test_a_job_of_a_release_that_did_not_count_settles_without_a_counter(store: Store, clock: HeldClock) -> None:
    job = made_job(clock, accepted_at=datetime(2026, 11, 20, tzinfo=UTC))
    await store.accept(job, anything_goes, draw=drawn)
    await store.finish(job.id, Finished(image=IMAGE))
    assert await store.unbalanced() == ()
    assert await store.spent([TEAM_DAY]) == {TEAM_DAY: Spent()}


async def test_the_report_names_who_paid_for_what_was_stopped(store: Store, clock: HeldClock) -> None:
    job = counted(clock)
    await store.accept(job, anything_goes, draw=drawn)
    await store.finish(job.id, Cancelled(cost_cents=Decimal(3)))
    team = await store.team(day="2026-11-21", month="2026-11", periods=[], top=10)
    assert (team.people, team.models) == (
        (Share("Ada", Spent(0, Decimal(3))),),
        (Share("flux/flux-dev", Spent(0, Decimal(3))),),
    )


@pytest.mark.parametrize(
    ("price", "cost"),
    [("2.500001", "1.0000005"), ("2.5000005", "3.0000015"), ("0.0000004", "0.0000016"), ("4", "1.3333335")],
)
async def test_parts_of_a_millionth_do_not_unbalance_the_ledger(
    store: Store, clock: HeldClock, price: str, cost: str
) -> None:
    job = counted(clock, price=Decimal(price))
    await store.accept(job, anything_goes, draw=drawn)
    await store.finish(job.id, Finished(image=IMAGE, cost_cents=Decimal(cost)))
    assert await store.unbalanced() == ()
    sums = await store.ledger_sum()
    assert sums.open_cents == 0
    assert (await store.spent([TEAM_DAY]))[TEAM_DAY].cents == sums.settled_cents


async def test_the_highest_threshold_is_told_though_a_clock_went_back(store: Store, clock: HeldClock) -> None:
    await store.accept(counted(clock, price=Decimal(60)), anything_goes, draw=drawn)
    late = counted(clock, price=Decimal(30))
    await store.accept(replace(late, accepted_at=clock.now() - timedelta(minutes=5)), anything_goes, draw=drawn)
    assert [alert.percent for alert in await store.alerts_due("slack:C1")] == [80]
