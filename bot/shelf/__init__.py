"""Where the bytes of pictures lie, by name: a folder of this machine, or a bucket that several machines share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from bot.clock import Clock
from bot.errors import PictureUnknownError
from bot.shelf.folder import FolderShelf
from bot.view import Link

FOLDER: Final = "gallery"
SPOOL: Final = "spool"
"""Of store.data_dir."""
NAME: Final = re.compile(r"([0-9a-f]{64})\.(webp|png|jpeg)")


@dataclass(frozen=True, slots=True)
class Late:
    """A picture of which a shared shelf does not know yet what this host does."""

    name: str
    since: datetime
    leaving: bool
    """It is to be removed there, rather than to be brought."""


class Shelf(Protocol):
    """Names are checked by `checked`; the bytes of a name never change, so putting it again does no harm."""

    @property
    def place(self) -> str:
        """Where it is, for the operator; without anything secret."""
        ...

    @property
    def origin(self) -> str:
        """Where links of `show` lead, such as "https://s3.eu-central-1.amazonaws.com"; empty where they are paths."""
        ...

    @property
    def shared(self) -> bool:
        """Other hosts put pictures there, too, and may be late with it."""
        ...

    async def put(self, name: str, picture: bytes) -> None:
        """Safe on a disk of this host, from a power cut too, and to be read here. Raises DiskFullError."""
        ...

    async def share(self, name: str, *, within_s: float) -> bool:
        """Let every host read what was put here. False where that took too long; it is `late` then."""
        ...

    async def get(self, name: str) -> bytes | None:
        """The bytes as they are there, None where they are not. Raises StorageDownError."""
        ...

    async def has(self, name: str, size_bytes: int) -> bool:
        """Whether it is there whole, as far as this host can tell: nothing beyond it is asked."""
        ...

    async def show(self, name: str) -> Path | Link:
        """What a browser is given; nothing beyond this host is asked whether it is there. Raises StorageDownError."""
        ...

    async def remove(self, name: str) -> None:
        """Take it away; where that can't be done now, it is `late`. What is gone already is no fault."""
        ...

    async def late(self) -> Sequence[Late]:
        """What is still to be shared or removed, the oldest first."""
        ...


def checked(name: str) -> str:
    """Raises PictureUnknownError for what is no picture's name, so that none leads elsewhere."""
    if not NAME.fullmatch(name):
        raise PictureUnknownError
    return name


async def open_shelf(data_dir: Path, url: str, keys: Mapping[str, str], clock: Clock) -> Shelf:
    """`url` is store.pictures_url; empty is the folder `gallery` in data_dir. Raises SettingsError.

    A bucket that does not answer at all is opened all the same: what is put waits in the folder `spool`.
    """
    if not url:
        return await FolderShelf.open(data_dir / FOLDER)
    from bot.shelf.bucket import Bucket  # the library behind it is loaded only where it is used
    from bot.shelf.objects import ObjectShelf

    return await ObjectShelf.open(Bucket.at(url, keys), data_dir / SPOOL, clock)
