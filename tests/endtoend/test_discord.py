"""The real process behind Discord, its power cut at named moments: every job is told there once."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.clock import RealClock
from bot.job import Status
from bot.store import JobRecord, Store
from tests.endtoend.process import Bot, until
from tests.standins.discord import Channel, Message
from tests.wire.discord_door import Scene, atelier

POINTS = ("accept.written", "announce.posted", "submit.sent", "deliver.sent")
SMALL = "--width 256 --height 256"
"""The sketch is soon done with it."""


@pytest.fixture
async def here() -> AsyncIterator[Scene]:
    async with atelier() as scene:
        yield scene


@pytest.fixture
async def bot(tmp_path: Path, here: Scene) -> AsyncIterator[Bot]:
    settings = {
        "DISCORD_TOKEN": here.discord.token,
        "IMAGEBOT__DISCORD__API_URL": here.discord.api_url,
        "IMAGEBOT__DISCORD__ATTACHMENT_HOSTS": json.dumps(["127.0.0.1"]),
        "IMAGEBOT__LOG__LEVEL": "debug",
    }
    opened = Bot(tmp_path, settings=settings)
    yield opened
    await opened.end()


async def started(bot: Bot, here: Scene, *, die_at: str = "") -> None:
    """The bot, connected and with its commands."""
    before = len(here.discord.gateway.identifies)
    await bot.start(die_at=die_at)
    await here.discord.until(
        lambda: len(here.discord.gateway.identifies) > before and here.discord.gateway.live, timeout_s=45
    )
    await here.discord.until(here.discord.commands, timeout_s=45)


async def all_told(bot: Bot) -> None:
    """Wait until the bot's own database says that nothing is left to be told."""

    async def look() -> bool | None:
        with closing(sqlite3.connect(f"file:{bot.folder / 'data' / 'imagebot.sqlite'}?mode=ro", uri=True)) as file:
            left = file.execute("select count(*) from jobs where delivered_at is null").fetchone()[0]
        return True if left == 0 else None

    await until(look, "every job to be told")


async def book(bot: Bot) -> list[JobRecord]:
    store = await Store.open(f"sqlite:///{bot.folder / 'data' / 'imagebot.sqlite'}", clock=RealClock())
    try:
        assert await store.unbalanced() == ()
        return list(await store.jobs(limit=100))
    finally:
        await store.close()


async def shown(here: Scene, channel: Channel) -> Message:
    """The only message there, with its picture."""
    await here.discord.until(lambda: any(one.pictures for one in here.discord.messages(channel)), timeout_s=45)
    (message,) = here.discord.messages(channel)
    return message


@pytest.mark.parametrize("point", POINTS)
async def test_a_power_cut_at_a_named_moment_tells_the_job_once_and_its_buttons_work(
    bot: Bot, here: Scene, point: str
) -> None:
    await started(bot, here, die_at=point)
    asked = await here.discord.slash(here.ada, here.art, "imagine", prompt=f"zanzibar --seed 42 {SMALL}", wait=False)
    assert await bot.died() == -9
    await started(bot, here)
    message = await shown(here, here.art)
    await all_told(bot)
    assert here.discord.messages(here.art) == [message]
    if point != "accept.written":  # Discord takes no first answer that late
        assert message is asked.message
    await here.discord.redeliver(asked)
    again = await here.discord.press(here.ada, message, "Again")
    await here.discord.until(lambda: again.message and again.message.pictures, timeout_s=45)
    await all_told(bot)
    assert await bot.stop() == 0
    assert [record.status for record in await book(bot)] == [Status.FINISHED] * 2
    assert len(here.discord.messages(here.art)) == 2
    for secret in (here.discord.token, asked.token, again.token, "zanzibar", "Traceback"):
        assert secret not in bot.log()


async def test_a_private_job_that_a_power_cut_left_unanswered_ends_in_a_direct_message(bot: Bot, here: Scene) -> None:
    await started(bot, here, die_at="accept.written")
    await here.discord.slash(here.ada, here.art, "imagine", prompt=f"a fox {SMALL}", private=True, wait=False)
    assert await bot.died() == -9
    await started(bot, here)
    await shown(here, here.discord.dm(here.ada))
    await all_told(bot)
    assert here.discord.messages(here.art) == []
    assert await bot.stop() == 0


async def some(here: Scene, more_than: int) -> None:
    await here.discord.until(
        lambda: sum(bool(one.pictures) for one in here.discord.messages(here.art)) > more_than, timeout_s=45
    )


async def test_kills_in_the_middle_of_a_crowd_leave_every_job_told_once(bot: Bot, here: Scene) -> None:
    await started(bot, here)
    asks = []
    for life in range(2):
        asks += await asyncio.gather(
            *(
                here.discord.slash(here.ada, here.art, "imagine", prompt=f"life {life} picture {number} {SMALL}")
                for number in range(6)
            )
        )
        await some(here, 6 * life)
        await bot.kill()
        await started(bot, here)
    await here.discord.until(lambda: all(one.pictures for one in here.discord.messages(here.art)), timeout_s=45)
    await all_told(bot)
    assert await bot.stop() == 0
    assert {one.id for one in here.discord.messages(here.art)} == {asked.message.id for asked in asks if asked.message}
    assert [record.status for record in await book(bot)] == [Status.FINISHED] * 12


async def test_a_bad_token_ends_the_start_with_one_sentence(bot: Bot) -> None:
    bot.settings["DISCORD_TOKEN"] = "MTIzNDU2Nzg5.wrong.token-0123456789"
    await bot.start(die_at="nowhere")  # else it would be waited for until it answers
    assert await bot.died() == 2
    assert "Discord does not accept this token" in bot.log()
    assert "Traceback" not in bot.log()
    assert "wrong.token" not in bot.log()
