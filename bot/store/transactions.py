"""Transactions off the event loop: each runs whole in one thread; writes that wait together share one commit."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from bot.errors import BotError
from bot.store.marks import Marks
from bot.store.opening import READERS, WRITES
from bot.store.outage import PATIENCE_S, lost, patiently

TOGETHER: Final = 32
"""Writes in one commit. With a commit of 10 ms most of the waiting is gone by then, and nobody waits for hundreds."""

R = TypeVar("R")


@dataclass(frozen=True, slots=True, eq=False)
class _Write:
    act: Callable[[sa.Connection], Any]
    end: Future[Any] = field(default_factory=Future)


class InDoubtError(Exception):
    """The connection was lost amid the COMMIT, and the server did not come back to tell whether that happened."""

    def __init__(self, mark: int, result: Any, why: DBAPIError) -> None:
        super().__init__(str(why))
        self.mark, self.result, self.why = mark, result, why


class Transactions:
    """Nobody is answered before the commit. `writers` is 1 where the database has one writer at a time.

    Such a database waits for its turn by polling; this queue is fair and costs nothing. One with many writers brings
    its own group commit, and shared transactions would hold its row locks for longer. It also is a server that may go
    away: what surely was not committed is tried again for `patience_s`, and where nobody knows whether it was, the mark
    tells that was left in it (marks.py). So no transaction happens twice, whether its verb could be repeated or not.
    """

    def __init__(self, engine: sa.Engine, *, writers: int, patience_s: float = PATIENCE_S) -> None:
        self._reads, self._writes = engine, engine.execution_options(**{WRITES: True})
        self._marks = Marks() if engine.dialect.name == "postgresql" else None
        if self._marks:  # a statement sees what was committed before it, in a transaction or not: spare its two ends
            self._reads = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._patience_s = patience_s
        self._closing = threading.Event()
        self._reading = ThreadPoolExecutor(READERS, "store-read")
        self._writing = ThreadPoolExecutor(writers, "store-write")
        self._ahead = ThreadPoolExecutor(1, "store-ahead")
        self._together = TOGETHER if writers == 1 else 1
        self._waiting: deque[_Write] = deque()

    async def read(self, act: Callable[[sa.Connection], R]) -> R:
        return await _end_of(self._reading.submit(self._read, act))

    async def write(self, act: Callable[[sa.Connection], R]) -> R:
        """`act` may be called again after a transaction that failed, so what it does besides must not matter."""
        write = _Write(act)
        self._waiting.append(write)
        self._writing.submit(self._write_waiting)
        end: Future[R] = write.end
        return await _end_of(end)

    async def write_ahead(self, act: Callable[[sa.Connection], R]) -> R:
        """As `write`, ahead of all that waits, where the database has many writers: on a thread of its own.

        Rows that somebody else keeps locked may hold up every other thread for longer than a lease lasts.
        """
        if self._marks is None:
            return await self.write(act)
        write = _Write(act)
        self._ahead.submit(self._write_alone, write)
        end: Future[R] = write.end
        return await _end_of(end)

    async def close(self) -> None:
        """Let what is under way and what waits end, but wait for no server; later calls raise RuntimeError."""
        self._closing.set()
        for threads in (self._reading, self._writing, self._ahead):
            await asyncio.to_thread(threads.shutdown)
        if self._marks:
            with suppress(DBAPIError):  # somebody else does it later
                await asyncio.to_thread(self._wipe, self._marks)

    def _wipe(self, marks: Marks) -> None:
        with self._writes.begin() as connection:
            marks.wipe(connection)

    def _read(self, act: Callable[[sa.Connection], R]) -> R:
        def once() -> R:
            with self._reads.connect() as connection:
                return act(connection)

        return self._patiently(once) if self._marks else once()

    def _patiently(self, do: Callable[[], R]) -> R:
        return patiently(self._patience_s, self._closing)(do)

    def _write_waiting(self) -> None:
        """One walk for each write that was asked for; where an earlier walk took it along, there is nothing to do."""
        taken: list[_Write] = []
        with suppress(IndexError):
            while len(taken) < self._together:
                taken.append(self._waiting.popleft())
        batch = [write for write in taken if write.end.set_running_or_notify_cancel()]
        try:
            ends = self._write_together(batch) if len(batch) > 1 else []
        except Exception:  # noqa: BLE001 - nothing was written; alone, each learns whether it was its own fault
            ends = []
        for end in ends or [partial(self._write_alone, write) for write in batch]:
            end()

    def _write_together(self, batch: list[_Write]) -> list[partial[None]]:
        """What is to be told after the commit. One that is refused goes back to its savepoint, and the others go on."""
        ends: list[partial[None]] = []
        with self._writes.begin() as connection:
            for write in batch:
                try:
                    with connection.begin_nested():
                        ends.append(partial(write.end.set_result, write.act(connection)))
                except BotError as refusal:
                    ends.append(partial(write.end.set_exception, refusal))
        return ends

    def _write_alone(self, write: _Write) -> None:
        try:
            if self._marks:
                result = self._patiently(partial(self._write_surely, self._marks, write.act))
            else:
                with self._writes.begin() as connection:
                    result = write.act(connection)
        except BaseException as error:  # noqa: BLE001 - it belongs to the caller, on another thread
            write.end.set_exception(error)
        else:
            write.end.set_result(result)

    def _write_surely(self, marks: Marks, act: Callable[[sa.Connection], R]) -> R:
        """One transaction, of which nothing was written where this raises anything but InDoubtError."""
        try:
            return self._write_marked(marks, act)
        except InDoubtError as doubt:
            try:
                committed = self._patiently(partial(self._committed, marks, doubt.mark))
            except DBAPIError as error:
                raise doubt from error
            if committed:
                return cast(R, doubt.result)
            raise doubt.why from None  # worth another try

    def _write_marked(self, marks: Marks, act: Callable[[sa.Connection], R]) -> R:
        with self._writes.connect() as connection, connection.begin() as transaction:
            mark = marks.leave(connection)  # before anything is locked that others wait for
            result = act(connection)
            try:
                transaction.commit()
            except DBAPIError as error:
                if lost(error):
                    raise InDoubtError(mark, result, error) from error
                raise
            return result

    def _committed(self, marks: Marks, mark: int) -> bool:
        with self._writes.begin() as connection:
            return marks.found(connection, mark)


async def _end_of(future: Future[R]) -> R:
    """Wait for a transaction's end although the caller gives up; one that has not begun by then never will.

    So whoever comes after the caller finds the database as it stays (test_callers_that_give_up_do_not_block_the_next).
    """
    ended, given_up = asyncio.wrap_future(future), None
    while not ended.done():
        try:
            await asyncio.wait({ended})
        except asyncio.CancelledError as error:
            given_up = error
            future.cancel()
    if given_up is not None:
        if not ended.cancelled():
            ended.exception()  # looked at, so that nobody reports it as lost
        raise given_up
    return ended.result()
