"""The statements about jobs that ended unsure: whose turn it is to be looked at again, and their true end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from bot.errors import BudgetSpentError
from bot.job import Job, JobId, Outcome, Ticket, status_of
from bot.record import decode, encode
from bot.spending import NOTHING
from bot.store import ledger
from bot.store.callbacks import OF_JOB
from bot.store.tables import UNSURE, announcements, callbacks, jobs

SOON: Final = timedelta(seconds=30)
"""Between two looks in the first minutes, of which there are EARLY."""
EARLY: Final = timedelta(minutes=10)
LATER: Final = timedelta(minutes=10)
"""Between two looks from then on."""
GIVEN_UP: Final = timedelta(days=1)


def take_due(connection: sa.Connection, now: datetime, limit: int) -> tuple[JobId, ...]:
    """Unsure jobs that can and should be looked at now, which is noted; the oldest first."""
    called = sa.exists().where(OF_JOB)
    news = sa.exists().where(OF_JOB, sa.or_(jobs.c.looked_at.is_(None), callbacks.c.at > jobs.c.looked_at))
    last = sa.func.coalesce(jobs.c.looked_at, jobs.c.ended_at)
    waited = sa.or_(sa.and_(jobs.c.ended_at > now - EARLY, last <= now - SOON), last <= now - LATER)
    due = sa.and_(
        UNSURE,
        sa.or_(jobs.c.ticket.is_not(None), called),
        sa.or_(news, sa.and_(jobs.c.ended_at > now - GIVEN_UP, waited)),
    )
    # The condition stands in the update, too: of two processes that found the same job, the second finds it taken.
    some = sa.select(jobs.c.id).where(due).order_by(jobs.c.number).limit(limit)
    taken = jobs.update().where(jobs.c.id.in_(some), due).values(looked_at=now).returning(jobs.c.id, jobs.c.number)
    return tuple(JobId(row.id) for row in sorted(connection.execute(taken), key=lambda row: row.number))


def settle(connection: sa.Connection, job_id: JobId, outcome: Outcome, ticket: Ticket | None, now: datetime) -> bool:
    """Give an unsure job its true end and settle its hold; False where it has one. It is to be told anew."""
    gone = sa.exists().where(announcements.c.job == jobs.c.id, announcements.c.deleted_at.is_not(None))
    known = {} if ticket is None else {"ticket": encode(ticket)}
    row = connection.execute(
        jobs.update()
        .where(jobs.c.id == job_id, UNSURE)
        .values(
            status=status_of(outcome),
            outcome=encode(outcome),
            ended_at=now,
            word=getattr(outcome, "word", "") or jobs.c.word,
            delivered_at=sa.case((gone, jobs.c.delivered_at), else_=None),
            untold=False,
            **known,
        )
        .returning(jobs.c.job, jobs.c.ticket)
    ).one_or_none()
    if row is None:
        return False
    claim = None if row.ticket is None else decode(row.ticket, Ticket)
    ledger.settle(connection, decode(row.job, Job), outcome, claim, now)
    return True


def resubmitting(connection: sa.Connection, job: Job, now: datetime) -> None:
    """Count the first purchase, which may have gone through, as paid, before there is a second one.

    Raises BudgetSpentError where a cap does not allow for that.
    """
    before = ledger.doubt(connection, job, now)
    price = job.reserved_cents or NOTHING
    if any(tab.cents is not None and spent.cents + price > tab.cents for tab, spent in before.items()):
        raise BudgetSpentError
