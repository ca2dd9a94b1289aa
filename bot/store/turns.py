"""The statements about whose turn it is: start-time fair queueing over the jobs that wait in a lane.

A job's tag, `turn`, counts pictures: it lies one behind its person's last waiting job, and never before the turn given
last. Whoever asks for sixty gets tags n, n+1 ... n+59, and whoever comes next stands among the first of them. A role's
priority moves a job's tag ahead by so many pictures, and no further, however many its people ask for.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from bot.job import JobId, Pause, Status, Turn
from bot.store.tables import OPEN, jobs, lanes

_WAITING: Final = sa.and_(jobs.c.lane == sa.bindparam("lane"), jobs.c.status == Status.QUEUED, OPEN)
# Put together once: that takes longer than running it.
_TAGS: Final = sa.select(
    sa.select(lanes.c.virtual).where(lanes.c.name == sa.bindparam("lane")).scalar_subquery().label("virtual"),
    sa.select(sa.func.max(jobs.c.turn))
    .where(_WAITING, jobs.c.person_key == sa.bindparam("person"))
    .scalar_subquery()
    .label("last"),
)


def tag(connection: sa.Connection, lane: str, person_key: str, priority: float) -> float:
    """The tag of a job that the person puts into the lane now; priority in pictures."""
    row = connection.execute(_TAGS, {"lane": lane, "person": person_key}).one()
    first = (row.virtual or 0.0) - priority
    return first if row.last is None else max(first, row.last + 1.0)


def before(turn: sa.ColumnElement[float], number: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Whether a waiting job stands before that tag and number."""
    return sa.or_(jobs.c.turn < turn, sa.and_(jobs.c.turn == turn, jobs.c.number < number))


def waiting(connection: sa.Connection) -> tuple[str, ...]:
    """The lanes in which jobs wait."""
    ready = sa.and_(jobs.c.status == Status.QUEUED, OPEN, jobs.c.ready)
    return tuple(connection.scalars(sa.select(jobs.c.lane).where(ready).distinct()))


def give(connection: sa.Connection, lane: str, slots: int, process: str, now: datetime, limit: int) -> tuple[Turn, ...]:
    """Let the next jobs of the lane run in this process: no more than are free of its slots, over all processes."""
    if not _open(connection, lane, now):
        return ()
    running = connection.scalar(
        sa.select(sa.func.count()).where(jobs.c.lane == lane, jobs.c.status == Status.RUNNING, OPEN)
    )
    free = min(limit, slots - (running or 0))
    if free <= 0:
        return ()
    queued = sa.select(jobs.c.id, jobs.c.attempt, jobs.c.turn).where(
        jobs.c.lane == lane, jobs.c.status == Status.QUEUED, OPEN, jobs.c.ready
    )
    rows = connection.execute(queued.order_by(jobs.c.turn, jobs.c.number).limit(free)).all()
    if rows:
        started = sa.func.coalesce(jobs.c.started_at, now)
        connection.execute(
            jobs.update()
            .where(jobs.c.id.in_([row.id for row in rows]))
            .values(status=Status.RUNNING, run_by=process, started_at=started)
        )
        served = max(row.turn for row in rows)
        connection.execute(lanes.update().where(lanes.c.name == lane, lanes.c.virtual < served).values(virtual=served))
    return tuple(Turn(JobId(row.id), row.attempt) for row in rows)


def give_back(connection: sa.Connection, job: JobId) -> bool:
    """Let a job wait again whose run did not begin; its tag is the old one, so it is among the next."""
    done = connection.execute(
        jobs.update()
        .where(jobs.c.id == job, jobs.c.status == Status.RUNNING, jobs.c.submitted_at.is_(None), OPEN)
        .values(status=Status.QUEUED, run_by=None)
    )
    return done.rowcount == 1


def pause(connection: sa.Connection, lane: str, until: datetime, reason: str) -> None:
    """Give no turn in the lane before that moment; a longer pause stands. `reason` is a key of words/."""
    _make(connection, lane)
    longer = sa.or_(lanes.c.paused_until.is_(None), lanes.c.paused_until < until)
    connection.execute(lanes.update().where(lanes.c.name == lane, longer).values(paused_until=until, reason=reason))


def resume(connection: sa.Connection, lane: str) -> None:
    """Its provider took a task: whatever was wrong is over."""
    connection.execute(
        lanes.update()
        .where(lanes.c.name == lane, sa.or_(lanes.c.paused_until.is_not(None), lanes.c.failures > 0))
        .values(paused_until=None, reason="", failures=0)
    )


def failed(connection: sa.Connection, lane: str) -> int:
    """Count one more failure in a row of the lane's provider; how many there were with it."""
    _make(connection, lane)
    counted = lanes.update().where(lanes.c.name == lane).values(failures=lanes.c.failures + 1)
    return connection.scalar(counted.returning(lanes.c.failures)) or 0


def pauses(connection: sa.Connection, now: datetime) -> tuple[Pause, ...]:
    """The lanes that are paused."""
    rows = connection.execute(sa.select(lanes).where(lanes.c.paused_until > now).order_by(lanes.c.name))
    return tuple(Pause(row.name, row.paused_until, row.reason) for row in rows)


def make(connection: sa.Connection, names: Sequence[str]) -> None:
    """Have a row for each of these lanes: giving turns locks it."""
    for name in names:
        _make(connection, name)


def _open(connection: sa.Connection, lane: str, now: datetime) -> bool:
    """Whether turns are given; locks the lane on PostgreSQL, so that no two processes count the same free slot."""
    asked = sa.select(lanes.c.paused_until).where(lanes.c.name == lane).with_for_update()
    row = connection.execute(asked).one_or_none()
    return row is not None and (row.paused_until is None or row.paused_until <= now)


def _make(connection: sa.Connection, lane: str) -> None:
    if connection.scalar(sa.select(lanes.c.name).where(lanes.c.name == lane)) is None:
        connection.execute(lanes.insert().values(name=lane, virtual=0.0, reason="", failures=0))
