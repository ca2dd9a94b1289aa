"""What every shelf must hold, and the gallery on it: a folder, and a bucket over a real socket."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import BrokenPictureError, NotAPictureError, PictureUnknownError
from bot.gallery import Gallery
from bot.job import JobId
from bot.request import Format, ImageId
from bot.shelf import Shelf, checked, open_shelf
from bot.store import Store
from tests.clock import HeldClock
from tests.standins.bucket import KEYS, StandInBucket, bucket, moto
from tests.unit.store.made import ADA, BOB, CAT, anything_goes, drawn, made_job
from tests.unit.test_gallery import hash_of, painted

FOLDER, BUCKET, FLEET = "folder", "bucket", "bucket beside PostgreSQL"
everywhere = pytest.mark.parametrize("home", [FOLDER, BUCKET, FLEET], indirect=True)


@dataclass
class Home:
    """A gallery on one kind of shelf, and what lies there, looked at from outside."""

    gallery: Gallery
    shelf: Shelf
    store: Store
    clock: HeldClock
    folder: Path
    bucket: StandInBucket | None

    async def lying(self) -> dict[str, bytes]:
        """By file name."""
        if self.bucket is not None:
            return {key.rpartition("/")[2]: content for key, content in (await self.bucket.objects()).items()}
        return {path.name: path.read_bytes() for path in self.folder.rglob("*") if path.is_file()}

    async def damage(self, name: str, content: bytes | None) -> None:
        if self.bucket is not None:
            await self.bucket.damage(f"pictures/{name[:2]}/{name}", content)
        elif content is None:
            (self.folder / name[:2] / name).unlink()
        else:
            (self.folder / name[:2] / name).write_bytes(content)

    async def accepted(self, event: str = "", *references: ImageId) -> JobId:
        """Raises PictureUnknownError."""
        job = made_job(self.clock, request=replace(CAT, references=references), event=event)
        await self.store.accept(job, anything_goes, draw=drawn)
        return job.id


@pytest.fixture(scope="module")
def storage() -> Iterator[str]:
    with moto() as address:
        yield address


@pytest.fixture(params=[FOLDER, BUCKET])
async def home(request: pytest.FixtureRequest, tmp_path: Path, storage: str) -> AsyncIterator[Home]:
    clock = HeldClock()
    url = f"sqlite:///{tmp_path}/bot.sqlite"
    store = await Store.open(request.getfixturevalue("postgres_url") if request.param == FLEET else url, clock=clock)
    try:
        if request.param == FOLDER:
            shelf = await open_shelf(tmp_path, "", {}, clock)
            yield Home(Gallery(shelf, store, clock), shelf, store, clock, tmp_path / "gallery", None)
        else:
            async with bucket(storage) as there:
                shelf = await open_shelf(tmp_path, there.url, KEYS, clock)
                yield Home(Gallery(shelf, store, clock), shelf, store, clock, tmp_path / "spool", there)
    finally:
        await store.close()


@pytest.mark.parametrize("kind", list(Format))
async def test_a_kept_picture_comes_back_byte_for_byte(home: Home, kind: Format) -> None:
    picture = painted(kind=kind.value)
    saved = await home.gallery.keep(picture, by=ADA.key)
    assert saved.name == f"{hash_of(picture)}.{kind.value}"
    assert await home.gallery.read(saved.id) == picture
    assert await home.gallery.picture(saved.name) == await home.gallery.picture(saved.id) == saved
    assert (await home.gallery.shown(saved.name))[0] == saved
    assert await home.lying() == {saved.name: picture}


async def test_a_shelved_picture_is_read_before_it_is_kept(home: Home) -> None:
    picture = painted()
    image = await home.gallery.shelve(picture)
    assert await home.gallery.shelve(picture) == image
    assert await home.gallery.read(image) == picture
    with pytest.raises(PictureUnknownError):
        await home.gallery.picture(image)
    assert (await home.gallery.keep(picture, by=ADA.key)).id == image
    assert await home.lying() == {f"{image}.webp": picture}


@everywhere
async def test_the_same_picture_by_many_at_once_lies_there_once(home: Home) -> None:
    picture = painted()
    async with asyncio.TaskGroup() as group:
        for _ in range(10):
            group.create_task(home.gallery.keep(picture, by=ADA.key))
    assert await home.lying() == {f"{hash_of(picture)}.webp": picture}
    assert not await home.shelf.late()


async def test_a_big_picture_is_kept_in_one_piece(home: Home) -> None:
    name, picture = f"{'b' * 64}.png", os.urandom(12 * 1024 * 1024)
    await home.shelf.put(name, picture)
    assert await home.shelf.share(name, within_s=60)
    assert await home.shelf.get(name) == picture


async def test_what_is_no_whole_picture_is_not_kept(home: Home) -> None:
    with pytest.raises(NotAPictureError):
        await home.gallery.keep(b"<svg xmlns='http://www.w3.org/2000/svg'/>", by=ADA.key)
    with pytest.raises(BrokenPictureError):
        await home.gallery.keep(painted()[:-20], by=ADA.key)
    assert await home.lying() == {}


@pytest.mark.parametrize("name", ["", "..", "../bot.sqlite", f"{'a' * 64}.webp\n", f"{'A' * 64}.webp", "a" * 64])
async def test_nothing_but_a_pictures_name_leads_anywhere(home: Home, name: str) -> None:
    with pytest.raises(PictureUnknownError):
        checked(name)
    with pytest.raises(PictureUnknownError):
        await home.gallery.picture(name)


@pytest.mark.parametrize("damage", [b"", b"short", None])
async def test_a_missing_or_cut_picture_is_unknown_until_it_comes_again(home: Home, damage: bytes | None) -> None:
    picture = painted()
    saved = await home.gallery.keep(picture, by=ADA.key)
    await home.damage(saved.name, damage)
    with pytest.raises(PictureUnknownError):
        await home.gallery.read(saved.id)
    await home.gallery.keep(picture, by=ADA.key)
    assert await home.gallery.read(saved.id) == picture


async def test_bytes_that_changed_there_are_not_given_out(home: Home) -> None:
    picture = painted()
    saved = await home.gallery.keep(picture, by=ADA.key)
    await home.damage(saved.name, picture[:-1] + bytes([picture[-1] ^ 1]))
    with pytest.raises(PictureUnknownError):
        await home.gallery.read(saved.id)
    await home.gallery.keep(picture, by=ADA.key)
    assert await home.gallery.read(saved.id) == picture


async def test_a_forgotten_job_takes_its_picture_along(home: Home) -> None:
    job = await home.accepted()
    saved = await home.gallery.keep(painted(), by=ADA.key, job=job)
    other = await home.gallery.keep(painted("plum"), by=ADA.key)
    await home.gallery.forget(job)
    await home.gallery.forget(job)
    assert set(await home.lying()) == {other.name}
    with pytest.raises(PictureUnknownError):
        await home.gallery.read(saved.id)


@everywhere
async def test_a_picture_that_is_forgotten_while_it_comes_in_again_is_whole_or_gone(home: Home) -> None:
    for turn in range(6):
        first, second = await home.accepted(f"a{turn}"), await home.accepted(f"b{turn}")
        picture = painted(f"#0000{turn}0")
        await home.gallery.keep(picture, by=ADA.key, job=first)
        async with asyncio.TaskGroup() as group:
            group.create_task(home.gallery.forget(first))
            kept = group.create_task(home.gallery.keep(picture, by=ADA.key, job=second))
        assert await home.gallery.read(kept.result().id) == picture
        assert kept.result().name in await home.lying()


@everywhere
async def test_what_was_only_brought_goes_after_its_time(home: Home) -> None:
    colours = ("red", "teal", "plum", "lime")
    used, idle, again, too = [await home.gallery.keep(painted(colour), by=ADA.key) for colour in colours]
    made = await home.gallery.keep(painted("navy"), by=ADA.key, job=await home.accepted("made"))
    await home.accepted("used", used.id)
    await home.clock.advance(timedelta(days=2).total_seconds())
    before = home.clock.now() - timedelta(days=1)
    await home.gallery.keep(painted("plum"), by=ADA.key)
    await home.gallery.keep(painted("lime"), by=BOB.key)
    await home.gallery.tidy(before)
    assert set(await home.lying()) == {used.name, again.name, too.name, made.name}
    with pytest.raises(PictureUnknownError):
        await home.gallery.picture(idle.id)
    with pytest.raises(PictureUnknownError):
        await home.accepted("late", idle.id)


@everywhere
async def test_a_job_that_takes_a_picture_up_is_before_the_tidying_or_after_it(home: Home) -> None:
    pictures = [await home.gallery.keep(painted(f"#00{turn}000"), by=ADA.key) for turn in range(6)]
    await home.clock.advance(timedelta(days=2).total_seconds())
    async with asyncio.TaskGroup() as group:
        group.create_task(home.gallery.tidy(home.clock.now() - timedelta(days=1)))
        taken = [group.create_task(_taken(home, each.id)) for each in pictures]
    lying = await home.lying()
    assert [each.name in lying for each in pictures] == [task.result() for task in taken]


async def _taken(home: Home, image: ImageId) -> bool:
    try:
        await home.accepted(image, image)
    except PictureUnknownError:
        return False
    return True
