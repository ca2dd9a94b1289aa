"""Locks by name over all processes of a database."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakValueDictionary

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from bot.store.opening import beside
from bot.store.outage import PATIENCE_S, patiently

AT_ONCE: Final = 4
"""Names that one process has locked on a server at the same time; each takes a connection while it is held."""
LOOK_UP_MS: Final = 500
"""How long one wait lasts before it is looked whether the caller still wants the lock."""
BUSY: Final = "55P03"
"""lock_not_available"""


class Alone:
    """One holder of a name at a time: in this process by a lock of its own, in all by an advisory lock of PostgreSQL.

    SQLite has one house per file, so there the process's own is enough. Do not take a second name while holding one:
    the connections for it may all be held by others who do the same.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._here: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._server = beside(engine, AT_ONCE) if engine.dialect.name == "postgresql" else None
        self._threads = ThreadPoolExecutor(AT_ONCE, "store-alone")

    @asynccontextmanager
    async def holding(self, name: str) -> AsyncIterator[None]:
        here = self._here.get(name)
        if here is None:
            self._here[name] = here = asyncio.Lock()
        async with here:
            if self._server is None:
                yield
            else:
                async with self._everywhere(self._server, name):
                    yield

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)
        if self._server is not None:
            await asyncio.to_thread(self._server.dispose)

    @asynccontextmanager
    async def _everywhere(self, server: sa.Engine, name: str) -> AsyncIterator[None]:
        number, given_up = _number_of(name), threading.Event()
        taking = asyncio.wrap_future(self._threads.submit(_take, server, number, given_up))
        try:
            connection = await asyncio.shield(taking)
        except asyncio.CancelledError:
            given_up.set()
            taking.add_done_callback(_drop)
            raise
        try:
            yield
        finally:
            # Not on the threads that take: those may all be waiting for this very lock.
            await asyncio.shield(asyncio.to_thread(_let_go, connection, number))


def _take(server: sa.Engine, number: int, given_up: threading.Event) -> sa.Connection:
    """A connection that holds the lock. Raises what the server says, or TimeoutError where the caller gave up."""
    return patiently(PATIENCE_S, given_up)(_take_once, server, number, given_up)


def _take_once(server: sa.Engine, number: int, given_up: threading.Event) -> sa.Connection:
    # Outside of a transaction, which would not be let stand for as long as a lock may be held.
    connection = server.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        connection.exec_driver_sql(f"SET lock_timeout TO {LOOK_UP_MS}")
        while not given_up.is_set():
            try:
                connection.execute(sa.select(sa.func.pg_advisory_lock(number)))
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) != BUSY:
                    raise
            else:
                return connection
        raise TimeoutError
    except BaseException:
        connection.close()
        raise


def _let_go(connection: sa.Connection, number: int) -> None:
    with connection:
        try:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(number)))
        except DBAPIError:
            connection.invalidate()  # without its connection there is no lock


def _drop(taken: asyncio.Future[sa.Connection]) -> None:
    """The lock came after its caller had given up."""
    if not taken.cancelled() and taken.exception() is None:
        taken.result().invalidate()
        taken.result().close()


def _number_of(name: str) -> int:
    """Advisory locks go by 64 bits."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
