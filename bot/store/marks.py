"""Whether a commit happened whose answer was lost: each writer leaves a mark in its transactions and looks for it.

The mark is a row of `counters` for each writing thread, with a number that is another one in every transaction. Whoever
looks for it waits for the row first, so that a commit which is still under way on the server has ended by then.

PostgreSQL's own pg_xact_status would cost less and is not enough: a server that crashes gives the numbers of
transactions which never reached its disk to others, so that one which was lost reads as committed.
"""

from __future__ import annotations

import secrets
import threading
import time
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from bot.store.tables import counters

FORGOTTEN_NS: Final = 24 * 3600 * 10**9
"""So old, a mark belongs to a process that was killed: nobody looks for an answer that long."""

_PREFIX: Final = "commit:"
_INSERT: Final = insert(counters)
_LEAVE: Final = _INSERT.on_conflict_do_update(index_elements=[counters.c.name], set_={"value": _INSERT.excluded.value})
# An update that changes nothing locks the row, or waits for whoever is about to insert it.
_LOOK: Final = _INSERT.on_conflict_do_update(
    index_elements=[counters.c.name], set_={"value": counters.c.value}
).returning(counters.c.value)


class Marks:
    """The marks of one process."""

    def __init__(self) -> None:
        self._process = secrets.token_hex(8)

    def leave(self, connection: sa.Connection) -> int:
        """Make this thread's mark in a transaction."""
        mark = time.time_ns()
        connection.execute(_LEAVE, {"name": self._name(), "value": mark})
        return mark

    def found(self, connection: sa.Connection, mark: int) -> bool:
        """Whether the transaction in which this thread left that mark was committed."""
        return bool(connection.scalar(_LOOK, {"name": self._name(), "value": 0}) == mark)

    def wipe(self, connection: sa.Connection) -> None:
        """Remove this process's marks, and those of processes that could not."""
        mine = counters.c.name.startswith(f"{_PREFIX}{self._process}:", autoescape=True)
        left = sa.and_(counters.c.name.startswith(_PREFIX), counters.c.value < time.time_ns() - FORGOTTEN_NS)
        connection.execute(counters.delete().where(sa.or_(mine, left)))

    def _name(self) -> str:
        return f"{_PREFIX}{self._process}:{threading.get_ident()}"
