"""The statements about how long tasks took: what the polling learns its pace from."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa

from bot.store.tables import durations

KEPT: Final = 200
"""Per provider and model: enough for a histogram, and it forgets last month's pace."""


def learn(connection: sa.Connection, provider: str, model: str, seconds: float, now: datetime) -> None:
    """Add a task, and drop what is older than the last KEPT."""
    same = _same(provider, model)
    oldest = sa.select(durations.c.number).where(same).order_by(durations.c.number.desc()).offset(KEPT).limit(1)
    connection.execute(durations.insert().values(provider=provider, model=model, seconds=seconds, at=now))
    connection.execute(durations.delete().where(same, durations.c.number <= oldest.scalar_subquery()))


def last(connection: sa.Connection, provider: str, model: str, limit: int) -> tuple[float, ...]:
    """Seconds, the newest first."""
    wanted = sa.select(durations.c.seconds).where(_same(provider, model)).order_by(durations.c.number.desc())
    return tuple(connection.scalars(wanted.limit(limit)))


def _same(provider: str, model: str) -> sa.ColumnElement[bool]:
    return sa.and_(durations.c.provider == provider, durations.c.model == model)
