"""Turns become runs: as slots are free, whatever stumbles, and once for each job."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from bot.dispatch import Dispatch
from bot.engine import Run
from bot.engine.memory import MemoryEngine
from bot.job import Cancelled, Job, JobId, Status, Turn
from bot.runner import Runner
from bot.store import Store
from tests.clock import HeldClock
from tests.unit.store.made import DOORS, anything_goes, drawn, made_job

LANE = "flux"


class Work:
    """A dispatch over a real store, whose runs last until they are let go."""

    def __init__(self, store: Store, clock: HeldClock, slots: int) -> None:
        self.store, self.clock = store, clock
        self.begun: list[JobId] = []
        self.lost: list[JobId] = []
        self.go = asyncio.Event()
        self.engine = MemoryEngine(paint=self._paint)
        self.stumbles: dict[JobId, int] = {}
        paint = self.engine.paint

        async def stumbling(turn: Turn) -> None:
            if self.stumbles.get(turn.job, 0) > 0:
                self.stumbles[turn.job] -= 1
                raise OSError("no room in the engine's file")
            await paint(turn)

        self.engine.paint = stumbling  # type: ignore[method-assign]
        self.dispatch = Dispatch(store=store, engine=self.engine, runner=cast(Runner, self), slots={LANE: slots})

    async def ask(self, count: int) -> list[JobId]:
        jobs = [made_job(self.clock) for _ in range(count)]
        for job in jobs:
            await self.store.accept(job, anything_goes, draw=drawn)
            await self.store.announced(job.id, None)
        self.dispatch.ring()
        return [job.id for job in jobs]

    async def give_up(self, job: Job) -> None:
        """As the runner does it."""
        self.lost.append(job.id)
        await self.store.finish(job.id, Cancelled())

    async def status(self, job: JobId) -> Status:
        return (await self.store.record(job)).status

    async def _paint(self, job: JobId, _steps: Any) -> None:
        self.begun.append(job)
        await self.go.wait()
        await self.store.finish(job, Cancelled())
        self.dispatch.ring()


@asynccontextmanager
async def working(url: str, *, slots: int, going: bool = True) -> AsyncIterator[Work]:
    clock = HeldClock()
    store = await Store.open(url, clock=clock)
    await store.enter(worker=True, doors=DOORS)
    work = Work(store, clock, slots)
    tasks = [asyncio.create_task(work.dispatch.run())] if going else []
    try:
        yield work
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await work.engine.close()
        await store.close()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'imagebot.sqlite'}"


async def soon(look: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while True:
            if await look():
                return
            await asyncio.sleep(0.005)  # between two looks


async def test_no_more_begin_than_there_are_slots_and_the_next_as_soon_as_one_is_free(url: str) -> None:
    async with working(url, slots=3) as work:
        jobs = await work.ask(12)
        await soon(lambda: said(len(work.begun) >= 3))
        for _ in range(5):
            await work.store.waiting()
        assert work.begun == jobs[:3]
        work.go.set()
        await soon(lambda: said(len(work.begun) == 12))
        assert work.begun == jobs


async def test_a_run_that_does_not_begin_keeps_neither_the_others_nor_its_slot(url: str) -> None:
    async with working(url, slots=2) as work:
        work.go.set()
        jobs = [made_job(work.clock) for _ in range(4)]
        work.stumbles[jobs[0].id] = 2
        for job in jobs:
            await work.store.accept(job, anything_goes, draw=drawn)
            await work.store.announced(job.id, None)
        work.dispatch.ring()
        await soon(lambda: said(len(work.begun) == 4))
        assert sorted(work.begun) == [job.id for job in jobs]
        assert work.begun[0] == jobs[1].id


async def test_an_engine_that_takes_nothing_is_not_asked_without_a_pause(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.dispatch.ALONE_S", 0.2)
    async with working(url, slots=2) as work:
        (job,) = await work.ask(1)
        work.stumbles[job] = 1000
        loop = asyncio.get_running_loop()
        began = loop.time()
        await soon(lambda: said(work.stumbles[job] <= 997))
        assert loop.time() - began >= 0.3  # two pauses of 0.2 s between three times, the first of which may have passed
        work.stumbles[job] = 0
        await soon(lambda: said(work.begun == [job]))


async def test_turns_that_can_be_neither_begun_nor_given_back_are_tried_again(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.dispatch.ALONE_S", 0.02)
    async with working(url, slots=3) as work:
        away = True
        give_back = work.store.give_back

        async def give(job: JobId) -> bool:
            if away:
                raise OSError("the database is away")
            return await give_back(job)

        monkeypatch.setattr(work.store, "give_back", give)
        jobs = [made_job(work.clock) for _ in range(3)]
        work.stumbles = {job.id: 3 for job in jobs}
        for job in jobs:
            await work.store.accept(job, anything_goes, draw=drawn)
            await work.store.announced(job.id, None)
        work.dispatch.ring()
        await soon(lambda: said(work.stumbles[jobs[0].id] < 3))
        away = False
        await soon(lambda: said(sorted(work.begun) == [job.id for job in jobs]))


async def test_a_database_that_stumbles_ends_no_dispatch(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.dispatch.ALONE_S", 0.02)
    async with working(url, slots=1) as work:
        waiting, stumbled = work.store.waiting, asyncio.Event()

        async def stumble() -> tuple[str, ...]:
            stumbled.set()
            raise OSError("the disk is gone for a moment")

        monkeypatch.setattr(work.store, "waiting", stumble)
        jobs = await work.ask(1)
        await stumbled.wait()
        monkeypatch.setattr(work.store, "waiting", waiting)
        await soon(lambda: said(work.begun == jobs))


async def test_what_was_taken_over_goes_on_and_what_may_be_bought_and_is_lost_ends(url: str) -> None:
    async with working(url, slots=4, going=False) as work:
        await work.store.lanes((LANE,))
        fresh, bought, over = await work.ask(3)
        turns = await work.store.give_turns(LANE, 4, limit=4)
        await work.store.submitting(bought)
        work.go.set()
        await work.engine.paint(turns[2])
        await soon(lambda: going(work.engine, turns[2], Run.OVER))
        work.begun.clear()
        for turn in turns:
            await work.dispatch.take_over(turn)
        await soon(lambda: said(work.begun == [fresh]))
        assert work.lost == [bought, over]


async def going(engine: MemoryEngine, turn: Turn, how: Run) -> bool:
    return await engine.run_of(turn) is how


async def said(it: bool) -> bool:
    return it
