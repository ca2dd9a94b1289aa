"""Pictures in S3-compatible object storage that gets things wrong, over a real socket; moto keeps the buckets.

What a bucket has in common with a folder is in contract/test_shelves.py.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from pydantic import SecretStr

from bot import telemetry
from bot.app import read_settings
from bot.errors import PictureUnknownError, SettingsError, StorageDownError, StorageShutError
from bot.gallery import BOUGHT_PATIENCE_S, Gallery
from bot.job import JobId
from bot.shelf import SPOOL, open_shelf
from bot.shelf.bucket import Bucket
from bot.store import Store
from bot.terminal.checkup import Checkup
from bot.view import Link
from tests.clock import ShiftedClock
from tests.house import all_words
from tests.standins.bucket import KEYS, Mood, StandInBucket, bucket, moto
from tests.unit.store.made import ADA, CAT, anything_goes, drawn, made_job
from tests.unit.test_gallery import painted
from tests.wire.living import HastyClock

AWAY = [Mood.RESET, Mood.SILENT, Mood.BROKEN, Mood.SHUT, Mood.NO_BUCKET]


class BriskClock(HastyClock):
    """A minute passes in a third of a second; what the storage takes is real."""

    SPEED = 200


class CalmClock(HastyClock):
    """So slow that a busy machine has time for a few tries within a minute."""

    SPEED = 8


@dataclass
class Fleet:
    """Hosts with one database and one bucket, each with a disk of its own."""

    store: Store
    bucket: StandInBucket
    clock: ShiftedClock
    folder: Path

    async def host(self, name: str = "one") -> Gallery:
        """A host's next life."""
        shelf = await open_shelf(self.folder / name, self.bucket.url, KEYS, self.clock)
        return Gallery(shelf, self.store, self.clock)

    def waiting(self, host: str = "one") -> list[str]:
        return [path.name for path in (self.folder / host / SPOOL).rglob("*") if path.is_file()]

    async def job(self, event: str) -> JobId:
        job = made_job(self.clock, request=CAT, event=event)
        await self.store.accept(job, anything_goes, draw=drawn)
        return job.id

    async def bought(self, gallery: Gallery, picture: bytes, event: str = "bought") -> Any:
        return await gallery.keep(picture, by=ADA.key, job=await self.job(event), provider="flux")


@pytest.fixture(scope="module")
def storage() -> Iterator[str]:
    with moto() as address:
        yield address


@asynccontextmanager
async def founded(storage: str, folder: Path) -> AsyncIterator[Fleet]:
    clock = BriskClock()
    store = await Store.open(f"sqlite:///{folder}/bot.sqlite", clock=clock)
    try:
        async with bucket(storage) as there:
            yield Fleet(store, there, clock, folder)
    finally:
        await store.close()


