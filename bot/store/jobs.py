"""The statements about jobs: taking one in, every step of its way, and finding it again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from bot.errors import (
    DuplicateError,
    JobUnknownError,
    NoOfferError,
    OverdueError,
    PictureUnknownError,
    VanishedError,
    key_of,
)
from bot.job import Cancelled, Failed, Finished, Job, JobId, Moderated, Outcome, Status, Ticket, status_of
from bot.message import Receipt, Reply
from bot.record import decode, encode
from bot.request import ImageId, Imagine, Upscale
from bot.store import announcements, ledger, processes, strains, turns, usage
from bot.store.tables import OPEN, UNDELIVERED, UNSURE, Number, images, jobs, people, receipts, sources
from bot.store.tables import announcements as announcement_table
from bot.store.values import JobRecord, Usage, Whereabouts

WORTH_TELLING: Final = timedelta(seconds=5)
"""A pause that is over sooner is not worth a change of the message."""
GIVEN_UP_S: Final = 600.0
"""A task that was given up counts at its vendor for as long, at most (BFL)."""
LOST_S: Final = 120.0
"""The same of a purchase whose answer was lost: if it went through, it ends as tasks do."""
_GIVEN_UP: Final = frozenset(key_of(error) for error in (OverdueError, VanishedError, NoOfferError))

WHOLE: Final = (
    sa.select(jobs, announcement_table, receipts.c.door, receipts.c.place, receipts.c.handle)
    .select_from(
        jobs.join(announcement_table, announcement_table.c.job == jobs.c.id).outerjoin(
            receipts, receipts.c.number == announcement_table.c.receipt
        )
    )
)  # fmt: skip


# The statements that accepting and announcing need are put together once: doing that takes longer than running them.
_SEEN: Final = people.update().where(people.c.key == sa.bindparam("person"))
_NEW_PERSON: Final = people.insert()
_NEW: Final = jobs.insert().returning(jobs.c.number)
_AHEAD: Final = sa.select(sa.func.count()).where(
    jobs.c.lane == sa.bindparam("lane"),
    jobs.c.status == Status.QUEUED,
    OPEN,
    turns.before(sa.bindparam("turn", type_=sa.Float), sa.bindparam("number", type_=Number)),
)
# The database counts the places in the queue: thousands may wait of which few are told of here.
_PLACED: Final = (
    sa.select(
        *(jobs.c.id, jobs.c.lane, jobs.c.status, jobs.c.run_by, jobs.c.word, jobs.c.fraction),
        *(jobs.c.started_at, jobs.c.cancel_asked, jobs.c.ticket, jobs.c.told_by),
        sa.func.row_number()
        .over(partition_by=(jobs.c.lane, jobs.c.status), order_by=(jobs.c.turn, jobs.c.number))
        .label("place"),
    )
    .where(OPEN)
    .subquery()
)
_WHEREABOUTS: Final = sa.select(_PLACED).where(_PLACED.c.told_by == sa.bindparam("process"))
_READY: Final = jobs.update().where(jobs.c.id == sa.bindparam("of"), OPEN).values(ready=sa.true())


def accept(
    connection: sa.Connection,
    job: Job,
    decide: Callable[[Usage], None],
    *,
    process: str,
    priority: float,
    draw: Callable[[int], Reply],
) -> int:
    """Decide over the person's numbers and write the job, its hold and its first message; gives the jobs before it.

    Raises DuplicateError, PictureUnknownError.
    """
    _lock(connection, job)
    lane = job.provider
    first, used = usage.look(connection, job)
    if first is not None:
        raise DuplicateError(job=first)
    needed = sources_of(job)
    if needed:
        there = connection.scalar(sa.select(sa.func.count()).where(images.c.id.in_(needed)))
        if there != len(needed):
            raise PictureUnknownError
    decide(used)
    row = {
        "id": job.id,
        "door": job.by.door,
        "event": job.event,
        "person_key": job.by.key,
        "provider": job.provider,
        "model": job.model,
        "lane": lane,
        "status": Status.QUEUED,
        "job": encode(job),
        "accepted_at": job.accepted_at,
        "cancel_asked": False,
        "word": "",
        "turn": turns.tag(connection, lane, job.by.key, priority, job.accepted_at),
        "told_by": process,
        "posting_at": job.accepted_at,
        "ready": False,
    }
    number = connection.scalar(_NEW, row)
    if needed:
        connection.execute(sources.insert(), [{"job": job.id, "image": image} for image in needed])
    before = ledger.hold(connection, job, job.accepted_at)
    if before != used.totals:  # on PostgreSQL, another process was in between: now nobody is
        decide(replace(used, totals=before))
    ahead = connection.scalar(_AHEAD, {"lane": lane, "turn": row["turn"], "number": number}) or 0
    announcements.begin(connection, job, draw(ahead))
    return ahead


def sources_of(job: Job) -> frozenset[ImageId]:
    """The pictures that the job works from."""
    match job.request:
        case Upscale(source=source):
            return frozenset((source,))
        case Imagine(references=references):
            return frozenset(references)


def one(connection: sa.Connection, job_id: JobId) -> JobRecord:
    """Raises JobUnknownError."""
    row = (connection.execute(WHOLE.where(jobs.c.id == job_id))).mappings().one_or_none()
    if row is None:
        raise JobUnknownError
    return _record(row)


def newest(connection: sa.Connection, wanted: Sequence[sa.ColumnElement[bool]], limit: int) -> tuple[JobRecord, ...]:
    """Jobs of which all of that is true, the last accepted first."""
    rows = connection.execute(WHOLE.where(*wanted).order_by(jobs.c.number.desc()).limit(limit))
    return tuple(_record(row) for row in rows.mappings())


def of_person(connection: sa.Connection, person_key: str, limit: int) -> tuple[JobRecord, ...]:
    """The person's jobs, the last accepted first, along the index by person."""
    order = jobs.c.accepted_at.desc(), jobs.c.number.desc()
    rows = connection.execute(WHOLE.where(jobs.c.person_key == person_key).order_by(*order).limit(limit))
    return tuple(_record(row) for row in rows.mappings())


