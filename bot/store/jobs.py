"""The statements about jobs: taking one in, every step of its way, and finding it again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import DuplicateError, JobUnknownError, PictureUnknownError
from bot.job import Job, JobId, Outcome, Status, Ticket, status_of
from bot.message import Receipt
from bot.record import decode, encode
from bot.request import ImageId, Imagine, Upscale
from bot.store import ledger
from bot.store.tables import OPEN, UNDELIVERED, announcements, images, jobs, people, receipts, sources
from bot.store.values import JobRecord, Usage

MINUTE: Final = timedelta(minutes=1)
WHOLE: Final = (
    sa.select(jobs, announcements, receipts.c.door, receipts.c.place, receipts.c.handle)
    .select_from(
        jobs.join(announcements, announcements.c.job == jobs.c.id).outerjoin(
            receipts, receipts.c.number == announcements.c.receipt
        )
    )
)  # fmt: skip


async def accept(
    connection: AsyncConnection, job: Job, lane: str, decide: Callable[[Usage], None], day_starts_at: datetime
) -> None:
    """Decide over the person's numbers and write the job with its hold. Raises DuplicateError, PictureUnknownError."""
    await _lock(connection, job)
    first, usage = await _usage(connection, job, day_starts_at)
    if first is not None:
        raise DuplicateError(job=first)
    needed = sources_of(job)
    if needed:
        there = await connection.scalar(sa.select(sa.func.count()).where(images.c.id.in_(needed)))
        if there != len(needed):
            raise PictureUnknownError
    decide(usage)
    await connection.execute(
        jobs.insert().values(
            id=job.id,
            door=job.by.door,
            event=job.event,
            person_key=job.by.key,
            provider=job.provider,
            model=job.model,
            lane=lane,
            status=Status.QUEUED,
            job=encode(job),
            accepted_at=job.accepted_at,
            cancel_asked=False,
            word="",
        )
    )
    await connection.execute(
        announcements.insert().values(job=job.id, door=job.at.door, place=job.at.id, private=job.at.private, revision=0)
    )
    if needed:
        await connection.execute(sources.insert(), [{"job": job.id, "image": image} for image in needed])
    await ledger.hold(connection, job)


def sources_of(job: Job) -> frozenset[ImageId]:
    """The pictures that the job works from."""
    match job.request:
        case Upscale(source=source):
            return frozenset((source,))
        case Imagine(references=references):
            return frozenset(references)


async def one(connection: AsyncConnection, job_id: JobId) -> JobRecord:
    """Raises JobUnknownError."""
    row = (await connection.execute(WHOLE.where(jobs.c.id == job_id))).mappings().one_or_none()
    if row is None:
        raise JobUnknownError
    return _record(row)


async def newest(
    connection: AsyncConnection, wanted: Sequence[sa.ColumnElement[bool]], limit: int
) -> tuple[JobRecord, ...]:
    """Jobs of which all of that is true, the last accepted first."""
    rows = await connection.execute(WHOLE.where(*wanted).order_by(jobs.c.number.desc()).limit(limit))
    return tuple(_record(row) for row in rows.mappings())


async def of_person(connection: AsyncConnection, person_key: str, limit: int) -> tuple[JobRecord, ...]:
    """The person's jobs, the last accepted first, along the index by person."""
    order = jobs.c.accepted_at.desc(), jobs.c.number.desc()
    rows = await connection.execute(WHOLE.where(jobs.c.person_key == person_key).order_by(*order).limit(limit))
    return tuple(_record(row) for row in rows.mappings())


async def change(
    connection: AsyncConnection, job_id: JobId, condition: sa.ColumnElement[bool] = OPEN, /, **values: Any
) -> bool:
    """Change the job where the condition holds: by default, where it has not ended. False where it does not hold."""
    done = await connection.execute(jobs.update().where(jobs.c.id == job_id, condition).values(values))
    return done.rowcount == 1


async def submitting(connection: AsyncConnection, job_id: JobId, now: datetime) -> bool:
    """Note that a paid request is about to leave; False where it must not: ended, or to be cancelled."""
    if not await change(connection, job_id, sa.and_(OPEN, jobs.c.cancel_asked.is_(False)), submitted_at=now):
        return False
    await ledger.mark(connection, (await one(connection, job_id)).job, now)
    return True


async def cancel_asked(connection: AsyncConnection, job_id: JobId) -> bool:
    return bool(await connection.scalar(sa.select(jobs.c.cancel_asked).where(jobs.c.id == job_id)))


