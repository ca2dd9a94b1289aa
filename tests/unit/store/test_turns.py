"""Whose turn it is: people share a lane picture by picture, and no slot is given twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.job import Cancelled, JobId, Status
from bot.message import Person
from bot.store import Store
from tests.clock import HeldClock
from tests.unit.store.made import ADA, BOB, anything_goes, drawn, made_job, on_postgresql

LANE = "flux"


class Lane:
    """One lane of a store, and who waits in it."""

    def __init__(self, store: Store, clock: HeldClock) -> None:
        self.store, self.clock = store, clock
        self.asked_by: dict[JobId, Person] = {}

    async def ask(self, by: Person, count: int = 1, *, priority: float = 0.0, announced: bool = True) -> list[JobId]:
        jobs = [made_job(self.clock, by=by) for _ in range(count)]
        for job in jobs:
            await self.store.accept(job, anything_goes, draw=drawn, priority=priority)
            if announced:
                await self.store.announced(job.id, None)
            self.asked_by[job.id] = by
        return [job.id for job in jobs]

    async def turns(self, slots: int, limit: int = 100) -> list[JobId]:
        return [turn.job for turn in await self.store.give_turns(LANE, slots, limit=limit)]

    async def end(self, jobs: Sequence[JobId]) -> None:
        for job in jobs:
            assert await self.store.finish(job, Cancelled())

    async def order(self, count: int, slots: int = 1) -> list[str]:
        """Who has the next turns, each ending before the next is given."""
        people: list[str] = []
        while len(people) < count:
            given = await self.turns(slots, 1)
            await self.end(given)
            people += [self.asked_by[job].id for job in given]
        return people


@pytest.fixture
async def lane(store: Store, clock: HeldClock) -> Lane:
    await store.lanes((LANE,))
    return Lane(store, clock)


@pytest.mark.parametrize("slots", [1, 24])
async def test_a_burst_of_one_does_not_delay_the_next_by_more_than_one_picture(lane: Lane, slots: int) -> None:
    burst = await lane.ask(ADA, 60)
    running = await lane.turns(slots)
    assert running == burst[:slots]
    (other,) = await lane.ask(BOB)
    assert await lane.store.ahead(other) <= 1
    await lane.end(running[:2])
    assert other in await lane.turns(slots)


async def test_people_who_all_ask_for_many_have_turns_in_turn(lane: Lane) -> None:
    for by in (ADA, BOB, Person("web", "cy", "Cy")):
        await lane.ask(by, 4)
    order = await lane.order(12)
    assert [sorted(order[first : first + 3]) for first in range(0, 12, 3)] == [["ada", "bob", "cy"]] * 4


async def test_who_was_alone_for_long_owes_nothing_for_it(lane: Lane) -> None:
    await lane.ask(ADA, 20)
    await lane.order(20)
    await lane.ask(BOB, 3)
    await lane.ask(ADA, 3)
    order = await lane.order(6)
    assert sorted(order[:2]) == ["ada", "bob"]


async def test_a_priority_goes_ahead_by_so_many_pictures_and_no_further(lane: Lane) -> None:
    await lane.ask(BOB, 10)
    await lane.ask(ADA, 10, priority=3.0)
    order = await lane.order(20)
    turns = [position for position, who in enumerate(order) if who == "bob"]
    assert [position - number for number, position in enumerate(turns)] == [3, 4, 5, 6, 7, 8, 9, 10, 10, 10]


async def test_a_priority_that_asks_again_and_again_does_not_keep_another_waiting(lane: Lane) -> None:
    (other,) = await lane.ask(BOB)
    before = 0
    while True:
        await lane.ask(ADA, priority=3.0)
        (given,) = await lane.turns(1)
        await lane.end([given])
        if given == other:
            break
        before += 1
        assert before <= 3


async def test_the_place_that_is_told_is_the_order_in_which_turns_are_given(lane: Lane) -> None:
    people = [Person("web", f"p{number}", f"P{number}") for number in range(5)]
    for number in range(20):
        await lane.ask(people[number * number % 5], priority=2.0 if number % 7 == 0 else 0.0)
        if number in (4, 9):
            await lane.end(await lane.turns(1))
    waiting = [job for job in lane.asked_by if (await lane.store.record(job)).status is Status.QUEUED]
    told = sorted([(await lane.store.ahead(job), job) for job in waiting])
    assert [ahead for ahead, _ in told] == list(range(len(waiting)))
    seen = await lane.store.whereabouts()
    assert [seen[job].ahead for _, job in told] == list(range(len(waiting)))
    given: list[JobId] = []
    while turns := await lane.turns(1):
        given += turns
        await lane.end(turns)
    assert given == [job for _, job in told]


async def test_the_place_told_at_acceptance_is_the_true_one(lane: Lane) -> None:
    await lane.ask(ADA, 5)
    job = made_job(lane.clock, by=BOB)
    told = await lane.store.accept(job, anything_goes, draw=drawn)
    assert told == await lane.store.ahead(job.id)


async def test_a_job_that_is_not_announced_has_no_turn_yet(lane: Lane) -> None:
    early, late = await lane.ask(ADA, announced=False), await lane.ask(BOB)
    assert await lane.turns(5) == late
    assert await lane.store.waiting() == ()
    await lane.store.announced(early[0], None)
    assert await lane.store.waiting() == (LANE,)
    assert await lane.turns(5) == early


async def test_a_paused_lane_gives_no_turn_until_then_and_says_why(lane: Lane) -> None:
    (job,) = await lane.ask(ADA)
    until = lane.clock.now() + timedelta(seconds=30)
    await lane.store.pause_lane(LANE, until, "pause-busy")
    await lane.store.pause_lane(LANE, until - timedelta(seconds=20), "pause-short")
    (pause,) = await lane.store.pauses()
    assert (pause.provider, pause.until, pause.reason) == (LANE, until, "pause-busy")
    assert (await lane.store.whereabouts())[job].pause == pause
    await lane.clock.advance(29)
    assert await lane.turns(5) == []
    await lane.clock.advance(2)
    assert await lane.store.pauses() == ()
    assert await lane.turns(5) == [job]


async def test_a_turn_that_is_given_back_is_among_the_next(lane: Lane) -> None:
    first, *_ = await lane.ask(ADA, 3)
    assert await lane.turns(1) == [first]
    await lane.ask(BOB, 3)
    assert await lane.store.give_back(first)
    record = await lane.store.record(first)
    assert (record.status, record.run_by) == (Status.QUEUED, None)
    assert await lane.turns(1) == [first]


async def test_a_turn_is_not_given_back_once_money_may_be_gone(lane: Lane) -> None:
    (job,) = await lane.ask(ADA)
    assert await lane.turns(1) == [job]
    assert await lane.store.submitting(job)
    assert not await lane.store.give_back(job)
    assert (await lane.store.record(job)).status is Status.RUNNING


async def test_no_more_than_the_slots_run_however_many_are_asked_for_at_a_time(lane: Lane) -> None:
    burst = await lane.ask(ADA, 6)
    assert await lane.turns(4, 3) == burst[:3]
    assert await lane.turns(4, 3) == burst[3:4]
    assert await lane.turns(4, 3) == []
    await lane.end(burst[:2])
    assert await lane.turns(4, 3) == burst[4:6]


async def test_a_lane_that_nobody_works_gives_none(lane: Lane) -> None:
    await lane.store.accept(made_job(lane.clock, provider="gone"), anything_goes, draw=drawn)
    assert await lane.store.give_turns("gone", 5, limit=5) == ()


@on_postgresql
async def test_two_processes_at_once_never_give_one_turn_twice_nor_more_than_there_are_slots(
    lane: Lane, url: str, clock: HeldClock
) -> None:
    second = await Store.open(url, clock=clock)
    await second.enter(worker=True, doors=())
    jobs = await lane.ask(ADA, 40)
    ended: list[JobId] = []
    running: set[JobId] = set()

    async def work(store: Store) -> None:
        while len(ended) < len(jobs):
            for turn in await store.give_turns(LANE, 5, limit=2):
                assert turn.job not in running
                assert turn.job not in ended
                running.add(turn.job)
                assert len(running) <= 5
                asyncio.get_running_loop().call_later(0.003, done.put_nowait, (store, turn.job))
            await asyncio.sleep(0)

    async def finish() -> None:
        while len(ended) < len(jobs):
            store, job = await done.get()
            running.remove(job)  # a moment before the store knows: a slot counts as free no earlier than this
            assert await store.finish(job, Cancelled())
            ended.append(job)

    done: asyncio.Queue[tuple[Store, JobId]] = asyncio.Queue()
    try:
        async with asyncio.timeout(20):
            await asyncio.gather(*(work(store) for store in (lane.store, second, lane.store, second)), finish())
    finally:
        await second.close()
    assert sorted(ended) == sorted(jobs)


async def test_a_pause_from_before_the_clock_was_set_back_by_a_day_does_not_last_a_day(lane: Lane) -> None:
    await lane.ask(ADA)
    await lane.store.pause_lane("flux", lane.clock.now() + timedelta(days=1, seconds=30), "throttled")
    assert await lane.store.pauses() == ()
    assert len(await lane.store.give_turns("flux", 1, limit=1)) == 1
