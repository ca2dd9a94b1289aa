"""An engine without a memory beyond the process: for tests of what walks on engines."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog

from bot.engine import SUBMIT_GATE, Corridor, R, Run
from bot.job import JobId

log = structlog.get_logger(__name__)


class MemorySteps:
    """Takes every step as it comes; one life, so nothing can be unsure."""

    def __init__(self, gate: asyncio.Semaphore) -> None:
        self._gate = gate

    async def do(self, name: str, act: Callable[[], Awaitable[R]]) -> R:
        return await act()

    async def once(self, name: str, act: Callable[[], Awaitable[R]]) -> R:
        async with self._gate:
            return await act()


class MemoryEngine:
    """Runs in tasks of this process, `slots` of a lane at a time."""

    def __init__(self, *, paint: Corridor, deliver: Corridor, slots: dict[str, int]) -> None:
        self._paint, self._deliver = paint, deliver
        self._lanes = {lane: asyncio.Semaphore(count) for lane, count in slots.items()}
        self._steps = MemorySteps(asyncio.Semaphore(SUBMIT_GATE))
        self._started: dict[str, asyncio.Task[None]] = {}

    async def paint(self, job: JobId, *, lane: str, person: str) -> None:
        async def run() -> None:
            try:
                async with self._lanes[lane]:
                    await self._paint(job, self._steps)
                await self.deliver(job)
            except Exception:  # the outermost line of this task
                log.exception("run broke", job=job)

        if job not in self._started:
            self._started[job] = asyncio.create_task(run(), name=f"paint {job}")

    async def run_of(self, job: JobId) -> Run:
        if job not in self._started:
            return Run.UNKNOWN
        return Run.OVER if self._started[job].done() else Run.GOING

    async def deliver(self, job: JobId) -> None:
        name = _telling(job)
        if name not in self._started:
            self._started[name] = asyncio.ensure_future(self._deliver(job, self._steps))

    async def deliver_anew(self, job: JobId) -> None:
        self._started.pop(_telling(job), None)
        await self.deliver(job)

    async def forget(self, before: datetime) -> None:
        self._started = {name: task for name, task in self._started.items() if not task.done()}

    async def erase(self, jobs: Sequence[JobId]) -> None:
        gone = {name for job in jobs for name in (job, _telling(job))}
        self._started = {name: task for name, task in self._started.items() if not (name in gone and task.done())}

    async def close(self) -> None:
        while running := [task for task in self._started.values() if not task.done()]:  # one may have begun another
            for task in running:
                task.cancel()
            await asyncio.wait(running)


def _telling(job: JobId) -> str:
    return f"deliver {job}"
