"""Files that are there whole or not at all, through crashes and power cuts."""

from __future__ import annotations

import errno
import os
import secrets
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from bot.errors import DiskFullError
from bot.faultpoint import reach

INCOMING: Final = "incoming"
DRAFT_LIFE_S: Final = 600.0
"""A draft is written in a moment; an older one is what a crash left, not what another process is writing."""
FULL: Final = frozenset((errno.ENOSPC, errno.EDQUOT))


def write(folder: Path, path: Path, content: bytes) -> None:
    """Write a draft to `incoming/` of the folder, flush it to the disk, then rename it. Raises DiskFullError."""
    draft = folder / INCOMING / secrets.token_hex(8)
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        reach("gallery.written")
        if not path.parent.is_dir():
            path.parent.mkdir(exist_ok=True)
            _flush(folder)
        draft.replace(path)
        _flush(path.parent)
    except OSError as error:
        draft.unlink(missing_ok=True)
        if error.errno in FULL:
            raise DiskFullError from error
        raise


def sweep(folder: Path) -> None:
    """Make the folder where it is missing, and take away the drafts that a crash left."""
    incoming = folder / INCOMING
    incoming.mkdir(parents=True, exist_ok=True)
    for leftover in incoming.iterdir():
        with suppress(FileNotFoundError):  # another process sweeps, too
            if leftover.stat().st_mtime < time.time() - DRAFT_LIFE_S:
                leftover.unlink()


def _flush(folder: Path) -> None:
    """Make a new name in the folder survive a power cut; Windows needs no such step and refuses it."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