def change(
    connection: sa.Connection, job_id: JobId, condition: sa.ColumnElement[bool] = OPEN, /, **values: Any
) -> bool:
    """Change the job where the condition holds: by default, where it has not ended. False where it does not hold."""
    done = connection.execute(jobs.update().where(jobs.c.id == job_id, condition).values(values))
    return done.rowcount == 1


def begin(connection: sa.Connection, job_id: JobId, process: str, now: datetime) -> bool:
    """Note that the job runs in that process; False where it has ended, or another one has it."""
    free = sa.and_(OPEN, sa.or_(jobs.c.run_by.is_(None), jobs.c.run_by == process))
    started = sa.func.coalesce(jobs.c.started_at, now)
    return change(connection, job_id, free, status=Status.RUNNING, started_at=started, run_by=process)


def submitting(connection: sa.Connection, job_id: JobId, process: str, now: datetime) -> bool:
    """Note that a paid request is about to leave; False where it must not: ended, to be cancelled, or not ours."""
    mine = sa.and_(jobs.c.run_by == process, processes.lives(process))
    if not change(connection, job_id, sa.and_(OPEN, jobs.c.cancel_asked.is_(False), mine), submitted_at=now):
        return False
    ledger.mark(connection, (one(connection, job_id)).job, now)
    return True


def delivered(connection: sa.Connection, job_id: JobId, now: datetime, told: bool) -> None:
    """Note that the end of the job needs no telling any more, and whether it was told."""
    first = sa.func.coalesce(jobs.c.delivered_at, now)
    change(connection, job_id, jobs.c.ended_at.is_not(None), delivered_at=first, untold=not told)


def shown(connection: sa.Connection, job_ids: Sequence[JobId]) -> None:
    """Note that the person has seen these."""
    connection.execute(jobs.update().where(jobs.c.id.in_(job_ids)).values(untold=False))


def cancel_asked(connection: sa.Connection, job_id: JobId) -> bool:
    return bool(connection.scalar(sa.select(jobs.c.cancel_asked).where(jobs.c.id == job_id)))


def finish(
    connection: sa.Connection,
    job_id: JobId,
    outcome: Outcome,
    now: datetime,
    condition: sa.ColumnElement[bool] = OPEN,
) -> bool:
    """End the job and settle its hold; False where the condition does not hold, as for one that has ended."""
    row = (
        connection.execute(
            jobs.update()
            .where(jobs.c.id == job_id, OPEN, condition)
            .values(status=status_of(outcome), outcome=encode(outcome), ended_at=now, word=_last_word(outcome))
            .returning(jobs.c.job, jobs.c.ticket, jobs.c.lane)
        )
    ).one_or_none()
    if row is None:
        return False
    ticket = None if row.ticket is None else decode(row.ticket, Ticket)
    ledger.settle(connection, decode(row.job, Job), outcome, ticket, now)
    match outcome:
        case Finished() | Moderated():
            strains.taken(connection, row.lane, job_id)
        case Failed(unsure=True) if (slot_s := _slot_s(outcome, ticket)) is not None:
            change(connection, job_id, UNSURE, slot_until=now + timedelta(seconds=slot_s))
        case Failed() | Cancelled():
            pass
    return True


def ticketed(connection: sa.Connection, job_id: JobId, ticket: Ticket) -> None:
    """Note the provider's claim check, and that it takes tasks."""
    change(connection, job_id, ticket=encode(ticket))
    strains.taken(connection, ticket.provider, job_id)


def take_back(connection: sa.Connection, job_id: JobId, now: datetime) -> bool:
    """End a queued job as cancelled; where no message of it stands, the refusal is the telling. False: not queued."""
    if not finish(connection, job_id, Cancelled(), now, jobs.c.status == Status.QUEUED):
        return False
    if one(connection, job_id).receipt is None:
        delivered(connection, job_id, now, told=True)
    return True


def announced(connection: sa.Connection, job_id: JobId) -> None:
    """The job may be given its turn: whoever asked has been told of it, or will be."""
    connection.execute(_READY, {"of": job_id})