@pytest.fixture
async def fleet(storage: str, tmp_path: Path) -> AsyncIterator[Fleet]:
    async with founded(storage, tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("mood", AWAY)
async def test_a_bought_picture_outlives_a_storage_that_is_away(fleet: Fleet, mood: Mood) -> None:
    here, picture = await fleet.host(), painted()
    fleet.bucket.mood = mood
    began = fleet.clock.steady()
    saved = await fleet.bought(here, picture)
    assert fleet.clock.steady() - began >= BOUGHT_PATIENCE_S
    assert await here.read(saved.id) == picture
    _, file = await here.shown(saved.id)
    assert isinstance(file, Path)
    assert file.read_bytes() == picture
    fleet.bucket.mood = Mood.WELL
    assert list(await fleet.bucket.objects()) == []
    await here.catch_up()
    assert list((await fleet.bucket.objects()).values()) == [picture]
    assert fleet.waiting() == []
    assert await here.read(saved.id) == picture


async def test_a_short_outage_is_waited_out(fleet: Fleet) -> None:
    fleet.clock = CalmClock()
    here = await fleet.host()
    fleet.bucket.mood = Mood.BROKEN
    async with asyncio.TaskGroup() as group:
        keeping = group.create_task(fleet.bought(here, painted()))
        await fleet.bucket.puts(3)
        assert not keeping.done()
        fleet.bucket.mood = Mood.WELL
    assert fleet.waiting() == []
    assert len(await fleet.bucket.objects()) == 1


async def test_what_waits_is_brought_by_the_next_life(fleet: Fleet) -> None:
    first = await fleet.host()
    fleet.bucket.mood = Mood.RESET
    saved = await fleet.bought(first, painted())
    second = await fleet.host()
    assert await second.late() == 1
    await second.catch_up()
    assert await second.read(saved.id) == painted()
    fleet.bucket.mood = Mood.WELL
    await second.catch_up()
    assert (await second.late(), fleet.waiting()) == (0, [])
    assert len(await fleet.bucket.objects()) == 1


async def test_another_host_is_told_to_wait_and_never_that_there_is_no_picture(fleet: Fleet) -> None:
    here, there = await fleet.host("one"), await fleet.host("two")
    fleet.bucket.mood = Mood.RESET
    saved = await fleet.bought(here, painted())
    with pytest.raises(StorageDownError):
        await there.read(saved.id)
    fleet.bucket.mood = Mood.WELL
    with pytest.raises(StorageDownError):
        await there.read(saved.id)
    await here.catch_up()
    assert await there.read(saved.id) == painted()


async def test_an_object_that_somebody_took_away_is_unknown_after_a_day(fleet: Fleet) -> None:
    here = await fleet.host()
    saved = await fleet.bought(here, painted())
    await fleet.bucket.damage(f"pictures/{saved.name[:2]}/{saved.name}", None)
    fleet.clock.ahead += timedelta(days=2)
    with pytest.raises(PictureUnknownError):
        await here.read(saved.id)


async def test_deleted_is_deleted_also_where_the_storage_is_away(fleet: Fleet) -> None:
    here, job = await fleet.host(), await fleet.job("deleted")
    saved = await here.keep(painted(), by=ADA.key, job=job)
    fleet.bucket.mood = Mood.RESET
    await here.forget(job)
    with pytest.raises(PictureUnknownError):
        await here.picture(saved.id)
    fleet.bucket.mood = Mood.WELL
    assert len(await fleet.bucket.objects()) == 1
    await (await fleet.host()).catch_up()
    assert (await fleet.bucket.objects(), fleet.waiting()) == ({}, [])


async def test_what_is_deleted_while_it_waits_is_not_brought(fleet: Fleet) -> None:
    here, job = await fleet.host(), await fleet.job("deleted")
    fleet.bucket.mood = Mood.RESET
    await here.keep(painted(), by=ADA.key, job=job)
    await here.forget(job)
    fleet.bucket.mood = Mood.WELL
    await here.catch_up()
    assert (await fleet.bucket.objects(), fleet.waiting()) == ({}, [])


async def test_what_comes_in_again_before_it_could_be_removed_stays(fleet: Fleet) -> None:
    here, job = await fleet.host(), await fleet.job("deleted")
    await here.keep(painted(), by=ADA.key, job=job)
    fleet.bucket.mood = Mood.RESET
    await here.forget(job)
    saved = await fleet.bought(here, painted(), "again")
    fleet.bucket.mood = Mood.WELL
    await here.catch_up()
    assert fleet.waiting() == []
    assert await here.read(saved.id) == painted()
    assert len(await fleet.bucket.objects()) == 1


async def test_what_another_host_deletes_while_it_is_brought_does_not_stay(fleet: Fleet) -> None:
    here, there, job = await fleet.host("one"), await fleet.host("two"), await fleet.job("deleted")
    fleet.bucket.mood = Mood.BROKEN
    async with asyncio.TaskGroup() as group:
        group.create_task(here.keep(painted(), by=ADA.key, job=job))
        await fleet.bucket.puts()
        fleet.bucket.mood = Mood.WELL
        await there.forget(job)
    assert await fleet.bucket.objects() == {}


async def test_what_a_purchase_shelved_and_nobody_kept_goes_with_the_tidying(fleet: Fleet) -> None:
    here = await fleet.host()
    fleet.bucket.mood = Mood.RESET
    image = await here.shelve(painted())
    assert await here.read(image) == painted()
    fleet.bucket.mood = Mood.WELL
    await here.catch_up()
    assert len(fleet.waiting()) == 1
    await here.tidy(fleet.clock.now() + timedelta(seconds=1))
    assert (await fleet.bucket.objects(), fleet.waiting()) == ({}, [])


async def test_an_answer_that_ends_early_is_no_picture_and_no_loss(fleet: Fleet) -> None:
    here = await fleet.host()
    saved = await fleet.bought(here, painted())
    fleet.bucket.mood = Mood.CUT
    with pytest.raises(StorageDownError):
        await here.read(saved.id)
    fleet.bucket.mood = Mood.WELL
    assert await here.read(saved.id) == painted()


CRASH = """
import asyncio, os, sys
from pathlib import Path
from bot.clock import RealClock
from bot.gallery import Gallery
from bot.shelf import open_shelf
from bot.store import Store

async def main():
    folder, url, picture = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]).read_bytes()
    store = await Store.open(f"sqlite:///{folder}/bot.sqlite", clock=RealClock())
    gallery = Gallery(await open_shelf(folder / "one", url, dict(os.environ), RealClock()), store, RealClock())
    await gallery.keep(picture, by="web:ada")

asyncio.run(main())
"""


@pytest.mark.parametrize("point", ["gallery.written", "shelf.spooled", "shelf.brought"])
async def test_a_power_cut_on_the_way_to_the_bucket_loses_nothing(storage: str, tmp_path: Path, point: str) -> None:
    picture = painted()
    (tmp_path / "picture").write_bytes(picture)
    async with bucket(storage) as there:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", CRASH, str(tmp_path), there.url, str(tmp_path / "picture"),
            env=os.environ | KEYS | {"IMAGEBOT_DIE_AT": point}, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        assert await process.wait() == -9
        clock = BriskClock()
        store = await Store.open(f"sqlite:///{tmp_path}/bot.sqlite", clock=clock)
        fleet = Fleet(store, there, clock, tmp_path)
        here = await fleet.host()
        saved = await here.keep(picture, by=ADA.key)  # as the run does, which was cut off before it ended
        await here.catch_up()
        assert await here.read(saved.id) == picture
        assert list((await there.objects()).values()) == [picture]
        await store.close()
    assert len(fleet.waiting()) == (1 if point == "gallery.written" else 0)  # a draft, swept away later


@pytest.mark.parametrize(
    ("mood", "reason"), [(Mood.SHUT, "write, read and remove"), (Mood.NO_BUCKET, "no such bucket")]
)
async def test_a_bucket_that_does_not_let_us_in_is_told_before_anything_is_sold(
    fleet: Fleet, mood: Mood, reason: str
) -> None:
    fleet.bucket.mood = mood
    with pytest.raises(SettingsError, match=reason) as told:
        await fleet.host()
    assert not any(secret in str(told.value) for secret in KEYS.values())


@pytest.mark.parametrize(
    "url",
    ["gs://bucket/prefix", "https://bucket", "s3://", "s3:///prefix", "s3://key:secret@bucket/prefix", "bucket/prefix",
     "s3://bucket?endpoint_url=ftp://there", "s3://bucket?endpoint_url=https://key:secret@there",
     "s3://bucket?acl=public-read", "s3://bucket?secret_access_key=x"],
)  # fmt: skip
def test_what_is_no_bucket_is_told_without_what_was_written(url: str) -> None:
    with pytest.raises(SettingsError, match=r"store\.pictures_url") as told:
        Bucket.at(url, KEYS)
    assert "secret@" not in str(told.value)


async def test_everything_is_signed_and_nothing_asks_for_it_to_be_public(fleet: Fleet) -> None:
    here, job = await fleet.host(), await fleet.job("one")
    await here.keep(painted(), by=ADA.key, job=job)
    await here.forget(job)
    strangers = [each for each in fleet.bucket.seen if "Authorization" not in each.headers]
    assert len(strangers) == 1  # the look whether everybody may read
    assert not any(name.lower().startswith("x-amz-acl") for each in fleet.bucket.seen for name in each.headers)


async def test_a_link_lasts_a_quarter_of_an_hour_is_needed_and_stands_in_no_log(fleet: Fleet) -> None:
    here = await fleet.host()
    saved = await fleet.bought(here, painted())
    _, link = await here.shown(saved.id)
    assert isinstance(link, Link)
    assert link.url.startswith(here.origin + "/")
    assert parse_qs(urlsplit(link.url).query)["X-Amz-Expires"] == ["900"]
    async with aiohttp.ClientSession() as session:
        async with session.get(link.url) as answer:
            assert (answer.status, answer.content_type, await answer.read()) == (200, "image/webp", painted())
        async with session.get(link.url.partition("?")[0]) as answer:
            assert (answer.status, painted() in await answer.read()) == (403, False)
    signature = parse_qs(urlsplit(link.url).query)["X-Amz-Signature"][0]
    line = telemetry.veil(None, "info", {"event": f"at {link.url}", "a": f"&X-Amz-Signature={signature}", "b": link})
    assert signature not in str(line)


async def test_check_tells_where_pictures_are_and_what_is_wrong_there(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
) -> None:
    async def told() -> str:
        settings = read_settings(None)
        home = fleet.folder / "one"
        kept = settings.store.model_copy(update={"data_dir": home, "pictures_url": SecretStr(fleet.bucket.url)})
        secrets = {name: SecretStr(value) for name, value in KEYS.items()}
        await Checkup(replace(settings, store=kept, secrets=secrets), all_words(), "en").pictures()
        return " ".join(capsys.readouterr().out.split())

    here = await fleet.host()
    place = f"s3://{fleet.bucket.name}/pictures"
    assert f"Pictures are kept in {place}" in await told()
    fleet.bucket.mood = Mood.RESET
    await fleet.bought(here, painted())
    said = await told()
    assert "it does not answer" in said
    assert "One picture waits on this disk" in said
    fleet.bucket.mood = Mood.SHUT
    assert "AWS_ACCESS_KEY_ID" in await told()
    fleet.bucket.mood = Mood.WELL
    await fleet.bucket.publish()
    assert f"Everybody can read the pictures in {place}" in await told()


async def test_a_bucket_that_everybody_can_read_is_found_out(fleet: Fleet) -> None:
    there = Bucket.at(fleet.bucket.url, KEYS)
    assert await there.examine() is False
    await fleet.bucket.publish()
    assert await there.examine() is True
    assert await fleet.bucket.objects() == {}
    fleet.bucket.mood = Mood.SHUT
    with pytest.raises(StorageShutError):
        await replace(there, store=there.stranger).get("anything")
