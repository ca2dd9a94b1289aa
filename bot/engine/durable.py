"""The engine that survives: DBOS on SQLite or PostgreSQL. The only file that knows it."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast

import structlog
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID, StepOptions
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.engine import LANE_GATE, SUBMIT_GATE, AgainError, Corridor, R, Result, Run
from bot.errors import BotError, HouseError, UnsureError
from bot.job import JobId, Turn
from bot.record import Json, decode, decode_error, encode, encode_error

log = structlog.get_logger(__name__)

RELEASE_OF_STEPS: Final = "1"
"""Fixed on purpose: DBOS's default, a hash of the source, strands every unfinished job at a deploy."""
QUEUES: Final = "imagebot-"
POLL_S: Final = 1.0
"""How often a process looks for the runs that it takes over: the longest that such a run waits."""
DRAIN_S: Final = 5.0
"""How long a stop waits for the answer to a purchase that is on its way."""
AGAIN_S: Final = 2.0
"""How long a run rests whose step could not be put on record: until the disk has room, say."""
BATCH: Final = 200
"""Runs forgotten in one transaction: the file's only writer is held up for some milliseconds."""
OVER: Final = frozenset(("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"))
"""DBOS's words for a run that it will not take up again: resuming one that ended in an error does nothing."""
LIVES: Final = 10_000
"""Restarts that one job may live through; DBOS would give up after 100 without a word to anybody."""


class Gate:
    """The seats of those that are about to buy."""

    def __init__(self) -> None:
        self._seats = asyncio.Semaphore(SUBMIT_GATE)
        self._of_lane: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(LANE_GATE))
        self._shut = False

    @asynccontextmanager
    async def seat(self, lane: str) -> AsyncIterator[None]:
        """Wait for one, and keep it. Raises CancelledError once it is shut: who waits then buys in another life."""
        async with self._of_lane[lane], self._seats:
            if self._shut:
                raise asyncio.CancelledError
            yield

    async def shut(self) -> None:
        """Take every seat for good, as soon as it is free; nobody else is given one."""
        self._shut = True
        for _ in range(SUBMIT_GATE):
            await self._seats.acquire()


@dataclass(slots=True)
class _Memory:
    """What this process knows of a run's purchases beside their records: it outlasts a database that was away."""

    begun: set[str] = field(default_factory=set)
    """Of these, the beginning was put on record here, and the act did not start yet."""
    ended: dict[str, Json] = field(default_factory=dict)


class DurableSteps:
    """One run's memory in DBOS's table: a step that is on record gives its result or its error again."""

    def __init__(self, gate: Gate, memory: _Memory) -> None:
        self._gate, self._memory = gate, memory

    async def do(self, name: str, act: Callable[[], Awaitable[R]]) -> R:
        return cast("R", _open(await _taken(name, _recorded(name, act))))

    async def once(self, name: str, act: Callable[[], Awaitable[R]], *, lane: str) -> R:
        """The beginning is a step of its own. Where it is on record but was not taken in this life, the act may have
        happened: nobody knows, and it is not repeated."""
        begun, ended = self._memory.begun, self._memory.ended

        async def begin() -> None:
            begun.add(name)

        async def act_once() -> Json:
            if name in ended:  # only its record was lost
                return ended[name]
            if name not in begun:
                return {"error": encode_error(UnsureError(step=name))}
            begun.remove(name)
            ended[name] = await _recorded(name, act)()
            return ended[name]

        async with self._gate.seat(lane):
            await _taken(f"{name}.begin", begin)
            return cast("R", _open(await _taken(name, act_once)))


