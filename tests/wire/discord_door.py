"""The Discord door over a whole house, its client connected to the stand-in: what a person there would see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters import Kit
from adapters.discord import Settings, open_adapter
from adapters.discord.door import Adapter
from bot.delivery import Messenger
from bot.desk import Desk
from bot.job import JobId
from bot.request import Imagine, Upscale
from tests.clock import ShiftedClock
from tests.house import TestHouse, house
from tests.standins.discord import Channel, Discord, Guild, Message, Person


@dataclass(frozen=True)
class Scene:
    """A server with one channel, and two people in it."""

    discord: Discord
    guild: Guild
    art: Channel
    ada: Person
    bob: Person


def scene(discord: Discord, **guild: Any) -> Scene:
    ada, bob = discord.person("Ada"), discord.person("Bob", locale="de")
    made = discord.guild("Atelier", members=[ada, bob], **guild)
    return Scene(discord, made, made.channel("art"), ada, bob)


@dataclass(frozen=True)
class Life:
    """One life of the house with its Discord door open."""

    discord: Discord
    home: TestHouse
    door: Adapter

    async def ended(self, message: Message, word: str = "") -> Message:
        """The message once its picture, or the end that `word` is from, is in it."""
        await self.discord.until(lambda: word in message.text if word else bool(message.pictures))
        return message

    def painted(self, number: int = -1) -> Imagine:
        """What the provider was asked to paint, by its place among its orders."""
        request = self.home.provider.orders[number].request
        assert isinstance(request, Imagine)
        return request

    def enlarged(self, number: int = -1) -> Upscale:
        """What the provider was asked to enlarge, by its place among its orders."""
        request = self.home.provider.orders[number].request
        assert isinstance(request, Upscale)
        return request

    async def job(self) -> JobId:
        """The newest job of the house."""
        return (await self.home.store.jobs(limit=1))[0].job.id


@asynccontextmanager
async def living(
    discord: Discord,
    folder: Path,
    clock: ShiftedClock,
    *,
    limits: dict[str, Any] | None = None,
    token: str = "",
    **settings: Any,
) -> AsyncIterator[Life]:
    """Open the house and its door; a second time on the same folder is the next life. token: another than the app's."""
    doors: list[Adapter] = []

    def make(desk: Desk) -> Messenger:
        chosen = Settings(api_url=discord.api_url, attachment_hosts=("127.0.0.1",), **settings)
        doors.append(open_adapter(chosen, desk, Kit(clock=clock, secrets={"DISCORD_TOKEN": token or discord.token})))
        return doors[0].messenger

    async with house(folder, doors=False, clock=clock, door=("discord", make), **(limits or {})) as home:
        try:
            await doors[0].open()
            yield Life(discord, home, doors[0])
        finally:
            await doors[0].close()
