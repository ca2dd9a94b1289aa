"""Once an hour: lets go of what nobody needs any more, and of what the operator does not want kept for longer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.clock import Clock
from bot.engine import Engine
from bot.gallery import Gallery
from bot.store import Store

log = structlog.get_logger(__name__)

TIDY_S: Final = 3600.0
RUNS_KEPT: Final = timedelta(days=7)
"""How long the engine remembers a run that went through, for an operator who looks into it."""
BROUGHT_KEPT: Final = timedelta(days=1)
"""How long a picture stays that somebody brought and nobody did anything with."""
PORTION: Final = 50
"""Jobs looked up at once; each is erased in a transaction of its own, between which others write."""


class Tidying:
    """keep_days: after so many days a job's words and pictures are forgotten, and its costs stay; 0: never."""

    def __init__(self, *, store: Store, gallery: Gallery, engine: Engine, clock: Clock, keep_days: int) -> None:
        self._store, self._gallery, self._engine, self._clock = store, gallery, engine, clock
        self._keep_days = keep_days

    async def run(self) -> None:
        """Tidy up every hour until cancelled."""
        while True:
            await self._clock.sleep(TIDY_S)
            try:
                await self.tidy()
            except Exception:  # the outermost line of one tidying: the next one is in an hour
                log.exception("what is old was not tidied away")

    async def tidy(self) -> None:
        """Let go of all that is due."""
        now = self._clock.now()
        await self._engine.forget(now - RUNS_KEPT)
        await self._gallery.tidy(now - BROUGHT_KEPT)
        if self._keep_days:
            await self._purge(now - timedelta(days=self._keep_days))

    async def _purge(self, before: datetime) -> None:
        number = 0
        while old := await self._store.old(before, after=number, limit=PORTION):
            for number, job in old:  # noqa: B007 - the last one is where the next look begins
                await self._gallery.erase(job)
            await self._engine.erase([job for _, job in old])
            log.info("jobs of the past were erased", count=len(old))
