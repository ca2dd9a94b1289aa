"""The gallery in a folder of this machine; what holds for every shelf is in contract/test_shelves.py."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import io
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from bot.errors import DiskFullError, PictureUnknownError, SettingsError
from bot.gallery import Gallery
from bot.message import Receipt
from bot.shelf.disk import DRAFT_LIFE_S
from bot.store import SavedImage, Store
from tests.clock import HeldClock
from tests.unit.store.made import ADA, anything_goes, drawn, made_job


def painted(colour: str = "teal", kind: str = "webp") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, kind, quality=90)
    return out.getvalue()


def hash_of(picture: bytes) -> str:
    return hashlib.sha256(picture).hexdigest()


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
async def store(tmp_path: Path, clock: HeldClock) -> AsyncIterator[Store]:
    opened = await Store.open(f"sqlite:///{tmp_path}/bot.sqlite", clock=clock)
    yield opened
    await opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "gallery"


@pytest.fixture
async def gallery(folder: Path, store: Store, clock: HeldClock) -> Gallery:
    return await Gallery.open(folder, store, clock=clock)


def path_of(folder: Path, saved: SavedImage) -> Path:
    return folder / saved.name[:2] / saved.name


def files_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.rglob("*") if file.is_file())


async def test_a_file_that_was_cut_is_not_shown(gallery: Gallery, folder: Path) -> None:
    saved = await gallery.keep(painted(), by=ADA.key)
    assert await gallery.shown(saved.name) == (saved, path_of(folder, saved))
    path_of(folder, saved).write_bytes(b"short")
    with pytest.raises(PictureUnknownError):
        await gallery.picture(saved.id)
    with pytest.raises(PictureUnknownError):
        await gallery.shown(saved.name)


async def test_a_link_in_the_folder_leads_nowhere(gallery: Gallery, folder: Path, tmp_path: Path) -> None:
    saved = await gallery.keep(painted(), by=ADA.key)
    secret = tmp_path / "secret"
    secret.write_bytes(painted())
    path_of(folder, saved).unlink()
    path_of(folder, saved).symlink_to(secret)
    with pytest.raises(PictureUnknownError):
        await gallery.picture(saved.name)
    with pytest.raises(PictureUnknownError):
        await gallery.read(saved.id)


async def test_the_picture_behind_a_message_is_our_original(gallery: Gallery, store: Store, clock: HeldClock) -> None:
    job, other = made_job(clock), made_job(clock)
    here, there = Receipt("slack", "C1", "1.1"), Receipt("slack", "C1", "1.2")
    for each, receipt in ((job, here), (other, there)):
        await store.accept(each, anything_goes, draw=drawn)
        await store.keep_receipt(each.id, receipt)
    saved = await gallery.keep(painted(), by=ADA.key, job=job.id, provider="flux", model="flux-dev", seed=7)
    assert await gallery.behind(here) == saved.id
    assert await gallery.behind(there) is None
    assert await gallery.behind(Receipt("slack", "C9", "9.9")) is None
    assert (await gallery.picture(saved.id)).seed == 7


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
async def test_a_full_disk_leaves_nothing_behind(
    gallery: Gallery, folder: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def full(_handle: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFullError):
        await gallery.keep(painted(), by=ADA.key)
    assert files_in(folder) == []
    monkeypatch.undo()
    await gallery.keep(painted(), by=ADA.key)


CRASH = """
import asyncio, sys
from pathlib import Path
from bot.clock import RealClock
from bot.gallery import Gallery
from bot.shelf.disk import DRAFT_LIFE_S
from bot.store import SavedImage, Store

async def main():
    folder, picture = Path(sys.argv[1]), Path(sys.argv[2]).read_bytes()
    store = await Store.open(f"sqlite:///{folder}/bot.sqlite", clock=RealClock())
    gallery = await Gallery.open(folder / "gallery", store, clock=RealClock())
    await gallery.shelve(picture)

asyncio.run(main())
"""


async def test_a_crash_before_the_rename_leaves_no_picture_and_is_swept_up(tmp_path: Path, clock: HeldClock) -> None:
    (tmp_path / "picture").write_bytes(painted())
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        CRASH,
        str(tmp_path),
        str(tmp_path / "picture"),
        env=os.environ | {"IMAGEBOT_DIE_AT": "gallery.written"},
        stdout=subprocess.DEVNULL,
    )
    assert await process.wait() == -9
    folder = tmp_path / "gallery"
    (draft,) = (folder / "incoming").iterdir()
    assert [file.parent.name for file in folder.rglob("*") if file.is_file()] == ["incoming"]
    store = await Store.open(f"sqlite:///{tmp_path}/bot.sqlite", clock=clock)
    await Gallery.open(folder, store, clock=clock)
    assert files_in(folder) == [draft.name]  # it might be another process's, which is just writing it
    os.utime(draft, (0, draft.stat().st_mtime - DRAFT_LIFE_S - 1))
    await Gallery.open(folder, store, clock=clock)
    await store.close()
    assert files_in(folder) == []


async def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(store: Store, clock: HeldClock) -> None:
    with pytest.raises(SettingsError, match=r"/dev/null/gallery cannot be written .*; check store\.data_dir\."):
        await Gallery.open(Path("/dev/null/gallery"), store, clock=clock)
