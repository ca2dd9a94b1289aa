"""The book of the house: how it is opened and closed; what is written in it are its chapters."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Final

import sqlalchemy as sa

from bot.clock import Clock
from bot.store import opening
from bot.store.alone import Alone
from bot.store.chapters import Messages, Oblivion, Pictures, Queue, Runs, Sums
from bot.store.lock import Lock, file_of, running, take
from bot.store.tables import SCHEMAS
from bot.store.transactions import Transactions


class Store(Queue, Runs, Messages, Pictures, Oblivion, Sums):
    """The database. What has ended stays ended: verbs about a job's way do nothing once it has."""

    def __init__(self, engine: sa.Engine, clock: Clock, lock: Lock | None, *, shared: bool) -> None:
        super().__init__(Transactions(engine, writers=opening.WRITERS if shared else 1), clock, shared=shared)
        self.schema: Final = SCHEMAS[-1]
        """The schema that the database has, now that it is open."""
        self._engine = engine
        self._lock = lock
        self._alone = Alone(engine)

    @classmethod
    async def open(cls, url: str, *, clock: Clock, visit: bool = False) -> Store:
        """Open a database such as "sqlite:///data/bot.sqlite" and bring its schema up to date.

        visit: only for a look or a small change beside houses that may be running: it brings nothing up to date under
        them. Raises SettingsError where another process has the file open, or the schema is newer than this release;
        on a visit also where it is older.
        """
        engine = opening.connect(url)
        database, lock = file_of(url), None
        try:
            if database is not None:
                await asyncio.to_thread(opening.make_file, database)
                if not visit or await asyncio.to_thread(running, url) is None:
                    lock = await asyncio.to_thread(take, database)
            beside = visit and lock is None
            await asyncio.to_thread(opening.refuse_older if beside else opening.bring_up, engine, url)
        except BaseException:
            await asyncio.to_thread(engine.dispose)
            if lock is not None:
                lock.release()
            raise
        return cls(engine, clock, lock, shared=database is None)

    def announce(self, address: str) -> None:
        """Leave this process's web address beside the file, for `running(url)`."""
        if self._lock is not None:
            self._lock.announce(address)

    async def close(self) -> None:
        """Let the transactions under way end, then close every connection."""
        await self._transactions.close()
        await self._alone.close()
        await asyncio.to_thread(self._engine.dispose)
        if self._lock is not None:
            self._lock.release()

    @property
    def engines(self) -> tuple[sa.Engine, sa.Engine]:
        """For a library that keeps tables of its own here: the engine to read with, and the one to write with."""
        return self._engine, self._engine.execution_options(**{opening.WRITES: True})

    def alone(self, name: str) -> AbstractAsyncContextManager[None]:
        """Be the only one, of all processes, to hold that name; a second name while holding one may wait for ever."""
        return self._alone.holding(name)
