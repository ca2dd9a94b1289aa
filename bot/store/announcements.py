"""The statements about messages: where each was posted, what it says, and in which order it changed."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa

from bot.job import Job, JobId
from bot.message import Receipt, Reply
from bot.record import decode, encode
from bot.store.tables import Moment, Number, announcements, counters, receipts
from bot.store.values import KeptReply

# Put together once: that takes longer than running them.
_OF: Final = announcements.c.job == sa.bindparam("of")
_KNOWN: Final = sa.select(receipts.c.number, receipts.c.job).where(
    *(column == sa.bindparam(column.name) for column in (receipts.c.door, receipts.c.place, receipts.c.handle))
)
_NEW: Final = receipts.insert().returning(receipts.c.number)
_STANDS: Final = announcements.update().where(_OF)
# The counter's row is locked until the commit, so revisions become visible in their order.
_NEXT: Final = (
    counters.update()
    .where(counters.c.name == "revision")
    .values(value=counters.c.value + 1)
    .returning(counters.c.value)
)
_CHANGE: Final = (
    announcements.update()
    .where(_OF, announcements.c.deleted_at.is_(None))
    .values(
        position=sa.func.coalesce(announcements.c.position, sa.bindparam("next", type_=Number)),
        posted_at=sa.func.coalesce(announcements.c.posted_at, sa.bindparam("now", type_=Moment)),
    )
    .returning(announcements.c.revision)
)
_BEGUN: Final = announcements.insert()
_REVISION: Final = sa.select(announcements.c.revision).where(_OF)


def begin(connection: sa.Connection, job: Job, reply: Reply) -> None:
    """The job's first message, which stands below all others of its place."""
    revision = connection.scalar(_NEXT)
    row = {
        "job": job.id,
        "door": job.at.door,
        "place": job.at.id,
        "private": job.at.private,
        "reply": encode(reply),
        "revision": revision,
        "position": revision,
        "posted_at": job.accepted_at,
    }
    connection.execute(_BEGUN, row)


def keep_receipt(connection: sa.Connection, job: JobId, receipt: Receipt, now: datetime) -> None:
    """Note where the job's message stands; earlier receipts still find the job."""
    at = {"door": receipt.door, "place": receipt.place, "handle": receipt.handle}
    known = connection.execute(_KNOWN, at).one_or_none()
    number = connection.scalar(_NEW, {**at, "job": job, "kept_at": now}) if known is None else known.number
    connection.execute(_STANDS, {"of": job, "receipt": number})


def job_at(connection: sa.Connection, receipt: Receipt) -> JobId | None:
    """The job whose message stands there."""
    at = {"door": receipt.door, "place": receipt.place, "handle": receipt.handle}
    known = connection.execute(_KNOWN, at).one_or_none()
    return None if known is None else JobId(known.job)


def keep_reply(connection: sa.Connection, job: JobId, reply: Reply, now: datetime) -> int:
    """The message as it stands from now on, and its revision; a deleted one stays as it is."""
    return _change(connection, job, now, reply=encode(reply), deleted_at=None)


def remove(connection: sa.Connection, job: JobId, now: datetime) -> int:
    """Take the message away for good, and tell so by a new revision."""
    return _change(connection, job, now, reply=None, deleted_at=now)


def since(connection: sa.Connection, door: str, place: str, revision: int, limit: int) -> tuple[KeptReply, ...]:
    """What changed after that revision, in the order of the changes; deleted messages have no reply."""
    return _read(connection, door, place, announcements.c.revision > revision, announcements.c.revision.asc(), limit)


def last(connection: sa.Connection, door: str, place: str, before: int | None, limit: int) -> tuple[KeptReply, ...]:
    """The last messages that are there, or those before a position; in the order of their posting."""
    wanted = sa.and_(announcements.c.deleted_at.is_(None), announcements.c.position.is_not(None))
    if before is not None:
        wanted &= announcements.c.position < before
    return (_read(connection, door, place, wanted, announcements.c.position.desc(), limit))[::-1]


def _change(connection: sa.Connection, job: JobId, now: datetime, **columns: object) -> int:
    revision = connection.scalar(_NEXT)
    changed = connection.scalar(_CHANGE, {"of": job, "next": revision, "now": now, "revision": revision, **columns})
    return int(changed or connection.scalar(_REVISION, {"of": job}) or 0)


def _read(
    connection: sa.Connection,
    door: str,
    place: str,
    wanted: sa.ColumnElement[bool],
    order: sa.ColumnElement[int],
    limit: int,
) -> tuple[KeptReply, ...]:
    here = sa.and_(announcements.c.door == door, announcements.c.place == place, announcements.c.private.is_(False))
    rows = connection.execute(sa.select(announcements).where(here, wanted).order_by(order).limit(limit))
    return tuple(
        KeptReply(
            job=JobId(row.job),
            revision=row.revision,
            position=row.position,
            reply=None if row.reply is None else decode(row.reply, Reply),
            posted_at=row.posted_at,
        )
        for row in rows
    )
