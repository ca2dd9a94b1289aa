"""Ends are brought to their places: each once, in this life or the next, and a place that is down keeps no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from bot.delivery import Delivery
from bot.errors import BotError, HouseError, PlaceBusyError
from bot.job import Cancelled, JobId
from bot.message import Person, Place, Receipt, Reply, Tone
from bot.postman import Postman
from bot.store import JobRecord, Store
from bot.teller import Teller
from tests.clock import HeldClock
from tests.house import ADA, STREET, Street
from tests.unit.store.made import anything_goes, drawn, made_job

DONE = Reply(tone=Tone.DONE, title="done")
LANE = Place("lane", "behind the street")


class Office:
    """A postman over a real store and two streets, in the doors "test" and "lane"."""

    def __init__(self, store: Store, clock: HeldClock) -> None:
        self.store, self.clock = store, clock
        self.delivery = Delivery(store, clock)
        self.street, self.lane = Street(), Street()
        self.delivery.messengers.update({"test": self.street, "lane": self.lane})
        self.told: list[JobId] = []
        self.stumbles: list[Exception] = []
        self.postman = Postman(
            store=store, teller=cast(Teller, self), delivery=self.delivery, clock=clock, told=self.told.append
        )

    async def outcome(self, record: JobRecord) -> Reply:
        """As the teller draws it."""
        if self.stumbles:
            raise self.stumbles.pop(0)
        return replace(DONE, job=record.job.id)

    async def ended(self, at: Place = STREET) -> JobId:
        """A job whose end is not told yet."""
        job = made_job(self.clock, by=Person(at.door, ADA.id, ADA.name), at=at)
        await self.store.accept(job, anything_goes, draw=drawn)
        await self.store.finish(job.id, Cancelled())
        self.postman.ring()
        return job.id

    async def arrived(self, *jobs: JobId) -> None:
        await soon(lambda: set(jobs) <= set(self.told))


@asynccontextmanager
async def office(folder: Path, doors: tuple[str, ...] = ("test", "lane")) -> AsyncIterator[Office]:
    """A second one on the same folder is the next life."""
    clock = HeldClock()
    store = await Store.open(f"sqlite:///{folder / 'imagebot.sqlite'}", clock=clock)
    await store.enter(worker=False, doors=doors)
    opened = Office(store, clock)
    for door in {"test", "lane"} - set(doors):
        del opened.delivery.messengers[door]
    await store.take_tales(doors, 100)
    going = asyncio.create_task(opened.postman.run())
    try:
        yield opened
    finally:
        going.cancel()
        await asyncio.wait({going})
        await opened.postman.close()
        await store.close()


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Office]:
    async with office(tmp_path) as opened:
        yield opened


async def soon(look: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while True:
            if look():
                return
            await asyncio.sleep(0.005)  # between two looks


def held_up(street: Street, monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Event, asyncio.Event]:
    """Whether a post is on its way there, and what lets it arrive."""
    on_its_way, go, post = asyncio.Event(), asyncio.Event(), street.post

    async def slow(place: Place, reply: Reply, *, nonce: str) -> Receipt:
        on_its_way.set()
        await go.wait()
        return await post(place, reply, nonce=nonce)

    monkeypatch.setattr(street, "post", slow)
    return on_its_way, go


async def test_each_end_is_told_once(here: Office) -> None:
    jobs = [await here.ended() for _ in range(20)]
    await here.arrived(*jobs)
    for _ in range(5):
        here.postman.ring()
        await here.store.untold(("test",), 10)
    assert sorted(here.told) == sorted(jobs)
    assert len(here.street.history) == len(here.street.messages) == len(jobs)
    assert not here.postman._under_way


async def test_an_end_that_came_about_elsewhere_is_found_without_a_ring(
    here: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.postman.LOOK_S", 0.02)
    monkeypatch.setattr(here.postman, "ring", lambda: None)
    await here.arrived(await here.ended())


async def test_a_platform_that_is_down_keeps_no_other_waiting(here: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.postman.AT_ONCE", 50)
    here.street.faults += [PlaceBusyError(retry_after_s=600)] * 50
    stuck = [await here.ended() for _ in range(50)]
    free = [await here.ended(LANE) for _ in range(5)]
    await here.arrived(*free)
    assert sorted(here.told) == sorted(free)
    await soon(lambda: not here.street.faults)
    await here.clock.asleep(len(stuck))
    await here.clock.advance(601)
    await here.arrived(*stuck)
    assert len(here.street.messages) == len(stuck)


async def test_what_is_being_posted_arrives_before_the_door_closes(
    here: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_its_way, go = held_up(here.street, monkeypatch)
    job = await here.ended()
    async with asyncio.timeout(10):
        await on_its_way.wait()
        closing = asyncio.create_task(here.postman.close())
        late = await here.ended()
        go.set()
        await closing
    assert here.told == [job]
    assert (await here.store.record(late)).delivered_at is None


async def test_what_cannot_arrive_in_time_is_the_next_lifes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.postman.DRAIN_S", 0.05)
    async with office(tmp_path) as first:
        on_its_way, _never = held_up(first.street, monkeypatch)
        job = await first.ended()
        async with asyncio.timeout(10):
            await on_its_way.wait()
            await first.postman.close()
        assert first.told == []
    async with office(tmp_path) as second:
        await second.arrived(job)
        assert len(second.street.messages) == 1


async def test_a_stop_does_not_wait_until_a_busy_platform_may_be_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.postman.DRAIN_S", 60.0)
    async with office(tmp_path) as first:
        first.street.faults.append(PlaceBusyError(retry_after_s=600))
        job = await first.ended()
        await first.clock.asleep(1)
        async with asyncio.timeout(10):
            await first.postman.close()
        assert first.told == []
    async with office(tmp_path) as second:
        await second.arrived(job)
        assert len(second.street.messages) == 1


async def test_a_stop_waits_for_a_try_that_is_due_at_once(here: Office) -> None:
    here.street.faults.append(PlaceBusyError(retry_after_s=0.5))
    job = await here.ended()
    await here.clock.asleep(1)
    async with asyncio.timeout(10):
        closing = asyncio.create_task(here.postman.close())
        await here.clock.advance(1)
        await closing
    assert here.told == [job]
    assert len(here.street.messages) == 1


async def test_nothing_sets_out_once_the_house_closes(here: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    looking, look_on, untold = asyncio.Event(), asyncio.Event(), here.store.untold

    async def slow(*args: Any) -> tuple[JobId, ...]:
        found = await untold(*args)
        if found:
            looking.set()
            await look_on.wait()
        return found

    monkeypatch.setattr(here.store, "untold", slow)
    job = await here.ended()
    async with asyncio.timeout(10):
        await looking.wait()
        await here.postman.close()
        look_on.set()
        for _ in range(20):  # longer than a message would take
            await here.store.record(job)
    assert here.told == []
    assert (await here.store.record(job)).delivered_at is None
    assert not here.street.messages


async def test_the_end_of_a_job_whose_door_is_not_open_is_kept_for_the_life_in_which_it_is(tmp_path: Path) -> None:
    async with office(tmp_path) as first:
        await first.postman.close()
        closed, opened = await first.ended(), await first.ended(LANE)
    async with office(tmp_path, ("lane",)) as second:
        await second.arrived(opened)
        assert second.told == [opened]
        assert not (await second.store.record(closed)).untold
    async with office(tmp_path) as third:
        await third.arrived(closed)
        assert third.told == [closed]


@pytest.mark.parametrize("error", [HouseError(), ZeroDivisionError("a bug"), OSError("the disk is gone for a moment")])
async def test_what_could_not_be_drawn_is_tried_again(here: Office, error: Exception) -> None:
    here.stumbles = [error, error]
    job = await here.ended()
    arriving = asyncio.create_task(here.arrived(job))
    while not arriving.done():  # whenever it rests, time passes
        await here.clock.advance(10)
        await asyncio.sleep(0.01)
    await arriving
    assert here.stumbles == []
    assert len(here.street.messages) == 1


async def test_a_refusal_to_draw_is_tried_again_and_keeps_no_other(here: Office) -> None:
    here.stumbles = [BotError()]
    job = await here.ended()
    await soon(lambda: not here.stumbles)
    other = await here.ended()
    await here.arrived(other)
    await here.clock.asleep(1)
    await here.clock.advance(10)
    await here.arrived(job)


async def test_a_process_that_others_count_as_gone_posts_nothing(here: Office) -> None:
    held = False
    here.delivery.lease = lambda: held
    job = await here.ended()
    await here.clock.asleep(1)
    assert here.street.history == []
    held = True
    await here.clock.advance(10)
    here.postman.ring()
    await here.arrived(job)
    assert len(here.street.messages) == 1


async def test_a_message_that_was_deleted_is_not_told(here: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    untold: Any = here.store.untold
    job = made_job(here.clock, by=ADA, at=STREET)
    await here.store.accept(job, anything_goes, draw=drawn)
    await here.store.finish(job.id, Cancelled())
    await here.store.forget(job.id)

    async def as_it_was_a_moment_ago(doors: tuple[str, ...], limit: int) -> tuple[JobId, ...]:
        await untold(doors, limit)
        return (job.id,)

    monkeypatch.setattr(here.store, "untold", as_it_was_a_moment_ago)
    here.postman.ring()
    for _ in range(5):
        await here.store.waiting()
        await here.clock.settle()
    assert (here.street.history, here.told) == ([], [])
