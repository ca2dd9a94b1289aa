"""What other processes say in the channel: open pages here learn of it from the database that all share."""

from __future__ import annotations

from typing import Final

import structlog

from adapters.web.messenger import Hub
from adapters.web.visitor import CHANNEL
from bot.clock import Clock
from bot.desk import Desk

log = structlog.get_logger(__name__)

LOOK_S: Final = 1.0
PORTION: Final = 50
"""Changes read in one look."""


class Lookout:
    """One look a second for all pages of this process, while there are any; each then reads for itself what is new."""

    def __init__(self, desk: Desk, hub: Hub, clock: Clock) -> None:
        self._desk, self._hub, self._clock = desk, hub, clock
        self._seen: int | None = None
        """The last revision that pages were woken for; None while nobody is watching."""

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self._clock.sleep(LOOK_S)
            try:
                await self._look()
            except Exception:  # the outermost line of one look: the database may be back at the next
                log.exception("the channel was not looked at")

    async def _look(self) -> None:
        if not len(self._hub):
            self._seen = None
            return
        first = self._seen is None  # a page may have opened just before what is the newest now
        changed = await self._desk.history(CHANNEL, since=self._seen or 0, limit=1 if first else PORTION)
        self._seen = max([self._seen or 0, *(entry.revision for entry in changed)])
        if changed:
            self._hub.wake()
