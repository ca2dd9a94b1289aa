"""Processes that share a database: who lives, and what one that is gone leaves to the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from bot.job import Cancelled, Job, JobId, Status, Turn
from bot.message import Place, Receipt
from bot.store import Store
from bot.store.opening import WRITERS
from tests.clock import HeldClock
from tests.unit.store.made import DOORS, anything_goes, drawn, made_job, on_postgresql

LEASE_S = 9.0


@asynccontextmanager
async def process(url: str, clock: HeldClock, *, worker: bool = True) -> AsyncIterator[Store]:
    """One more process on the database."""
    store = await Store.open(url, clock=clock)
    await store.enter(worker=worker, doors=DOORS)
    try:
        yield store
    finally:
        await store.close()


async def running(store: Store, clock: HeldClock) -> Job:
    job = made_job(clock)
    await store.lanes((job.provider,))
    await store.accept(job, anything_goes, draw=drawn)
    await store.announced(job.id, Receipt("web", "channel", str(job.id)))
    assert await store.give_turns(job.provider, 100, limit=1) == (Turn(job.id),)
    return job


def silent_for(url: str, store: Store, seconds: float) -> None:
    """As if the process had not beaten for so long."""
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(
            "UPDATE processes SET beat_at = beat_at - make_interval(secs => %s) WHERE id = %s", (seconds, store.process)
        )


async def test_what_an_earlier_life_left_is_taken_over_once(store: Store, url: str, clock: HeldClock) -> None:
    job = await running(store, clock)
    assert await store.take_runs(10) == ()
    assert await store.take_tales(DOORS, 10) == ()
    await store.leave()
    await store.close()
    async with process(url, clock) as heir:
        assert await heir.take_tales(("slack",), 10) == ()
        assert await heir.take_runs(10) == (Turn(job.id),)
        assert await heir.take_tales(DOORS, 10) == (job.id,)
        assert (await heir.take_runs(10), await heir.take_tales(DOORS, 10)) == ((), ())
        record = await heir.record(job.id)
        assert (record.run_by, record.status) == (heir.process, Status.RUNNING)
        assert await heir.submitting(job.id)


async def test_an_end_that_was_not_told_is_left_to_the_next_and_a_deleted_one_is_not(
    store: Store, url: str, clock: HeldClock
) -> None:
    untold, told, deleted = [await running(store, clock) for _ in range(3)]
    for job in (untold, told, deleted):
        await store.finish(job.id, Cancelled())
    await store.delivered(told.id)
    await store.forget(deleted.id)
    assert await store.untold(DOORS, 10) == (untold.id,)
    assert await store.untold(("slack",), 10) == ()
    await store.leave()
    await store.close()
    async with process(url, clock) as heir:
        assert await heir.untold(DOORS, 10) == ()
        assert await heir.take_tales(DOORS, 10) == (untold.id,)
        assert await heir.untold(DOORS, 10) == (untold.id,)


@on_postgresql
async def test_only_a_process_that_was_silent_for_its_whole_lease_is_buried(
    store: Store, url: str, clock: HeldClock
) -> None:
    async with process(url, clock) as other:
        silent_for(url, other, LEASE_S - 2)
        assert await store.bury(LEASE_S) == ()
        assert await other.beat()
        silent_for(url, other, LEASE_S + 1)
        assert await store.bury(LEASE_S) == (other.process,)
        assert not await other.beat()
        assert await store.beat()


@on_postgresql
async def test_the_lease_goes_by_the_clock_of_the_database(store: Store, url: str, clock: HeldClock) -> None:
    async with process(url, HeldClock()) as other:
        await clock.advance(3600)
        assert await other.beat()
        assert await store.bury(LEASE_S) == ()


@on_postgresql
async def test_who_is_buried_neither_buys_nor_posts_nor_ends_what_others_run(
    store: Store, url: str, clock: HeldClock
) -> None:
    async with process(url, clock) as away:
        job, other = await running(away, clock), await running(away, clock)
        silent_for(url, away, LEASE_S + 1)
        assert await store.bury(LEASE_S) == (away.process,)
        assert not await away.submitting(job.id)
        assert not await away.posting(job.id)
        assert await store.take_runs(1) == (Turn(job.id),)
        assert not await away.begin(job.id)
        assert not await away.give_back(job.id)
        assert not await away.finish(job.id, Cancelled())
        assert (await store.record(job.id)).run_by == store.process
        assert await store.submitting(job.id)
        assert await store.take_tales(DOORS, 1) == (job.id,)
        assert await store.posting(job.id)
        assert not await away.posting(job.id)
        assert (await store.record(other.id)).run_by == away.process


@on_postgresql
async def test_of_many_that_take_over_at_once_exactly_one_has_each_job(
    store: Store, url: str, clock: HeldClock
) -> None:
    async with process(url, clock) as gone, process(url, clock) as second:
        jobs = [(await running(gone, clock)).id for _ in range(30)]
        await gone.leave()

        async def take(heir: Store) -> tuple[list[JobId], list[JobId]]:
            runs: list[JobId] = []
            tales: list[JobId] = []
            while some := await heir.take_runs(4):
                runs += [turn.job for turn in some]
            while told := await heir.take_tales(DOORS, 4):
                tales += told
            return runs, tales

        (runs, tales), (more_runs, more_tales) = await asyncio.gather(take(store), take(second))
        # One that finds nothing free stops although the other's transaction might still fail; the next beat looks anew.
        runs += more_runs + (await take(store))[0]
        tales += more_tales + (await take(store))[1]
    assert sorted(runs) == sorted(jobs)
    assert sorted(tales) == sorted(jobs)


async def test_held_events_of_a_process_that_is_gone_go_to_the_next(store: Store, url: str, clock: HeldClock) -> None:
    await store.hold("slack", "Ev1", {"n": 1})
    assert await store.take_held("slack") == ()
    await store.leave()
    await store.close()
    async with process(url, clock) as heir:
        assert await heir.take_held("discord") == ()
        assert await heir.take_held("slack") == (("Ev1", {"n": 1}),)
        assert await heir.take_held("slack") == ()


@on_postgresql
async def test_what_runs_elsewhere_is_seen_and_stopped_from_here(store: Store, url: str, clock: HeldClock) -> None:
    async with process(url, clock) as worker:
        job = made_job(clock, at=Place("web", "channel"))
        await store.lanes((job.provider,))
        await store.accept(job, anything_goes, draw=drawn)
        await store.announced(job.id, None)
        assert await worker.give_turns(job.provider, 1, limit=1) == (Turn(job.id),)
        await worker.words({job.id: ("Generating", 0.5)})
        seen = (await store.whereabouts())[job.id]
        assert (seen.run_by, seen.word, seen.fraction, seen.ahead) == (worker.process, "Generating", 0.5, None)
        assert await worker.whereabouts() == {}
        await store.ask_cancel(job.id)
        assert await worker.stopping() == (job.id,)
        assert await store.stopping() == ()
        assert await worker.finish(job.id, Cancelled())
        assert await store.untold(DOORS, 10) == (job.id,)
        assert await worker.untold(DOORS, 10) == ()


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_a_file_has_one_house_so_the_rows_of_earlier_lives_go_at_its_start(
    store: Store, url: str, clock: HeldClock
) -> None:
    job = await running(store, clock)
    await store.close()  # as a kill does: without leaving
    async with process(url, clock) as heir:
        assert await heir.take_runs(10) == (Turn(job.id),)
        assert await heir.bury(LEASE_S) == ()


@on_postgresql
async def test_a_process_beats_although_all_that_it_writes_waits_for_rows_that_others_keep_locked(
    store: Store, url: str, clock: HeldClock
) -> None:
    jobs = [made_job(clock) for _ in range(WRITERS + 2)]
    await store.accept(jobs[0], anything_goes, draw=drawn)
    with psycopg.connect(url) as admin:
        admin.execute("UPDATE people SET name = 'an operator who forgot to commit'")
        waiting = [asyncio.create_task(store.accept(job, anything_goes, draw=drawn)) for job in jobs[1:]]
        await clock.settle()
        async with asyncio.timeout(5):
            assert await store.beat()
        assert not any(task.done() for task in waiting)
        admin.rollback()
    await asyncio.gather(*waiting)
