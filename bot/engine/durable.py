"""The engine that survives: DBOS on SQLite or PostgreSQL. The only file that knows it."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, cast

import structlog
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetEnqueueOptions, SetWorkflowID, StepOptions
from sqlalchemy import make_url

from bot.engine import SUBMIT_GATE, Corridor, R, Result, Run
from bot.errors import BotError, HouseError, UnsureError
from bot.job import JobId
from bot.record import Json, decode, decode_error, encode, encode_error

log = structlog.get_logger(__name__)

RELEASE_OF_STEPS: Final = "1"
"""Fixed on purpose: DBOS's default, a hash of the source, strands every unfinished job at a deploy."""
EXECUTOR: Final = "imagebot-1"
"""Stable over restarts, so that a new life takes up what the last one left."""
POLL_S: Final = 0.25
"""How often a lane looks for the next job: the longest wait of a job with a free slot. At 0.1 an idle bot costs twice
the processor time."""
DRAIN_S: Final = 5.0
"""How long a stop waits for the answer to a purchase that is on its way, and for messages being posted."""
BATCH: Final = 200
"""Runs forgotten in one transaction: the file's only writer is held up for some milliseconds."""
OVER: Final = frozenset(("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"))
"""DBOS's words for a run that it will not take up again: resuming one that ended in an error does nothing."""
LIVES: Final = 10_000
"""Restarts that one job may live through; DBOS would give up after 100 without a word to anybody."""


class DurableSteps:
    """One run's memory in DBOS's table: a step that is on record gives its result or its error again."""

    def __init__(self, gate: asyncio.Semaphore) -> None:
        self._gate = gate

    async def do(self, name: str, act: Callable[[], Awaitable[R]]) -> R:
        return cast("R", _open(await DBOS.run_step_async(StepOptions(name=name), _recorded(name, act))))

    async def once(self, name: str, act: Callable[[], Awaitable[R]]) -> R:
        """The beginning is a step of its own. Where it is on record but was not taken in this life, the act may have
        happened: nobody knows, and it is not repeated."""
        begun_in_this_life = False

        async def begin() -> None:
            nonlocal begun_in_this_life
            begun_in_this_life = True

        async def act_once() -> R:
            if not begun_in_this_life:
                raise UnsureError(step=name)
            return await act()

        async with self._gate:
            await DBOS.run_step_async(StepOptions(name=f"{name}.begin"), begin)
            return cast("R", _open(await DBOS.run_step_async(StepOptions(name=name), _recorded(name, act_once))))


