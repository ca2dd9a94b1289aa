"""Polls every open ticket on one clock: no thread, row or connection waits for a single task."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from bot.clock import Clock
from bot.errors import (
    BadKeyError,
    BotError,
    OutOfCreditError,
    OverdueError,
    ThrottledError,
    UnreachableError,
    VanishedError,
)
from bot.job import Moderated, Progress, Rendered, Ticket
from bot.telemetry import OPEN_TICKETS

log = structlog.get_logger(__name__)

POLLS_AT_ONCE: Final = 16
"""Looks under way at any moment; more would only queue in the vendor's session."""
FLOOR_S: Final = 0.4
"""Least seconds between two looks at one task; the vendors' own samples use 0.5."""
CEILING_S: Final = 4.0
"""Most seconds between two looks, so that a late picture is still fresh when fetched."""
VANISHED_GRACE_S: Final = 5.0
"""A task may be unknown for a moment after its submit, while the vendor's replicas catch up (providers.md, trap 4)."""
VANISHED_LOOKS: Final = 3
"""Looks in a row that must find nothing, beside the grace, before a task counts as gone."""

Look = Callable[[Ticket], Awaitable[Progress | Rendered | Moderated]]


def pause_s(age_s: float, typical_s: float) -> float:
    """Seconds until the next look at a task of that age: few before it can be ready, close around the usual time."""
    if age_s < 0.3 * typical_s:
        return max(FLOOR_S, 0.3 * typical_s - age_s)
    if age_s < 2 * typical_s:
        return max(FLOOR_S, min(CEILING_S, 0.12 * typical_s))
    return max(FLOOR_S, min(CEILING_S, 0.2 * age_s))


@dataclass(order=True, slots=True)
class _Open:
    """A ticket under watch; ordered by its next look."""

    due: float
    order: int
    ticket: Ticket = field(compare=False)
    look: Look = field(compare=False)
    report: Callable[[Progress], None] = field(compare=False)
    settled: asyncio.Future[Rendered | Moderated] = field(compare=False)
    began: float = field(compare=False)
    typical_s: float = field(compare=False)
    ends: float = field(compare=False)
    deadline_s: float = field(compare=False)
    missed: int = field(default=0, compare=False)


class Watch:
    """Open it as a context; `settle` waits for one ticket, whoever else is waiting."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: list[_Open] = []
        self._count = 0
        self._changed = asyncio.Event()
        self._slots = asyncio.Semaphore(POLLS_AT_ONCE)

    async def settle(
        self,
        ticket: Ticket,
        look: Look,
        *,
        report: Callable[[Progress], None],
        typical_s: float,
        left_s: float,
        deadline_s: float,
    ) -> Rendered | Moderated:
        """Wait until the task ends. left_s: seconds that remain of its deadline_s.

        Raises OverdueError, VanishedError, or what the provider says of a task that broke. A look that fails on the
        way, or is told to slow down, is taken again: the task itself may be well.
        """
        self._count += 1
        now = self._clock.steady()
        first = min(pause_s(0.0, typical_s), max(0.0, left_s))
        entry = _Open(
            due=now + first,
            order=self._count,
            ticket=ticket,
            look=look,
            report=report,
            settled=asyncio.get_running_loop().create_future(),
            began=now,
            typical_s=typical_s,
            ends=now + left_s,
            deadline_s=deadline_s,
        )
        heapq.heappush(self._open, entry)
        self._changed.set()
        with OPEN_TICKETS.labels(ticket.provider).track_inprogress():
            return await entry.settled

    async def run(self) -> None:
        """Keep looking until cancelled."""
        async with asyncio.TaskGroup() as looks:
            while True:
                self._changed.clear()
                now = self._clock.steady()
                while self._open and self._open[0].due <= now:
                    entry = heapq.heappop(self._open)
                    if not entry.settled.done():
                        looks.create_task(self._look(entry))
                await self._until(self._open[0].due - now if self._open else None)

    async def _until(self, seconds: float | None) -> None:
        """Wait for the next due moment, or for a new ticket to change it."""
        if seconds is None:
            await self._changed.wait()
            return
        changed = asyncio.ensure_future(self._changed.wait())
        passed = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait({changed, passed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()
            passed.cancel()

    async def _look(self, entry: _Open) -> None:
        asked_s = 0.0
        try:
            async with self._slots:
                reading = await entry.look(entry.ticket)
        except (ThrottledError, UnreachableError, BadKeyError, OutOfCreditError) as error:
            # It is bought: only its end or the deadline lets go of it. A key may be renewed meanwhile.
            log.warning("a look at a task failed", provider=entry.ticket.provider, error=type(error).__name__)
            asked_s = error.retry_after_s or 0.0
            reading = None
        except VanishedError as error:
            entry.missed += 1
            if entry.missed >= VANISHED_LOOKS and self._clock.steady() - entry.began >= VANISHED_GRACE_S:
                self._give(entry, error)
                return
            reading = None
        except BotError as error:
            self._give(entry, error)
            return
        except Exception:  # the outermost line of this task: a bug must not take the other tickets along
            log.exception("a look at a task broke", provider=entry.ticket.provider)
            reading = None
        match reading:
            case Rendered() | Moderated():
                self._give(entry, reading)
                return
            case Progress():
                entry.missed = 0
                entry.report(reading)
            case None:
                pass
        self._again(entry, asked_s)

    def _again(self, entry: _Open, asked_s: float) -> None:
        now = self._clock.steady()
        if now >= entry.ends:
            self._give(entry, OverdueError(deadline_s=entry.deadline_s))
            return
        wait_s = max(pause_s(now - entry.began, entry.typical_s), asked_s)
        entry.due = min(now + wait_s, max(entry.ends, now + FLOOR_S))
        heapq.heappush(self._open, entry)
        self._changed.set()

    @staticmethod
    def _give(entry: _Open, end: Rendered | Moderated | BotError) -> None:
        if entry.settled.done():  # whoever waited was cancelled
            return
        if isinstance(end, BotError):
            entry.settled.set_exception(end)
        else:
            entry.settled.set_result(end)
