"""A clock that stands until a test moves it."""

from __future__ import annotations

import asyncio
import heapq
from datetime import UTC, datetime, timedelta

from bot.clock import RealClock


class HeldClock:
    """Time passes only in `advance`; sleepers wake in order as it passes their moment."""

    def __init__(self, start: datetime = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)) -> None:
        self._start = start
        self._passed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._passed)

    def steady(self) -> float:
        return self._passed

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self._passed + seconds, self._count, woken))
        await woken

    async def advance(self, seconds: float) -> None:
        """Let time pass, waking each sleeper at its own moment and letting it run."""
        end = self._passed + seconds
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            self._passed, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                woken.set_result(None)
            await self.settle()
        self._passed = end
        await self.settle()

    async def asleep(self, count: int) -> None:
        """Wait until so many sleep: whatever else they do, on the database's threads, is done."""
        async with asyncio.timeout(10):
            while sum(not woken.done() for _, _, woken in self._sleepers) < count:  # noqa: ASYNC110 - no bell rings
                await asyncio.sleep(0.001)

    async def settle(self) -> None:
        """Let everything that can run without time passing do so."""
        for _ in range(50):
            await asyncio.sleep(0)


class ShiftedClock(RealClock):
    """The machine's clock, moved on by what a test adds; waits are real."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


class SwiftClock(ShiftedClock):
    """A minute of the house is a second, its calendar's too."""

    SPEED = 60

    def __init__(self) -> None:
        super().__init__()
        self._began = datetime.now(UTC)

    def now(self) -> datetime:
        return self._began + (super().now() - self._began) * self.SPEED

    def steady(self) -> float:
        return super().steady() * self.SPEED

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / self.SPEED)