class DurableEngine:
    """One per process at a time: DBOS keeps its registry in the module.

    url is SQLAlchemy's, such as "sqlite:////data/engine.sqlite"; lanes maps each provider to the number of jobs that
    may be with it at once.
    """

    def __init__(self, url: str, *, lanes: Mapping[str, int], paint: Corridor, deliver: Corridor) -> None:
        self._url, self._lanes = url, lanes
        self.paint_corridor, self.deliver_corridor = paint, deliver
        self.gate = asyncio.Semaphore(SUBMIT_GATE)
        # SQLite has one writer at a time, and waits for its turn by polling, without an order; this queue has one.
        self._enqueueing = asyncio.Lock()
        self._walks: dict[Corridor, set[asyncio.Task[Any]]] = {paint: set(), deliver: set()}
        self._closing = False

    async def launch(self) -> None:
        """Start on this event loop and take up what an earlier life left."""
        global _engine
        sqlite = make_url(self._url).get_backend_name() == "sqlite"
        if sqlite:
            await asyncio.to_thread(_write_ahead, self._url)
        config: DBOSConfig = {
            "name": "imagebot",
            "system_database_url": self._url,
            "application_version": RELEASE_OF_STEPS,
            "executor_id": EXECUTOR,
            "serializer": DBOSPortableJSONSerializer(),
            "max_executor_threads": 16,
            "log_level": "WARNING",
            "console_log_level": "WARNING",
            "db_engine_kwargs": {"connect_args": {"factory": _FullSync}} if sqlite else {},
        }
        _engine = self
        DBOS(config=config)
        DBOS.launch()  # on this loop's thread: that is how DBOS learns which loop the runs belong to
        for lane, slots in self._lanes.items():
            await DBOS.register_queue_async(
                lane,
                global_concurrency=slots,
                partition_concurrency=slots,
                polling_interval_sec=POLL_S,
                on_conflict="always_update",
            )

    async def paint(self, job: JobId, *, lane: str, person: str) -> None:
        async with self._enqueueing:
            with SetWorkflowID(job), SetEnqueueOptions(queue_partition_key=person):
                await DBOS.enqueue_workflow_async(lane, _paint, job)

    async def run_of(self, job: JobId) -> Run:
        return await _run_of(job)

    async def deliver(self, job: JobId) -> None:
        with SetWorkflowID(_telling(job)):
            await DBOS.start_workflow_async(_deliver, job)

    async def deliver_anew(self, job: JobId) -> None:
        if await _run_of(_telling(job)) is Run.OVER:
            await DBOS.delete_workflow_async(_telling(job))
        await self.deliver(job)

    async def forget(self, before: datetime) -> None:
        while runs := await DBOS.list_workflows_async(
            status="SUCCESS", completed_before=before.isoformat(), limit=BATCH, load_input=False, load_output=False
        ):
            await DBOS.delete_workflows_async([run.workflow_id for run in runs])

    async def erase(self, jobs: Sequence[JobId]) -> None:
        names = [name for job in jobs for name in (job, _telling(job))]
        for first in range(0, len(names), BATCH):
            runs = await DBOS.list_workflows_async(
                workflow_ids=names[first : first + BATCH], status=sorted(OVER), load_input=False, load_output=False
            )
            await DBOS.delete_workflows_async([run.workflow_id for run in runs])

    async def walk(self, corridor: Corridor, job: JobId) -> None:
        """One run of this life; `close` ends it between two steps, and the next life takes it up."""
        task = asyncio.current_task()
        if task is None or self._closing:
            raise asyncio.CancelledError
        self._walks[corridor].add(task)
        try:
            await corridor(job, DurableSteps(self.gate))
        finally:
            self._walks[corridor].discard(task)

    async def close(self) -> None:
        """Let purchases between their beginning and their record end, and what is being told; then stop the runs."""
        global _engine
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                for _ in range(SUBMIT_GATE):
                    await self.gate.acquire()
                while telling := self._walks[self.deliver_corridor]:
                    await asyncio.wait(telling)
        self._closing = True
        logging.getLogger("dbos").setLevel(logging.CRITICAL)  # it warns of each run that is put off to the next life
        walks = set().union(*self._walks.values())
        for walk in walks:
            walk.cancel()
        await asyncio.gather(*walks, return_exceptions=True)
        await asyncio.to_thread(DBOS.destroy)
        # DBOS made its own pool the loop's default and has just shut it down.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
        _engine = None


_engine: DurableEngine | None = None


@DBOS.workflow(name="paint", max_recovery_attempts=LIVES)
async def _paint(job: str) -> None:
    engine = _opened()
    await engine.walk(engine.paint_corridor, JobId(job))
    await engine.deliver(JobId(job))


@DBOS.workflow(name="deliver", max_recovery_attempts=LIVES)
async def _deliver(job: str) -> None:
    engine = _opened()
    await engine.walk(engine.deliver_corridor, JobId(job))


async def _run_of(workflow: str) -> Run:
    known = await DBOS.get_workflow_status_async(workflow)
    if known is None:
        return Run.UNKNOWN
    return Run.OVER if known.status in OVER else Run.GOING


def _telling(job: JobId) -> str:
    return f"{job}-deliver"


def _opened() -> DurableEngine:
    if _engine is None:
        raise HouseError("a run began before the engine was open")
    return _engine


def _recorded(name: str, act: Callable[[], Awaitable[R]]) -> Callable[[], Coroutine[Any, Any, Json]]:
    """The act with its end as plain JSON, so that a record holds no pickle and an error keeps its class."""

    async def take() -> Json:
        try:
            value = await act()
        except BotError as error:
            return {"error": encode_error(error)}
        except Exception:  # the outermost line of a step: a bug ends this job honestly and leaves a trace for us
            log.exception("step broke", step=name)
            return {"error": encode_error(HouseError())}
        return {"value": None if value is None else encode(value)}

    return take


def _open(record: Json) -> Result:
    if "error" in record:
        raise decode_error(record["error"])
    return None if record["value"] is None else cast("Result", decode(record["value"]))


class _FullSync(sqlite3.Connection):
    """Every commit reaches the disk, whatever default this Python's SQLite was built with."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.execute("PRAGMA synchronous=FULL")


def _write_ahead(url: str) -> None:
    """Switch the engine's SQLite file to WAL, which lasts; its default journal halves the speed."""
    file = sqlite3.connect(make_url(url).database or "")
    file.execute("PRAGMA journal_mode=WAL")
    file.close()
