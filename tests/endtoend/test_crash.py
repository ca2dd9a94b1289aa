"""kill -9 at every named moment, with FLUX bought from a stand-in: told once, paid once, the books balanced."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot.clock import RealClock
from bot.engine import SUBMIT_GATE
from bot.job import Status
from bot.message import Place, Tone
from bot.store import JobRecord, Store
from tests.endtoend.process import Bot, Vendors, until

POINTS = (
    "accept.written",
    "announce.posted",
    "submit.begun",
    "submit.sent",
    "collect.rendered",
    "collect.fetched",
    "gallery.written",
    "collect.kept",
    "finish.written",
    "deliver.sent",
)
UNSURE_AFTER = ("submit.begun", "submit.sent")
"""Between a purchase's beginning and its record: nobody can know, so the person is asked."""


@pytest.fixture
async def vendors() -> AsyncIterator[Vendors]:
    async with Vendors() as opened:
        yield opened


@pytest.fixture
async def bot(tmp_path: Path, vendors: Vendors) -> AsyncIterator[Bot]:
    opened = Bot(tmp_path, vendors)
    yield opened
    await opened.end()


async def book(bot: Bot) -> Sequence[JobRecord]:
    """Every job that the stopped bot knows, its books having been found in balance."""
    store = await Store.open(f"sqlite:///{bot.folder / 'data' / 'imagebot.sqlite'}", clock=RealClock())
    try:
        assert await store.unbalanced() == ()
        kept = await store.replies("web", "channel", limit=1000)
        records = await store.jobs(limit=1000)
        assert len(kept) == len([record for record in records if record.job.at == Place("web", "channel")])
        return records
    finally:
        await store.close()


async def all_told(bot: Bot) -> None:
    """Wait until the running bot has nothing open and nothing untold, as its own database says."""
    import sqlite3

    async def look() -> bool | None:
        with sqlite3.connect(f"file:{bot.folder / 'data' / 'imagebot.sqlite'}?mode=ro", uri=True) as file:
            left = file.execute("select count(*) from jobs where delivered_at is null").fetchone()[0]
        return True if left == 0 else None

    await until(look, f"every job to be told: {bot.log()[-3000:]}")


@pytest.mark.parametrize("point", POINTS)
async def test_a_power_cut_at_a_named_moment_neither_loses_nor_buys_twice(
    bot: Bot, vendors: Vendors, point: str
) -> None:
    await bot.start(die_at=point)
    await bot.say("/imagine a lighthouse at dusk --seed 42")
    assert await bot.died() == -9
    await bot.start()
    await all_told(bot)
    assert await bot.stop() == 0
    (record,) = await book(bot)
    bought = await vendors.bought()
    assert len(bought) <= 1
    assert record.reply is not None
    if point in UNSURE_AFTER:
        assert record.status is Status.UNSURE
        assert record.reply.tone is Tone.UNSURE
    else:
        assert record.status is Status.FINISHED
        assert record.reply.tone is Tone.DONE
        assert len(bought) == 1


async def test_a_task_under_way_is_polled_on_after_a_kill(bot: Bot, vendors: Vendors) -> None:
    await vendors.latency(work_s=[3.0, 3.0])
    await bot.start()
    await bot.say("/imagine a fox")

    async def polled() -> bool | None:
        paths = [heard["at"] for heard in await vendors.heard()]
        return True if "poll" in paths else None

    await until(polled, "the first poll")
    await bot.kill()
    await bot.start()
    await all_told(bot)
    await bot.stop()
    (record,) = await book(bot)
    assert record.status is Status.FINISHED
    assert len(await vendors.bought()) == 1


async def test_a_kill_inside_a_burst_leaves_no_more_than_the_gate_unsure(bot: Bot, vendors: Vendors) -> None:
    await vendors.latency(submit_s=0.3)
    await bot.start()
    await asyncio.gather(*(bot.say(f"/imagine picture {number}") for number in range(16)))

    async def some() -> bool | None:
        return True if len(await vendors.bought()) >= 3 else None

    await until(some, "the first purchases")
    await bot.kill()
    await bot.start()
    await all_told(bot)
    await bot.stop()
    records = await book(bot)
    assert len(records) == 16
    ends = [record.status for record in records]
    assert ends.count(Status.FINISHED) + ends.count(Status.UNSURE) == 16
    assert ends.count(Status.UNSURE) <= SUBMIT_GATE
    assert ends.count(Status.FINISHED) <= len(await vendors.bought()) <= 16


async def test_random_kills_lose_nothing_and_buy_nothing_twice(bot: Bot, vendors: Vendors) -> None:
    chance = random.Random(20261121)
    await bot.start()
    for life in range(3):
        await asyncio.gather(*(bot.say(f"/imagine life {life} picture {number}") for number in range(8)))
        await asyncio.sleep(chance.uniform(0.2, 1.5))  # the moment of the power cut
        await bot.kill()
        await bot.start()
    await all_told(bot)
    await bot.stop()
    records = await book(bot)
    assert len(records) == 24
    ends = [record.status for record in records]
    assert ends.count(Status.FINISHED) + ends.count(Status.UNSURE) == 24
    assert ends.count(Status.UNSURE) <= 3 * SUBMIT_GATE
    assert len(await vendors.bought()) <= 24


async def test_a_bought_task_whose_key_is_gone_in_the_next_life_is_not_called_free(bot: Bot, vendors: Vendors) -> None:
    await vendors.latency(work_s=[30.0, 30.0])
    await bot.start()
    await bot.say("/imagine a fox")

    async def bought() -> bool | None:
        return True if any(heard["at"] == "poll" for heard in await vendors.heard()) else None

    await until(bought, "the first poll")
    await bot.kill()
    bot.vendors = None
    await bot.start()
    await all_told(bot)
    assert await bot.stop() == 0
    (record,) = await book(bot)
    assert record.status is Status.UNSURE
    assert "Traceback" not in bot.log()


async def test_a_stop_in_the_middle_of_everything_is_quiet(bot: Bot, vendors: Vendors) -> None:
    await vendors.latency(work_s=[30.0, 30.0])
    await bot.start()
    await asyncio.gather(*(bot.say(f"/imagine picture {number}") for number in range(4)))

    async def under_way() -> bool | None:
        return True if len(await vendors.bought()) == 4 else None

    await until(under_way, "the purchases")
    assert await bot.stop() == 0
    assert "Traceback" not in bot.log()
    assert '"level": "warning"' not in bot.log()
    assert [record.status for record in await book(bot)] == [Status.RUNNING] * 4


async def test_a_polite_stop_leaves_nothing_unsure(bot: Bot, vendors: Vendors) -> None:
    await vendors.latency(submit_s=0.5, work_s=[1.5, 2.0])
    await bot.start()
    await asyncio.gather(*(bot.say(f"/imagine picture {number}") for number in range(6)))

    async def some() -> bool | None:
        return True if await vendors.bought() else None

    await until(some, "the first purchase")
    assert await bot.stop() == 0
    await bot.start()
    await all_told(bot)
    await bot.stop()
    records = await book(bot)
    assert [record.status for record in records] == [Status.FINISHED] * 6
    assert len(await vendors.bought()) == 6
