"""One Discord, one house behind it, and a provider whose pictures wait until a test lets them go."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from PIL import Image

from bot.job import Moderated, Rendered, Ticket
from bot.providers import Order
from bot.store import JobRecord
from tests.clock import ShiftedClock
from tests.house import ScriptedProvider
from tests.standins.discord import MIB, Channel, Discord, Message
from tests.standins.discord.rest import Heard
from tests.wire.discord_door import Life, Scene, living, scene

POSTS = ("/callback", "POST /webhooks", "PATCH /webhooks", "/messages")


@dataclass(frozen=True)
class Studio:
    """What most tests here hold: the house's one life, its server, and the clock that both go by."""

    life: Life
    here: Scene
    clock: ShiftedClock

    @property
    def discord(self) -> Discord:
        return self.here.discord

    @property
    def provider(self) -> ScriptedProvider:
        return self.life.home.provider

    def later(self, minutes: float) -> None:
        """Let that much time pass, for Discord as well as for the house."""
        self.clock.ahead += timedelta(minutes=minutes)

    async def picture(self, channel: Channel) -> Message:
        """The channel's last message that shows a picture, once there is one."""
        await self.discord.until(lambda: any(one.pictures for one in self.discord.messages(channel)))
        return [one for one in self.discord.messages(channel) if one.pictures][-1]

    async def told(self) -> JobRecord:
        """The newest job once its end was delivered, or kept."""
        return await told(self.life)

    async def told_all(self, count: int) -> None:
        """Wait until there were so many jobs, and there is nothing that is still to be told."""

        async def over() -> bool:
            jobs = await self.life.home.store.jobs()
            return len(jobs) >= count and all(one.delivered_at for one in jobs)

        await soon(over)


class HastyClock(ShiftedClock):
    """The house waits a fortieth of what it means to wait; its hours run as everybody's."""

    SPEED = 40

    def steady(self) -> float:
        return super().steady() * self.SPEED

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / self.SPEED)


@asynccontextmanager
async def studio(
    folder: Path, *, clock: ShiftedClock | None = None, size_limit: int = 10 * MIB, **settings: Any
) -> AsyncIterator[Studio]:
    """A server, and the house open to it. Its own waits are short unless another clock is given."""
    clock = clock or HastyClock()
    async with Discord(clock=clock) as discord:
        here = scene(discord, size_limit=size_limit)
        async with living(discord, folder, clock, **settings) as life:
            yield Studio(life, here, clock)


async def soon(look: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what no request or frame tells. Raises TimeoutError."""
    async with asyncio.timeout(10):
        while True:
            if await look():
                return
            await asyncio.sleep(0.01)  # between two looks


async def told(life: Life) -> JobRecord:
    """The newest job of this life once its end was delivered, or kept."""

    async def delivered() -> bool:
        return (await life.home.store.jobs(limit=1))[0].delivered_at is not None

    await soon(delivered)
    return (await life.home.store.jobs(limit=1))[0]


def holding(provider: ScriptedProvider) -> asyncio.Event:
    """Every picture from now on is painted when the event is set."""
    done = asyncio.Event()

    async def submit(order: Order) -> Ticket | Rendered | Moderated:
        await done.wait()
        return Rendered(link=f"https://pictures.test/{order.job}", seed=7, word="Ready")

    provider.on_submit = submit
    return done


def noise(width: int, height: int) -> bytes:
    """A PNG that no encoder makes smaller: about three bytes a pixel."""
    out = io.BytesIO()
    Image.frombytes("RGB", (width, height), os.urandom(width * height * 3)).save(out, "PNG", compress_level=0)
    return out.getvalue()


def painting(provider: ScriptedProvider, picture: bytes) -> None:
    """Every picture from now on is this one."""

    async def fetch(link: str) -> bytes:
        return picture

    provider.on_fetch = fetch


def spoken(discord: Discord) -> list[Heard]:
    """Requests that post or change a message."""
    return [
        heard
        for heard in discord.requests
        if heard.method in ("POST", "PATCH") and any(post in f"{heard.method} {heard.route}" for post in POSTS)
    ]


def refused(discord: Discord, status: int) -> list[Heard]:
    return [heard for heard in discord.requests if heard.status == status]
