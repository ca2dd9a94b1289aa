"""The engine's promises on SQLite: what is on record is not done again, and a purchase never twice."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.engine import SUBMIT_GATE, Run, Steps
from bot.engine.durable import DurableEngine
from bot.errors import BadKeyError, BotError, ThrottledError, UnsureError
from bot.job import Finished, JobId, Ticket
from bot.request import ImageId

JOB = JobId("0123456789abcdef")
Walk = Callable[[JobId, Steps], Awaitable[None]]


async def nothing(job: JobId, steps: Steps) -> None:
    """A corridor with no step."""


class Lives:
    """Lets one database see several lives of the process."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'engine.sqlite'}"
        self.engine: DurableEngine | None = None

    async def begin(self, paint: Walk, deliver: Walk = nothing, slots: int = 8) -> DurableEngine:
        self.engine = DurableEngine(self.url, lanes={"flux": slots}, paint=paint, deliver=deliver)
        await self.engine.launch()
        return self.engine

    async def end(self) -> None:
        if self.engine is not None:
            await self.engine.close()
            self.engine = None


async def over(engine: DurableEngine, job: JobId) -> None:
    """Wait for the end of a run."""
    async with asyncio.timeout(20):
        while True:
            if await engine.run_of(job) is Run.OVER:
                return
            await asyncio.sleep(0.02)


@pytest.fixture
async def lives(tmp_path: Path):
    lives = Lives(tmp_path)
    yield lives
    await lives.end()


async def test_a_run_goes_through_its_steps_and_then_delivers(lives: Lives) -> None:
    walked: list[str] = []
    delivered = asyncio.Event()

    async def paint(job: JobId, steps: Steps) -> None:
        async def buy() -> Ticket:
            walked.append("bought")
            return Ticket("flux", "t-1")

        ticket = await steps.once("submit", buy)
        walked.append(ticket.id)

    async def deliver(job: JobId, steps: Steps) -> None:
        walked.append("delivered")
        delivered.set()

    engine = await lives.begin(paint, deliver)
    await engine.paint(JOB, lane="flux", person="web:ada")
    await engine.paint(JOB, lane="flux", person="web:ada")
    async with asyncio.timeout(20):
        await delivered.wait()
    assert walked == ["bought", "t-1", "delivered"]


async def test_a_step_on_record_is_not_taken_again_in_the_next_life(lives: Lives) -> None:
    bought = 0
    collecting = asyncio.Event()
    collected: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    hangs = True

    async def paint(job: JobId, steps: Steps) -> None:
        async def buy() -> Ticket:
            nonlocal bought
            bought += 1
            return Ticket("flux", "t-1")

        async def collect() -> None:
            collecting.set()
            if hangs:
                await asyncio.Event().wait()

        ticket = await steps.once("submit", buy)
        await steps.do("collect", collect)
        collected.set_result(ticket.id)

    engine = await lives.begin(paint)
    await engine.paint(JOB, lane="flux", person="web:ada")
    async with asyncio.timeout(20):
        await collecting.wait()
    await lives.end()
    hangs = False
    await lives.begin(paint)
    async with asyncio.timeout(20):
        assert await collected == "t-1"
    assert bought == 1


async def test_a_purchase_without_a_record_is_unsure_and_not_repeated(lives: Lives) -> None:
    begun = asyncio.Event()
    bought = 0
    ended: asyncio.Future[BotError] = asyncio.get_running_loop().create_future()

    async def paint(job: JobId, steps: Steps) -> None:
        async def buy() -> Ticket:
            nonlocal bought
            bought += 1
            begun.set()
            return await asyncio.get_running_loop().create_future()

        try:
            await steps.once("submit", buy)
        except UnsureError as error:
            ended.set_result(error)

    engine = await lives.begin(paint)
    await engine.paint(JOB, lane="flux", person="web:ada")
    async with asyncio.timeout(20):
        await begun.wait()
    engine.gate = asyncio.Semaphore(SUBMIT_GATE)  # a power cut waits for nobody
    await lives.end()
    await lives.begin(paint)
    async with asyncio.timeout(20):
        assert isinstance(await ended, UnsureError)
    assert bought == 1


