"""Who made which picture from which; the bytes are the gallery's."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.job import JobId
from bot.request import ImageId
from bot.store import announcements, images
from bot.store.chapters.chapter import Chapter
from bot.store.values import SavedImage


class Pictures(Chapter):
    async def keep_image(self, image: SavedImage) -> None:
        """Write a picture down; a second time does nothing, but that bringing it counts as of now."""
        try:
            await self._write(images.keep, image)
        except IntegrityError:  # what else was known of it was forgotten in this moment
            await self._write(images.keep, image)

    async def image(self, image: ImageId) -> SavedImage:
        """The picture as it was first made. Raises PictureUnknownError."""
        return await self._read(images.one, image)

    async def images_by_job(self, job: JobId) -> tuple[SavedImage, ...]:
        """The pictures that the job made."""
        return await self._read(images.of_job, job)

    async def lineage(self, image: ImageId) -> tuple[SavedImage, ...]:
        """The picture, what it was made from, and so on to the first. Raises PictureUnknownError."""
        return await self._read(images.lineage, image)

    async def idle_images(self, before: datetime, *, limit: int) -> tuple[ImageId, ...]:
        """Some pictures that were only brought, by nobody since then, and that no job works from."""
        return await self._read(images.idle, before, limit)

    async def forget_idle(self, image: ImageId, before: datetime) -> tuple[str, ...]:
        """Remove one of `idle_images`, if it still is; gives the name of its file."""
        return await self._write(images.forget_idle, image, before)

    async def forget(self, job: JobId) -> tuple[str, ...]:
        """Take the job's message away, and its pictures where no other job needs them; gives their file names."""
        return await self._write(_forget, job, self._clock.now())


def _forget(connection: sa.Connection, job: JobId, now: datetime) -> tuple[str, ...]:
    announcements.remove(connection, job, now)
    return images.release(connection, images.touched(connection, job))
