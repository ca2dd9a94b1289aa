from __future__ import annotations

import asyncio

from adapters.web.messenger import Hub, WebMessenger
from adapters.web.visitor import API, CHANNEL
from bot.message import Reply, Tone


def reply(title: str, job: str | None = "j1") -> Reply:
    return Reply(tone=Tone.WORKING, title=title, job=job)


async def test_a_slow_page_hears_only_the_newest_of_each_message() -> None:
    hub = Hub()
    messenger = WebMessenger(hub)
    with hub.watching() as watch:
        receipt = await messenger.post(CHANNEL, reply("one"), nonce="n")
        await messenger.edit(CHANNEL, receipt, reply("two"))
        await messenger.post(CHANNEL, reply("other", "j2"), nonce="n2")
        assert await watch.fresh(1) == {"j1": reply("two"), "j2": reply("other", "j2")}
        await messenger.remove(CHANNEL, receipt)
        assert await watch.fresh(1) == {"j1": None}


async def test_two_posts_of_one_job_are_one_message() -> None:
    messenger = WebMessenger(Hub())
    assert await messenger.post(CHANNEL, reply("a"), nonce="n1") == await messenger.post(
        CHANNEL, reply("b"), nonce="n2"
    )


async def test_what_programs_ask_is_not_told_to_pages() -> None:
    hub = Hub()
    messenger = WebMessenger(hub)
    with hub.watching() as watch:
        receipt = await messenger.post(API, reply("one"), nonce="n")
        await messenger.edit(API, receipt, reply("two"))
        await messenger.remove(API, receipt)
        assert await watch.fresh(0.01) == {}


async def test_a_page_that_left_is_forgotten_and_closing_wakes_the_others() -> None:
    hub = Hub()
    with hub.watching() as watch:
        with hub.watching():
            assert len(hub) == 2
        assert len(hub) == 1
        async with asyncio.timeout(1), asyncio.TaskGroup() as group:
            waiting = group.create_task(watch.fresh(60))
            await asyncio.sleep(0)
            hub.close()
        assert (waiting.result(), watch.closed) == ({}, True)
    assert len(hub) == 0
