"""200 people at once on Discord: how long each waits for the first answer, beside discord.py's own smallest bot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import discord as library
from discord import app_commands

from adapters import Kit
from adapters.discord import Settings, open_adapter
from benchmarks.figure import Figure, Ground, crowd
from benchmarks.house import CannedProvider, open_house
from bot.job import Rendered
from bot.providers import Order
from tests.standins.discord import Channel, Discord, Person

CROWD: Final = 200
ROUNDS: Final = 3
LIMIT_MS: Final = 3000.0
"""Discord's own, for a first answer."""


class Bare(library.AutoShardedClient):
    """Answers /imagine with one word, and does nothing else."""

    def __init__(self) -> None:
        super().__init__(intents=library.Intents.none())
        self.tree = app_commands.CommandTree(self)
        self.there = asyncio.Event()

        @self.tree.command(name="imagine", description="answers")
        async def imagine(event: library.Interaction[Any], prompt: str) -> None:
            await event.response.send_message(f"{len(prompt)} characters")

    async def on_connect(self) -> None:
        self.there.set()


def measure(ground: Ground) -> list[Figure]:
    return asyncio.run(_measure(ground))


async def _measure(ground: Ground) -> list[Figure]:
    async with Discord(validate=False) as discord:
        people = [discord.person(f"Person {number}") for number in range(CROWD)]
        channel = discord.guild("Atelier", members=people).channel("art")
        waits = {"ours": await _ours(ground, discord, channel, people)}
        async with _bare(discord):
            waits["bare"] = await _rushes(discord, channel, people)
    return crowd(
        f"{CROWD} slash commands at once: first answer",
        waits["ours"],
        waits["bare"],
        peer="discord.py answering one word",
        limit=("Discord's limit", LIMIT_MS),
    )


async def _ours(ground: Ground, discord: Discord, channel: Channel, people: list[Person]) -> list[float]:
    """Through the whole house, durable, with a provider that is still busy with the first pictures."""

    async def busy(_order: Order) -> Rendered:
        await asyncio.Event().wait()
        return Rendered()

    async with open_house(ground.folder, CannedProvider(busy, slots=4)) as house:
        settings = Settings(api_url=discord.api_url)
        door = open_adapter(settings, house.desk, Kit(secrets={"DISCORD_TOKEN": discord.token}))
        house.delivery.messengers["discord"] = door.messenger
        await door.open()
        try:
            return await _rushes(discord, channel, people)
        finally:
            await door.close()


@asynccontextmanager
async def _bare(discord: Discord) -> AsyncIterator[None]:
    library.http.Route.BASE = discord.api_url
    async with Bare() as bare:
        running = asyncio.create_task(bare.start(discord.token))
        await bare.there.wait()
        await bare.tree.sync()
        yield
        await bare.close()
        await running


async def _rushes(discord: Discord, channel: Channel, people: list[Person]) -> list[float]:
    """Milliseconds that each waited; the first rush only warms up."""
    waits: list[float] = []
    for number in range(ROUNDS + 1):
        asked = await asyncio.gather(
            *(discord.slash(person, channel, "imagine", prompt=f"a lighthouse {number}") for person in people)
        )
        if number:
            if any(each.answer.ephemeral for each in asked):
                raise RuntimeError("somebody was refused: what was measured is no acceptance")
            waits += [(each.answered_at - each.asked_at) * 1000 for each in asked]
    return waits
