"""Gives waiting jobs their turn, as slots at their providers become free, and has the engine run them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Final

import structlog

from bot.engine import Engine, Run
from bot.faultpoint import reach
from bot.job import Turn
from bot.runner import Runner
from bot.store import Store
from bot.telemetry import job_context

log = structlog.get_logger(__name__)

ALONE_S: Final = 1.0
"""How often the queue is looked through where every change of it rings: only a command in the terminal does not."""
SHARED_S: Final = 0.25
"""The same where other processes let jobs wait, too: the longest wait of a job with a free slot."""
BREATH_S: Final = 0.05
"""Between two looks: in a rush each job rings, and one look serves them all."""
AT_ONCE: Final = 8
"""Turns given in one transaction: two hundred runs that begin together would hold up the event loop."""


class Dispatch:
    """slots maps each lane to the number of jobs that may be with its provider at once, over all processes."""

    def __init__(self, *, store: Store, engine: Engine, runner: Runner, slots: Mapping[str, int]) -> None:
        self._store, self._engine, self._runner, self._slots = store, engine, runner, slots
        self._look_s = SHARED_S if store.shared else ALONE_S
        self._bell = asyncio.Event()
        self._given: deque[Turn] = deque()
        """Turns of this process whose runs have not begun yet."""

    def ring(self) -> None:
        """A job waits, or a slot is free."""
        self._bell.set()

    async def run(self) -> None:
        """Give turns until cancelled."""
        await self._store.lanes(tuple(self._slots))
        while True:
            self._bell.clear()
            try:
                await self._give()
            except Exception:  # the outermost line of one round: the database may be back at the next
                log.exception("no turns were given")
            await asyncio.sleep(BREATH_S)
            try:
                async with asyncio.timeout(self._look_s):
                    await self._bell.wait()
            except TimeoutError:
                continue

    def carries(self, turn: Turn) -> bool:
        """Whether that turn's run goes on here, or is about to."""
        return turn in self._given or self._engine.walks(turn)

    async def take_over(self, turn: Turn) -> None:
        """Carry on with a job that ran in a process that is gone."""
        with job_context(turn.job):
            record = await self._store.record(turn.job)
            known = await self._engine.run_of(turn)
            if known is Run.OVER or (known is Run.UNKNOWN and record.submitted_at is not None):
                log.error("the run of a job is lost")
                await self._runner.give_up(record.job)
            else:
                await self._engine.paint(turn)

    async def _give(self) -> None:
        began = await self._begin()
        for lane in await self._store.waiting():
            while began and (turns := await self._store.give_turns(lane, self._slots.get(lane, 1), limit=AT_ONCE)):
                reach("turn.given")
                self._given += turns
                began = await self._begin()

    async def _begin(self) -> bool:
        """Whether every turn that was given has begun; one that has not waits anew, and the lanes rest for a round.

        Where even that fails it stays among those given, for the next round: nobody else runs it while we live.
        """
        all_began = True
        while self._given:
            turn = self._given[0]
            with job_context(turn.job):
                try:
                    await self._engine.paint(turn)
                except Exception:  # the outermost line of one job's turn: it waits for the next
                    log.exception("a run did not begin")
                    await self._store.give_back(turn.job)
                    all_began = False
            self._given.popleft()
        return all_began
