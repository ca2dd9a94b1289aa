"""The statements about providers' calls: which task belongs to an attempt at a job, as its provider said itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from bot.job import Status, Turn
from bot.store.tables import OPEN, callbacks, jobs

KEPT: Final = timedelta(days=2)
"""Longer than an unsure job is looked at."""
OF_JOB: Final = sa.and_(callbacks.c.job == jobs.c.id, callbacks.c.attempt == jobs.c.attempt)


def keep(connection: sa.Connection, turn: Turn, task: str, now: datetime) -> bool:
    """Write a call down, and forget those of long ago; False for one that came before."""
    connection.execute(callbacks.delete().where(callbacks.c.at < now - KEPT))
    row: dict[str, Any] = {"job": turn.job, "attempt": turn.attempt, "task": task}
    known = sa.select(callbacks.c.task).filter_by(**row)
    if connection.scalar(known) is not None:
        return False
    connection.execute(callbacks.insert(), {**row, "at": now})
    return True


def of(connection: sa.Connection, turn: Turn) -> str | None:
    """The task that was called about first for that attempt."""
    mine = sa.select(callbacks.c.task).filter_by(job=turn.job, attempt=turn.attempt)
    return connection.scalar(mine.order_by(callbacks.c.at).limit(1))


def here(connection: sa.Connection, process: str) -> tuple[str, ...]:
    """Tasks that were called about and whose jobs run in that process."""
    running = sa.and_(jobs.c.status == Status.RUNNING, OPEN, jobs.c.run_by == process)
    return tuple(connection.scalars(sa.select(callbacks.c.task).join(jobs, OF_JOB).where(running)))