def untold(connection: sa.Connection, process: str, doors: Sequence[str], limit: int) -> tuple[JobId, ...]:
    """Ended jobs of these doors that this process is to tell and that nobody deleted; the oldest first."""
    deleted = sa.exists().where(announcement_table.c.job == jobs.c.id, announcement_table.c.deleted_at.is_not(None))
    mine = sa.select(jobs.c.id).where(UNDELIVERED, jobs.c.told_by == process, processes.of_doors(doors), ~deleted)
    return tuple(JobId(job) for job in connection.scalars(mine.order_by(jobs.c.number).limit(limit)))


def ahead(connection: sa.Connection, job_id: JobId) -> int:
    """Queued jobs of the same lane whose turn is before this queued one's; 0 for any other job."""
    own = (
        sa.select(jobs.c.lane, jobs.c.turn, jobs.c.number)
        .where(jobs.c.id == job_id, jobs.c.status == Status.QUEUED)
        .subquery()
    )
    return _count(connection, jobs.c.lane == own.c.lane, turns.before(own.c.turn, own.c.number), _is(Status.QUEUED))


def whereabouts(connection: sa.Connection, process: str, now: datetime) -> dict[JobId, Whereabouts]:
    """How the open jobs stand that this process tells of."""
    paused = {pause.provider: pause for pause in turns.pauses(connection, now + WORTH_TELLING)}
    rows = connection.execute(_WHEREABOUTS, {"process": process})
    return {
        JobId(row.id): Whereabouts(
            ahead=row.place - 1 if row.status == Status.QUEUED else None,
            run_by=row.run_by,
            word=row.word,
            fraction=row.fraction,
            started_at=row.started_at,
            cancel_asked=row.cancel_asked,
            ticket=_maybe(row.ticket),
            pause=paused.get(row.lane) if row.status == Status.QUEUED else None,
            lane=row.lane,
        )
        for row in rows
    }


def words(connection: sa.Connection, said: Mapping[JobId, tuple[str, float | None]]) -> None:
    """Note the provider's own status words, and 0..1 where it tells, of jobs that run."""
    for job, (word, fraction) in said.items():
        change(connection, job, word=word, fraction=fraction)


def stopping(connection: sa.Connection, process: str) -> tuple[JobId, ...]:
    """Running jobs of this process that are to be cancelled."""
    mine = sa.and_(_is(Status.RUNNING), jobs.c.run_by == process, jobs.c.cancel_asked)
    return tuple(JobId(job) for job in connection.scalars(sa.select(jobs.c.id).where(mine)))


def _lock(connection: sa.Connection, job: Job) -> None:
    """Let nobody else accept for this person until the end of the transaction.

    SQLite has one writer anyway; on PostgreSQL the person's row is what two processes queue for.
    """
    seen = {"name": job.by.name, "seen_at": job.accepted_at}
    if not connection.execute(_SEEN, {"person": job.by.key, **seen}).rowcount:
        connection.execute(_NEW_PERSON, {"key": job.by.key, **seen})


def _count(connection: sa.Connection, *wanted: sa.ColumnElement[bool]) -> int:
    return connection.scalar(sa.select(sa.func.count()).where(jobs.c.number.is_not(None), *wanted)) or 0


def _is(status: Status) -> sa.ColumnElement[bool]:
    return sa.and_(jobs.c.status == status, OPEN)  # OPEN for the sake of its partial index


def _slot_s(outcome: Failed, ticket: Ticket | None) -> float | None:
    """Seconds for which a job of unknown end may still be under way at the provider; None where its task ended."""
    if ticket is None:
        return LOST_S
    return GIVEN_UP_S if outcome.key in _GIVEN_UP else None


def _last_word(outcome: Outcome) -> Any:
    """The provider's last status word, where the outcome carries one."""
    return getattr(outcome, "word", "") or jobs.c.word


def _record(of: sa.RowMapping) -> JobRecord:
    handle = of[receipts.c.handle]
    return JobRecord(
        job=decode(of[jobs.c.job], Job),
        lane=of[jobs.c.lane],
        status=Status(of[jobs.c.status]),
        accepted_at=of[jobs.c.accepted_at],
        started_at=of[jobs.c.started_at],
        submitted_at=of[jobs.c.submitted_at],
        posting_at=of[jobs.c.posting_at],
        ended_at=of[jobs.c.ended_at],
        delivered_at=of[jobs.c.delivered_at],
        ticket=_maybe(of[jobs.c.ticket]),
        word=of[jobs.c.word],
        fraction=of[jobs.c.fraction],
        outcome=_maybe(of[jobs.c.outcome]),
        reply=_maybe(of[announcement_table.c.reply]),
        receipt=None if handle is None else Receipt(of[receipts.c.door], of[receipts.c.place], handle),
        revision=of[announcement_table.c.revision],
        cancel_asked=of[jobs.c.cancel_asked],
        untold=of[jobs.c.untold],
        deleted=of[announcement_table.c.deleted_at] is not None,
        attempt=of[jobs.c.attempt],
        run_by=of[jobs.c.run_by],
    )


def _maybe(json: Any) -> Any:
    return None if json is None else decode(json)
