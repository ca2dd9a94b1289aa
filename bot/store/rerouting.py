"""The statements that hand a job to another provider: its lane, its turn and its money change in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import sqlalchemy as sa

from bot.job import Job, Status
from bot.record import decode, encode
from bot.spending import Spent, Tab
from bot.store import ledger, processes, turns
from bot.store.strains import WAITING_AGAIN
from bot.store.tables import OPEN, jobs


def reroute(
    connection: sa.Connection,
    job: Job,
    decide: Callable[[Mapping[Tab, Spent]], None],
    *,
    found: Status,
    process: str,
    priority: float,
    now: datetime,
) -> bool:
    """Let the job wait as it is now, with what `decide` allows for the new price; False where it is not to be moved.

    Movable is what still stands as it was found: what waited and has a turn by now may be on its way to be bought.
    """
    mine = jobs.c.status == found
    if found is not Status.QUEUED:
        mine = sa.and_(mine, jobs.c.run_by == process, processes.lives(process))
    unbought = sa.and_(OPEN, jobs.c.ticket.is_(None), jobs.c.cancel_asked.is_(False))
    movable = sa.and_(jobs.c.id == job.id, jobs.c.lane != job.provider, unbought, mine)
    before = connection.scalar(sa.select(jobs.c.job).where(movable).with_for_update())
    if before is None:
        return False
    values = {
        **WAITING_AGAIN,
        "provider": job.provider,
        "model": job.model,
        "lane": job.provider,
        "job": encode(job),
        "turn": turns.tag(connection, job.provider, job.by.key, priority, now),
    }
    connection.execute(jobs.update().where(jobs.c.id == job.id).values(values))
    decide(ledger.move(connection, decode(before, Job), job, now))
    return True
