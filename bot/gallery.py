"""Pictures by the hash of their content, as bytes that never change; who made them from what stands in the store.

The bytes lie on a Shelf: a folder, or a bucket of object storage. What is on it and what the store knows are changed
together under the picture's own name, over all processes, so that a picture which comes in again while its last job is
deleted stays whole. A bought picture that can't be brought to its bucket waits on this host's disk and is kept all the
same: see docs/decisions/object-storage.md.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import structlog

from bot import images
from bot.clock import Clock
from bot.errors import PictureUnknownError, StorageDownError
from bot.job import JobId
from bot.message import Receipt
from bot.request import Format, ImageId
from bot.shelf import Late, Shelf, checked
from bot.shelf.folder import FolderShelf
from bot.store import SavedImage, Store
from bot.view import Link

log = structlog.get_logger(__name__)

PORTION: Final = 50
"""Jobs or pictures forgotten in one transaction: whoever wants to write meanwhile waits for some 50 ms."""
BOUGHT_PATIENCE_S: Final = 60.0
"""How long a finished picture waits for its bucket before its job ends: afterwards, other hosts see it a bit later."""
BROUGHT_PATIENCE_S: Final = 5.0
"""The same where somebody waits for an answer, or a purchase for being written down."""
LATE_PATIENCE_S: Final = 30.0
LOOK_S: Final = 5.0
"""How often what is late is brought, once the bucket is there."""
ON_ITS_WAY: Final = timedelta(days=1)
"""For so long, a picture that the store knows and a shared shelf lacks may still be on another host's disk."""


