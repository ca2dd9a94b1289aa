"""Pictures by the hash of their content, as files that never change; who made them from what stands in the store.

A picture is first written whole to `incoming/`, flushed to the disk, then renamed to its name: a crash leaves a file
that the next opening sweeps away, never half a picture under a picture's name.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import re
import secrets
import stat
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Final

from bot import images
from bot.clock import Clock
from bot.errors import DiskFullError, PictureUnknownError, SettingsError
from bot.faultpoint import reach
from bot.job import JobId
from bot.message import Receipt
from bot.request import Format, ImageId
from bot.store import SavedImage, Store

NAME: Final = re.compile(r"([0-9a-f]{64})\.(webp|png|jpeg)")
INCOMING: Final = "incoming"
PORTION: Final = 50
"""Jobs or pictures forgotten in one transaction: whoever wants to write meanwhile waits for some 50 ms."""
FULL: Final = frozenset((errno.ENOSPC, errno.EDQUOT))


class Gallery:
    """A folder of pictures. One process at a time writes to it (the store's lock sees to that)."""

    def __init__(self, folder: Path, store: Store, clock: Clock) -> None:
        self._folder = folder
        self._store = store
        self._clock = clock
        # Between the row and the file: a picture that comes in again while its last job is deleted must stay whole.
        self._changing = asyncio.Lock()

    @classmethod
    async def open(cls, folder: Path, store: Store, *, clock: Clock) -> Gallery:
        """Make the folder where it is missing, and sweep away what a crash left half written. Raises SettingsError."""
        try:
            await asyncio.to_thread(_sweep, folder / INCOMING)
        except OSError as error:
            raise SettingsError(f"{folder} cannot be written ({error.strerror}); check store.data_dir.") from error
        return cls(folder, store, clock)

    async def shelve(self, picture: bytes) -> ImageId:
        """Put the bytes on the disk, safe from a power cut, without a row in the store yet; again does no harm.

        Raises NotAPictureError, BrokenPictureError, DiskFullError.
        """
        facts = await images.inspect(picture)
        return await asyncio.to_thread(self._write, picture, facts.format)

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
        """Verify the bytes, put them on the disk and write them down; `by` is a Person.key. Again does no harm.

        Raises NotAPictureError, BrokenPictureError, PictureTooLargeError, DiskFullError.
        """
        facts = await images.verify(picture)
        async with self._changing:
            image = await asyncio.to_thread(self._write, picture, facts.format)
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
            await self._store.keep_image(saved)
        return saved

    async def behind(self, receipt: Receipt) -> ImageId | None:
        """Our full-size original of the picture that a posted message shows; None where it shows none of ours."""
        job = await self._store.job_at(receipt)
        made = await self._store.images_by_job(job) if job else ()
        return made[0].id if made else None

    async def picture(self, image: str) -> SavedImage:
        """A kept picture by its ImageId or file name, its file being there whole. Raises PictureUnknownError."""
        saved = await self._store.image(ImageId(image.partition(".")[0]))
        if image not in (saved.id, saved.name) or not await asyncio.to_thread(_whole, self.path(saved.name), saved):
            raise PictureUnknownError
        return saved

    async def read(self, image: ImageId) -> bytes:
        """The bytes of a kept or shelved picture, true to their hash. Raises PictureUnknownError."""
        paths = [self.path(_name_of(image, kind)) for kind in Format]
        return await asyncio.to_thread(_read, paths, image)

    def path(self, name: str) -> Path:
        """Where a picture of that name is or would be. Raises PictureUnknownError for what is no picture's name."""
        if not NAME.fullmatch(name):
            raise PictureUnknownError
        return self._folder / name[:2] / name

    async def forget(self, job: JobId) -> None:
        """Take the job's message out of the house's memory, and with it the pictures that no other job needs."""
        async with self._changing:
            await self._remove(await self._store.forget(job))

    async def erase(self, job: JobId) -> None:
        """As `forget`, and no word about the job is kept either."""
        async with self._changing:
            await self._remove(await self._store.erase(job))

    async def forget_people(self, door: str, prefix: str) -> AsyncIterator[JobId]:
        """Take away all that was said, made and brought by those whose Person.id begins so, and in such Places.

        Gives each job that was open, so that its run can be stopped.
        """
        jobs = await self._store.jobs_of_all(door, prefix)
        for first in range(0, len(jobs), PORTION):
            async with self._changing:
                forgotten = await self._store.forget_jobs(jobs[first : first + PORTION])
                await self._remove(forgotten.files)
            for job in forgotten.stopped:
                yield job
        pictures = await self._store.images_of_all(door, prefix)
        for first in range(0, len(pictures), PORTION):
            async with self._changing:
                some = pictures[first : first + PORTION]
                await self._remove(await self._store.forget_images(door, prefix, some))
        await self._store.forget_names(door, prefix)

    async def remove(self, name: str) -> None:
        """Take a file away; one that is gone already is no fault."""
        path = self.path(name)
        await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _remove(self, names: Iterable[str]) -> None:
        for name in names:
            await self.remove(name)

    def _write(self, picture: bytes, kind: Format) -> ImageId:
        image = ImageId(hashlib.sha256(picture).hexdigest())
        path = self.path(_name_of(image, kind))
        if _same(path, picture):
            return image
        draft = self._folder / INCOMING / secrets.token_hex(8)
        try:
            with draft.open("xb") as file:
                file.write(picture)
                file.flush()
                os.fsync(file.fileno())
            reach("gallery.written")
            if not path.parent.is_dir():
                path.parent.mkdir(exist_ok=True)
                _flush_folder(self._folder)
            draft.replace(path)
            _flush_folder(path.parent)
        except OSError as error:
            draft.unlink(missing_ok=True)
            if error.errno in FULL:
                raise DiskFullError from error
            raise
        return image


def _name_of(image: ImageId, kind: Format) -> str:
    return f"{image}.{kind.value}"


def _sweep(incoming: Path) -> None:
    incoming.mkdir(parents=True, exist_ok=True)
    for leftover in incoming.iterdir():
        leftover.unlink()


def _same(path: Path, picture: bytes) -> bool:
    """Whether the file holds these very bytes: a damaged one is written anew."""
    try:
        return not path.is_symlink() and path.stat().st_size == len(picture) and path.read_bytes() == picture
    except FileNotFoundError:
        return False


def _whole(path: Path, saved: SavedImage) -> bool:
    """A plain file of the right size: cheap enough for every look, and a link never leads out of the gallery."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size == saved.size_bytes


def _read(paths: list[Path], image: ImageId) -> bytes:
    for path in paths:
        if path.is_file() and not path.is_symlink():
            picture = path.read_bytes()
            if hashlib.sha256(picture).hexdigest() == image:
                return picture
    raise PictureUnknownError


def _flush_folder(folder: Path) -> None:
    """Make a new name in the folder survive a power cut; Windows needs no such step and refuses it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
