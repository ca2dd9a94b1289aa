"""A job's way through the book."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from bot.errors import (
    DiskFullError,
    DuplicateError,
    JobUnknownError,
    PictureUnknownError,
    TooManyJobsError,
    UnsureError,
)
from bot.job import Cancelled, Failed, Finished, JobId, Moderated, Status, Ticket, Turn, Where
from bot.request import ImageId, Upscale
from bot.spending import Spent, Tab
from bot.store import Store, Usage, usage
from tests.clock import HeldClock
from tests.unit.store.made import (
    ADA,
    BOB,
    DOORS,
    anything_goes,
    drawn,
    made_image,
    made_job,
    on_sqlite,
    open_jobs,
    said,
)

IMAGE = ImageId("a" * 64)


async def test_an_accepted_job_reads_back_as_it_was_written(store: Store, clock: HeldClock) -> None:
    job = made_job(clock)
    await store.accept(job, anything_goes, draw=drawn)
    record = await store.record(job.id)
    assert record.job == job
    assert (record.status, record.lane, record.accepted_at) == (Status.QUEUED, "flux", clock.now())
    assert record.accepted_at.tzinfo is UTC
    assert await store.job(job.id) == job


async def test_an_unknown_job_is_refused(store: Store) -> None:
    with pytest.raises(JobUnknownError):
        await store.record(JobId("0" * 16))


async def test_the_same_event_again_names_the_first_job(store: Store, clock: HeldClock) -> None:
    first = made_job(clock, event="tap")
    await store.accept(first, anything_goes, draw=drawn)
    with pytest.raises(DuplicateError) as refused:
        await store.accept(made_job(clock, event="tap"), anything_goes, draw=drawn)
    assert refused.value.facts == {"job": first.id}


async def test_a_refusal_leaves_nothing_behind(store: Store, clock: HeldClock) -> None:
    job = made_job(clock)

    def refuse(_usage: Usage) -> None:
        raise TooManyJobsError(limit=0)

    with pytest.raises(TooManyJobsError):
        await store.accept(job, refuse, draw=drawn)
    with pytest.raises(JobUnknownError):
        await store.record(job.id)
    assert (await store.ledger_sum()).held_pictures == 0
    await store.accept(job, anything_goes, draw=drawn)


async def test_the_numbers_of_a_person_are_those_of_the_moment(store: Store, clock: HeldClock) -> None:
    seen: list[Usage] = []
    first_at = clock.now()
    first = made_job(clock)
    await store.accept(first, seen.append, draw=drawn)
    await store.finish(first.id, Finished(image=IMAGE))
    await clock.advance(30)
    second = made_job(clock)
    await store.accept(second, seen.append, draw=drawn)
    await store.accept(made_job(clock, by=BOB), seen.append, draw=drawn)
    await store.finish(second.id, Moderated(where=Where.PROMPT))
    await clock.advance(31)
    await store.accept(made_job(clock), seen.append, draw=drawn)
    assert [(usage.jobs_last_minute, usage.active_jobs) for usage in seen] == [(0, 0), (1, 0), (0, 0), (1, 0)]
    assert seen[1].oldest_in_minute_at == first_at
    assert seen[3].oldest_in_minute_at == first_at + timedelta(seconds=30)


async def test_what_a_person_has_used_up_can_be_read_without_accepting(store: Store, clock: HeldClock) -> None:
    seen: list[Usage] = []
    tab = Tab("person:web:ada", "2026-11-21")
    await store.accept(made_job(clock, tabs=(tab,)), anything_goes, draw=drawn)
    await store.accept(made_job(clock, by=BOB), anything_goes, draw=drawn)
    await clock.advance(5)
    now = clock.now()
    read = await store.usage(ADA.key, [tab], now=now)
    await store.accept(made_job(clock, accepted_at=now, tabs=(tab,)), seen.append, draw=drawn)
    assert seen == [read]
    assert (read.jobs_last_minute, read.active_jobs, read.totals) == (1, 1, {tab: Spent(1, Decimal("2.5"))})


async def test_a_release_after_midnight_counts_for_the_day_of_its_hold(store: Store, clock: HeldClock) -> None:
    eve, day = Tab("person:web:ada", "2026-11-20"), Tab("person:web:ada", "2026-11-21")
    yesterday = made_job(clock, accepted_at=datetime(2026, 11, 20, 23, 59, tzinfo=UTC), tabs=(eve,))
    today = made_job(clock, tabs=(day,))
    for job in (yesterday, today):
        await store.accept(job, anything_goes, draw=drawn)
    await store.finish(yesterday.id, Failed(key="broken"))
    assert await store.spent([eve, day]) == {eve: Spent(), day: Spent(1, Decimal("2.5"))}


async def test_after_the_wall_clock_jumped_back_later_jobs_are_not_the_last_minute(
    store: Store, clock: HeldClock
) -> None:
    seen: list[Usage] = []
    await store.accept(made_job(clock, accepted_at=clock.now() + timedelta(hours=1)), anything_goes, draw=drawn)
    await store.accept(made_job(clock), seen.append, draw=drawn)
    assert seen[0].jobs_last_minute == 0


async def test_of_fifty_at_once_exactly_as_many_as_allowed_come_in(store: Store, clock: HeldClock) -> None:
    def three_at_most(usage: Usage) -> None:
        if usage.active_jobs >= 3:
            raise TooManyJobsError(limit=3)

    ends = await asyncio.gather(
        *(store.accept(made_job(clock), three_at_most, draw=drawn) for _ in range(50)), return_exceptions=True
    )
    taken = [end for end in ends if not isinstance(end, TooManyJobsError)]
    assert Counter(taken) == Counter([0, 1, 2])  # as many were before each in the queue, whoever of them came first
    assert len(await open_jobs(store)) == 3


async def test_callers_that_give_up_do_not_block_the_next(store: Store, clock: HeldClock) -> None:
    """Each time at another moment of the transaction."""
    for moment in range(50):
        tasks = [asyncio.ensure_future(store.accept(made_job(clock), anything_goes, draw=drawn)) for _ in range(5)]
        await asyncio.sleep(moment / 5_000)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        async with asyncio.timeout(2):
            await store.accept(made_job(clock), anything_goes, draw=drawn)
    assert (await store.ledger_sum()).held_pictures == len(await open_jobs(store)) >= 50


async def test_closing_waits_for_what_is_under_way(store: Store, clock: HeldClock) -> None:
    reading = [asyncio.ensure_future(open_jobs(store)) for _ in range(3)]
    writing = asyncio.ensure_future(store.accept(made_job(clock), anything_goes, draw=drawn))
    await asyncio.sleep(0)
    await store.close()
    await asyncio.sleep(0)
    assert all(task.done() for task in (*reading, writing))


async def test_a_source_that_is_not_in_the_gallery_is_refused(store: Store, clock: HeldClock) -> None:
    with pytest.raises(PictureUnknownError):
        await store.accept(made_job(clock, request=Upscale(source=IMAGE, factor=2)), anything_goes, draw=drawn)


async def test_a_job_begins_once_and_again_after_a_restart(store: Store, url: str, clock: HeldClock) -> None:
    job = made_job(clock)
    await store.accept(job, anything_goes, draw=drawn)
    assert await store.begin(job.id)
    started_at = clock.now()
    await store.leave()
    await store.close()
    await clock.advance(60)
    again = await Store.open(url, clock=clock)
    assert not await again.begin(job.id)
    assert await again.take_runs(10) == (Turn(job.id),)
    assert await again.begin(job.id)
    record = await again.record(job.id)
    assert (record.status, record.started_at) == (Status.RUNNING, started_at)
    await again.finish(job.id, Cancelled())
    assert not await again.begin(job.id)
    await again.close()


async def test_the_way_of_a_job_is_on_record(store: Store, clock: HeldClock) -> None:
    job = made_job(clock)
    ticket = Ticket("flux", "task-1", "http://127.0.0.1/poll", Decimal("3.1"))
    await store.accept(job, anything_goes, draw=drawn)
    await store.begin(job.id)
    assert await store.submitting(job.id)
    await store.ticketed(job.id, ticket)
    await store.words({job.id: ("Generating", 0.5)})
    midway = await store.record(job.id)
    assert (midway.ticket, midway.word, midway.fraction, midway.submitted_at) == (
        ticket,
        "Generating",
        0.5,
        clock.now(),
    )
    outcome = Finished(image=IMAGE, seed=7, word="Ready")
    assert await store.finish(job.id, outcome)
    ended = await store.record(job.id)
    assert (ended.status, ended.outcome, ended.word, ended.ended_at) == (Status.FINISHED, outcome, "Ready", clock.now())


async def test_the_first_outcome_stands(store: Store, clock: HeldClock) -> None:
    job = made_job(clock)
    await store.accept(job, anything_goes, draw=drawn)
    assert await store.finish(job.id, Moderated(where=Where.IMAGE))
    before = await store.ledger_sum()
    assert not await store.finish(job.id, Finished(image=IMAGE))
    await store.words({job.id: ("Late", 0.9)})
    record = await store.record(job.id)
    assert (record.status, record.word) == (Status.MODERATED, "")
    assert await store.ledger_sum() == before


async def test_only_a_queued_job_is_cancelled_at_once(store: Store, clock: HeldClock) -> None:
    queued, running = made_job(clock), made_job(clock)
    for job in (queued, running):
        await store.accept(job, anything_goes, draw=drawn)
    await store.begin(running.id)
    assert await store.cancel_queued(queued.id)
    assert not await store.cancel_queued(queued.id)
    assert not await store.cancel_queued(running.id)
    assert (await store.record(queued.id)).outcome == Cancelled()
    assert (await store.ledger_sum()).open_pictures == 1


async def test_a_cancellation_that_comes_before_the_money_stops_it(store: Store, clock: HeldClock) -> None:
    job = made_job(clock)
    await store.accept(job, anything_goes, draw=drawn)
    await store.begin(job.id)
    assert not await store.cancel_asked(job.id)
    assert await store.ask_cancel(job.id)
    assert await store.cancel_asked(job.id)
    assert not await store.submitting(job.id)
    assert (await store.record(job.id)).submitted_at is None
    await store.finish(job.id, Cancelled())
    assert not await store.ask_cancel(job.id)


async def test_the_queue_is_counted_per_lane(store: Store, clock: HeldClock) -> None:
    flux = [made_job(clock) for _ in range(4)]
    for job in flux:
        await store.accept(job, anything_goes, draw=drawn)
    other = made_job(clock, by=BOB, provider="local")
    await store.accept(other, anything_goes, draw=drawn)
    await store.begin(flux[0].id)
    assert [await store.ahead(job.id) for job in (*flux, other)] == [0, 0, 1, 2, 0]
    seen = {job: stands.ahead for job, stands in (await store.whereabouts()).items()}
    assert seen == {flux[0].id: None, flux[1].id: 0, flux[2].id: 1, flux[3].id: 2, other.id: 0}
    assert await open_jobs(store) == tuple(job.id for job in (*flux, other))


async def test_an_end_is_undelivered_until_it_is_told_or_deleted(store: Store, clock: HeldClock) -> None:
    told, deleted, waiting, running = all_jobs = [made_job(clock) for _ in range(4)]
    for job in all_jobs:
        await store.accept(job, anything_goes, draw=drawn)
    await store.delivered(running.id)
    for job in (told, deleted, waiting):
        await store.finish(job.id, Failed(key="broken"))
    await store.delivered(told.id)
    await store.forget(deleted.id)
    assert await store.untold(DOORS, 9) == (waiting.id,)
    assert (await store.record(told.id)).delivered_at == clock.now()
    assert (await store.record(running.id)).delivered_at is None


async def test_an_end_without_a_place_is_untold_until_its_person_sees_it(store: Store, clock: HeldClock) -> None:
    told, untold, late = all_jobs = [made_job(clock) for _ in range(3)]
    for job in all_jobs:
        await store.accept(job, anything_goes, draw=drawn)
        await store.finish(job.id, Failed(key="broken"))
    await store.delivered(told.id)
    for job in (untold, late):
        await store.delivered(job.id, told=False)
    await store.shown([])
    assert [record.untold for record in await store.jobs_of(ADA.key)] == [True, True, False]
    await store.shown([untold.id])
    assert [record.untold for record in await store.jobs_of(ADA.key)] == [True, False, False]
    await store.delivered(late.id)  # its platform came back
    assert not (await store.record(late.id)).untold
    assert await store.untold(DOORS, 9) == ()


async def test_the_first_message_is_kept_and_marked_as_the_job_is_accepted(store: Store, clock: HeldClock) -> None:
    first, second = made_job(clock), made_job(clock)
    for job in (first, second):
        await store.accept(job, anything_goes, draw=lambda ahead: said(f"{ahead} before it"))
    record = await store.record(second.id)
    assert (record.posting_at, record.reply) == (clock.now(), said("1 before it"))
    assert record.revision > (await store.record(first.id)).revision


async def test_a_posting_is_marked_before_it_happens(store: Store, clock: HeldClock) -> None:
    job = made_job(clock)
    await store.accept(job, anything_goes, draw=drawn)
    await store.finish(job.id, Failed(key="broken"))
    await store.posting(job.id)
    assert (await store.record(job.id)).posting_at == clock.now()


async def test_jobs_are_listed_newest_first_and_by_what_they_are(store: Store, clock: HeldClock) -> None:
    taken = []
    for by in (ADA, BOB, ADA):
        taken.append(made_job(clock, by=by))
        await store.accept(taken[-1], anything_goes, draw=drawn)
        await clock.advance(1)
    await store.finish(taken[0].id, Failed(key="unsure", unsure=True))
    assert [record.job.id for record in await store.jobs_of(ADA.key)] == [taken[2].id, taken[0].id]
    assert [record.job.id for record in await store.jobs(limit=2)] == [taken[2].id, taken[1].id]
    assert [record.job.id for record in await store.jobs(status=Status.UNSURE, provider="flux")] == [taken[0].id]
    assert await store.jobs(provider="stability") == ()


async def test_the_pace_forgets_all_but_the_last_tasks(store: Store) -> None:
    for number in range(203):
        await store.took("flux", "flux-dev", "1mp", float(number))
    await store.took("flux", "flux-dev", "2mp", 0.5)
    seconds = await store.durations("flux", "flux-dev", "1mp")
    assert (len(seconds), seconds[0], seconds[-1]) == (200, 202.0, 3.0)
    assert await store.durations("flux", "flux-dev", "2mp", 5) == (0.5,)


async def test_spending_is_summed_by_person(store: Store, clock: HeldClock) -> None:
    since = clock.now()
    paid, moderated, unpriced, other = (
        made_job(clock),
        made_job(clock),
        made_job(clock, reserved_cents=None),
        made_job(clock, by=BOB, reserved_cents=Decimal(9)),
    )
    for job in (paid, moderated, unpriced, other):
        await store.accept(job, anything_goes, draw=drawn)
    await store.finish(paid.id, Finished(image=IMAGE, cost_cents=Decimal("3.125")))
    await store.finish(moderated.id, Moderated(where=Where.PROMPT))
    await store.finish(unpriced.id, Finished(image=IMAGE))
    sums = [(spend.person_key, spend.pictures, spend.cents, spend.unpriced) for spend in await store.spend(since)]
    assert sums == [("web:bob", 1, Decimal(9), 0), ("web:ada", 2, Decimal("3.125"), 1)]
    assert await store.spend(since + timedelta(days=1)) == ()


async def test_an_unsure_end_keeps_its_hold(store: Store, clock: HeldClock) -> None:
    job = made_job(clock)
    await store.accept(job, anything_goes, draw=drawn)
    await store.submitting(job.id)
    await store.finish(job.id, Failed.by(UnsureError()))
    total = await store.ledger_sum()
    assert (await store.record(job.id)).status is Status.UNSURE
    assert (total.open_pictures, total.open_cents) == (1, Decimal("2.5"))


@on_sqlite
async def test_a_full_disk_is_told_as_such_and_the_store_lives_on(store: Store, clock: HeldClock) -> None:
    job = replace(made_job(clock), asked="x" * 200_000)
    with store._engine.connect() as connection:
        pages = connection.execute(sa.text("PRAGMA page_count")).scalar_one()

    def narrow(connection: object, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages + 5}").close()  # type: ignore[attr-defined]

    sa.event.listen(store._engine, "checkout", narrow)
    with pytest.raises(DiskFullError):
        await store.accept(job, anything_goes, draw=drawn)
    assert await open_jobs(store) == ()


async def test_two_processes_meeting_on_one_event_get_one_job(
    store: Store, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a database with many writers: the first look saw nothing, the insert met the other's row."""
    first = made_job(clock, event="tap")
    await store.accept(first, anything_goes, draw=drawn)
    look, looks = usage.look, []

    def blind_once(*args: Any) -> object:
        looks.append(1)
        seen = look(*args)
        return (None, *seen[1:]) if len(looks) == 1 else seen

    monkeypatch.setattr(usage, "look", blind_once)
    with pytest.raises(DuplicateError) as refused:
        await store.accept(made_job(clock, event="tap"), anything_goes, draw=drawn)
    assert refused.value.facts == {"job": first.id}


async def test_pictures_of_two_jobs_with_one_content(store: Store, clock: HeldClock) -> None:
    first, second = made_job(clock), made_job(clock)
    for job in (first, second):
        await store.accept(job, anything_goes, draw=drawn)
        await store.keep_image(made_image(clock, "cat", job=job))
        await store.keep_image(made_image(clock, "cat", job=job))
        await store.keep_reply(job.id, said("done"))
    name = made_image(clock, "cat").name
    assert [image.job for image in await store.images_by_job(second.id)] == [second.id]
    assert await store.forget(first.id) == ()
    assert await store.forget(second.id) == (name,)
