"""Pictures as files of a local folder: what one machine needs, and any number of processes on it may use."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import SettingsError
from bot.shelf import disk

if TYPE_CHECKING:
    from bot.shelf import Late


class FolderShelf:
    """A Shelf of files, in one folder for each of the first two letters."""

    shared = False
    origin = ""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    async def open(cls, folder: Path) -> FolderShelf:
        """Make the folder where it is missing, and sweep away what a crash left half written. Raises SettingsError."""
        try:
            await asyncio.to_thread(disk.sweep, folder)
        except OSError as error:
            raise SettingsError(f"{folder} cannot be written ({error.strerror}); check store.data_dir.") from error
        return cls(folder)

    @property
    def place(self) -> str:
        return str(self._folder)

    def path(self, name: str) -> Path:
        """Where a picture of that name is or would be."""
        return self._folder / name[:2] / name

    async def put(self, name: str, picture: bytes) -> None:
        await asyncio.to_thread(self._put, name, picture)

    async def share(self, name: str, *, within_s: float) -> bool:
        """It was when it was put."""
        return True

    async def get(self, name: str) -> bytes | None:
        return await asyncio.to_thread(self._get, name)

    async def has(self, name: str, size_bytes: int) -> bool:
        return await asyncio.to_thread(self._size, name) == size_bytes

    async def show(self, name: str) -> Path:
        return self.path(name)

    async def remove(self, name: str) -> None:
        await asyncio.to_thread(self.path(name).unlink, missing_ok=True)

    async def late(self) -> Sequence[Late]:
        return ()

    def _put(self, name: str, picture: bytes) -> None:
        """A file that is there is left alone, unless it is damaged."""
        if self._size(name) != len(picture) or self._get(name) != picture:
            disk.write(self._folder, self.path(name), picture)

    def _get(self, name: str) -> bytes | None:
        return None if self._size(name) is None else self.path(name).read_bytes()

    def _size(self, name: str) -> int | None:
        """Of a plain file: a link never leads out of the folder."""
        try:
            found = self.path(name).lstat()
        except OSError:
            return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None
