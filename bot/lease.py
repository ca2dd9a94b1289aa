"""This process among those that share a database: it beats, takes over from those that are gone, and knows when it
was away for so long that others took over from it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

import structlog

from bot.clock import Clock
from bot.errors import AwayError
from bot.job import JobId, Turn
from bot.store import Store

log = structlog.get_logger(__name__)

BEAT_S: Final = 3.0
LEASE_S: Final = 9.0
"""After so long without a beat a process counts as gone. Its runs then begin anew elsewhere, from their last step."""
SAFE_S: Final = LEASE_S - BEAT_S
"""A process that could not beat for so long says and posts nothing more until it has: it may be gone for the others."""
PORTION: Final = 50
"""Jobs taken over in one transaction."""
AGAIN_S: Final = 60.0
"""How often a job is tried again that could not be carried on with, and jobs are looked for that nobody carries."""

Taken = tuple[JobId, Callable[[], Awaitable[None]]]
Given = Turn | JobId
"""A run, or the telling of a job."""


class Lease:
    """What a living process holds. tell and run take over one job each, to keep its message or to run it.

    tells and runs say whether that goes on here already; buried(process) is called once for each that is gone.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        worker: bool,
        tell: Callable[[JobId], Awaitable[None]],
        run: Callable[[Turn], Awaitable[None]],
        tells: Callable[[JobId], bool],
        runs: Callable[[Turn], bool],
        buried: Callable[[str], Awaitable[None]],
    ) -> None:
        self._store, self._clock, self.worker = store, clock, worker
        self._tell, self._run, self._tells, self._runs = tell, run, tells, runs
        self._buried = buried
        self._doors: Sequence[str] = ()
        self._beaten_at = 0.0
        self._left: list[Taken] = []
        """What broke as it was taken over: it is this process's by now, so nobody else tries."""
        self._again_at = 0.0
        self._buries_at = 0.0
        self._strays: frozenset[Given] = frozenset()
        """What is this process's by the book, and was not carried at the last look."""

    @property
    def held(self) -> bool:
        """Whether others surely know this process as living; an SQLite file has no others."""
        return not self._store.shared or self._clock.steady() - self._beaten_at < SAFE_S

    async def enter(self, doors: Sequence[str]) -> None:
        """Be known to the others."""
        self._doors, self._beaten_at = doors, self._clock.steady()
        await self._store.enter(worker=self.worker, doors=doors)

    async def run(self) -> None:
        """Beat and take over until cancelled. Raises AwayError where others have taken over from this process."""
        async with asyncio.TaskGroup() as tasks:
            # Taking over may take long, and must not keep this process from beating: it would count as gone itself.
            taking = tasks.create_task(self._keep_taking_over(), name="take over")
            while await self._beat():
                await self._clock.sleep(BEAT_S)
            taking.cancel()
        raise AwayError()

    async def take_over(self) -> None:
        """Carry on with whatever processes that are gone have left, as far as this one can."""
        may_bury = self._clock.steady() >= self._buries_at and await self._store.silent(LEASE_S)
        if may_bury and self.held:  # still: a look that waited for the database finds nobody's beats there
            for process in await self._store.bury(LEASE_S):
                log.warning("a process is gone", process=process)
                await self._buried(process)
        if self._clock.steady() >= self._again_at:
            self._again_at = self._clock.steady() + AGAIN_S
            left, self._left = self._left, []
            await self._carry_on(left)
            await self._gather_strays()
        if not await self._store.left(self._doors, worker=self.worker):
            return  # a look is cheap, and writing is not: every three seconds, in every process
        while tales := await self._store.take_tales(self._doors, PORTION):
            await self._carry_on([(job, partial(self._tell, job)) for job in tales])
        while self.worker and (turns := await self._store.take_runs(PORTION)):
            await self._carry_on([(turn.job, partial(self._run, turn)) for turn in turns])

    async def _gather_strays(self) -> None:
        """Carry on with what was given to this process and got lost on its way to it.

        So a job whose transaction was committed although its caller was told otherwise, or told nothing. Two looks tell
        it from one that is on its way.
        """
        turns, tales = await self._store.given()
        broken = {job for job, _ in self._left}
        lost_turns = [turn for turn in turns if turn.job not in broken and not self._runs(turn)] if self.worker else []
        lost_tales = [job for job in tales if job not in broken and not self._tells(job)]
        known, self._strays = self._strays, frozenset((*lost_turns, *lost_tales))
        if again := known & self._strays:
            log.warning("jobs of this process went astray", count=len(again))
        await self._carry_on([(job, partial(self._tell, job)) for job in lost_tales if job in again])
        await self._carry_on([(turn.job, partial(self._run, turn)) for turn in lost_turns if turn in again])

    async def _carry_on(self, taken: Sequence[Taken]) -> None:
        for job, act in taken:
            try:
                await act()
            except Exception:  # the outermost line of one job: it must not keep the others, nor the house shut
                log.exception("a job was not carried on with", job=job)
                self._left.append((job, act))

    async def _beat(self) -> bool:
        """Whether this process still counts as living, as far as it can know; nobody asks for one with its own file."""
        if not self._store.shared:
            return True
        began = self._clock.steady()
        try:
            living = await self._store.beat()
        except Exception:  # the outermost line of one beat: the database may be back at the next
            log.exception("a beat failed")
            return True
        if living:
            if began - self._beaten_at >= SAFE_S:  # what kept it from beating may have kept others: let them begin anew
                self._buries_at = began + LEASE_S
            self._beaten_at = began
        return living

    async def _keep_taking_over(self) -> None:
        while True:
            await self._clock.sleep(BEAT_S)
            if self.held:
                try:
                    await self.take_over()
                except Exception:  # the outermost line of one round: the database may be back at the next
                    log.exception("nothing was taken over")

    async def leave(self) -> None:
        """Let others have at once what is left undone; while the database is away, they wait for the lease to end."""
        try:
            await self._store.leave()
        except Exception as error:  # noqa: BLE001 - the outermost line of this life, and nothing is lost
            log.warning("others take over once the lease has ended", error=type(error).__name__)
