"""Two processes on one database of a server, at the same moments."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.errors import DuplicateError, TooManyJobsError
from bot.job import JobId, Turn
from bot.message import Person
from bot.spending import Tab
from bot.store import Store, Usage
from tests.clock import HeldClock
from tests.unit.store.made import (
    ADA,
    BOB,
    DOORS,
    anything_goes,
    drawn,
    made_image,
    made_job,
    on_postgresql,
    open_jobs,
    said,
)

pytestmark = on_postgresql
Pair = tuple[Store, Store]


@pytest.fixture
async def pair(store: Store, url: str, clock: HeldClock) -> AsyncIterator[Pair]:
    other = await Store.open(url, clock=clock)
    await other.enter(worker=True, doors=DOORS)
    yield store, other
    await other.close()


def three_at_most(used: Usage) -> None:
    if used.active_jobs >= 3:
        raise TooManyJobsError(limit=3)


async def test_one_event_that_reaches_both_is_one_job(pair: Pair, clock: HeldClock) -> None:
    for number in range(10):
        jobs = [made_job(clock, event=f"tap-{number}", by=by) for by in (ADA, BOB)]
        takes = (store.accept(job, anything_goes, draw=drawn) for store, job in zip(pair, jobs, strict=True))
        ends = await asyncio.gather(*takes, return_exceptions=True)
        refused = [end for end in ends if isinstance(end, DuplicateError)]
        taken = [job.id for job, end in zip(jobs, ends, strict=True) if isinstance(end, int)]
        assert (len(taken), [end.facts["job"] for end in refused]) == (1, taken)
    assert (await pair[0].ledger_sum()).held_pictures == len(await open_jobs(pair[1])) == 10


async def test_a_person_who_asks_both_gets_no_more_than_is_theirs(pair: Pair, clock: HeldClock) -> None:
    """Also somebody whom nobody has seen before."""
    for number in range(5):
        stranger = Person("web", f"stranger-{number}", "Eve")
        takes = [store.accept(made_job(clock, by=stranger), three_at_most, draw=drawn) for store in pair * 5]
        ends = await asyncio.gather(*takes, return_exceptions=True)
        assert sum(isinstance(end, int) for end in ends) == 3
        assert sum(isinstance(end, TooManyJobsError) for end in ends) == 7


async def test_what_all_may_spend_together_is_not_exceeded(pair: Pair, clock: HeldClock) -> None:
    team = Tab("team", "2026-11-21")

    def five_at_most(used: Usage) -> None:
        if used.totals[team].pictures >= 5:
            raise TooManyJobsError(limit=5)

    people = [Person("web", f"person-{number}", "") for number in range(12)]
    takes = [
        store.accept(made_job(clock, by=by, tabs=(team,)), five_at_most, draw=drawn)
        for by, store in zip(people, pair * 6, strict=True)
    ]
    ends = await asyncio.gather(*takes, return_exceptions=True)
    assert sum(isinstance(end, int) for end in ends) == 5
    assert (await pair[0].spent([team]))[team].pictures == (await pair[0].ledger_sum()).held_pictures == 5


async def test_a_slot_of_a_provider_is_given_once(pair: Pair, clock: HeldClock) -> None:
    one, other = pair
    await asyncio.gather(one.lanes(["flux"]), other.lanes(["flux"]))
    for _ in range(12):
        job = made_job(clock)
        await one.accept(job, anything_goes, draw=drawn)
        await one.announced(job.id, None)
    given = await asyncio.gather(*(store.give_turns("flux", 5, limit=2) for store in pair * 5))
    turns: list[Turn] = [turn for some in given for turn in some]
    assert len(turns) == len(set(turns)) == 5


async def test_a_reader_who_goes_by_revisions_misses_nothing(pair: Pair, clock: HeldClock) -> None:
    """A revision becomes visible after all lower ones, whoever wrote them."""
    jobs = [made_job(clock, by=Person("web", f"person-{number}", "")) for number in range(40)]
    for job in jobs:
        await pair[0].accept(job, anything_goes, draw=drawn)
    seen: list[JobId] = []
    start = (await pair[0].replies("web", "channel"))[-1].revision
    writing = asyncio.gather(
        *(store.keep_reply(job.id, said("done")) for job, store in zip(jobs, pair * 20, strict=True))
    )
    last = start
    async with asyncio.timeout(20):
        while len(seen) < len(jobs):
            for change in await pair[1].replies("web", "channel", since=last, limit=7):
                seen.append(change.job)
                last = change.revision
    assert sorted(await writing) == list(range(start + 1, start + 41))
    assert sorted(seen) == sorted(job.id for job in jobs)


async def test_the_last_two_who_need_a_picture_forget_it_at_once(pair: Pair, clock: HeldClock) -> None:
    for number in range(5):
        jobs = [made_job(clock) for _ in pair]
        for job in jobs:
            await pair[0].accept(job, anything_goes, draw=drawn)
            await pair[0].keep_image(made_image(clock, f"cat {number}", job=job))
        files = await asyncio.gather(*(store.forget(job.id) for store, job in zip(pair, jobs, strict=True)))
        assert sorted(files) == [(), (made_image(clock, f"cat {number}").name,)]


async def test_two_tenants_who_leave_at_once_leave_no_picture_behind(pair: Pair, clock: HeldClock) -> None:
    tenants = [Person("slack", f"T{number}/U1", "") for number in range(2)]
    for number in range(5):
        brought = made_image(clock, f"photo {number}")
        for by in tenants:
            await pair[0].keep_image(replace(brought, by=by.key))
        leaves = (
            store.forget_images("slack", by.id.partition("/")[0] + "/", [brought.id])
            for store, by in zip(pair, tenants, strict=True)
        )
        files = await asyncio.gather(*leaves)
        assert sorted(files) == [(), (brought.name,)]


async def test_a_picture_that_comes_in_while_it_is_forgotten_is_there(pair: Pair, clock: HeldClock) -> None:
    one, other = pair
    for number in range(10):
        first, second = made_job(clock), made_job(clock)
        for job in (first, second):
            await one.accept(job, anything_goes, draw=drawn)
        await one.keep_image(made_image(clock, f"cat {number}", job=first))
        late = made_image(clock, f"cat {number}", job=second)
        await asyncio.gather(one.forget(first.id), other.keep_image(late))
        assert await one.images_by_job(second.id) == (late,)


async def test_both_do_everything_at_once_and_the_ledger_adds_up(pair: Pair, clock: HeldClock) -> None:
    async def live(store: Store, number: int) -> JobId:
        job = made_job(clock, by=(ADA, BOB)[number % 2], tabs=(Tab("team", "2026-11"),))
        await store.accept(job, anything_goes, draw=drawn)
        await store.announced(job.id, None)
        await store.keep_reply(job.id, said("working"))
        assert await store.cancel_queued(job.id)
        await store.delivered(job.id)
        await store.forget(job.id)
        return job.id

    ended = await asyncio.gather(*(live(store, number) for number in range(12) for store in pair))
    assert len(set(ended)) == 24
    assert await pair[0].unbalanced() == ()
    assert (
        (await pair[0].ledger_sum()).open_pictures
        == (await pair[0].spent([Tab("team", "2026-11")]))[Tab("team", "2026-11")].pictures
        == 0
    )
