"""The statements about messages: where each was posted, what it says, and in which order it changed."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.job import JobId
from bot.message import Receipt, Reply
from bot.record import decode, encode
from bot.store.tables import announcements, counters, receipts
from bot.store.values import KeptReply

REVISION = "revision"


async def keep_receipt(connection: AsyncConnection, job: JobId, receipt: Receipt, now: datetime) -> None:
    """Note where the job's message stands; earlier receipts still find the job."""
    number = await connection.scalar(sa.select(receipts.c.number).where(*_same(receipt)))
    if number is None:
        number = await connection.scalar(
            receipts.insert()
            .values(job=job, door=receipt.door, place=receipt.place, handle=receipt.handle, kept_at=now)
            .returning(receipts.c.number)
        )
    await connection.execute(announcements.update().where(announcements.c.job == job).values(receipt=number))


async def job_at(connection: AsyncConnection, receipt: Receipt) -> JobId | None:
    """The job whose message stands there."""
    found = await connection.scalar(sa.select(receipts.c.job).where(*_same(receipt)))
    return None if found is None else JobId(found)


async def keep_reply(connection: AsyncConnection, job: JobId, reply: Reply, now: datetime) -> int:
    """The message as it stands from now on, and its revision; a deleted one stays as it is."""
    return await _change(connection, job, announcements.c.deleted_at.is_(None), now, reply=encode(reply))


async def remove(connection: AsyncConnection, job: JobId, now: datetime) -> int:
    """Take the message away for good, and tell so by a new revision."""
    return await _change(connection, job, announcements.c.deleted_at.is_(None), now, reply=None, deleted_at=now)


async def since(connection: AsyncConnection, door: str, place: str, revision: int, limit: int) -> tuple[KeptReply, ...]:
    """What changed after that revision, in the order of the changes; deleted messages have no reply."""
    return await _read(
        connection, door, place, announcements.c.revision > revision, announcements.c.revision.asc(), limit
    )


async def last(
    connection: AsyncConnection, door: str, place: str, before: int | None, limit: int
) -> tuple[KeptReply, ...]:
    """The last messages that are there, or those before a position; in the order of their posting."""
    wanted = sa.and_(announcements.c.deleted_at.is_(None), announcements.c.position.is_not(None))
    if before is not None:
        wanted &= announcements.c.position < before
    return (await _read(connection, door, place, wanted, announcements.c.position.desc(), limit))[::-1]


async def _change(
    connection: AsyncConnection, job: JobId, condition: sa.ColumnElement[bool], now: datetime, **values: object
) -> int:
    # The counter's row is locked until the commit, so revisions become visible in their order.
    revision = await connection.scalar(
        counters.update()
        .where(counters.c.name == REVISION)
        .values(value=counters.c.value + 1)
        .returning(counters.c.value)
    )
    changed = await connection.scalar(
        announcements.update()
        .where(announcements.c.job == job, condition)
        .values(
            revision=revision,
            position=sa.func.coalesce(announcements.c.position, revision),
            posted_at=sa.func.coalesce(announcements.c.posted_at, now),
            **values,
        )
        .returning(announcements.c.revision)
    )
    if changed is not None:
        return int(changed)
    return await connection.scalar(sa.select(announcements.c.revision).where(announcements.c.job == job)) or 0


async def _read(
    connection: AsyncConnection,
    door: str,
    place: str,
    wanted: sa.ColumnElement[bool],
    order: sa.ColumnElement[int],
    limit: int,
) -> tuple[KeptReply, ...]:
    here = sa.and_(announcements.c.door == door, announcements.c.place == place, announcements.c.private.is_(False))
    rows = await connection.execute(sa.select(announcements).where(here, wanted).order_by(order).limit(limit))
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


def _same(receipt: Receipt) -> tuple[sa.ColumnElement[bool], ...]:
    at = receipts.c
    return at.door == receipt.door, at.place == receipt.place, at.handle == receipt.handle
