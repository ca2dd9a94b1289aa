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
from tests.clock import ShiftedClock
from tests.endtoend.process import Bot, until
from tests.standins.discord import Channel, Discord, Message, Person

POINTS = ("accept.written", "announce.posted", "submit.sent", "deliver.sent")


@pytest.fixture
async def discord() -> AsyncIterator[Discord]:
    async with Discord(clock=ShiftedClock()) as opened:
        yield opened


@pytest.fixture
def ada(discord: Discord) -> Person:
    return discord.person("Ada")


@pytest.fixture
def art(discord: Discord, ada: Person) -> Channel:
    return discord.guild("Atelier", members=[ada]).channel("art")


@pytest.fixture
async def bot(tmp_path: Path, discord: Discord, art: Channel) -> AsyncIterator[Bot]:
    settings = {
        "DISCORD_TOKEN": discord.token,
        "IMAGEBOT__DISCORD__API_URL": discord.api_url,
        "IMAGEBOT__DISCORD__ATTACHMENT_HOSTS": json.dumps(["127.0.0.1"]),
        "IMAGEBOT__LOG__LEVEL": "debug",
    }
    opened = Bot(tmp_path, settings=settings)
    yield opened
    await opened.end()


async def started(bot: Bot, discord: Discord, *, die_at: str = "") -> None:
    """The bot, connected and with its commands."""
    before = len(discord.gateway.identifies)
    await bot.start(die_at=die_at)
    await discord.until(lambda: len(discord.gateway.identifies) > before and discord.gateway.live, timeout_s=45)
    await discord.until(discord.commands, timeout_s=45)


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


async def shown(discord: Discord, channel: Channel) -> Message:
    """The only message there, with its picture."""
    await discord.until(lambda: any(one.pictures for one in discord.messages(channel)), timeout_s=45)
    (message,) = discord.messages(channel)
    return message


@pytest.mark.parametrize("point", POINTS)
async def test_a_power_cut_at_a_named_moment_tells_the_job_once_and_its_buttons_work(
    bot: Bot, discord: Discord, ada: Person, art: Channel, point: str
) -> None:
    await started(bot, discord, die_at=point)
    asked = await discord.slash(ada, art, "imagine", prompt="zanzibar --seed 42", wait=False)
    assert await bot.died() == -9
    await started(bot, discord)
    message = await shown(discord, art)
    await all_told(bot)
    assert discord.messages(art) == [message]
    if point != "accept.written":  # Discord takes no first answer that late
        assert message is asked.message
    await discord.redeliver(asked)
    again = await discord.press(ada, message, "Again")
    await discord.until(lambda: again.message and again.message.pictures, timeout_s=45)
    await all_told(bot)
    assert await bot.stop() == 0
    assert [record.status for record in await book(bot)] == [Status.FINISHED] * 2
    assert len(discord.messages(art)) == 2
    for secret in (discord.token, asked.token, again.token, "zanzibar", "Traceback"):
        assert secret not in bot.log()


async def test_a_private_job_that_a_power_cut_left_unanswered_ends_in_a_direct_message(
    bot: Bot, discord: Discord, ada: Person, art: Channel
) -> None:
    await started(bot, discord, die_at="accept.written")
    await discord.slash(ada, art, "imagine", prompt="a fox", private=True, wait=False)
    assert await bot.died() == -9
    await started(bot, discord)
    await shown(discord, discord.dm(ada))
    await all_told(bot)
    assert discord.messages(art) == []
    assert await bot.stop() == 0


async def some(discord: Discord, art: Channel, more_than: int) -> None:
    await discord.until(lambda: sum(bool(one.pictures) for one in discord.messages(art)) > more_than, timeout_s=45)


async def test_kills_in_the_middle_of_a_crowd_leave_every_job_told_once(
    bot: Bot, discord: Discord, ada: Person, art: Channel
) -> None:
    await started(bot, discord)
    asks = []
    for life in range(2):
        asks += await asyncio.gather(
            *(
                discord.slash(ada, art, "imagine", prompt=f"life {life} picture {number} --width 256 --height 256")
                for number in range(6)
            )
        )
        await some(discord, art, 6 * life)
        await bot.kill()
        await started(bot, discord)
    await discord.until(lambda: all(one.pictures for one in discord.messages(art)), timeout_s=45)
    await all_told(bot)
    assert await bot.stop() == 0
    assert {one.id for one in discord.messages(art)} == {asked.message.id for asked in asks if asked.message}
    assert [record.status for record in await book(bot)] == [Status.FINISHED] * 12


async def test_a_bad_token_ends_the_start_with_one_sentence(bot: Bot, discord: Discord) -> None:
    bot.settings["DISCORD_TOKEN"] = "MTIzNDU2Nzg5.wrong.token-0123456789"
    await bot.start(die_at="nowhere")  # else it would be waited for until it answers
    assert await bot.died() == 2
    assert "Discord does not accept this token" in bot.log()
    assert "Traceback" not in bot.log()
    assert "wrong.token" not in bot.log()
