"""The statements that forget people: of their jobs there remains what they cost, without a word, name or picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from bot.job import Cancelled, Failed, Finished, Job, JobId, Moderated, Outcome, Status
from bot.record import decode, encode
from bot.request import ImageId, Imagine, Upscale
from bot.store import announcements, images
from bot.store import jobs as job_verbs
from bot.store.tables import announcements as announcement_table
from bot.store.tables import jobs, makings, people, receipts, sources
from bot.store.values import Forgotten

NONE: Final = ImageId("")


def jobs_of(connection: sa.Connection, door: str, prefix: str) -> tuple[JobId, ...]:
    """What people asked for whose ids begin so, and what was asked for in places whose ids do; the newest first."""
    mine = sa.select(people.c.key).where(_begins(people.c.key, f"{door}:{prefix}"))
    place = announcement_table.c.door == door, _begins(announcement_table.c.place, prefix)
    here = sa.select(announcement_table.c.job).where(*place)
    found = sa.select(jobs.c.id).where(sa.or_(jobs.c.person_key.in_(mine), jobs.c.id.in_(here)))
    return tuple(JobId(job) for job in connection.scalars(found.order_by(jobs.c.number.desc())))


def images_of(connection: sa.Connection, door: str, prefix: str) -> tuple[ImageId, ...]:
    """The pictures that people made or brought whose ids begin so."""
    found = sa.select(makings.c.image).where(_begins(makings.c.person_key, f"{door}:{prefix}")).distinct()
    return tuple(ImageId(image) for image in connection.scalars(found))


def forget_jobs(connection: sa.Connection, some: Sequence[JobId], now: datetime) -> Forgotten:
    """Stop those that are open, and forget all of them."""
    still = sa.select(jobs.c.id).where(jobs.c.id.in_(some), jobs.c.ended_at.is_(None))
    opened = tuple(JobId(job) for job in connection.scalars(still))
    for job in opened:
        if not job_verbs.finish(connection, job, Cancelled(), now, jobs.c.status == Status.QUEUED):
            job_verbs.change(connection, job, cancel_asked=True)
    return Forgotten(files=tuple(file for job in some for file in erase(connection, job, now)), stopped=opened)


def forget_images(connection: sa.Connection, door: str, prefix: str, some: Sequence[ImageId]) -> tuple[str, ...]:
    """Remove those that nobody else needs; gives the names of their files. Of the others, only the making is."""
    mine = _begins(makings.c.person_key, f"{door}:{prefix}")
    files: tuple[str, ...] = ()
    for image in sorted(some):
        of_image = makings.c.image == image
        if not images.claim(connection, image):
            continue
        if connection.scalar(sa.select(sa.exists().where(of_image, ~mine))):
            connection.execute(makings.delete().where(of_image, mine))
        else:
            files += images.release(connection, (image,))
    return files


def forget_names(connection: sa.Connection, door: str, prefix: str) -> None:
    connection.execute(people.update().where(_begins(people.c.key, f"{door}:{prefix}")).values(name=""))


def erase(connection: sa.Connection, job: JobId, now: datetime) -> tuple[str, ...]:
    """Forget one job; gives the names of the files that nobody needs any more. Again does no harm."""
    announcements.remove(connection, job, now)
    connection.execute(announcement_table.update().where(announcement_table.c.job == job).values(receipt=None))
    connection.execute(receipts.delete().where(receipts.c.job == job))
    row = connection.execute(sa.select(jobs).where(jobs.c.id == job)).one()
    touched = images.touched(connection, job)
    by_others = makings.c.image.in_(touched), makings.c.job.is_(None), makings.c.person_key != row.person_key
    brought = set(connection.scalars(sa.select(makings.c.image).where(*by_others)))
    # Who brings a picture is about to ask for something with it.
    files = images.release(connection, [image for image in touched if image not in brought])
    connection.execute(sources.delete().where(sources.c.job == job))
    changes: dict[str, Any] = {"job": encode(_blank(decode(row.job, Job)))}
    if row.ended_at is not None:  # else the ticket still says what the run will have cost
        changes["erased"] = True
        outcome = encode(_wordless(decode(row.outcome)))
        changes |= {"outcome": outcome, "ticket": None, "untold": False}
        changes["delivered_at"] = sa.func.coalesce(jobs.c.delivered_at, now)
    connection.execute(jobs.update().where(jobs.c.id == job).values(changes))
    return files


def _begins(column: sa.ColumnElement[str], prefix: str) -> sa.ColumnElement[bool]:
    """Letter by letter: LIKE has wildcards and, on SQLite, takes "a" for "A"; a range depends on the collation."""
    return sa.func.substr(column, 1, len(prefix)) == prefix


def _blank(job: Job) -> Job:
    """The job without its words, names and pictures; what the ledger and the sums go by stays."""
    match job.request:
        case Imagine():
            request: Imagine | Upscale = replace(job.request, prompt="", references=())
        case Upscale():
            request = replace(job.request, source=NONE)
    by, at = replace(job.by, name="", roles=()), replace(job.at, handle="")
    return replace(job, request=request, by=by, at=at, asked="", answers=None)


def _wordless(outcome: Outcome) -> Outcome:
    match outcome:
        case Finished():
            return replace(outcome, image=NONE, notes={})
        case Moderated():
            return replace(outcome, reasons=())
        case Failed():
            return replace(outcome, facts={}, fields={})
        case Cancelled():
            return outcome
