"""An engine without a memory beyond the process: for tests of what walks on engines."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog

from bot.engine import SUBMIT_GATE, Corridor, R, Run
from bot.job import JobId, Turn

log = structlog.get_logger(__name__)


class MemorySteps:
    """Takes every step as it comes; one life, so nothing can be unsure."""

    def __init__(self, gate: asyncio.Semaphore) -> None:
        self._gate = gate

    async def do(self, name: str, act: Callable[[], Awaitable[R]]) -> R:
        return await act()

    async def once(self, name: str, act: Callable[[], Awaitable[R]], *, lane: str) -> R:
        async with self._gate:
            return await act()


class MemoryEngine:
    """Runs in tasks of this process."""

    def __init__(self, *, paint: Corridor) -> None:
        self._paint = paint
        self._steps = MemorySteps(asyncio.Semaphore(SUBMIT_GATE))
        self._runs: dict[Turn, asyncio.Task[None]] = {}

    async def paint(self, turn: Turn) -> None:
        async def run() -> None:
            try:
                await self._paint(turn.job, self._steps)
            except Exception:  # the outermost line of this task
                log.exception("run broke", job=turn.job)

        if turn not in self._runs:
            self._runs[turn] = asyncio.create_task(run(), name=f"paint {turn.job}")

    def walks(self, turn: Turn) -> bool:
        return turn in self._runs and not self._runs[turn].done()

    async def run_of(self, turn: Turn) -> Run:
        if turn not in self._runs:
            return Run.UNKNOWN
        return Run.OVER if self._runs[turn].done() else Run.GOING

    async def bury(self, process: str) -> None:
        pass

    async def forget(self, before: datetime) -> None:
        self._runs = {turn: task for turn, task in self._runs.items() if not task.done()}

    async def erase(self, jobs: Sequence[JobId]) -> None:
        self._runs = {turn: task for turn, task in self._runs.items() if not (turn.job in jobs and task.done())}

    async def close(self) -> None:
        running = [task for task in self._runs.values() if not task.done()]
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)
