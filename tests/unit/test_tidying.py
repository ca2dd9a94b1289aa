"""What the operator does not want kept for longer goes: words and pictures do, costs stay."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot import tidying
from bot.errors import PictureUnknownError
from bot.job import Finished, JobId, Rendered
from bot.providers import Order
from bot.request import Imagine, Wish
from bot.tidying import Tidying
from tests.house import ADA, STREET, TestHouse, house


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[TestHouse]:
    async with house(tmp_path) as opened:
        yield opened


def tidying_of(home: TestHouse, keep_days: int) -> Tidying:
    return Tidying(store=home.store, gallery=home.gallery, engine=home.engine, clock=home.clock, keep_days=keep_days)


async def painted(home: TestHouse, words: str = "a fox in the snow") -> JobId:
    job = await home.desk.accept(Wish(prompt=words), by=ADA, at=STREET, event=home.ring(), asked=f"/imagine {words}")
    await home.told(job)
    return job


def files(folder: Path) -> int:
    return sum(file.is_file() for file in (folder / "gallery").rglob("*"))


async def test_after_its_days_a_job_has_its_cost_and_no_word_or_picture(home: TestHouse, tmp_path: Path) -> None:
    job = await painted(home)
    outcome = (await home.store.record(job)).outcome
    assert isinstance(outcome, Finished)
    before = await home.store.ledger_sum()
    home.clock.ahead = timedelta(days=31)
    await tidying_of(home, 30).tidy()
    record = await home.store.record(job)
    assert isinstance(record.job.request, Imagine)
    assert (record.job.request.prompt, record.job.asked) == ("", "")
    assert files(tmp_path) == 0
    with pytest.raises(PictureUnknownError):
        await home.store.image(outcome.image)
    assert await home.store.ledger_sum() == before
    assert await home.store.unbalanced() == ()


async def test_what_is_younger_stays(home: TestHouse, tmp_path: Path) -> None:
    job = await painted(home)
    home.clock.ahead = timedelta(days=29)
    await tidying_of(home, 30).tidy()
    assert not (await home.store.record(job)).deleted
    assert files(tmp_path) > 0


async def test_by_default_nothing_is_forgotten(home: TestHouse, tmp_path: Path) -> None:
    await painted(home)
    home.clock.ahead = timedelta(days=10_000)
    await tidying_of(home, 0).tidy()
    assert files(tmp_path) > 0


async def test_more_than_a_portion_is_forgotten_in_one_go(home: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidying, "PORTION", 2)
    jobs = [await painted(home, f"fox {number}") for number in range(5)]
    home.clock.ahead = timedelta(days=31)
    await tidying_of(home, 30).tidy()
    assert [(await home.store.record(job)).job.asked for job in jobs] == [""] * 5
    assert await home.store.old(home.clock.now(), after=0, limit=10) == ()


async def test_a_job_that_has_not_ended_is_kept_however_old(home: TestHouse) -> None:
    done = asyncio.Event()

    async def submit(order: Order) -> Rendered:
        await done.wait()
        return Rendered(link="https://pictures.test/late", word="Ready")

    home.provider.on_submit = submit
    job = await home.desk.accept(Wish(prompt="a slow fox"), by=ADA, at=STREET, event=home.ring())
    home.clock.ahead = timedelta(days=31)
    await tidying_of(home, 30).tidy()
    request = (await home.store.record(job)).job.request
    assert isinstance(request, Imagine)
    assert request.prompt == "a slow fox"
    done.set()
    await home.told(job)
