"""Whatever happens, in whatever order: what was held is settled or given back, or still under way."""

from __future__ import annotations

import asyncio
import tempfile
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.job import Cancelled, Failed, Finished, JobId, Moderated, Outcome, Ticket, Where
from bot.request import ImageId
from bot.store import Store
from tests.clock import HeldClock
from tests.unit.store.made import ADA, BOB, anything_goes, drawn, made_job

IMAGE = ImageId("a" * 64)
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
        st.tuples(st.just("begin"), which),
        st.tuples(st.just("submitting"), which),
        st.tuples(st.just("ticketed"), which, cents),
        st.tuples(st.just("ask_cancel"), which),
        st.tuples(st.just("cancel_queued"), which),
        st.tuples(st.just("finish"), which, outcomes),
        st.tuples(st.just("forget"), which),
    ),
    max_size=25,
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
def test_the_ledger_adds_up_after_any_sequence_of_verbs(sequence: list[tuple[object, ...]]) -> None:
    asyncio.run(_play(sequence))


async def _play(sequence: list[tuple[object, ...]]) -> None:
    clock = HeldClock()
    taken: list[JobId] = []
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite:///{folder}/bot.sqlite", clock=clock)
        try:
            for verb, *rest in sequence:
                if verb == "accept":
                    job = made_job(clock, by=(ADA, BOB)[len(taken) % 2], reserved_cents=rest[0])  # type: ignore[arg-type]
                    taken.append(job.id)
                    await store.accept(job, anything_goes, draw=drawn)
                elif taken:
                    await _walk(store, taken[rest[0] % len(taken)], str(verb), rest[1:])  # type: ignore[operator]
            await _weigh(store, taken)
        finally:
            await store.close()


async def _walk(store: Store, job: JobId, verb: str, rest: list[object]) -> None:
    match verb, rest:
        case "ticketed", [cost]:
            await store.ticketed(job, Ticket("flux", "task", cost_cents=cost))  # type: ignore[arg-type]
        case "finish", [outcome]:
            await store.finish(job, outcome)  # type: ignore[arg-type]
        case _:
            await getattr(store, verb)(job)


async def _weigh(store: Store, taken: list[JobId]) -> None:
    records = [await store.record(job) for job in taken]
    total = await store.ledger_sum()
    pending = [record for record in records if _holds(record.outcome)]
    finished = [record for record in records if isinstance(record.outcome, Finished)]
    assert await store.unbalanced() == ()
    assert total.open_pictures == len(pending)
    assert total.settled_pictures == len(finished)
    assert total.open_cents == sum((record.job.reserved_cents or Decimal(0) for record in pending), Decimal(0))


def _holds(outcome: Outcome | None) -> bool:
    return outcome is None or (isinstance(outcome, Failed) and outcome.unsure)


async def test_a_finished_job_settles_on_the_best_known_price(store: Store, clock: HeldClock) -> None:
    told, ticketed, estimated = (made_job(clock, reserved_cents=Decimal(4)) for _ in range(3))
    for job in (told, ticketed, estimated):
        await store.accept(job, anything_goes, draw=drawn)
    for job in (told, ticketed):
        await store.ticketed(job.id, Ticket("flux", "task", cost_cents=Decimal("3.5")))
    await store.finish(told.id, Finished(image=IMAGE, cost_cents=Decimal("2.25")))
    await store.finish(ticketed.id, Finished(image=IMAGE))
    await store.finish(estimated.id, Finished(image=IMAGE))
    total = await store.ledger_sum()
    assert (total.settled_pictures, total.settled_cents) == (3, Decimal("9.75"))
    assert (total.released_pictures, total.released_cents) == (0, Decimal("2.25"))


async def test_what_cost_more_than_was_held_still_adds_up(store: Store, clock: HeldClock) -> None:
    job = made_job(clock, reserved_cents=Decimal(1))
    await store.accept(job, anything_goes, draw=drawn)
    await store.finish(job.id, Finished(image=IMAGE, cost_cents=Decimal("6.5")))
    total = await store.ledger_sum()
    assert (total.held_cents, total.settled_cents, total.released_cents) == (Decimal("6.5"), Decimal("6.5"), Decimal(0))
    assert await store.unbalanced() == ()


async def test_a_cancelled_job_pays_only_what_the_provider_bills(store: Store, clock: HeldClock) -> None:
    free, billed = made_job(clock, reserved_cents=Decimal(4)), made_job(clock, reserved_cents=Decimal(4))
    for job in (free, billed):
        await store.accept(job, anything_goes, draw=drawn)
    await store.finish(free.id, Cancelled())
    await store.finish(billed.id, Cancelled(cost_cents=Decimal(3)))
    total = await store.ledger_sum()
    assert (total.settled_pictures, total.settled_cents) == (0, Decimal(3))
    assert (total.released_pictures, total.released_cents) == (2, Decimal(5))
