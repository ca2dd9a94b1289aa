"""The statements about how long tasks took: what the polling learns its pace from."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa

from bot.store.tables import durations

KEPT: Final = 200
"""Per provider, model and size: what is older counts next to nothing (bot/pace.py)."""


def learn(connection: sa.Connection, provider: str, model: str, size: str, seconds: float, now: datetime) -> None:
    """Add a task, and drop what is older than the last KEPT."""
    same = _same(provider, model, size)
    oldest = sa.select(durations.c.number).where(same).order_by(durations.c.number.desc()).offset(KEPT).limit(1)
    connection.execute(durations.insert().values(provider=provider, model=model, size=size, seconds=seconds, at=now))
    connection.execute(durations.delete().where(same, durations.c.number <= oldest.scalar_subquery()))


def last(connection: sa.Connection, provider: str, model: str, size: str, limit: int) -> tuple[float, ...]:
    """Seconds, the newest first."""
    wanted = sa.select(durations.c.seconds).where(_same(provider, model, size)).order_by(durations.c.number.desc())
    return tuple(connection.scalars(wanted.limit(limit)))


def _same(provider: str, model: str, size: str) -> sa.ColumnElement[bool]:
    return sa.and_(durations.c.provider == provider, durations.c.model == model, durations.c.size == size)
