"""Pictures in object storage that is away while they are to be kept, read and told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Final

from bot.job import Status
from tests.crash.database import Postgres
from tests.crash.scenario import Scenario
from tests.crash.stage import LOOK_S, PATIENCE_S, Stage
from tests.crash.town import DOORS
from tests.standins import bucket as s3
from tests.standins.fault import At

POINTS: Final = ("shelf.spooled", "shelf.brought")
"""On a picture's way into the bucket."""
SPEED: Final = 20.0
AWAY_S: Final = 120.0
"""Of the bot's time: longer than a picture waits for its storage, shorter than anybody for a picture."""


async def storage_away(stage: Stage) -> None:
    """The bucket hangs up on everybody for two minutes, amid everything, and a kill falls meanwhile."""
    workers = isinstance(stage.database, Postgres)
    async with AsyncExitStack() as opened:
        bucket = await opened.enter_async_context(s3.bucket(opened.enter_context(s3.moto())))
        shelf = {"IMAGEBOT__STORE__PICTURES_URL": bucket.url, **s3.KEYS}
        await stage.open(doors=DOORS, **shelf)
        if workers:
            await stage.worker(**shelf)
        await stage.ask(9, doors=DOORS)
        await stage.until(lambda: len(stage.town.flux.requests(At.POLL)) >= 6, what="tasks under way")
        bucket.mood = s3.Mood.RESET
        await stage.ask(3, doors=DOORS)
        await asyncio.sleep(AWAY_S / SPEED / 2)  # the first half of the outage
        await stage.kill()
        await (stage.worker(**shelf) if workers else stage.open(doors=DOORS, **shelf))
        await asyncio.sleep(AWAY_S / SPEED / 2)  # and the second
        bucket.mood = s3.Mood.WELL
        stage.disturb()
        await _all_brought(stage, bucket)


def cut_at(point: str) -> Callable[[Stage], Awaitable[None]]:
    """A life ends while a picture is on its way from the disk to the bucket."""

    async def play(stage: Stage) -> None:
        async with AsyncExitStack() as opened:
            bucket = await opened.enter_async_context(s3.bucket(opened.enter_context(s3.moto())))
            shelf = {"IMAGEBOT__STORE__PICTURES_URL": bucket.url, **s3.KEYS}
            await stage.open(doors=DOORS, die_at=point, **shelf)
            await stage.ask(3, doors=DOORS)
            await stage.died()
            await stage.open(doors=DOORS, **shelf)
            await _all_brought(stage, bucket)

    return play


async def _all_brought(stage: Stage, bucket: s3.StandInBucket) -> None:
    """Wait for the ends, and until each finished picture lies in the bucket."""
    await stage.told()
    finished = stage.book.statuses().count(Status.FINISHED)
    async with asyncio.timeout(PATIENCE_S):
        while True:
            brought = await bucket.objects()
            if len(brought) >= finished:
                break
            await asyncio.sleep(LOOK_S)  # between two looks
    await stage.stop()


SCENARIOS: Final = (
    *(Scenario(name=f"cut at {point}", says=f"kill -9 at {point}", play=cut_at(point)) for point in POINTS),
    Scenario(
        name="object storage away",
        says="the bucket hangs up for 2 minutes while pictures are to be kept, a kill -9 in the first",
        play=storage_away,
        latency={"work_s": (1.0, 2.0)},
        speed=SPEED,
        lasts_s=40,
    ),
)