async def finish(
    connection: AsyncConnection,
    job_id: JobId,
    outcome: Outcome,
    now: datetime,
    condition: sa.ColumnElement[bool] = OPEN,
) -> bool:
    """End the job and settle its hold; False where the condition does not hold, as for one that has ended."""
    row = (
        await connection.execute(
            jobs.update()
            .where(jobs.c.id == job_id, OPEN, condition)
            .values(status=status_of(outcome), outcome=encode(outcome), ended_at=now, word=_last_word(outcome))
            .returning(jobs.c.job, jobs.c.ticket)
        )
    ).one_or_none()
    if row is None:
        return False
    ticket = None if row.ticket is None else decode(row.ticket, Ticket)
    await ledger.settle(connection, decode(row.job, Job), outcome, ticket, now)
    return True


async def open_ids(connection: AsyncConnection) -> tuple[JobId, ...]:
    """Jobs that have not ended, the oldest first."""
    return await _ids(connection, OPEN)


async def undelivered_ids(connection: AsyncConnection) -> tuple[JobId, ...]:
    """Jobs that have ended, whose end was not told, and that nobody deleted; the oldest first."""
    deleted = sa.exists().where(announcements.c.job == jobs.c.id, announcements.c.deleted_at.is_not(None))
    return await _ids(connection, sa.and_(UNDELIVERED, ~deleted))


async def ahead(connection: AsyncConnection, job_id: JobId) -> int:
    """Queued jobs of the same lane that were accepted before this queued one; 0 for any other job."""
    own = sa.select(jobs.c.lane, jobs.c.number).where(jobs.c.id == job_id, jobs.c.status == Status.QUEUED).subquery()
    return await _count(connection, jobs.c.lane == own.c.lane, jobs.c.number < own.c.number, _is(Status.QUEUED))


async def active(connection: AsyncConnection, lane: str) -> int:
    """Running jobs of the lane."""
    return await _count(connection, jobs.c.lane == lane, _is(Status.RUNNING))


async def _lock(connection: AsyncConnection, job: Job) -> None:
    """Let nobody else accept for this person until the end of the transaction.

    SQLite has one writer anyway; on PostgreSQL the person's row is what two processes queue for.
    """
    seen = {"name": job.by.name, "seen_at": job.accepted_at}
    known = await connection.execute(people.update().where(people.c.key == job.by.key).values(seen))
    if not known.rowcount:
        await connection.execute(people.insert().values(key=job.by.key, **seen))


async def _usage(connection: AsyncConnection, job: Job, day_starts_at: datetime) -> tuple[JobId | None, Usage]:
    """The first job of the same event, and the person's numbers, in one statement."""
    mine = jobs.c.person_key == job.by.key
    # Both ends: after the wall clock jumped back, rows from "the future" must not count as the last minute for hours.
    lately = sa.and_(mine, jobs.c.accepted_at > job.accepted_at - MINUTE, jobs.c.accepted_at <= job.accepted_at)
    row = (
        await connection.execute(
            sa.select(
                sa.select(jobs.c.id)
                .where(jobs.c.door == job.by.door, jobs.c.event == job.event)
                .scalar_subquery()
                .label("first"),
                sa.select(sa.func.count()).select_from(jobs).where(lately).scalar_subquery().label("lately"),
                sa.select(sa.func.min(jobs.c.accepted_at)).where(lately).scalar_subquery().label("oldest_at"),
                sa.select(sa.func.count()).select_from(jobs).where(mine, OPEN).scalar_subquery().label("active"),
                ledger.pictures_since(job.by.key, day_starts_at).label("pictures"),
            )
        )
    ).one()
    return row.first, Usage(
        jobs_last_minute=row.lately,
        oldest_in_minute_at=row.oldest_at,
        active_jobs=row.active,
        pictures_today=int(row.pictures),
        day_starts_at=day_starts_at,
    )


async def _ids(connection: AsyncConnection, wanted: sa.ColumnElement[bool]) -> tuple[JobId, ...]:
    rows = await connection.scalars(sa.select(jobs.c.id).where(wanted).order_by(jobs.c.number))
    return tuple(JobId(row) for row in rows)


async def _count(connection: AsyncConnection, *wanted: sa.ColumnElement[bool]) -> int:
    return await connection.scalar(sa.select(sa.func.count()).where(jobs.c.number.is_not(None), *wanted)) or 0


def _is(status: Status) -> sa.ColumnElement[bool]:
    return sa.and_(jobs.c.status == status, OPEN)  # OPEN for the sake of its partial index


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
        reply=_maybe(of[announcements.c.reply]),
        receipt=None if handle is None else Receipt(of[receipts.c.door], of[receipts.c.place], handle),
        revision=of[announcements.c.revision],
        cancel_asked=of[jobs.c.cancel_asked],
        deleted=of[announcements.c.deleted_at] is not None,
    )


def _maybe(json: Any) -> Any:
    return None if json is None else decode(json)
