"""The statements about the processes that share the database: who lives, and taking over from who does not.

Beats and leases go by the database's clock, so that hosts whose clocks disagree do not bury each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from bot.job import JobId, Status, Turn
from bot.store.tables import OPEN, UNDELIVERED, Moment, announcements, held, jobs, processes

LIVING: Final = sa.select(processes.c.id)


def enter(
    connection: sa.Connection, process: str, now: datetime, *, worker: bool, doors: Sequence[str], alone: bool
) -> None:
    """Write this process down; alone: it has the database for itself, so every other row is of an earlier life."""
    if alone:
        connection.execute(processes.delete())
    now = _clock(connection, now)
    connection.execute(
        processes.insert().values(id=process, worker=worker, doors=list(doors), began_at=now, beat_at=now)
    )


def beat(connection: sa.Connection, process: str, now: datetime) -> bool:
    """Say that it lives; False where others have buried it, and taken over what it did."""
    beaten = processes.update().where(processes.c.id == process).values(beat_at=_clock(connection, now))
    return connection.execute(beaten).rowcount == 1


def leave(connection: sa.Connection, process: str) -> None:
    """It goes: what it leaves undone is free for others at once."""
    connection.execute(processes.delete().where(processes.c.id == process))


def bury(connection: sa.Connection, lease_s: float, now: datetime) -> tuple[str, ...]:
    """Remove those that have not beaten for that long; gives their ids."""
    silent = processes.c.beat_at < _clock(connection, now) - timedelta(seconds=lease_s)
    return tuple(connection.scalars(processes.delete().where(silent).returning(processes.c.id)))


def silent(connection: sa.Connection, lease_s: float, now: datetime) -> bool:
    """Whether there is anybody to bury."""
    late = processes.c.beat_at < _clock(connection, now) - timedelta(seconds=lease_s)
    return bool(connection.scalar(sa.select(sa.exists().where(late))))


def left(connection: sa.Connection, doors: Sequence[str], *, worker: bool) -> bool:
    """Whether there is anything to take over for who has these doors, and works or not."""
    orphaned = (*_orphaned_tales(doors), *((_ORPHANED_RUN,) if worker else ()))
    return any(connection.scalar(sa.select(sa.exists().where(kind))) for kind in orphaned)


def given(connection: sa.Connection, process: str) -> tuple[tuple[Turn, ...], tuple[JobId, ...]]:
    """What is this process's by the book: jobs that run here, and open ones that it tells of."""
    running = sa.and_(jobs.c.status == Status.RUNNING, OPEN, jobs.c.run_by == process)
    turns = connection.execute(sa.select(jobs.c.id, jobs.c.attempt).where(running).order_by(jobs.c.number))
    tales = connection.scalars(sa.select(jobs.c.id).where(OPEN, jobs.c.told_by == process).order_by(jobs.c.number))
    return tuple(Turn(JobId(row.id), row.attempt) for row in turns), tuple(JobId(job) for job in tales)


def take_runs(connection: sa.Connection, process: str, limit: int) -> tuple[Turn, ...]:
    """Running jobs whose process is gone, from now on this one's."""
    return _take(connection, (_ORPHANED_RUN,), limit, run_by=process)


def take_tales(connection: sa.Connection, process: str, doors: Sequence[str], limit: int) -> tuple[JobId, ...]:
    """Jobs of these doors, open or untold, whose teller is gone, from now on this one's; the oldest first."""
    return tuple(turn.job for turn in _take(connection, _orphaned_tales(doors), limit, told_by=process))


def take_held(connection: sa.Connection, process: str, door: str) -> tuple[tuple[str, dict[str, Any]], ...]:
    """The door's events that were acknowledged by a process that is gone; the oldest first."""
    taken = held.update().where(held.c.door == door, _gone(held.c.held_by)).values(held_by=process)
    rows = connection.execute(taken.returning(held.c.event, held.c.payload, held.c.held_at)).all()
    return tuple((row.event, row.payload) for row in sorted(rows, key=lambda row: (row.held_at, row.event)))


def lives(process: str) -> sa.ColumnElement[bool]:
    """Whether it has not been buried: a process that slept past its lease must neither buy nor post."""
    return sa.exists().where(processes.c.id == process)


def of_doors(doors: Sequence[str]) -> sa.ColumnElement[bool]:
    """Whether it came by one of them. Not the bare column: SQLite would read all that ever came along its index."""
    return sa.func.coalesce(jobs.c.door, "").in_(doors)


def _take(
    connection: sa.Connection, orphaned: Sequence[sa.ColumnElement[bool]], limit: int, **taken: str
) -> tuple[Turn, ...]:
    # A question for each kind: of one that joins them by "or", SQLite would make a walk over all jobs there ever were.
    found = sa.union_all(*(sa.select(jobs.c.id, jobs.c.number).where(kind) for kind in orphaned)).subquery()
    some = sa.select(found.c.id).order_by(found.c.number).limit(limit)
    # The condition stands in the update, too: of two processes that found the same job, the second finds it taken.
    change = jobs.update().where(jobs.c.id.in_(some), sa.or_(*orphaned)).values(**taken)
    rows = connection.execute(change.returning(jobs.c.id, jobs.c.attempt, jobs.c.number)).all()
    return tuple(Turn(JobId(row.id), row.attempt) for row in sorted(rows, key=lambda row: row.number))


def _gone(process: sa.ColumnElement[str | None]) -> sa.ColumnElement[bool]:
    return sa.or_(process.is_(None), process.not_in(LIVING))


_ORPHANED_RUN: Final = sa.and_(jobs.c.status == Status.RUNNING, OPEN, _gone(jobs.c.run_by))


def _orphaned_tales(doors: Sequence[str]) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    deleted = sa.exists().where(announcements.c.job == jobs.c.id, announcements.c.deleted_at.is_not(None))
    mine = sa.and_(of_doors(doors), _gone(jobs.c.told_by))
    return sa.and_(mine, OPEN), sa.and_(mine, UNDELIVERED, ~deleted)


def _clock(connection: sa.Connection, now: datetime) -> Any:
    """The database's clock, which all its processes share; an SQLite file has this machine's."""
    if connection.dialect.name == "sqlite":
        return sa.literal(now, Moment)
    return sa.func.clock_timestamp(type_=sa.DateTime(timezone=True))
