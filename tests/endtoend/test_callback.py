"""FLUX calls the real process back: a purchase whose answer a power cut took is found again, and paid once."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import RealClock
from bot.job import Status
from bot.store import JobRecord, Store
from tests.endtoend.process import Bot, Vendors, until


@pytest.fixture
async def vendors() -> AsyncIterator[Vendors]:
    async with Vendors(work_s=(0.2, 0.4)) as opened:
        yield opened


@pytest.fixture
async def bot(tmp_path: Path, vendors: Vendors) -> AsyncIterator[Bot]:
    opened = Bot(tmp_path, vendors)
    opened.settings |= {"IMAGEBOT__WEB__PUBLIC_URL": opened.url, "IMAGEBOT__PROVIDERS__FLUX__WEBHOOK": "true"}
    yield opened
    await opened.end()


async def told(bot: Bot) -> JobRecord:
    """The one job once its end is told, and the books of the stopped bot are in balance."""

    async def over() -> bool | None:
        with sqlite3.connect(f"file:{bot.folder / 'data' / 'imagebot.sqlite'}?mode=ro", uri=True) as file:
            return True if file.execute("select delivered_at from jobs").fetchone()[0] else None

    await until(over, f"the picture: {bot.log()[-3000:]}")
    await bot.stop()
    store = await Store.open(f"sqlite:///{bot.folder / 'data' / 'imagebot.sqlite'}", clock=RealClock())
    try:
        (record,) = await store.jobs()
        assert await store.unbalanced() == ()
        assert (await store.ledger_sum()).open_cents == 0
        return record
    finally:
        await store.close()


async def test_a_power_cut_between_purchase_and_record_is_mended_by_the_call(bot: Bot, vendors: Vendors) -> None:
    await vendors.latency(work_s=[2.0, 2.0])
    await bot.start(die_at="submit.sent")
    await bot.say("/imagine a lighthouse at dusk --seed 42")
    assert await bot.died() == -9
    await bot.start()
    record = await told(bot)
    (bought,) = await vendors.bought()
    assert record.status is Status.FINISHED
    assert record.ticket is not None
    assert record.ticket.id == bought["id"]
    assert bought["body"]["webhook_url"].startswith(f"{bot.url}/callbacks/flux/{record.job.id}.0.")
    for secret in (bought["id"], "/callbacks/flux/", bought["body"]["webhook_secret"]):
        assert secret not in bot.log()