@pytest.mark.parametrize("error", [BadKeyError(said="no"), ThrottledError(retry_after_s=7.0)])
async def test_an_error_of_ours_comes_out_of_a_step_as_itself(lives: Lives, error: BotError) -> None:
    seen: asyncio.Future[BotError] = asyncio.get_running_loop().create_future()

    async def paint(job: JobId, steps: Steps) -> None:
        async def fail() -> None:
            raise error

        try:
            await steps.do("collect", fail)
        except BotError as caught:
            seen.set_result(caught)

    engine = await lives.begin(paint)
    await engine.paint(JOB, lane="flux", person="web:ada")
    async with asyncio.timeout(20):
        caught = await seen
    assert type(caught) is type(error)
    assert getattr(caught, "retry_after_s", None) == getattr(error, "retry_after_s", None)


async def test_no_more_purchases_than_the_gate_allows_are_open_at_once(lives: Lives) -> None:
    open_now, most, done = 0, 0, 0
    finished = asyncio.Event()

    async def paint(job: JobId, steps: Steps) -> None:
        async def buy() -> Ticket:
            nonlocal open_now, most
            open_now += 1
            most = max(most, open_now)
            for _ in range(20):
                await asyncio.sleep(0)
            open_now -= 1
            return Ticket("flux", job)

        nonlocal done
        await steps.once("submit", buy)
        done += 1
        if done == 12:
            finished.set()

    engine = await lives.begin(paint, slots=12)
    for number in range(12):
        await engine.paint(JobId(f"{number:016x}"), lane="flux", person="web:ada")
    async with asyncio.timeout(30):
        await finished.wait()
    assert most <= SUBMIT_GATE


async def test_a_lane_holds_no_more_runs_than_its_slots(lives: Lives) -> None:
    inside, most, done = 0, 0, 0
    finished = asyncio.Event()

    async def paint(job: JobId, steps: Steps) -> None:
        nonlocal inside, most, done
        inside += 1
        most = max(most, inside)

        async def collect() -> None:
            for _ in range(20):
                await asyncio.sleep(0)

        await steps.do("collect", collect)
        inside -= 1
        done += 1
        if done == 6:
            finished.set()

    engine = await lives.begin(paint, slots=2)
    for number in range(6):
        await engine.paint(JobId(f"{number:016x}"), lane="flux", person=f"web:{number % 3}")
    async with asyncio.timeout(30):
        await finished.wait()
    assert most <= 2


async def test_a_stop_ends_runs_between_two_steps_and_the_next_life_goes_on(
    lives: Lives, capfd: pytest.CaptureFixture[str]
) -> None:
    collecting = asyncio.Event()
    walked: list[str] = []
    hangs = True

    async def paint(job: JobId, steps: Steps) -> None:
        async def collect() -> None:
            collecting.set()
            if hangs:
                await asyncio.Event().wait()

        try:
            await steps.do("collect", collect)
            walked.append("collected")
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            walked.append(f"broke: {error!r}")
            raise

    engine = await lives.begin(paint)
    await engine.paint(JOB, lane="flux", person="web:ada")
    async with asyncio.timeout(20):
        await collecting.wait()
    await lives.end()
    for _ in range(20):
        await asyncio.sleep(0)
    assert walked == []
    said = capfd.readouterr()
    assert "Traceback" not in said.out + said.err
    assert "cancelled" not in said.out + said.err
    hangs = False
    engine = await lives.begin(paint)
    await over(engine, JOB)
    assert walked == ["collected"]


async def test_a_stop_waits_for_what_is_being_told(lives: Lives) -> None:
    telling, told = asyncio.Event(), asyncio.Event()

    async def deliver(job: JobId, steps: Steps) -> None:
        telling.set()
        for _ in range(50):
            await asyncio.sleep(0)
        told.set()

    engine = await lives.begin(nothing, deliver)
    await engine.deliver(JOB)
    async with asyncio.timeout(20):
        await telling.wait()
    await lives.end()
    assert told.is_set()


