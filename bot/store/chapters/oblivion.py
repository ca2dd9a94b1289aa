"""What is let go: of people who are gone, and of what is too old. What it cost stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.job import JobId
from bot.request import ImageId
from bot.store import oblivion, upkeep
from bot.store.chapters.chapter import Chapter
from bot.store.values import Forgotten


class Oblivion(Chapter):
    async def jobs_of_all(self, door: str, prefix: str) -> tuple[JobId, ...]:
        """Jobs of all whose Person.id begins so, and all jobs at a Place whose id does; the newest first."""
        return await self._read(oblivion.jobs_of, door, prefix)

    async def images_of_all(self, door: str, prefix: str) -> tuple[ImageId, ...]:
        """The pictures that all these people made or brought."""
        return await self._read(oblivion.images_of, door, prefix)

    async def forget_jobs(self, some: Sequence[JobId]) -> Forgotten:
        """Stop those that are open, and keep of all of them what they cost. A few at a time: others wait to write."""
        return await self._write(oblivion.forget_jobs, some, self._clock.now())

    async def forget_images(self, door: str, prefix: str, some: Sequence[ImageId]) -> tuple[str, ...]:
        """Forget that these people had these pictures; gives the file names of those that nobody else needs."""
        return await self._write(oblivion.forget_images, door, prefix, some)

    async def forget_names(self, door: str, prefix: str) -> None:
        """Forget what these people are called."""
        await self._write(oblivion.forget_names, door, prefix)

    async def old(self, before: datetime, *, after: int, limit: int) -> tuple[tuple[int, JobId], ...]:
        """Jobs that ended before that moment and are not erased, from a number on, each with its number."""
        return await self._read(upkeep.old, before, after, limit)

    async def erase(self, job: JobId) -> tuple[str, ...]:
        """Forget whatever words and pictures a job has; gives the names of the files that nobody needs any more."""
        return await self._write(oblivion.erase, job, self._clock.now())
