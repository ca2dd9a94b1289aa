"""The gallery on a real folder and a real store."""

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

from bot.errors import BrokenPictureError, DiskFullError, NotAPictureError, PictureUnknownError, SettingsError
from bot.gallery import Gallery
from bot.message import Receipt
from bot.request import Format, ImageId
from bot.store import Store
from tests.clock import HeldClock
from tests.unit.store.made import ADA, anything_goes, made_job


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


def files_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.rglob("*") if file.is_file())


@pytest.mark.parametrize("kind", list(Format))
async def test_a_kept_picture_comes_back_byte_for_byte(gallery: Gallery, clock: HeldClock, kind: Format) -> None:
    picture = painted(kind=kind.value)
    saved = await gallery.keep(picture, by=ADA.key)
    assert saved.name == f"{hash_of(picture)}.{kind.value}"
    assert (saved.width, saved.height, saved.size_bytes, saved.made_at) == (64, 48, len(picture), clock.now())
    assert await gallery.read(saved.id) == picture
    assert gallery.path(saved.name).read_bytes() == picture
    assert await gallery.picture(saved.name) == await gallery.picture(saved.id) == saved


async def test_a_shelved_picture_is_read_before_it_is_kept(gallery: Gallery, folder: Path) -> None:
    picture = painted()
    image = await gallery.shelve(picture)
    assert await gallery.shelve(picture) == image
    assert await gallery.read(image) == picture
    assert files_in(folder) == [f"{image}.webp"]
    with pytest.raises(PictureUnknownError):
        await gallery.picture(image)
    assert (await gallery.keep(picture, by=ADA.key)).id == image


async def test_the_same_picture_by_many_at_once_is_one_file(gallery: Gallery, folder: Path) -> None:
    picture = painted()
    async with asyncio.TaskGroup() as group:
        for _ in range(10):
            group.create_task(gallery.keep(picture, by=ADA.key))
    assert files_in(folder) == [f"{hash_of(picture)}.webp"]


async def test_what_is_no_whole_picture_is_not_kept(gallery: Gallery, folder: Path) -> None:
    with pytest.raises(NotAPictureError):
        await gallery.keep(b"<svg xmlns='http://www.w3.org/2000/svg'/>", by=ADA.key)
    with pytest.raises(BrokenPictureError):
        await gallery.keep(painted()[:-20], by=ADA.key)
    assert files_in(folder) == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../bot.sqlite",
        "/etc/passwd",
        f"../{'a' * 64}.webp",
        f"{'a' * 64}.webp/../../bot.sqlite",
        f"{'a' * 64}.webp\n",
        f"{'a' * 64}.webp\0",
        f"{'A' * 64}.webp",
        f"{'a' * 63}.webp",
        f"{'a' * 64}.jpg",
        f"{'a' * 64}.svg",
        f"{'٣' * 64}.webp",
        "a" * 64,
    ],
)
async def test_nothing_but_a_pictures_name_leads_anywhere(gallery: Gallery, name: str) -> None:
    with pytest.raises(PictureUnknownError):
        gallery.path(name)
    with pytest.raises(PictureUnknownError):
        await gallery.picture(name)
    with pytest.raises(PictureUnknownError):
        await gallery.read(ImageId(name))


async def test_a_link_in_the_folder_leads_nowhere(gallery: Gallery, tmp_path: Path) -> None:
    saved = await gallery.keep(painted(), by=ADA.key)
    secret = tmp_path / "secret"
    secret.write_bytes(painted())
    gallery.path(saved.name).unlink()
    gallery.path(saved.name).symlink_to(secret)
    with pytest.raises(PictureUnknownError):
        await gallery.picture(saved.name)
    with pytest.raises(PictureUnknownError):
        await gallery.read(saved.id)


@pytest.mark.parametrize("damage", [b"", b"short", None])
async def test_a_missing_or_cut_file_is_an_unknown_picture_until_it_comes_again(
    gallery: Gallery, damage: bytes | None
) -> None:
    picture = painted()
    saved = await gallery.keep(picture, by=ADA.key)
    path = gallery.path(saved.name)
    path.unlink() if damage is None else path.write_bytes(damage)
    with pytest.raises(PictureUnknownError):
        await gallery.picture(saved.id)
    with pytest.raises(PictureUnknownError):
        await gallery.read(saved.id)
    await gallery.keep(picture, by=ADA.key)
    assert await gallery.read(saved.id) == picture


async def test_bytes_that_changed_on_the_disk_are_not_given_out(gallery: Gallery) -> None:
    picture = painted()
    saved = await gallery.keep(picture, by=ADA.key)
    gallery.path(saved.name).write_bytes(picture[:-1] + bytes([picture[-1] ^ 1]))
    with pytest.raises(PictureUnknownError):
        await gallery.read(saved.id)


async def test_the_picture_behind_a_message_is_our_original(gallery: Gallery, store: Store, clock: HeldClock) -> None:
    job, other = made_job(clock), made_job(clock)
    here, there = Receipt("slack", "C1", "1.1"), Receipt("slack", "C1", "1.2")
    for each, receipt in ((job, here), (other, there)):
        await store.accept(each, "flux", anything_goes)
        await store.keep_receipt(each.id, receipt)
    saved = await gallery.keep(painted(), by=ADA.key, job=job.id, provider="flux", model="flux-dev", seed=7)
    assert await gallery.behind(here) == saved.id
    assert await gallery.behind(there) is None
    assert await gallery.behind(Receipt("slack", "C9", "9.9")) is None
    assert (await gallery.picture(saved.id)).seed == 7


async def test_a_forgotten_job_takes_its_file_along(
    gallery: Gallery, store: Store, clock: HeldClock, folder: Path
) -> None:
    job = made_job(clock)
    await store.accept(job, "flux", anything_goes)
    saved = await gallery.keep(painted(), by=ADA.key, job=job.id)
    other = await gallery.keep(painted("plum"), by=ADA.key)
    await gallery.forget(job.id)
    await gallery.forget(job.id)
    assert files_in(folder) == [other.name]
    with pytest.raises(PictureUnknownError):
        await gallery.picture(saved.id)


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
from bot.store import Store

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
    assert [file.parent.name for file in folder.rglob("*") if file.is_file()] == ["incoming"]
    store = await Store.open(f"sqlite:///{tmp_path}/bot.sqlite", clock=clock)
    await Gallery.open(folder, store, clock=clock)
    await store.close()
    assert files_in(folder) == []


async def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(store: Store, clock: HeldClock) -> None:
    with pytest.raises(SettingsError, match=r"/dev/null/gallery cannot be written .*; check store\.data_dir\."):
        await Gallery.open(Path("/dev/null/gallery"), store, clock=clock)