async def test_the_engine_tells_how_a_run_stands(lives: Lives) -> None:
    go = asyncio.Event()

    async def paint(job: JobId, steps: Steps) -> None:
        await go.wait()
        raise ZeroDivisionError

    engine = await lives.begin(paint)
    assert await engine.run_of(JOB) is Run.UNKNOWN
    await engine.paint(JOB, lane="flux", person="web:ada")
    assert await engine.run_of(JOB) is Run.GOING
    go.set()
    await over(engine, JOB)
    await lives.end()
    engine = await lives.begin(paint)
    assert await engine.run_of(JOB) is Run.OVER


async def test_an_outcome_is_told_anew_only_where_that_is_asked_for(lives: Lives) -> None:
    told: list[JobId] = []

    async def deliver(job: JobId, steps: Steps) -> None:
        told.append(job)

    engine = await lives.begin(nothing, deliver)
    await engine.deliver(JOB)
    await over(engine, JobId(f"{JOB}-deliver"))
    await engine.deliver(JOB)
    await lives.end()
    engine = await lives.begin(nothing, deliver)
    await engine.deliver_anew(JOB)
    await over(engine, JobId(f"{JOB}-deliver"))
    assert told == [JOB, JOB]


async def test_one_persons_many_jobs_do_not_keep_another_waiting(lives: Lives) -> None:
    order: list[JobId] = []
    go, served = asyncio.Event(), asyncio.Event()

    async def paint(job: JobId, steps: Steps) -> None:
        await go.wait()
        order.append(job)
        if job == JOB:
            served.set()

    engine = await lives.begin(paint, slots=1)
    for number in range(12):
        await engine.paint(JobId(f"{number:016x}"), lane="flux", person="web:many")
    await engine.paint(JOB, lane="flux", person="web:one")
    go.set()
    async with asyncio.timeout(60):
        await served.wait()
    assert order.index(JOB) < 11  # taking turns at random: last in a plain queue, here once in 4,096 times


async def test_runs_that_went_through_long_ago_are_forgotten_and_others_are_not(lives: Lives) -> None:
    async def paint(job: JobId, steps: Steps) -> None:
        if job == waiting:
            await asyncio.Event().wait()

    waiting = JobId("fedcba9876543210")
    engine = await lives.begin(paint)
    for job in (JOB, waiting):
        await engine.paint(job, lane="flux", person="web:ada")
    await over(engine, JOB)
    await engine.forget(datetime.now(UTC) - timedelta(days=1))
    assert await engine.run_of(JOB) is Run.OVER
    await engine.forget(datetime.now(UTC) + timedelta(seconds=1))
    assert await engine.run_of(JOB) is Run.UNKNOWN
    assert await engine.run_of(waiting) is Run.GOING


async def test_of_a_job_that_is_erased_no_record_stays_once_its_run_is_over(lives: Lives, tmp_path: Path) -> None:
    async def paint(job: JobId, steps: Steps) -> None:
        if job == waiting:
            await asyncio.Event().wait()
        await steps.do("collect", lambda: finished(job))

    async def finished(job: JobId) -> Finished:
        return Finished(image=ImageId("a" * 64), notes={"understood": f"a heron of {job}"})

    waiting, other = JobId("fedcba9876543210"), JobId("0000000000000001")
    engine = await lives.begin(paint)
    for job in (JOB, other, waiting):
        await engine.paint(job, lane="flux", person="web:ada")
    for job in (JOB, other):
        await over(engine, job)
    await engine.erase([JOB, waiting])
    assert await engine.run_of(JOB) is Run.UNKNOWN
    assert await engine.run_of(other) is Run.OVER
    assert await engine.run_of(waiting) is Run.GOING
    with closing(sqlite3.connect(tmp_path / "engine.sqlite")) as file:
        written = "".join(file.iterdump())
    assert f"a heron of {other}" in written
    assert f"a heron of {JOB}" not in written
