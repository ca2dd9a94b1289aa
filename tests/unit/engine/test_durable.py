"""The engine's promises: what is on record is not done again, and a purchase never twice."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from dbos import DBOS
from sqlalchemy import make_url

from bot.engine import LANE_GATE, SUBMIT_GATE, Run, Steps, durable
from bot.engine.durable import DurableEngine
from bot.errors import BadKeyError, BotError, ThrottledError, UnsureError
from bot.job import Finished, JobId, Ticket, Turn
from bot.request import ImageId
from bot.store import opening

JOB = JobId("0123456789abcdef")
TURN = Turn(JOB)
Walk = Callable[[JobId, Steps], Awaitable[None]]


class Lives:
    """Lets one database see several lives of the process, and several processes."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine: DurableEngine | None = None

    async def begin(self, paint: Walk) -> DurableEngine:
        self.engine = DurableEngine(self.url, process=secrets.token_hex(6), paint=paint)
        await self.engine.launch()
        return self.engine

    async def end(self) -> None:
        if self.engine is not None:
            await self.engine.close()
            self.engine = None


async def over(engine: DurableEngine, turn: Turn) -> None:
    """Wait for the end of a run."""
    async with asyncio.timeout(20):
        while True:
            if await engine.run_of(turn) is Run.OVER:
                return
            await asyncio.sleep(0.02)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'engine.sqlite'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def lives(database: str):
    lives = Lives(database)
    yield lives
    await lives.end()


async def test_a_run_goes_through_its_steps_once(lives: Lives) -> None:
    walked: list[str] = []

    async def paint(job: JobId, steps: Steps) -> None:
        async def buy() -> Ticket:
            walked.append("bought")
            return Ticket("flux", "t-1")

        ticket = await steps.once("submit", buy, lane="flux")
        walked.append(ticket.id)

    engine = await lives.begin(paint)
    await engine.paint(TURN)
    await engine.paint(TURN)
    await over(engine, TURN)
    assert walked == ["bought", "t-1"]


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

        ticket = await steps.once("submit", buy, lane="flux")
        await steps.do("collect", collect)
        collected.set_result(ticket.id)

    engine = await lives.begin(paint)
    await engine.paint(TURN)
    async with asyncio.timeout(20):
        await collecting.wait()
    await lives.end()
    hangs = False
    engine = await lives.begin(paint)
    await engine.paint(TURN)
    async with asyncio.timeout(20):
        assert await collected == "t-1"
    assert bought == 1