class Gallery:
    """The house's pictures. `run` brings what is late."""

    def __init__(self, shelf: Shelf, store: Store, clock: Clock) -> None:
        self._shelf = shelf
        self._store = store
        self._clock = clock

    @classmethod
    async def open(cls, folder: Path, store: Store, *, clock: Clock) -> Gallery:
        """A gallery in a folder of this machine. Raises SettingsError."""
        return cls(await FolderShelf.open(folder), store, clock)

    @property
    def origin(self) -> str:
        """Where links of `shown` lead; empty where it gives paths."""
        return self._shelf.origin

    async def shelve(self, picture: bytes) -> ImageId:
        """Put the bytes on the shelf, safe from a power cut, without a row in the store yet; again does no harm.

        Raises NotAPictureError, BrokenPictureError, DiskFullError.
        """
        facts = await images.inspect(picture)
        image = await _hash(picture)
        await self._shelf.put(_name_of(image, facts.format), picture)
        await self._shelf.share(_name_of(image, facts.format), within_s=BROUGHT_PATIENCE_S)
        return image

    async def keep(
        self,
        picture: bytes,
        *,
        by: str,
        job: JobId | None = None,
        parent: ImageId | None = None,
        provider: str = "",
        model: str = "",
        seed: int | None = None,
    ) -> SavedImage:
        """Verify the bytes, put them on the shelf and write them down; `by` is a Person.key. Again does no harm.

        Raises NotAPictureError, BrokenPictureError, PictureTooLargeError, DiskFullError.
        """
        facts = await images.verify(picture)
        image = await _hash(picture)
        saved = SavedImage(
            id=image,
            name=_name_of(image, facts.format),
            format=facts.format,
            width=facts.width,
            height=facts.height,
            size_bytes=len(picture),
            made_at=self._clock.now(),
            by=by,
            job=job,
            parent=parent,
            provider=provider,
            model=model,
            seed=seed,
        )
        async with self._store.alone(f"picture:{image}"):
            await self._shelf.put(saved.name, picture)
            await self._store.keep_image(saved)
        # Not under the lock: whoever deletes a picture must not wait for a bucket that is away.
        await self._shelf.share(saved.name, within_s=BOUGHT_PATIENCE_S if job else BROUGHT_PATIENCE_S)
        if self._shelf.shared and not await self._wanted(saved.name):
            await self._remove((saved.name,))  # it was forgotten meanwhile, and has come to the bucket since
        return saved

    async def behind(self, receipt: Receipt) -> ImageId | None:
        """Our full-size original of the picture that a posted message shows; None where it shows none of ours."""
        job = await self._store.job_at(receipt)
        made = await self._store.images_by_job(job) if job else ()
        return made[0].id if made else None

    async def picture(self, image: str) -> SavedImage:
        """A kept picture by its ImageId or file name, being there whole as far as this host can tell.

        Raises PictureUnknownError.
        """
        saved = await self._store.image(ImageId(image.partition(".")[0]))
        if image not in (saved.id, saved.name) or not await self._shelf.has(saved.name, saved.size_bytes):
            raise PictureUnknownError
        return saved

    async def shown(self, image: str) -> tuple[SavedImage, Path | Link]:
        """The same, and what a browser is given. Raises PictureUnknownError, StorageDownError."""
        saved = await self.picture(image)
        return saved, await self._shelf.show(saved.name)

    async def read(self, image: ImageId) -> bytes:
        """The bytes of a kept or shelved picture, true to their hash.

        Raises PictureUnknownError, and StorageDownError also where another host may still have it on its own disk.
        """
        names = [checked(_name_of(image, kind)) for kind in Format]
        try:
            saved = await self._store.image(image)
        except PictureUnknownError:
            saved = None
        for name in names if saved is None else [saved.name]:
            picture = await self._shelf.get(name)
            if picture is not None and await _hash(picture) == image:
                return picture
            if picture is not None:
                raise PictureUnknownError
        raise self._absent(saved) if saved is not None else PictureUnknownError()

    async def tidy(self, before: datetime) -> None:
        """Remove pictures that were only brought, by nobody since then, and that no job works from."""
        while idle := await self._store.idle_images(before, limit=PORTION):
            for image in idle:
                async with self._store.alone(f"picture:{image}"):
                    for name in await self._store.forget_idle(image, before):
                        await self._shelf.remove(name)
        for late in await self._shelf.late():
            if not late.leaving and late.since < before and not await self._wanted(late.name):
                await self._shelf.remove(late.name)  # shelved, and no job came to keep it

    async def run(self) -> None:
        """Bring to the shelf, and remove there, what could not be at its time."""
        while True:
            try:
                await self.catch_up()
            except Exception:  # the outermost line of one look: the next one is in a moment
                log.exception("pictures that are late were not looked after")
            await self._clock.sleep(LOOK_S)

    async def catch_up(self) -> None:
        """One look of `run`; ends early where the bucket is away."""
        for late in await self._shelf.late():
            if not await self._settle(late):
                return

    async def late(self) -> int:
        """How many pictures wait on this host's disk."""
        return len(await self._shelf.late())

    async def forget(self, job: JobId) -> None:
        """Take the job's message out of the house's memory, and with it the pictures that no other job needs."""
        await self._remove(await self._store.forget(job))

    async def erase(self, job: JobId) -> None:
        """As `forget`, and no word about the job is kept either."""
        await self._remove(await self._store.erase(job))

    async def forget_people(self, door: str, prefix: str) -> AsyncIterator[JobId]:
        """Take away all that was said, made and brought by those whose Person.id begins so, and in such Places.

        Gives each job that was open, so that its run can be stopped.
        """
        jobs = await self._store.jobs_of_all(door, prefix)
        for first in range(0, len(jobs), PORTION):
            forgotten = await self._store.forget_jobs(jobs[first : first + PORTION])
            await self._remove(forgotten.files)
            for job in forgotten.stopped:
                yield job
        pictures = await self._store.images_of_all(door, prefix)
        for first in range(0, len(pictures), PORTION):
            some = pictures[first : first + PORTION]
            await self._remove(await self._store.forget_images(door, prefix, some))
        await self._store.forget_names(door, prefix)

    def _absent(self, saved: SavedImage) -> PictureUnknownError | StorageDownError:
        """What it means that the shelf lacks a picture which the store knows."""
        young = self._clock.now() - saved.made_at < ON_ITS_WAY
        return StorageDownError() if self._shelf.shared and saved.job and young else PictureUnknownError()

    async def _remove(self, names: Iterable[str]) -> None:
        """Take those away that the store still does not know: one may have come in again."""
        for name in names:
            async with self._store.alone(f"picture:{_image_of(name)}"):
                if not await self._wanted(name):
                    await self._shelf.remove(name)

    async def _wanted(self, name: str) -> bool:
        try:
            await self._store.image(_image_of(name))
        except PictureUnknownError:
            return False
        return True

    async def _settle(self, late: Late) -> bool:
        """Bring or remove one picture that is late; False where the bucket is away."""
        if await self._wanted(late.name):
            return await self._shelf.share(late.name, within_s=LATE_PATIENCE_S)
        if late.leaving:
            await self._remove((late.name,))
        return True  # what no row knows was shelved by a purchase under way: `keep` brings it


async def _hash(picture: bytes) -> ImageId:
    return ImageId(await asyncio.to_thread(lambda: hashlib.sha256(picture).hexdigest()))


def _name_of(image: ImageId, kind: Format) -> str:
    return f"{image}.{kind.value}"


def _image_of(name: str) -> ImageId:
    return ImageId(name.partition(".")[0])
