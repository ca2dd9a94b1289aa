"""What every chat door's tests need of a house that is open: its hours, what was bought, and what became of it."""

from __future__ import annotations

import asyncio
import gc
import io
import logging
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence, Set
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

import structlog

from bot import telemetry
from bot.clock import RealClock
from bot.delivery import Messenger
from bot.desk import Desk
from bot.job import JobId, Moderated, Rendered, Ticket
from bot.providers import Order
from bot.store import JobRecord
from tests.clock import ShiftedClock
from tests.house import ScriptedProvider, TestHouse, house


class HastyClock(ShiftedClock):
    """The house waits a fortieth of what it means to wait; its hours run as everybody's."""

    SPEED = 40

    def steady(self) -> float:
        return super().steady() * self.SPEED

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / self.SPEED)


@dataclass
class DoorClock(RealClock):
    """The house's hours; but the door's waits are real, since answers are due by what a platform calls a second."""

    house: HastyClock

    def now(self) -> datetime:
        return self.house.now()


@dataclass(frozen=True)
class Living:
    """A house in one of its lives."""

    home: TestHouse

    @property
    def provider(self) -> ScriptedProvider:
        return self.home.provider

    @property
    def orders(self) -> list[Any]:
        """What was bought in this life, in order: an Imagine or Upscale each."""
        return [order.request for order in self.provider.orders]

    async def ordered(self, count: int = 1) -> list[Any]:
        """The same, once there are so many."""

        async def so_many() -> bool:
            return len(self.orders) >= count

        await soon(so_many)
        return self.orders

    def holding(self) -> asyncio.Event:
        """Every picture from now on is painted when the event is set."""
        done = asyncio.Event()

        async def submit(order: Order) -> Ticket | Rendered | Moderated:
            await done.wait()
            return Rendered(link=f"https://pictures.test/{order.job}", seed=7, word="Ready")

        self.provider.on_submit = submit
        return done

    async def job(self) -> JobId:
        """The newest job of the house."""
        return (await self.home.store.jobs(limit=1))[0].job.id

    async def told(self) -> JobRecord:
        """The newest job once its end was delivered, or kept."""

        async def delivered() -> bool:
            jobs = await self.home.store.jobs(limit=1)
            return bool(jobs) and jobs[0].delivered_at is not None

        await soon(delivered)
        return (await self.home.store.jobs(limit=1))[0]

    async def told_all(self, count: int) -> None:
        """Wait until there were so many jobs, and there is nothing that is still to be told."""

        async def over() -> bool:
            jobs = await self.home.store.jobs()
            return len(jobs) >= count and all(one.delivered_at for one in jobs)

        await soon(over)


class Door(Protocol):
    """What every chat door's adapter can do."""

    @property
    def messenger(self) -> Messenger: ...

    async def open(self) -> None: ...

    async def close(self) -> None: ...


AnyDoor = TypeVar("AnyDoor", bound=Door)


@asynccontextmanager
async def opened_to(
    name: str,
    folder: Path,
    clock: HastyClock,
    build: Callable[[Desk], AnyDoor],
    *,
    settings: Mapping[str, Any],
    limits: Mapping[str, Any],
) -> AsyncIterator[tuple[TestHouse, AnyDoor]]:
    """A house with that one door open; a second time on the same folder is the next life."""
    # As the app does it, who may ask and where are known to the house as well.
    known = {each: {name: settings[each]} for each in ("channels", "roles") if each in settings}
    doors: list[AnyDoor] = []

    def make(desk: Desk) -> Messenger:
        doors.append(build(desk))
        return doors[0].messenger

    async with house(folder, doors=False, clock=clock, door=(name, make), **{**known, **limits}) as home:
        try:
            await doors[0].open()
            yield home, doors[0]
        finally:
            await doors[0].close()


@contextmanager
def logbook() -> Iterator[io.StringIO]:
    """Everything that the house would write into its log at its most talkative."""
    out, root, before = io.StringIO(), logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    telemetry.set_up(level="debug", style="json", stream=out)
    try:
        yield out
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**before)


def census(packages: re.Pattern[str]) -> Counter[str]:
    """Living objects of these packages, by class; timers that were called off, the loop drops by and by."""
    gc.collect()
    living = (each for each in gc.get_objects() if not (isinstance(each, asyncio.TimerHandle) and each.cancelled()))
    kinds = Counter(type(each) for each in living)
    return Counter({kind.__qualname__: count for kind, count in kinds.items() if packages.match(str(kind.__module__))})


async def over(before: Set[asyncio.Task[Any]], *, but: Sequence[str] = ()) -> None:
    """Wait until no task is left that was not there before, but the lines of a stand-in's server and those named."""
    strange = ("aiohttp/web", *but)

    async def quiet() -> bool:
        begun = asyncio.all_tasks() - before
        return all(any(name in str(task.get_coro()) for name in strange) for task in begun)

    await soon(quiet)


async def soon(look: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what no request or frame tells. Raises TimeoutError."""
    async with asyncio.timeout(10):
        while True:
            if await look():
                return
            await asyncio.sleep(0.01)  # between two looks