class DurableEngine:
    """One per process at a time: DBOS keeps its registry in the module.

    url is SQLAlchemy's, such as "sqlite:////data/engine.sqlite"; several processes may share a PostgreSQL database.
    process is unlike that of every other process, living or gone: DBOS takes nothing up by itself, `paint` does.
    """

    def __init__(self, url: str, *, process: str, paint: Corridor) -> None:
        self._url, self._process, self._paint = url, process, paint
        self._gate = Gate()
        # SQLite has one writer at a time, and waits for its turn by polling, without an order; this queue has one.
        self._beginning = asyncio.Lock()
        self._walks: dict[str, asyncio.Task[Any] | None] = {}
        """The runs that go on here, by name; None until they take their first step."""
        self._memories: dict[str, _Memory] = {}
        """Of the runs that go on here."""
        self._closing = False

    async def launch(self) -> None:
        """Start on this event loop."""
        global _engine
        sqlite = make_url(self._url).get_backend_name() == "sqlite"
        if sqlite:
            await asyncio.to_thread(_write_ahead, self._url)
        config: DBOSConfig = {
            "name": "imagebot",
            "system_database_url": self._url,
            "application_version": RELEASE_OF_STEPS,
            "executor_id": self._process,
            "serializer": DBOSPortableJSONSerializer(),
            "max_executor_threads": 16,
            "log_level": "WARNING",
            "console_log_level": "WARNING",
            "db_engine_kwargs": {"connect_args": {"factory": _FullSync}} if sqlite else {},
        }
        _engine = self
        DBOS(config=config)
        DBOS.listen_queues([self._queue])
        DBOS.launch()  # on this loop's thread: that is how DBOS learns which loop the runs belong to
        if sqlite:  # one house at a time: all others were of earlier lives
            for queue in await DBOS.list_queues_async():
                if queue.name.startswith(QUEUES):
                    await DBOS.delete_queue_async(queue.name)
        await DBOS.register_queue_async(self._queue, polling_interval_sec=POLL_S, on_conflict="always_update")

    async def paint(self, turn: Turn) -> None:
        run = _name(turn)
        if run in self._walks:
            return
        self._walks[run] = None
        try:
            match await self.run_of(turn):
                case Run.UNKNOWN:
                    async with self._beginning:
                        with SetWorkflowID(run):
                            await DBOS.start_workflow_async(_paint, turn.job)
                case Run.GOING:
                    await DBOS.resume_workflow_async(run, queue_name=self._queue)
                case Run.OVER:
                    del self._walks[run]
        except BaseException:
            self._walks.pop(run, None)
            raise

    def walks(self, turn: Turn) -> bool:
        return _name(turn) in self._walks

    async def run_of(self, turn: Turn) -> Run:
        known = await DBOS.get_workflow_status_async(_name(turn))
        if known is None:
            return Run.UNKNOWN
        return Run.OVER if known.status in OVER else Run.GOING

    async def bury(self, process: str) -> None:
        # Every process reads the list of all queues once a second, and nobody else takes one off it.
        await DBOS.delete_queue_async(f"{QUEUES}{process}")

    async def forget(self, before: datetime) -> None:
        while runs := await DBOS.list_workflows_async(
            status="SUCCESS", completed_before=before.isoformat(), limit=BATCH, load_input=False, load_output=False
        ):
            await DBOS.delete_workflows_async([run.workflow_id for run in runs])

    async def erase(self, jobs: Sequence[JobId]) -> None:
        for first in range(0, len(jobs), BATCH):
            # The names of later attempts begin alike, and those of an older release's runs that told the outcome.
            some = list[str](jobs[first : first + BATCH])
            runs = await DBOS.list_workflows_async(
                workflow_id_prefix=some, status=sorted(OVER), load_input=False, load_output=False
            )
            await DBOS.delete_workflows_async([run.workflow_id for run in runs])

    async def walk(self, job: JobId) -> None:
        """One run of this life; `close` ends it between two steps, and the next life takes it up."""
        run = DBOS.workflow_id
        if run is None or self._closing:
            raise asyncio.CancelledError
        self._walks[run] = asyncio.current_task()
        memory, again = self._memories.setdefault(run, _Memory()), False
        try:
            await self._paint(job, DurableSteps(self._gate, memory))
        except AgainError:
            log.exception("a step could not be put on record", job=job)
            again = True
            raise asyncio.CancelledError from None  # so DBOS keeps the run as one that goes on
        finally:
            self._walks.pop(run, None)
            if not again:
                del self._memories[run]
            if again and not self._closing:
                self._walks[run] = asyncio.create_task(self._walk_again(run), name=f"again {run}")

    async def _walk_again(self, run: str) -> None:
        """Once the database answers."""
        while True:
            await asyncio.sleep(AGAIN_S)
            try:
                await DBOS.resume_workflow_async(run, queue_name=self._queue)
            except SQLAlchemyError:
                log.exception("a run does not go on yet", run=run)
            else:
                return

    async def close(self) -> None:
        """Let purchases between their beginning and their record end; then stop the runs."""
        global _engine
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_S):
                await self._gate.shut()
        self._closing = True
        logging.getLogger("dbos").setLevel(logging.CRITICAL)  # it warns of each run that is put off to the next life
        walks = {walk for walk in self._walks.values() if walk is not None}
        for walk in walks:
            walk.cancel()
        await asyncio.gather(*walks, return_exceptions=True)
        await DBOS.delete_queue_async(self._queue)
        await asyncio.to_thread(DBOS.destroy)
        # DBOS made its own pool the loop's default and has just shut it down.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
        _engine = None

    @property
    def _queue(self) -> str:
        """A queue of its own, in which nothing waits but the runs that it takes over."""
        return f"{QUEUES}{self._process}"


_engine: DurableEngine | None = None


@DBOS.workflow(name="paint", max_recovery_attempts=LIVES)
async def _paint(job: str) -> None:
    await _opened().walk(JobId(job))


def _name(turn: Turn) -> str:
    return f"{turn.job}.{turn.attempt}" if turn.attempt else turn.job


def _opened() -> DurableEngine:
    if _engine is None:
        raise HouseError("a run began before the engine was open")
    return _engine


async def _taken(name: str, act: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """The step's record. Raises AgainError where there is none: what the act itself raises stands in it."""
    try:
        return await DBOS.run_step_async(StepOptions(name=name), act)
    except SQLAlchemyError as error:
        raise AgainError from error


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
