"""The statements of upkeep: what is stuck, running a job anew, and what is old enough to be forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from bot.errors import TooLateError
from bot.job import Job, JobId, Status
from bot.record import encode
from bot.spending import Tab
from bot.store import jobs as job_verbs
from bot.store import ledger, turns
from bot.store.tables import OPEN, UNDELIVERED, jobs
from bot.store.values import JobRecord


def stuck(connection: sa.Connection, open_since: datetime, untold_since: datetime, limit: int) -> tuple[JobRecord, ...]:
    """Jobs that have been open or untold since before those moments, and all unsure ones; the newest first."""
    late = sa.and_(OPEN, jobs.c.accepted_at < open_since)
    untold = sa.and_(UNDELIVERED, jobs.c.ended_at < untold_since)
    return job_verbs.newest(connection, [sa.or_(late, untold, jobs.c.status == Status.UNSURE)], limit)


def rerun(connection: sa.Connection, job_id: JobId, count: Callable[[Job], tuple[Tab, ...]], now: datetime) -> None:
    """Let a job that ended without a picture wait for another run, with a new hold.

    Raises JobUnknownError, and TooLateError where it has not ended, ended in a picture or unsure, or is forgotten.
    """
    record = job_verbs.one(connection, job_id)
    again = (Status.FAILED, Status.MODERATED, Status.CANCELLED)
    if record.status not in again or record.deleted:
        raise TooLateError()
    job = replace(record.job, tabs=count(record.job))  # what it costs from now on belongs to this day
    begun = jobs.update().where(jobs.c.id == job_id, jobs.c.status.in_(again)).values(
        job=encode(job),
        status=Status.QUEUED,
        attempt=jobs.c.attempt + 1,
        turn=turns.tag(connection, record.lane, record.job.by.key, 0.0, record.accepted_at),
        ready=True,
        started_at=None,
        submitted_at=None,
        ended_at=None,
        delivered_at=None,
        ticket=None,
        outcome=None,
        word="",
        fraction=None,
        cancel_asked=False,
        untold=False,
        run_by=None,
        told_by=None,  # the next beat of a process that has the door takes its message up
    )  # fmt: skip
    if connection.execute(begun).rowcount == 0:  # another terminal was first
        raise TooLateError()
    ledger.hold(connection, job, now)


def old(connection: sa.Connection, before: datetime, after: int, limit: int) -> tuple[tuple[int, JobId], ...]:
    """Jobs that ended before that moment and of which words are kept, from a number on, each with its number."""
    wanted = sa.select(jobs.c.number, jobs.c.id).where(
        jobs.c.number > after, jobs.c.erased.is_(False), jobs.c.ended_at < before
    )
    rows = connection.execute(wanted.order_by(jobs.c.number).limit(limit))
    return tuple((row.number, JobId(row.id)) for row in rows)
