"""The statements about lanes whose provider takes nothing: the circuit breaker that all processes share.

The rule is bot/breaker.py's. A lane that tripped gives one turn after its pause: that job, the probe, either is taken,
which opens the lane, or fails, which begins a longer pause.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.breaker import TRIP, Strain, Trouble, pause_s, paused, tripped
from bot.job import Job, JobId, Status
from bot.record import decode
from bot.store.tables import OPEN, jobs, lanes


def failed(connection: sa.Connection, lane: str, trouble: Trouble, asked_s: float | None, now: datetime) -> Strain:
    """Count a failure of the lane's provider and pause the lane.

    What fails while it is paused was on its way before: a burst of failures is one.
    """
    row = connection.execute(sa.select(lanes).where(lanes.c.name == lane).with_for_update()).one()
    known, rests = row.reason == trouble and row.failures > 0, paused(row.paused_until, now)
    failures = row.failures + (not rests) if known else 1
    until = now + timedelta(seconds=pause_s(trouble, failures, asked_s))
    strain = Strain(
        lane=lane,
        trouble=trouble,
        failures=failures,
        since=row.strained_at or now,
        until=max(until, row.paused_until) if rests else until,
    )
    connection.execute(
        lanes.update()
        .where(lanes.c.name == lane)
        .values(paused_until=strain.until, reason=trouble, failures=failures, strained_at=strain.since, probe=None)
    )
    return strain


def taken(connection: sa.Connection, lane: str, job: JobId) -> None:
    """The provider took this job's task: a lane that it was to try is open, and failures were not in a row.

    What was on its way when the lane tripped says nothing. No row changes, nor is locked, where nothing was wrong.
    """
    single = sa.and_(lanes.c.reason == Trouble.DOWN, lanes.c.failures.between(1, TRIP - 1))
    connection.execute(
        lanes.update()
        .where(lanes.c.name == lane, sa.or_(lanes.c.probe == job, single))
        .values(paused_until=None, reason="", failures=0, strained_at=None, probe=None)
    )


def every(connection: sa.Connection) -> tuple[Strain, ...]:
    """The lanes whose provider did not take its last tasks, paused now or not."""
    rows = connection.execute(sa.select(lanes).where(lanes.c.failures > 0, lanes.c.strained_at.is_not(None)))
    return tuple(
        Strain(
            lane=row.name,
            trouble=Trouble(row.reason),
            failures=row.failures,
            since=row.strained_at,
            until=row.paused_until or row.strained_at,
        )
        for row in rows
    )


def on_trial(row: sa.Row[Any]) -> bool:
    """Whether the lane gives one turn at a time, by its row."""
    return tripped(row.reason, row.failures)


def probing(connection: sa.Connection, row: sa.Row[Any]) -> bool:
    """Whether the job is still at it that tries the lane's provider."""
    at_it = sa.and_(jobs.c.id == row.probe, jobs.c.lane == row.name, jobs.c.status == Status.RUNNING, OPEN)
    return bool(connection.scalar(sa.select(sa.exists().where(at_it))))


def put_back(connection: sa.Connection, job: JobId, mine: sa.ColumnElement[bool]) -> bool:
    """Let a job wait again that surely was not bought, with a run of its own next time; its tag is the old one.

    False where it is to be cancelled, or not to be changed by this process.
    """
    done = connection.execute(
        jobs.update()
        .where(jobs.c.id == job, OPEN, jobs.c.ticket.is_(None), jobs.c.cancel_asked.is_(False), mine)
        .values(WAITING_AGAIN)
    )
    return done.rowcount == 1


def waiting_in(connection: sa.Connection, lane: str, before: datetime, limit: int) -> tuple[Job, ...]:
    """Jobs that wait in the lane and were accepted before that moment, the next first."""
    found = sa.select(jobs.c.job).where(
        jobs.c.lane == lane, jobs.c.status == Status.QUEUED, OPEN, jobs.c.ready, jobs.c.accepted_at < before
    )
    rows = connection.scalars(found.order_by(jobs.c.turn, jobs.c.number).limit(limit))
    return tuple(decode(job, Job) for job in rows)


WAITING_AGAIN: dict[str, Any] = {
    "status": Status.QUEUED,
    "attempt": jobs.c.attempt + 1,
    "run_by": None,
    "started_at": None,
    "submitted_at": None,
    "word": "",
    "fraction": None,
}
