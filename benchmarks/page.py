"""The channel page with its last 50 messages, beside a bare aiohttp handler that returns the very same bytes."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Final

import aiohttp
from aiohttp import web
from PIL import Image

from adapters import Kit
from adapters.web import Settings, open_adapter
from adapters.web.pages.channel import PAGE_LENGTH
from adapters.web.visitor import CHANNEL
from benchmarks import photo
from benchmarks.figure import Figure, Ground
from benchmarks.gauge import Stopwatch, percentile
from benchmarks.house import CannedProvider, House, open_house
from bot.job import Rendered
from bot.message import Person
from bot.providers import Order
from bot.request import Wish

WARM_UP: Final = 10
ROUNDS: Final = 100
DELIVERED_S: Final = 60.0
LOOK_S: Final = 0.05


def measure(ground: Ground) -> list[Figure]:
    return asyncio.run(_measure(ground))


async def _measure(ground: Ground) -> list[Figure]:
    random = Random(ground.seed)

    async def paint(order: Order) -> Rendered:
        picture = photo.png(Image.frombytes("RGB", (16, 16), random.randbytes(16 * 16 * 3)))
        return Rendered(shelf=await order.shelve(picture), seed=7, word="Ready")

    async with open_house(ground.folder, CannedProvider(paint, slots=8)) as house:
        door = open_adapter(Settings(port=0, requests_per_minute=1_000_000), house.desk, Kit())
        house.delivery.messengers[CHANNEL.door] = door.messenger
        await door.open()
        try:
            await _talk(house)
            async with aiohttp.ClientSession() as session:
                page = await _get(session, door.address)
                bare = await _open_bare(page)
                try:
                    ours, plain = Stopwatch(), Stopwatch()
                    for _ in range(WARM_UP + ROUNDS):
                        with ours.running():
                            await _get(session, door.address)
                        with plain.running():
                            await _get(session, f"http://127.0.0.1:{bare.addresses[0][1]}")
                finally:
                    await bare.cleanup()
        finally:
            await door.close()
    return [
        Figure(
            what=f"the channel page, {PAGE_LENGTH} messages, {len(page) // 1024} KiB: {name}",
            ours=percentile(ours.wall_ms[WARM_UP:], percent),
            other=percentile(plain.wall_ms[WARM_UP:], percent),
            against="bare aiohttp handler, same bytes",
            unit="ms",
        )
        for name, percent in (("p50", 50), ("p99", 99))
    ]


async def _talk(house: House) -> None:
    """Fill the channel with pictures, by the way that every picture takes."""
    people = [Person("web", name.lower(), name) for name in ("Ada", "Bo", "Cy", "Di")]
    jobs = [
        await house.desk.accept(
            Wish(prompt=f"A lighthouse at dusk, number {number}", seed=number),
            by=people[number % len(people)],
            at=CHANNEL,
            event=f"event-{number}",
            asked=f"/imagine A lighthouse at dusk, number {number} --seed {number}",
        )
        for number in range(PAGE_LENGTH)
    ]
    async with asyncio.timeout(DELIVERED_S):
        for job in jobs:
            while (await house.store.record(job)).delivered_at is None:  # noqa: ASYNC110 - the store rings no bell
                await asyncio.sleep(LOOK_S)


async def _get(session: aiohttp.ClientSession, address: str) -> bytes:
    async with session.get(f"{address}/", raise_for_status=True) as response:
        return await response.read()


async def _open_bare(page: bytes) -> web.AppRunner:
    async def same(_request: web.Request) -> web.Response:
        return web.Response(body=page, content_type="text/html", charset="utf-8")

    app = web.Application()
    app.add_routes([web.get("/", same)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner
