"""The real process behind Slack, its power cut at named moments: every job is told there once."""

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
from tests.house import png
from tests.standins.slack import Channel, Message, Serving, Slack, Workspace
from tests.wire.slack_door import Scene

POINTS = ("accept.written", "announce.posted", "submit.sent", "deliver.sent")
SMALL = "--width 256 --height 256"
"""The sketch is soon done with it."""
HISTORY = ("channels:history", "groups:history")


@pytest.fixture
async def here() -> AsyncIterator[Scene]:
    async with Slack() as slack:
        team = slack.workspace("Atelier")
        ada, bob = team.person("Ada"), team.person("Bob", locale="de-DE")
        yield Scene(slack, None, team, team.channel("art"), ada, bob)  # type: ignore[arg-type]  # its hours are ours


@pytest.fixture
async def bot(tmp_path: Path, here: Scene) -> AsyncIterator[Bot]:
    settings = {
        "SLACK_BOT_TOKEN": here.team.bot_token,
        "SLACK_APP_TOKEN": here.slack.app_token,
        "IMAGEBOT__SLACK__API_URL": here.slack.api_url,
        "IMAGEBOT__SLACK__FILE_HOSTS": json.dumps(["127.0.0.1"]),
        "IMAGEBOT__LOG__LEVEL": "debug",
    }
    opened = Bot(tmp_path, settings=settings)
    yield opened
    await opened.end()


async def started(bot: Bot, here: Scene, *, die_at: str = "") -> None:
    """The bot, connected by two sockets of its own."""
    before = here.slack.sockets.connects
    await bot.start(die_at=die_at)
    await here.slack.until(
        lambda: here.slack.sockets.connects >= before + 2 and len(here.slack.sockets.live) == 2, timeout_s=45
    )


async def all_told(bot: Bot, count: int = 1) -> None:
    """Wait until the bot's own database says that there were so many jobs, and nothing is left to be told."""

    async def look() -> bool | None:
        with closing(sqlite3.connect(f"file:{bot.folder / 'data' / 'imagebot.sqlite'}?mode=ro", uri=True)) as file:
            jobs = file.execute("select count(*) from jobs").fetchone()[0]
            left = file.execute("select count(*) from jobs where delivered_at is null").fetchone()[0]
        return True if jobs >= count and left == 0 else None

    await until(look, "every job to be told")


async def book(bot: Bot) -> list[JobRecord]:
    store = await Store.open(f"sqlite:///{bot.folder / 'data' / 'imagebot.sqlite'}", clock=RealClock())
    try:
        assert await store.unbalanced() == ()
        assert await store.held("slack") == ()
        return list(await store.jobs(limit=100))
    finally:
        await store.close()


async def shown(here: Scene, channel: Channel) -> Message:
    """The bot's message there that has its picture."""
    await here.slack.until(lambda: any(one.pictures for one in here.ours(channel)), timeout_s=45)
    (message,) = [one for one in here.ours(channel) if one.pictures]
    return message


def where_of(here: Scene, place: str) -> Channel:
    return here.team.dm(here.ada) if place == "direct message" else here.art


def reading(team: Workspace, slack: Slack, bot: Bot, place: str) -> None:
    """Let the bot read what is said in channels, where the operator chose so."""
    if place == "readable channel":
        slack.grant(team, *slack.world.scopes, *HISTORY)
        bot.settings |= {"SLACK_BOT_TOKEN": team.bot_token, "IMAGEBOT__SLACK__HISTORY": "true"}


@pytest.mark.parametrize(
    ("point", "place"),
    [
        ("accept.written", "readable channel"),
        ("announce.posted", "channel"),
        ("announce.posted", "readable channel"),
        ("announce.posted", "direct message"),
        ("submit.sent", "channel"),
        ("deliver.sent", "direct message"),
    ],
)
async def test_a_power_cut_at_a_named_moment_tells_the_job_once_but_for_an_announcement_that_may_not_be_looked_up(
    bot: Bot, here: Scene, point: str, place: str
) -> None:
    """Without the scopes that read history, an announcement whose receipt was lost stands beside the next one."""
    where = where_of(here, place)
    reading(here.team, here.slack, bot, place)
    await started(bot, here, die_at=point)
    asked = await here.slack.slash(here.ada, where, "imagine", f"zanzibar --seed 42 {SMALL}", wait=False)
    assert await bot.died() == -9
    await started(bot, here)
    message = await shown(here, where)
    await all_told(bot)
    left = [one for one in here.ours(where) if one is not message]
    unseen = point == "announce.posted" and place == "channel"
    assert len(left) == (1 if unseen else 0)
    assert all(not one.pictures for one in left)
    await here.slack.redeliver(asked)
    again = await here.slack.press(here.ada, message, "Again")
    await here.slack.until(lambda: sum(bool(one.pictures) for one in here.ours(where)) == 2, timeout_s=45)
    await all_told(bot, 2)
    assert await bot.stop() == 0
    assert [record.status for record in await book(bot)] == [Status.FINISHED] * 2
    secrets = (here.slack.app_token, here.team.bot_token, asked.trigger_id, again.response_url, "ticket=", "zanzibar")
    for secret in (*secrets, "Traceback"):
        assert secret not in bot.log()


