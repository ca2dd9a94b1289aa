"""Pictures in a bucket that all hosts share, and a spool on this host's disk for as long as the bucket is away.

Every picture is first written to the spool and flushed, then brought to the bucket, then taken out of the spool. So
what was bought is never only in memory: with the bucket away it is kept, told and shown from here, and brought once the
bucket is back, by whichever life of this host comes next. What is to be removed meanwhile leaves a mark that says so.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog
from tenacity import AsyncRetrying, retry_if_exception_type, wait_exponential
from yarl import URL

from bot.clock import Clock
from bot.errors import SettingsError, StorageDownError, StorageShutError
from bot.faultpoint import reach
from bot.request import Format
from bot.shelf import Late, disk
from bot.shelf.bucket import Bucket
from bot.view import Link

log = structlog.get_logger(__name__)

LEAVING: Final = "leaving"
"""The ending of a mark; any other is of a picture, and no two are alike: what is brought never clears what is newer."""
PAUSE_LIMIT_S: Final = 8.0
FIRST_LOOK_S: Final = 8.0
"""How long opening waits for the bucket, which may be away."""


class ObjectShelf:
    """A Shelf of objects, with a spool before it."""

    shared = True

    def __init__(self, bucket: Bucket, spool: Path, clock: Clock, origin: str) -> None:
        self._bucket = bucket
        self._spool = spool
        self._clock = clock
        self.origin = origin

    @classmethod
    async def open(cls, bucket: Bucket, spool: Path, clock: Clock) -> ObjectShelf:
        """Raises SettingsError where the bucket is there and does not let us write, read and remove."""
        try:
            await asyncio.to_thread(disk.sweep, spool)
        except OSError as error:
            raise SettingsError(f"{spool} cannot be written ({error.strerror}); check store.data_dir.") from error
        origin = ""
        try:
            async with asyncio.timeout(FIRST_LOOK_S):
                origin = str(URL((await bucket.link("check")).url).origin())
                if await bucket.examine():
                    log.warning("everybody can read the pictures in the bucket", place=bucket.place)
        except StorageShutError as error:
            raise SettingsError(
                f"store.pictures_url: {bucket.place} does not let us write, read and remove ({error}); check the "
                "address, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and what this key may do there."
            ) from error
        except (StorageDownError, TimeoutError) as error:
            log.warning("the bucket does not answer; pictures wait on this disk", place=bucket.place, why=str(error))
        return cls(bucket, spool, clock, origin)

    @property
    def place(self) -> str:
        return self._bucket.place

    async def put(self, name: str, picture: bytes) -> None:
        """Into the spool."""
        path = self._spool / f"{name}.{secrets.token_hex(8)}"
        await asyncio.to_thread(disk.write, self._spool, path, picture)
        reach("shelf.spooled")

    async def share(self, name: str, *, within_s: float) -> bool:
        """Bring what the spool has of it, trying as long as it may take."""
        bringing = asyncio.create_task(self._bring(name))
        patience = asyncio.create_task(self._clock.sleep(within_s))
        try:
            await asyncio.wait({bringing, patience}, return_when=asyncio.FIRST_COMPLETED)
            if bringing.done():
                bringing.result()
                return True
        finally:
            bringing.cancel()
            patience.cancel()
        log.error("the bucket is away; a picture waits on this disk", place=self.place, picture=name)
        return False

    async def _bring(self, name: str) -> None:
        waiting = await asyncio.to_thread(self._waiting, name)
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(StorageDownError),
            wait=wait_exponential(multiplier=0.25, max=PAUSE_LIMIT_S),
            sleep=self._clock.sleep,
            reraise=True,
        ):
            with attempt:
                await self._upload(name, waiting)

    async def _upload(self, name: str, waiting: Sequence[Path]) -> None:
        pictures = [path for path in waiting if not _is_mark(path)]
        picture = await asyncio.to_thread(_first, pictures)
        if picture is not None:
            await self._bucket.put(_key(name), picture, Format(name.rpartition(".")[2]).mime)
            reach("shelf.brought")
        await asyncio.to_thread(_clear, waiting)

    async def get(self, name: str) -> bytes | None:
        waiting = await asyncio.to_thread(self._waiting, name)
        spooled = await asyncio.to_thread(_first, [path for path in waiting if not _is_mark(path)])
        return spooled if spooled is not None else await self._bucket.get(_key(name))

    async def has(self, name: str, size_bytes: int) -> bool:
        """A bucket loses nothing by itself, and a page full of pictures would wait for the look at each."""
        return True

    async def show(self, name: str) -> Path | Link:
        return await self._spooled(name) or await self._bucket.link(_key(name))

    async def remove(self, name: str) -> None:
        """The mark comes first, so that not even a crash makes the house forget to remove it."""
        mark = self._spool / f"{name}.{LEAVING}"
        await asyncio.to_thread(disk.write, self._spool, mark, b"")
        waiting = await asyncio.to_thread(self._waiting, name)
        await asyncio.to_thread(_clear, [path for path in waiting if path != mark])
        try:
            await self._bucket.remove(_key(name))
        except StorageDownError:
            log.warning("a picture could not be removed from the bucket yet", place=self.place, picture=name)
        else:
            await asyncio.to_thread(_clear, [mark])

    async def late(self) -> Sequence[Late]:
        return await asyncio.to_thread(self._late)

    async def _spooled(self, name: str) -> Path | None:
        waiting = await asyncio.to_thread(self._waiting, name)
        return next((path for path in waiting if not _is_mark(path)), None)

    def _waiting(self, name: str) -> list[Path]:
        return list(self._spool.glob(f"{name}.*"))

    def _late(self) -> list[Late]:
        found = []
        for path in self._spool.glob("*.*.*"):
            with suppress(FileNotFoundError):
                since = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                found.append(Late(path.stem, since, _is_mark(path)))
        return sorted(found, key=lambda late: late.since)


def _key(name: str) -> str:
    return f"{name[:2]}/{name}"


def _is_mark(path: Path) -> bool:
    return path.suffix == f".{LEAVING}"


def _first(paths: Sequence[Path]) -> bytes | None:
    """The content of the first that is still there."""
    for path in paths:
        with suppress(FileNotFoundError):
            return path.read_bytes()
    return None


def _clear(paths: Sequence[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
