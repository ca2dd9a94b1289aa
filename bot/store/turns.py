"""The statements about whose turn it is: start-time fair queueing over the jobs that wait in a lane.

A job's tag, `turn`, counts pictures: it lies one behind its person's last waiting job, and never before the turn given
last. Whoever asks for sixty gets tags n, n+1 ... n+59, and whoever comes next stands among the first of them. A role's
priority moves a person's tags ahead by so many pictures, and no further, however many they ask for at once or one
after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from bot.breaker import paused
from bot.job import JobId, Pause, Status, Turn
from bot.store import strains
from bot.store.tables import OPEN, UNSURE, jobs, lanes

REMEMBERED: Final = timedelta(minutes=10)
"""How long turns that somebody had ahead of others count against the next."""

_WAITING: Final = sa.and_(jobs.c.lane == sa.bindparam("lane"), jobs.c.status == Status.QUEUED, OPEN)
# Put together once: that takes longer than running it.
_TAGS: Final = sa.select(
    sa.select(lanes.c.virtual).where(lanes.c.name == sa.bindparam("lane")).scalar_subquery().label("virtual"),
    sa.select(sa.func.max(jobs.c.turn))
    .where(_WAITING, jobs.c.person_key == sa.bindparam("person"))
    .scalar_subquery()
    .label("last"),
)


_LANES: Final = (
    sa.select(lanes.c.name)
    .where(sa.exists().where(jobs.c.lane == lanes.c.name, jobs.c.status == Status.QUEUED, OPEN, jobs.c.ready))
    .order_by(lanes.c.name)
)
_SLOTS: Final = sa.select(
    sa.select(sa.func.count())
    .where(jobs.c.lane == sa.bindparam("lane"), jobs.c.status == Status.RUNNING, OPEN)
    .scalar_subquery()
    .label("running"),
    sa.select(sa.func.count())
    .where(jobs.c.lane == sa.bindparam("lane"), UNSURE, jobs.c.slot_until > sa.bindparam("now"))
    .scalar_subquery()
    .label("given_up"),
)
_LATELY: Final = sa.select(sa.func.max(jobs.c.turn)).where(
    jobs.c.lane == sa.bindparam("lane"),
    jobs.c.person_key == sa.bindparam("person"),
    jobs.c.accepted_at > sa.bindparam("since"),
)


def tag(connection: sa.Connection, lane: str, person_key: str, priority: float, now: datetime) -> float:
    """The tag of a job that the person puts into the lane now; priority in pictures."""
    of = {"lane": lane, "person": person_key}
    row = connection.execute(_TAGS, of).one()
    taken: list[float] = [] if row.last is None else [row.last]
    if priority:  # who goes ahead with each of their jobs, one after the other, would let nobody else have a turn
        lately = connection.scalar(_LATELY, {**of, "since": now - REMEMBERED})
        taken += [] if lately is None else [lately]
    return max([(row.virtual or 0.0) - priority, *(turn + 1.0 for turn in taken)])


def before(turn: sa.ColumnElement[float], number: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Whether a waiting job stands before that tag and number."""
    return sa.or_(jobs.c.turn < turn, sa.and_(jobs.c.turn == turn, jobs.c.number < number))


def waiting(connection: sa.Connection) -> tuple[str, ...]:
    """The lanes in which jobs wait; it reads as many rows as there are lanes, however many wait."""
    return tuple(connection.scalars(_LANES))


def give(connection: sa.Connection, lane: str, slots: int, process: str, now: datetime, limit: int) -> tuple[Turn, ...]:
    """Let the next jobs of the lane run in this process: no more than are free of its slots, over all processes."""
    row = _open(connection, lane, now)
    if row is None:
        return ()
    if trial := strains.on_trial(row):
        limit = 0 if strains.probing(connection, row) else 1
    free = min(limit, slots - _busy(connection, lane, now))
    if free <= 0:
        return ()
    queued = sa.and_(jobs.c.lane == lane, jobs.c.status == Status.QUEUED, OPEN, jobs.c.ready)
    found = sa.select(jobs.c.id).where(queued).order_by(jobs.c.turn, jobs.c.number).limit(free)
    next_ones = tuple(connection.scalars(found))
    if not next_ones:
        return ()
    # The condition stands in the update, too: one of them may have been cancelled or moved to another lane meanwhile.
    given = (
        jobs.update()
        .where(jobs.c.id.in_(next_ones), queued)
        .values(status=Status.RUNNING, run_by=process, started_at=sa.func.coalesce(jobs.c.started_at, now))
    )
    rows = connection.execute(given.returning(jobs.c.id, jobs.c.attempt, jobs.c.turn, jobs.c.number)).all()
    if rows:
        changes: dict[str, Any] = {"virtual": max(row.virtual, *(each.turn for each in rows))}
        if trial:
            changes["probe"] = rows[0].id
        connection.execute(lanes.update().where(lanes.c.name == lane).values(changes))
    return tuple(Turn(JobId(each.id), each.attempt) for each in sorted(rows, key=lambda each: (each.turn, each.number)))


def give_back(connection: sa.Connection, job: JobId, process: str) -> bool:
    """Let a job wait again whose run did not begin here; its tag is the old one, so it is among the next."""
    unbought = sa.and_(jobs.c.status == Status.RUNNING, jobs.c.submitted_at.is_(None), OPEN)
    done = connection.execute(
        jobs.update()
        .where(jobs.c.id == job, jobs.c.run_by == process, unbought)
        .values(status=Status.QUEUED, run_by=None)
    )
    return done.rowcount == 1


def pause(connection: sa.Connection, lane: str, until: datetime, reason: str) -> None:
    """Give no turn in the lane before that moment; a longer pause stands. `reason` is a key of words/."""
    _make(connection, lane)
    longer = sa.or_(lanes.c.paused_until.is_(None), lanes.c.paused_until < until)
    connection.execute(lanes.update().where(lanes.c.name == lane, longer).values(paused_until=until, reason=reason))


def pauses(connection: sa.Connection, now: datetime) -> tuple[Pause, ...]:
    """The lanes that are paused."""
    rows = connection.execute(sa.select(lanes).where(lanes.c.paused_until > now).order_by(lanes.c.name))
    return tuple(Pause(row.name, row.paused_until, row.reason) for row in rows if paused(row.paused_until, now))


def make(connection: sa.Connection, names: Sequence[str]) -> None:
    """Have a row for each of these lanes: giving turns locks it."""
    for name in names:
        _make(connection, name)


def _open(connection: sa.Connection, lane: str, now: datetime) -> sa.Row[Any] | None:
    """The lane's row, where turns are given; locked on PostgreSQL, so that no two processes count the same slot."""
    row = connection.execute(sa.select(lanes).where(lanes.c.name == lane).with_for_update()).one_or_none()
    return row if row is not None and not paused(row.paused_until, now) else None


def _busy(connection: sa.Connection, lane: str, now: datetime) -> int:
    """The slots that are taken: by what runs, and by tasks that were given up and may still be under way over there."""
    row = connection.execute(_SLOTS, {"lane": lane, "now": now}).one()
    return int(row.running + row.given_up)


def _make(connection: sa.Connection, lane: str) -> None:
    if connection.scalar(sa.select(lanes.c.name).where(lanes.c.name == lane)) is None:
        connection.execute(lanes.insert().values(name=lane, virtual=0.0, reason="", failures=0))