@pytest.mark.parametrize("place", ["channel", "direct message"])
async def test_a_power_cut_amid_a_slow_file_that_was_acknowledged_loses_nothing(
    bot: Bot, here: Scene, place: str
) -> None:
    where = where_of(here, place)
    await started(bot, here)
    photo = here.slack.file(here.ada, "cat.png", png(), serving=Serving.LATE)
    words = "upscale" if place == "direct message" else f"{here.me} upscale"
    told = (await here.slack.say(here.ada, where, words, files=[photo])).delivered[0]
    assert told.acked
    assert here.ours(where) == []
    await bot.kill()
    here.slack.host.late.set()
    await started(bot, here)
    message = await shown(here, where)
    await all_told(bot)
    assert (await here.slack.redeliver(told)).acked
    assert here.ours(where) == [message]
    assert await bot.stop() == 0
    assert [record.status for record in await book(bot)] == [Status.FINISHED]


async def test_kills_in_the_middle_of_a_crowd_leave_every_job_told_once(bot: Bot, here: Scene) -> None:
    await started(bot, here)
    for life in range(2):
        asks = await asyncio.gather(
            *(
                here.slack.slash(here.ada, here.art, "imagine", f"life {life} picture {number} {SMALL}")
                for number in range(6)
            )
        )
        assert all(each.acked for each in asks)
        await here.slack.until(
            lambda more_than=6 * life: sum(bool(one.pictures) for one in here.ours()) > more_than,  # type: ignore[misc]
            timeout_s=45,
        )
        await bot.kill()
        await started(bot, here)
    await here.slack.until(lambda: all(one.pictures for one in here.ours()), timeout_s=45)
    await all_told(bot, 12)
    assert await bot.stop() == 0
    texts = [one.text for one in here.ours()]
    assert all(sum(f"life {life} picture {n}" in text for text in texts) == 1 for life in range(2) for n in range(6))
    assert [record.status for record in await book(bot)] == [Status.FINISHED] * 12


async def test_a_stop_amid_a_crowd_loses_nothing_that_was_acknowledged(bot: Bot, here: Scene) -> None:
    await started(bot, here)
    asks = [
        await here.slack.slash(here.ada, here.art, "imagine", f"picture {number} {SMALL}", wait=False)
        for number in range(12)
    ]
    await here.slack.until(lambda: sum(each.acked for each in asks) >= 3)
    assert await bot.stop() == 0
    taken = [number for number, each in enumerate(asks) if each.acked and not each.text]
    await started(bot, here)
    await here.slack.until(lambda: here.ours() and all(one.pictures for one in here.ours()), timeout_s=45)
    await all_told(bot, len(taken))
    texts = [one.text for one in here.ours()]
    assert all(sum(f"picture {number}\n" in f"{text}\n" for text in texts) == 1 for number in taken)
    assert await bot.stop() == 0
    assert "Traceback" not in bot.log()


@pytest.mark.parametrize("variable", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
async def test_a_bad_token_ends_the_start_with_one_sentence(bot: Bot, variable: str) -> None:
    bot.settings[variable] = f"{bot.settings[variable][:5]}1-22-wrong-0123456789"
    await bot.start(die_at="nowhere")  # else it would be waited for until it answers
    assert await bot.died() == 2
    assert f"{variable}: Slack does not accept this token" in bot.log()
    assert "Traceback" not in bot.log()
    assert "22-wrong" not in bot.log()


async def test_who_asks_reads_what_is_left_and_admins_are_told_how_near_the_cap_is(bot: Bot, here: Scene) -> None:
    admins = here.team.channel("admins", bot=False)
    bot.settings |= {
        "IMAGEBOT__POLICY__CAPS": json.dumps([{"of": "team", "per": "month", "pictures": 2}]),
        "IMAGEBOT__POLICY__ALERT_PLACES": json.dumps([f"slack:{admins.id}"]),
        "IMAGEBOT__POLICY__ALERT_LANGUAGE": "de",
    }
    await started(bot, here)
    await here.slack.slash(here.ada, here.art, "imagine", f"zanzibar {SMALL}")
    await shown(here, here.art)
    await here.slack.slash(here.ada, here.art, "usage")
    await here.whispered(here.ada, "Left for the team, this month: 1 of 2 pictures")
    await here.slack.until(lambda: bool(here.ours(admins)), timeout_s=45)
    (alert,) = here.ours(admins)
    assert "50 % einer Obergrenze sind verbraucht" in alert.text
    assert await bot.stop() == 0
    assert "Traceback" not in bot.log()
