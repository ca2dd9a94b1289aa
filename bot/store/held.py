"""The statements about events that a door has acknowledged before it could decide over them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.store.tables import held


def keep(
    connection: sa.Connection, door: str, event: str, payload: Mapping[str, Any], process: str, now: datetime
) -> None:
    """Write down that the process holds the event, unless one does."""
    if connection.scalar(sa.select(held.c.event).where(*_is(door, event))) is None:
        row = {"door": door, "event": event, "payload": dict(payload), "held_at": now, "tries": 0, "held_by": process}
        connection.execute(held.insert(), row)


def tried(connection: sa.Connection, door: str, event: str) -> int:
    """Count one more try; how many there were with it. 0: it was let go."""
    connection.execute(held.update().where(*_is(door, event)).values(tries=held.c.tries + 1))
    return connection.scalar(sa.select(held.c.tries).where(*_is(door, event))) or 0


def let_go(connection: sa.Connection, door: str, event: str) -> None:
    connection.execute(held.delete().where(*_is(door, event)))


def of_door(connection: sa.Connection, door: str) -> tuple[tuple[str, dict[str, Any]], ...]:
    """The door's events with what came along, whoever holds them; the oldest first."""
    rows = connection.execute(
        sa.select(held.c.event, held.c.payload).where(held.c.door == door).order_by(held.c.held_at, held.c.event)
    )
    return tuple((row.event, row.payload) for row in rows)


def _is(door: str, event: str) -> tuple[sa.ColumnElement[bool], ...]:
    return held.c.door == door, held.c.event == event
