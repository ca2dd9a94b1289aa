"""The statements about what one person has used up: what accepting their next job is decided over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from bot.job import Job, JobId
from bot.spending import Spent, Tab
from bot.store import totals
from bot.store.tables import OPEN, jobs
from bot.store.values import Usage

MINUTE: Final = timedelta(minutes=1)


def _number_of(*wanted: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.count()).select_from(jobs).where(*wanted).scalar_subquery()


_MINE: Final = jobs.c.person_key == sa.bindparam("person")
# Both ends: after the wall clock jumped back, rows from "the future" must not count as the last minute for hours.
_LATELY: Final = sa.and_(
    _MINE, jobs.c.accepted_at > sa.bindparam("minute_ago"), jobs.c.accepted_at <= sa.bindparam("now")
)
_SAME: Final = sa.and_(jobs.c.door == sa.bindparam("door"), jobs.c.event == sa.bindparam("event"))
# Put together once: for statements of this size that takes longer than running them.
_USED: Final = sa.select(
    _number_of(_LATELY).label("lately"),
    sa.select(sa.func.min(jobs.c.accepted_at)).where(_LATELY).scalar_subquery().label("oldest_at"),
    _number_of(_MINE, OPEN).label("active"),
)
_LOOK: Final = _USED.add_columns(sa.select(jobs.c.id).where(_SAME).scalar_subquery().label("first"))


def look(connection: sa.Connection, job: Job) -> tuple[JobId | None, Usage]:
    """The first job of the same event, and the numbers that accepting this one is decided over."""
    of = _of(job.by.key, job.accepted_at)
    row = connection.execute(_LOOK, {**of, "door": job.by.door, "event": job.event}).one()
    return row.first, _used(row, totals.read(connection, job.tabs))


def of_person(connection: sa.Connection, person_key: str, tabs: Sequence[Tab], now: datetime) -> Usage:
    """The person's numbers as a job accepted now, with these tabs, would find them."""
    return _used(connection.execute(_USED, _of(person_key, now)).one(), totals.read(connection, tabs))


def _of(person_key: str, now: datetime) -> dict[str, Any]:
    return {"person": person_key, "minute_ago": now - MINUTE, "now": now}


def _used(row: sa.Row[Any], shown: Mapping[Tab, Spent]) -> Usage:
    return Usage(
        jobs_last_minute=row.lately,
        oldest_in_minute_at=row.oldest_at,
        active_jobs=row.active,
        totals=shown,
    )
