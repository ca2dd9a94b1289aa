"""Brings every outcome to its place: the ends of the jobs that this process tells of, wherever they ran."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import structlog

from bot.clock import Clock
from bot.delivery import PARTING_S, Delivery
from bot.errors import AwayError
from bot.job import JobId
from bot.store import Store
from bot.surely import surely
from bot.telemetry import job_context
from bot.teller import Teller

log = structlog.get_logger(__name__)

LOOK_S: Final = 0.5
"""How often ends are looked for that came about in other processes; one that came about here rings."""
AT_ONCE: Final = 1000
"""Outcomes on their way to each door: a platform that is down keeps no other's waiting."""
DRAIN_S: Final = PARTING_S
"""How long a stop waits for messages that are being posted."""


class Postman:
    """Keep `run` going; `close` lets what is being posted end."""

    def __init__(
        self, *, store: Store, teller: Teller, delivery: Delivery, clock: Clock, told: Callable[[JobId], None]
    ) -> None:
        self._store, self._teller, self._delivery, self._clock, self._told = store, teller, delivery, clock, told
        self._bell = asyncio.Event()
        self._under_way: dict[JobId, asyncio.Task[None]] = {}
        self._closing = False

    def ring(self) -> None:
        """A job has ended."""
        self._bell.set()

    async def run(self) -> None:
        """Tell ends until cancelled."""
        while True:
            self._bell.clear()
            try:
                await self._set_out()
            except Exception:  # the outermost line of one round: the database may be back at the next
                log.exception("ended jobs were not looked for")
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._bell.wait()

    async def close(self) -> None:
        """Set out no more, and let what is on its way arrive, for DRAIN_S at most."""
        self._closing = True
        self._delivery.close()
        under_way = set(self._under_way.values())
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=DRAIN_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _set_out(self) -> None:
        if self._closing:
            return
        for door in tuple(self._delivery.messengers):
            for job in await self._store.untold((door,), AT_ONCE):  # with those on their way: they are the oldest
                if job not in self._under_way and not self._closing:  # it may have begun to close meanwhile
                    task = asyncio.create_task(self._bring(job), name=f"tell {job}")
                    self._under_way[job] = task
                    task.add_done_callback(lambda _, job=job: self._under_way.pop(job))  # type: ignore[misc]

    async def _bring(self, job: JobId) -> None:
        with job_context(job):
            try:
                await surely(self._clock, lambda: self._tell(job))
            except AwayError:
                if self._closing:
                    return
                log.warning("an outcome is left to the process that took it over")
                await self._clock.sleep(LOOK_S)
            except Exception:  # the outermost line of this task: the next round tries again
                log.exception("an outcome was not told")
                await self._clock.sleep(LOOK_S)

    async def _tell(self, job: JobId) -> None:
        record = await self._store.record(job)
        if record.outcome is None or record.deleted or record.delivered_at is not None:
            return
        await self._delivery.deliver(record.job, await self._teller.outcome(record))
        self._told(job)
