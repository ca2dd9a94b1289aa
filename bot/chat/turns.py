"""Events under way: so many at once, none twice at the same time, and all brought to an end before a door closes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, TypeVar

from bot.errors import BusyError, DuplicateError

T = TypeVar("T")


class Turns:
    """`at_once` may be at work at the same time; the others wait."""

    def __init__(self, at_once: int) -> None:
        self._free = asyncio.Semaphore(at_once)

    @asynccontextmanager
    async def turn(self, *, within_s: float | None = None) -> AsyncIterator[None]:
        """One turn; raises BusyError where none is free in time. Without within_s it waits as long as it takes."""
        try:
            async with asyncio.timeout(within_s):
                await self._free.acquire()
        except TimeoutError:
            raise BusyError from None
        try:
            yield
        finally:
            self._free.release()

    @asynccontextmanager
    async def aside(self) -> AsyncIterator[None]:
        """Within a turn: let the next one in while this one waits for a stranger."""
        self._free.release()
        try:
            yield
        finally:
            await self._free.acquire()


class UnderWay:
    """The events that are being answered."""

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[Any] | None] = {}
        self._idle = asyncio.Event()
        self._idle.set()
        self.shut = False
        """Nothing is begun any more."""

    def __len__(self) -> int:
        return len(self._tasks)

    @contextmanager
    def begun(self, event: Hashable) -> Iterator[None]:
        """Raises DuplicateError for an event that is under way already, and after the end."""
        if event in self._tasks or self.shut:
            raise DuplicateError
        self._tasks[event] = asyncio.current_task()
        self._idle.clear()
        try:
            yield
        finally:
            self._over(event)

    def start(self, event: Hashable, work: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        """Answer the event in a task of its own, which `drain` knows of at once. Raises DuplicateError as `begun`."""
        if event in self._tasks or self.shut:
            work.close()
            raise DuplicateError
        task = asyncio.create_task(work, name=name)
        self._tasks[event] = task
        self._idle.clear()
        task.add_done_callback(lambda _: self._over(event))
        return task

    async def drain(self, timeout_s: float) -> None:
        """Let what is under way come to its end, or cut it off after timeout_s; nothing is begun afterwards."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._idle.wait()
        self.shut = True
        left = [task for task in self._tasks.values() if task is not None]
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)

    def _over(self, event: Hashable) -> None:
        del self._tasks[event]
        if not self._tasks:
            self._idle.set()
