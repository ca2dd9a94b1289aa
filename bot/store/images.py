"""The statements about saved pictures: what each is, what it was made from, and when nobody needs it any more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from bot.errors import PictureUnknownError
from bot.job import JobId
from bot.request import Format, ImageId
from bot.store.tables import announcements, images, makings, sources
from bot.store.values import SavedImage

WHOLE = sa.select(images, makings).join_from(images, makings, makings.c.image == images.c.id)


def keep(connection: sa.Connection, image: SavedImage) -> None:
    """Write the picture down; the same content may be kept again by others, and by the same job without effect.

    Who brings a picture again is about to ask for something with it: `idle` counts from there.
    """
    known = connection.scalar(sa.select(images.c.id).where(images.c.id == image.id))
    if known is None:
        connection.execute(
            images.insert().values(
                id=image.id,
                name=image.name,
                format=image.format,
                width=image.width,
                height=image.height,
                size_bytes=image.size_bytes,
            )
        )
    same = sa.select(makings.c.number).where(
        makings.c.image == image.id, makings.c.job.is_not_distinct_from(image.job), makings.c.person_key == image.by
    )
    made = connection.scalar(same)
    if made is not None:
        if image.job is None:
            connection.execute(makings.update().where(makings.c.number == made).values(made_at=image.made_at))
        return
    connection.execute(
        makings.insert().values(
            image=image.id,
            job=image.job,
            parent=image.parent,
            person_key=image.by,
            provider=image.provider,
            model=image.model,
            seed=image.seed,
            made_at=image.made_at,
        )
    )


def one(connection: sa.Connection, image: ImageId) -> SavedImage:
    """The picture as it was first made. Raises PictureUnknownError."""
    first = WHOLE.where(images.c.id == image).order_by(makings.c.number).limit(1)
    row = (connection.execute(first)).mappings().first()
    if row is None:
        raise PictureUnknownError
    return _saved(row)


def of_job(connection: sa.Connection, job: JobId) -> tuple[SavedImage, ...]:
    """The pictures that the job made, in their order."""
    rows = connection.execute(WHOLE.where(makings.c.job == job).order_by(makings.c.number))
    return tuple(_saved(row) for row in rows.mappings())


def lineage(connection: sa.Connection, image: ImageId) -> tuple[SavedImage, ...]:
    """The picture, what it was made from, and so on to the first; it ends early where a parent was deleted."""
    line: dict[ImageId, SavedImage] = {}
    here: ImageId | None = image
    while here is not None and here not in line:
        try:
            line[here] = one(connection, here)
        except PictureUnknownError:
            if not line:
                raise
            break
        here = line[here].parent
    return tuple(line.values())


def touched(connection: sa.Connection, job: JobId) -> tuple[ImageId, ...]:
    """The pictures that the job made or works from."""
    made, used = sa.select(makings.c.image), sa.select(sources.c.image)
    found = connection.scalars(sa.union(made.where(makings.c.job == job), used.where(sources.c.job == job)))
    return tuple(ImageId(image) for image in found)


def release(connection: sa.Connection, candidates: Iterable[ImageId]) -> tuple[str, ...]:
    """Remove those that no job needs which is not deleted; gives the names of their files."""
    # Always in the same order, so that no two wait for each other.
    going = (image for image in sorted(candidates) if claim(connection, image) and not _needed(connection, image))
    return tuple(_remove(connection, image) for image in going)


def claim(connection: sa.Connection, image: ImageId) -> bool:
    """Let nobody else refer to the picture, or remove it, until the end of the transaction; False where it is gone.

    Whoever writes a making or a source of it waits: that row is either seen by what follows, or finds no picture.
    """
    row = sa.select(images.c.id).where(images.c.id == image).with_for_update()
    return connection.scalar(row) is not None


def idle(connection: sa.Connection, before: datetime, limit: int) -> tuple[ImageId, ...]:
    """Pictures that were only brought, by nobody since then, and that no job works from."""
    brought = sa.select(makings.c.image).where(makings.c.job.is_(None), makings.c.made_at < before)
    found = connection.scalars(brought.where(*_idle(makings.c.image, before)).distinct().limit(limit))
    return tuple(ImageId(image) for image in found)


def forget_idle(connection: sa.Connection, image: ImageId, before: datetime) -> tuple[str, ...]:
    """Remove the picture if it is idle still; gives the name of its file."""
    still = sa.select(images.c.id).where(images.c.id == image, *_idle(images.c.id, before))
    if not claim(connection, image) or connection.scalar(still) is None:
        return ()
    return (_remove(connection, image),)


def _idle(image: sa.ColumnElement[str], before: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    other = makings.alias()
    used = sa.exists().where(sources.c.image == image)
    busy = sa.exists().where(other.c.image == image, sa.or_(other.c.job.is_not(None), other.c.made_at >= before))
    return ~used, ~busy


def _needed(connection: sa.Connection, image: ImageId) -> bool:
    """Whether a job that is not deleted made it or works from it; a bringing without a job needs nothing."""
    living = sa.select(announcements.c.job).where(announcements.c.deleted_at.is_(None))
    made = living.join(makings, makings.c.job == announcements.c.job).where(makings.c.image == image)
    used = living.join(sources, sources.c.job == announcements.c.job).where(sources.c.image == image)
    return bool(connection.scalar(sa.select(sa.or_(made.exists(), used.exists()))))


def _remove(connection: sa.Connection, image: ImageId) -> str:
    connection.execute(sources.delete().where(sources.c.image == image))
    connection.execute(makings.delete().where(makings.c.image == image))
    name = connection.scalar(images.delete().where(images.c.id == image).returning(images.c.name))
    return str(name)


def _saved(of: sa.RowMapping) -> SavedImage:
    return SavedImage(
        id=ImageId(of[images.c.id]),
        name=of[images.c.name],
        format=Format(of[images.c.format]),
        width=of[images.c.width],
        height=of[images.c.height],
        size_bytes=of[images.c.size_bytes],
        made_at=of[makings.c.made_at],
        by=of[makings.c.person_key],
        job=of[makings.c.job],
        parent=of[makings.c.parent],
        provider=of[makings.c.provider],
        model=of[makings.c.model],
        seed=of[makings.c.seed],
    )