async def test_a_purchase_without_a_record_is_unsure_and_not_repeated(
    lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
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
            await steps.once("submit", buy, lane="flux")
        except UnsureError as error:
            ended.set_result(error)

    engine = await lives.begin(paint)
    await engine.paint(TURN)
    async with asyncio.timeout(20):
        await begun.wait()
    monkeypatch.setattr(durable, "DRAIN_S", 0.0)  # a power cut waits for nobody
    await lives.end()
    engine = await lives.begin(paint)
    await engine.paint(TURN)
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
    await engine.paint(TURN)
    async with asyncio.timeout(20):
        caught = await seen
    assert type(caught) is type(error)
    assert getattr(caught, "retry_after_s", None) == getattr(error, "retry_after_s", None)


async def test_no_more_purchases_than_the_gate_allows_are_open_at_once_and_no_lane_has_all_seats(lives: Lives) -> None:
    seated: Counter[str] = Counter()
    full, done = asyncio.Event(), asyncio.Event()
    most: list[int] = []
    bought = 0

    async def paint(job: JobId, steps: Steps) -> None:
        lane = "stability" if int(job, 16) < 8 else "flux"

        async def buy() -> Ticket:
            nonlocal bought
            seated[lane] += 1
            assert seated[lane] <= LANE_GATE
            most.append(seated.total())
            if seated.total() == SUBMIT_GATE:
                full.set()
            await full.wait()
            seated[lane] -= 1
            bought += 1
            if bought == 12:
                done.set()
            return Ticket(lane, job)

        await steps.once("submit", buy, lane=lane)

    engine = await lives.begin(paint)
    for number in range(12):
        await engine.paint(Turn(JobId(f"{number:016x}")))
    async with asyncio.timeout(30):
        await done.wait()
    assert max(most) == SUBMIT_GATE


async def test_a_stop_lets_no_purchase_begin_that_waited_for_a_seat(lives: Lives) -> None:
    begun: list[JobId] = []
    full, go = asyncio.Event(), asyncio.Event()

    async def paint(job: JobId, steps: Steps) -> None:
        async def buy() -> Ticket:
            begun.append(job)
            if len(begun) == LANE_GATE:
                full.set()
            await go.wait()
            return Ticket("flux", job)

        await steps.once("submit", buy, lane="flux")

    engine = await lives.begin(paint)
    for number in range(3 * LANE_GATE):
        await engine.paint(Turn(JobId(f"{number:016x}")))
    async with asyncio.timeout(20):
        await full.wait()
    ending = asyncio.create_task(lives.end())
    while not ending.done():
        go.set()
        await asyncio.sleep(0)
    assert len(begun) == LANE_GATE


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
    await engine.paint(TURN)
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
    await engine.paint(TURN)
    await over(engine, TURN)
    assert walked == ["collected"]


async def test_a_run_that_finds_its_job_taken_over_leaves_no_trace_and_goes_on_elsewhere(lives: Lives) -> None:
    walked: list[str] = []
    collecting, taken_over = asyncio.Event(), True

    async def paint(job: JobId, steps: Steps) -> None:
        async def collect() -> None:
            walked.append("collecting")
            collecting.set()
            if taken_over:
                raise asyncio.CancelledError

        await steps.do("collect", collect)
        walked.append("collected")

    engine = await lives.begin(paint)
    await engine.paint(TURN)
    async with asyncio.timeout(20):
        await collecting.wait()
    for _ in range(20):
        await asyncio.sleep(0)
    await lives.end()
    taken_over = False
    engine = await lives.begin(paint)
    await engine.paint(TURN)
    await over(engine, TURN)
    assert walked == ["collecting", "collecting", "collected"]


async def test_the_engine_tells_how_a_run_stands(lives: Lives) -> None:
    go = asyncio.Event()

    async def paint(job: JobId, steps: Steps) -> None:
        await go.wait()
        raise ZeroDivisionError

    engine = await lives.begin(paint)
    assert await engine.run_of(TURN) is Run.UNKNOWN
    await engine.paint(TURN)
    assert await engine.run_of(TURN) is Run.GOING
    go.set()
    await over(engine, TURN)
    await lives.end()
    engine = await lives.begin(paint)
    assert await engine.run_of(TURN) is Run.OVER
    await engine.paint(TURN)
    assert await engine.run_of(TURN) is Run.OVER
    assert await engine.run_of(Turn(JOB, attempt=1)) is Run.UNKNOWN


async def test_runs_that_went_through_long_ago_are_forgotten_and_others_are_not(lives: Lives) -> None:
    async def paint(job: JobId, steps: Steps) -> None:
        if job == waiting:
            await asyncio.Event().wait()

    waiting = JobId("fedcba9876543210")
    engine = await lives.begin(paint)
    for job in (JOB, waiting):
        await engine.paint(Turn(job))
    await over(engine, TURN)
    await engine.forget(datetime.now(UTC) - timedelta(days=1))
    assert await engine.run_of(TURN) is Run.OVER
    await engine.forget(datetime.now(UTC) + timedelta(seconds=1))
    assert await engine.run_of(TURN) is Run.UNKNOWN
    assert await engine.run_of(Turn(waiting)) is Run.GOING


async def test_of_a_job_that_is_erased_no_record_stays_once_its_run_is_over(lives: Lives) -> None:
    async def paint(job: JobId, steps: Steps) -> None:
        if job == waiting:
            await asyncio.Event().wait()
        await steps.do("collect", lambda: finished(job))

    async def finished(job: JobId) -> Finished:
        return Finished(image=ImageId("a" * 64), notes={"understood": f"a heron of {job}"})

    waiting, other = JobId("fedcba9876543210"), JobId("0000000000000001")
    engine = await lives.begin(paint)
    for job in (JOB, other, waiting):
        await engine.paint(Turn(job))
    for job in (JOB, other):
        await over(engine, Turn(job))
    await engine.erase([JOB, waiting])
    assert await engine.run_of(TURN) is Run.UNKNOWN
    assert await engine.run_of(Turn(other)) is Run.OVER
    assert await engine.run_of(Turn(waiting)) is Run.GOING
    written = await asyncio.to_thread(everything_in, lives.url)
    assert f"a heron of {other}" in written
    assert f"a heron of {JOB}" not in written


def everything_in(url: str) -> str:
    """All that the engine has on record."""
    engine = sa.create_engine(make_url(url).set(drivername=opening.DRIVERS[make_url(url).get_backend_name()]))
    metadata = sa.MetaData()
    metadata.reflect(engine, schema=None if engine.dialect.name == "sqlite" else "dbos")
    with engine.connect() as connection:
        rows = [row for table in metadata.tables.values() for row in connection.execute(sa.select(table))]
    engine.dispose()
    return str(rows)


async def test_nothing_stays_of_a_process_that_was_killed_but_its_runs(lives: Lives) -> None:
    async def paint(job: JobId, steps: Steps) -> None:
        pass

    engine = await lives.begin(paint)
    own = [queue.name for queue in await DBOS.list_queues_async()]
    await DBOS.register_queue_async("imagebot-gone")
    await engine.bury("gone")
    assert [queue.name for queue in await DBOS.list_queues_async()] == own


@pytest.mark.parametrize("lost", ["submit.begin", "submit"])
async def test_a_purchase_whose_record_was_lost_while_the_process_lives_is_known_and_made_once(
    lives: Lives, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """The beginning was written and the answer to that got lost; or the ticket could not be written."""
    monkeypatch.setattr(durable, "AGAIN_S", 0.05)
    take, cuts, bought, said = DBOS.run_step_async, iter([True]), [], []

    async def cut_once(options: Any, act: Callable[[], Awaitable[Any]]) -> Any:
        if options["name"] != lost or not next(cuts, False):
            return await take(options, act)
        await (take(options, act) if lost == "submit.begin" else act())
        raise sa.exc.OperationalError("INSERT", {}, Exception("server closed the connection"))

    monkeypatch.setattr(DBOS, "run_step_async", cut_once)

    async def paint(job: JobId, steps: Steps) -> None:
        async def buy() -> Ticket:
            bought.append("flux")
            return Ticket("flux", "t-1")

        said.append(await steps.once("submit", buy, lane="flux"))

    engine = await lives.begin(paint)
    await engine.paint(TURN)
    await over(engine, TURN)
    assert said == [Ticket("flux", "t-1")]
    assert bought == ["flux"]
