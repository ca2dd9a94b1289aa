"""Providers that call back: heard by whichever process has the web door, heeded by the one that runs the job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import structlog

from bot.clock import Clock
from bot.errors import NoOfferError
from bot.job import Job, Ticket, Turn
from bot.providers import CallsBack
from bot.providers.catalogue import Catalogue
from bot.store import Store
from bot.telemetry import job_context
from bot.watch import Watch

log = structlog.get_logger(__name__)

TOUCH_S: Final = 1.0
"""How often a process looks whether one of its tasks was called about; in the process that heard it, it is at once."""


class Callbacks:
    """A call only ever makes us look: how a task ended is asked of its provider. Without calls, looks come as ever."""

    def __init__(self, *, store: Store, catalogue: Catalogue, watch: Watch, clock: Clock) -> None:
        self._store, self._catalogue, self._watch, self._clock = store, catalogue, watch, clock
        self._heeded: frozenset[str] = frozenset()

    async def take(self, provider: str, name: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Heed a request to "/callbacks/<provider>/<name>"; False where it is not surely that provider's.

        It may come again and again. Header names are in lower case.
        """
        vendor = self.of(provider)
        called = vendor.called(name, headers, body) if vendor is not None else None
        if called is None:
            return False
        with job_context(called.turn.job):
            first = await self._store.called(called.turn, called.task)
            log.info("a provider called back", provider=provider, first=first)
        self._watch.nudge(called.task)
        return True

    async def awaited(self, job: Job) -> Ticket | None:
        """The claim check of a purchase that is not on the engine's record: from our book, else from the call for it.

        None once the job's time is over, and at once where its provider does not call.
        """
        record = await self._store.record(job.id)
        vendor = self.of(job.provider)
        if record.ticket is not None or vendor is None:
            return record.ticket
        age_s = (self._clock.now() - (record.submitted_at or record.accepted_at)).total_seconds()
        ends = self._clock.steady() + job.deadline_s - max(0.0, age_s)  # a clock that jumped ends it no later
        while True:
            task = await self._store.task_of(Turn(job.id, record.attempt))
            if task is not None:
                log.info("a lost purchase was found by its callback", provider=job.provider)
                return vendor.ticket(task)
            left_s = ends - self._clock.steady()
            if left_s <= 0:
                return None
            await self._clock.sleep(min(TOUCH_S, left_s))

    async def late(self, job: Job, attempt: int) -> Ticket | None:
        """The same without waiting."""
        vendor = self.of(job.provider)
        task = await self._store.task_of(Turn(job.id, attempt)) if vendor is not None else None
        return None if vendor is None or task is None else vendor.ticket(task)

    async def run(self) -> None:
        """Have tasks looked at that other processes were called about, until cancelled."""
        while True:
            await self._clock.sleep(TOUCH_S)
            try:
                called = frozenset(await self._store.tasks_called())
            except Exception:  # the outermost line of one round: the database may be back at the next
                log.exception("callbacks were not looked for")
                continue
            for task in called - self._heeded:
                self._watch.nudge(task)
            self._heeded = called

    def of(self, provider: str) -> CallsBack | None:
        """The provider, where it calls back."""
        try:
            vendor = self._catalogue.provider(provider)
        except NoOfferError:
            return None
        return vendor if isinstance(vendor, CallsBack) and vendor.calls_back else None
