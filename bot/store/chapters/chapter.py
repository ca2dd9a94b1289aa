"""What the chapters share: the two kinds of transactions, the clock, and who writes."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Concatenate, Final, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from bot.clock import Clock
from bot.errors import DiskFullError
from bot.store.transactions import Transactions

P = ParamSpec("P")
R = TypeVar("R")


class Chapter:
    """What the verbs of every chapter are written with."""

    def __init__(self, transactions: Transactions, clock: Clock, *, shared: bool) -> None:
        self.shared: Final = shared
        """Whether other processes may have the database open, too; an SQLite file has one."""
        self.process: Final = secrets.token_hex(6)
        """What this process is called in the database, from its start to its end."""
        self._transactions = transactions
        self._clock = clock

    async def _read(self, act: Callable[Concatenate[sa.Connection, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._transactions.read(lambda connection: act(connection, *args, **kwargs))

    async def _write(self, act: Callable[Concatenate[sa.Connection, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await self._transactions.write(lambda connection: act(connection, *args, **kwargs))
        except DBAPIError as error:
            if _full(error):
                raise DiskFullError from error
            raise


def _full(error: DBAPIError) -> bool:
    """Whether the database's disk is full: PostgreSQL calls that 53100."""
    codes = {getattr(error.orig, name, None) for name in ("sqlite_errorname", "sqlstate")}
    return not codes.isdisjoint({"SQLITE_FULL", "53100"})
