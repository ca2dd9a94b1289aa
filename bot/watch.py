"""Polls every open ticket on one clock: no thread, row or connection waits for a single task."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import inf
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
from bot.pace import FLOOR_S, Pace
from bot.telemetry import OPEN_TICKETS

log = structlog.get_logger(__name__)

VANISHED_GRACE_S: Final = 5.0
"""A task may be unknown for a moment after its submit, while the vendor's replicas catch up (providers.md, trap 4)."""
VANISHED_LOOKS: Final = 3
"""Looks in a row that must find nothing, beside the grace, before a task counts as gone."""
THROTTLED_S: Final = 2.0
"""How long a provider is left alone that says "too many" and not for how long."""
TICK_S: Final = 0.01
"""Looks that are due so close together begin together: waking up for each would cost more than the looks."""

Look = Callable[[Ticket], Awaitable[Progress | Rendered | Moderated]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """What one key may be bothered with, however many tickets are open."""

    looks_per_s: float = 30.0
    """More than the 24 tasks that a vendor allows for a key get at our pace."""
    burst: int = 10
    """Looks that may begin in one moment after a quiet one."""
    at_once: int = 16
    """Looks under way at any moment: a vendor that hangs must not collect connections."""


@dataclass(frozen=True, slots=True)
class Settled:
    """How a task ended. took_s: about how long from submit to ready; None where nobody was looking meanwhile."""

    end: Rendered | Moderated
    took_s: float | None


@dataclass(slots=True, eq=False)
class _Open:
    """A ticket under watch. `due` is its next look by the steady clock, or None while one is under way."""

    ticket: Ticket
    look: Look
    report: Callable[[Progress], None]
    settled: asyncio.Future[Settled]
    pace: Pace
    submitted: float
    ends: float
    deadline_s: float
    due: float | None = None
    admitted: bool = False
    """It had to queue before its provider's ceiling, and this is its turn."""
    called: bool = False
    """Somebody asked for a look while one was under way."""
    unready_s: float | None = None
    """Its age when it was last known not to be ready."""
    fraction: float = 0.0
    missed: int = 0


class _Lane:
    """The looks at one provider, kept below its ceiling."""

    def __init__(self, ceiling: Ceiling) -> None:
        self.slots = asyncio.Semaphore(ceiling.at_once)
        self._gap_s = 1 / ceiling.looks_per_s
        self._credit_s = ceiling.burst * self._gap_s
        self._next = -inf

    def turn(self, now: float) -> float:
        """The moment at which one look more may begin; the turn is taken. Past or present: at once."""
        at = max(self._next, now - self._credit_s)
        self._next = at + self._gap_s
        return at

    def rest(self, until: float) -> None:
        self._next = max(self._next, until)


class Watch:
    """`run` looks, for as long as it runs; `settle` waits for one ticket, whoever else is waiting."""

    def __init__(self, clock: Clock, ceiling: Ceiling = Ceiling()) -> None:
        self._clock, self._ceiling = clock, ceiling
        self._queue: list[tuple[float, int, _Open]] = []
        """A heap by moment. A look that was put forward leaves its old place behind, to be passed over."""
        self._open: dict[str, _Open] = {}
        self._lanes: dict[str, _Lane] = {}
        self._count = 0
        self._wakes = inf
        self._sooner = asyncio.Event()

    async def settle(
        self,
        ticket: Ticket,
        look: Look,
        *,
        report: Callable[[Progress], None],
        pace: Pace,
        age_s: float,
        left_s: float,
        deadline_s: float,
    ) -> Settled:
        """Wait until the task ends. age_s: seconds since its submit; left_s: those that remain of its deadline_s.

        Raises OverdueError, VanishedError, or what the provider says of a task that broke. A look that fails on the
        way, or is told to slow down, is taken again: the task itself may be well.
        """
        now = self._clock.steady()
        first_s = pace.next_s(0.0)
        entry = _Open(
            ticket=ticket,
            look=look,
            report=report,
            settled=asyncio.get_running_loop().create_future(),
            pace=pace,
            submitted=now - max(0.0, age_s),
            ends=now + left_s,
            deadline_s=deadline_s,
            # Taken up again after its first look was due, it may have been ready for long: nothing is learnt from it.
            unready_s=0.0 if age_s <= first_s else None,
        )
        self._open[ticket.id] = entry
        self._put(entry, min(max(now, entry.submitted + first_s), max(now, entry.ends)))
        try:
            with OPEN_TICKETS.labels(ticket.provider).track_inprogress():
                return await entry.settled
        finally:
            if self._open.get(ticket.id) is entry:
                del self._open[ticket.id]

    def nudge(self, ticket_id: str) -> None:
        """Look at that ticket now: the provider called. Nothing happens where it is not open here."""
        entry = self._open.get(ticket_id)
        if entry is None or entry.settled.done():
            return
        if entry.due is None:
            entry.called = True
        else:
            self._put(entry, self._clock.steady())

    async def run(self) -> None:
        """Keep looking until cancelled."""
        async with asyncio.TaskGroup() as looks:
            while True:
                self._sooner.clear()
                now = self._clock.steady()
                for entry in self._due(now):
                    looks.create_task(self._look(entry))
                self._wakes = max(self._queue[0][0], now + TICK_S) if self._queue else inf
                await self._until(self._wakes - now)

    def _due(self, now: float) -> list[_Open]:
        """Those whose look may begin; one that its provider's ceiling holds back keeps its place in that line."""
        ready = []
        while self._queue and self._queue[0][0] <= now:
            due, _, entry = heapq.heappop(self._queue)
            if entry.due != due or entry.settled.done():
                continue
            if not entry.admitted:
                entry.admitted = True
                turn = self._lane(entry).turn(now)
                if turn > now:
                    self._put(entry, turn)
                    continue
            entry.admitted, entry.due = False, None
            ready.append(entry)
        return ready

    async def _until(self, seconds: float) -> None:
        """Wait for the next due moment, or for a ticket that is due sooner."""
        if seconds == inf:
            await self._sooner.wait()
            return
        sooner = asyncio.ensure_future(self._sooner.wait())
        passed = asyncio.ensure_future(self._clock.sleep(seconds))
        try:
            await asyncio.wait({sooner, passed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sooner.cancel()
            passed.cancel()

    async def _look(self, entry: _Open) -> None:
        asked_s = 0.0
        try:
            async with self._lane(entry).slots:
                reading = await entry.look(entry.ticket)
        except (ThrottledError, UnreachableError, BadKeyError, OutOfCreditError) as error:
            # It is bought: only its end or the deadline lets go of it. A key may be renewed meanwhile.
            log.warning("a look at a task failed", provider=entry.ticket.provider, error=type(error).__name__)
            asked_s = error.retry_after_s or (THROTTLED_S if isinstance(error, ThrottledError) else 0.0)
            if asked_s:  # said of the key, so it holds for its other tasks as well
                self._lane(entry).rest(self._clock.steady() + asked_s)
            reading = None
        except VanishedError as error:
            entry.missed += 1
            if entry.missed >= VANISHED_LOOKS and self._age_s(entry) >= VANISHED_GRACE_S:
                self._give(entry, error)
                return
            reading = None
        except BotError as error:
            self._give(entry, error)
            return
        except Exception:  # the outermost line of this task: a bug must not take the other tickets along
            log.exception("a look at a task broke", provider=entry.ticket.provider)
            reading = None
        self._read(entry, reading, asked_s)

    def _read(self, entry: _Open, reading: Progress | Rendered | Moderated | None, asked_s: float) -> None:
        age_s, moved = self._age_s(entry), None
        match reading:
            case Rendered() | Moderated():
                unready_s = entry.unready_s
                self._give(entry, Settled(reading, None if unready_s is None else (unready_s + age_s) / 2))
                return
            case Progress(fraction=fraction):
                if fraction is not None and entry.fraction < fraction < 1:
                    entry.fraction = moved = fraction
                entry.missed, entry.unready_s = 0, age_s
                entry.report(reading)
            case None:
                pass
        now = self._clock.steady()
        if now >= entry.ends:
            self._give(entry, OverdueError(deadline_s=entry.deadline_s))
            return
        if entry.called:
            entry.called = False
            self._put(entry, now + asked_s)
            return
        due = now + max(entry.pace.next_s(age_s, moved) - age_s, asked_s)
        self._put(entry, min(due, max(entry.ends, now + FLOOR_S)))

    def _put(self, entry: _Open, due: float) -> None:
        self._count += 1
        entry.due = due
        heapq.heappush(self._queue, (due, self._count, entry))
        if due < self._wakes:
            self._sooner.set()

    def _lane(self, entry: _Open) -> _Lane:
        name = entry.ticket.provider
        if name not in self._lanes:
            self._lanes[name] = _Lane(self._ceiling)
        return self._lanes[name]

    def _age_s(self, entry: _Open) -> float:
        return self._clock.steady() - entry.submitted

    @staticmethod
    def _give(entry: _Open, end: Settled | BotError) -> None:
        if entry.settled.done():  # whoever waited was cancelled
            return
        if isinstance(end, BotError):
            entry.settled.set_exception(end)
        else:
            entry.settled.set_result(end)
