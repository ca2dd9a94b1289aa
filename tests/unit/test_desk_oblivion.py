"""Forgetting people at the desk: what runs for them ends untold, and no file of theirs stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import JobUnknownError
from bot.job import JobId, Progress, Rendered, Status, Ticket
from bot.message import Person
from bot.request import Wish
from tests.house import ADA, BOB, STREET, TestHouse, house, png

TENANT = Person("test", "T1/ada", "Ada")
NEIGHBOUR = Person("test", "T11/ada", "Ada")


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[TestHouse]:
    async with house(tmp_path) as opened:
        yield opened


async def imagine(home: TestHouse, by: Person) -> JobId:
    return await home.desk.accept(Wish(prompt="a lighthouse"), by=by, at=STREET, event=home.ring())


def files(folder: Path) -> list[str]:
    return [file.name for file in (folder / "gallery").rglob("*") if file.is_file()]


async def ended(home: TestHouse, job: JobId) -> Status:
    async with asyncio.timeout(20):
        while not (await home.store.record(job)).status.ended:
            await home.desk.wait(job, 0.05)
    return (await home.store.record(job)).status


async def test_pictures_made_and_brought_leave_the_disk_and_the_neighbours_stay(
    home: TestHouse, tmp_path: Path
) -> None:
    jobs = [await imagine(home, by) for by in (TENANT, NEIGHBOUR, BOB)]
    replies = [await home.told(job) for job in jobs]
    await home.desk.keep(png(colour="red"), by=TENANT)
    brought = await home.desk.keep(png(colour="blue"), by=NEIGHBOUR)
    await home.desk.forget_people("test", "T1/")
    kept = {replies[1].pictures[0].name, replies[2].pictures[0].name, brought.name}
    assert set(files(tmp_path)) == kept
    assert await home.desk.mine(TENANT) == []
    assert [view.id for view in await home.desk.mine(NEIGHBOUR)] == [jobs[1]]
    with pytest.raises(JobUnknownError):
        await home.desk.again(jobs[0], by=BOB, at=STREET, event=home.ring())
    assert (await home.store.ledger_sum()).settled_pictures == 3


async def test_a_running_job_ends_without_a_word_and_its_picture_does_not_stay(home: TestHouse, tmp_path: Path) -> None:
    hold, polled = asyncio.Event(), asyncio.Event()

    async def wait(ticket: Ticket) -> Rendered | Progress:
        polled.set()
        return Rendered(link="x") if hold.is_set() else Progress("Pending", 0.5)

    home.provider.on_poll = wait
    job = await imagine(home, TENANT)
    async with asyncio.timeout(10):
        await polled.wait()
    await home.desk.forget_people("test", "T1/")
    posted = list(home.street.history)
    hold.set()
    assert await ended(home, job) is Status.CANCELLED
    after = await imagine(home, ADA)
    reply = await home.told(after)
    about_others = [entry for entry in home.street.history[len(posted) :] if entry[2] and entry[2].job != after]
    assert about_others == []
    assert files(tmp_path) == [reply.pictures[0].name]
    assert (await home.store.record(job)).job.by.name == ""
    assert await home.store.unbalanced() == ()


async def test_a_waiting_job_is_never_bought(home: TestHouse) -> None:
    hold = asyncio.Event()

    async def wait(ticket: Ticket) -> Rendered | Progress:
        return Rendered(link="x") if hold.is_set() else Progress("Pending")

    home.provider.on_poll = wait
    running = [await imagine(home, BOB) for _ in range(2)]
    waiting = await imagine(home, TENANT)
    await home.desk.forget_people("test", "T1/")
    assert await ended(home, waiting) is Status.CANCELLED
    hold.set()
    for job in running:
        await home.told(job)
    last = await imagine(home, BOB)
    await home.told(last)
    assert len(home.provider.orders) == 3


async def test_the_next_life_neither_announces_nor_tells_what_was_forgotten(tmp_path: Path) -> None:
    polled = asyncio.Event()

    async def wait(ticket: Ticket) -> Progress:
        polled.set()
        return Progress("Pending")

    async with house(tmp_path) as first:
        first.provider.on_poll = wait
        job = await imagine(first, TENANT)
        async with asyncio.timeout(10):
            await polled.wait()
        await first.desk.forget_people("test", "T1/")
    async with house(tmp_path) as second:
        assert (await ended(second, job)).ended
        other = Wish(prompt="a heron")
        await second.told(await second.desk.accept(other, by=BOB, at=STREET, event="of this life"))
        assert [entry for entry in second.street.history if entry[2] and entry[2].job == job] == []
        assert await second.store.untold(("test",), 10) == ()


async def test_events_are_held_until_they_are_let_go(home: TestHouse) -> None:
    await home.desk.hold("slack", "Ev1", {"type": "event_callback"})
    await home.desk.hold("slack", "Ev1", {"type": "again"})
    assert list(await home.desk.held("slack")) == [("Ev1", {"type": "event_callback"})]
    await home.desk.let_go("slack", "Ev1")
    assert list(await home.desk.held("slack")) == []


async def test_a_name_in_other_letters_is_another_person(home: TestHouse) -> None:
    job = await imagine(home, replace(TENANT, id="t1/ada"))
    await home.told(job)
    await home.desk.forget_people("test", "T1/")
    assert not (await home.store.record(job)).deleted
