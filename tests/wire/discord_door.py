"""The Discord door over a whole house, its client connected to the stand-in: what people there see and do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partialmethod
from pathlib import Path
from typing import Any

import discord as library
import pytest

from adapters import Kit
from adapters.discord import Settings, open_adapter
from adapters.discord.door import Adapter
from bot.desk import Desk
from bot.policy import Limits
from tests.house import png
from tests.standins.discord import MIB, Channel, Discord, Guild, Interaction, Message, Person
from tests.standins.discord.rest import Heard
from tests.wire.living import DoorClock, HastyClock, Living, opened_to


@dataclass(frozen=True)
class Scene:
    """A server with one channel and two people in it, of whom Bob speaks German."""

    discord: Discord
    clock: HastyClock
    guild: Guild
    art: Channel
    ada: Person
    bob: Person

    @property
    def me(self) -> str:
        """What people type to call the bot."""
        return self.discord.bot.mention

    def later(self, **span: float) -> None:
        """Let that much time pass, for Discord as well as for the house: minutes=16."""
        self.clock.ahead += timedelta(**span)

    async def posted(self) -> Message:
        """A picture of Bob's own in the channel."""
        photo = self.discord.attachment("x.png", png())
        return await self.discord.say(self.bob, self.art, "look", attachments=[photo])

    async def ended(self, message: Message, word: str = "") -> Message:
        """The message once its picture, or the end that `word` is from, is in it."""
        await self.discord.until(lambda: word in message.text if word else bool(message.pictures))
        return message

    async def picture(self, channel: Channel) -> Message:
        """The channel's last message that shows a picture, once there is one."""
        await self.discord.until(lambda: any(one.pictures for one in self.discord.messages(channel)))
        return [one for one in self.discord.messages(channel) if one.pictures][-1]

    async def replies(self, to: Message, count: int = 1) -> list[Message]:
        """The bot's replies to a message, once there are so many."""
        await self.discord.until(lambda: len(self.replies_now(to)) >= count)
        return self.replies_now(to)

    def replies_now(self, to: Message) -> list[Message]:
        return [each for each in self.discord.messages(to.channel) if each.reply_to is to]

    async def answered(self, asked: Interaction, words: str) -> None:
        """Wait until these words are in an interaction's answer, or in what follows it."""
        await self.discord.until(lambda: words in asked.text or any(words in each.text for each in asked.followups))

    def public(self) -> list[Message]:
        """What the bot posted in the channel for everybody."""
        posted = self.discord.messages(self.art)
        return [each for each in posted if not each.ephemeral and each.author is self.discord.bot]

    def refused(self, status: int) -> list[Heard]:
        return [heard for heard in self.discord.requests if heard.status == status]


@dataclass(frozen=True)
class Life(Living, Scene):
    """One life of the house that has its door open there."""

    door: Adapter

    async def painted(self, words: str = "a fox", **options: Any) -> Message:
        """Ada's picture, by /imagine."""
        asked = await self.discord.slash(self.ada, self.art, "imagine", prompt=words, **options)
        return await self.ended(asked.shown)

    async def settled(self) -> None:
        """What came before would have come to something by now: a later wish is fulfilled."""
        last = await self.discord.say(self.bob, self.art, f"{self.me} the last")
        await self.ended((await self.replies(last))[0])


@asynccontextmanager
async def atelier(
    *, message_content: bool = False, shards: int = 1, size_limit: int = 10 * MIB
) -> AsyncIterator[Scene]:
    """A Discord with that server, and no house yet. message_content: whether the developer portal allows it."""
    clock = HastyClock()
    async with Discord(clock=clock, message_content=message_content, shards=shards) as discord:
        ada, bob = discord.person("Ada"), discord.person("Bob", locale="de")
        guild = discord.guild("Atelier", members=[ada, bob], size_limit=size_limit)
        yield Scene(discord, clock, guild, guild.channel("art"), ada, bob)


@asynccontextmanager
async def living(
    here: Scene, folder: Path, *, limits: dict[str, Any] | None = None, token: str = "", **settings: Any
) -> AsyncIterator[Life]:
    """Open the house and its door; a second time on the same folder is the next life. token: another than the app's."""

    def build(desk: Desk) -> Adapter:
        chosen = Settings(**{"api_url": here.discord.api_url, "attachment_hosts": ("127.0.0.1",)} | settings)
        secrets = {"DISCORD_TOKEN": token or here.discord.token}
        counted = Limits(**limits or {}).counted_roles
        kit = Kit(clock=DoorClock(here.clock), secrets=secrets, roles=counted)
        return open_adapter(chosen, desk, kit)

    opening = opened_to("discord", folder, here.clock, build, settings=settings, limits=limits or {})
    async with opening as (home, door):
        yield Life(here.discord, here.clock, here.guild, here.art, here.ada, here.bob, home, door)


@asynccontextmanager
async def opened(
    folder: Path, *, message_content: bool = False, size_limit: int = 10 * MIB, **settings: Any
) -> AsyncIterator[Life]:
    """A server of its own, and the house open to it, with settings or `limits` of the test's own."""
    async with (
        atelier(message_content=message_content, size_limit=size_limit) as here,
        living(here, folder, message_content=message_content, **settings) as life,
    ):
        yield life


class _Asyncio:
    """The module as the library sees it, with shorter waits."""

    LONGEST_S = 0.05

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, self.LONGEST_S))


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library waits for seconds after a 5xx, a refused connection, and for its servers; now it hardly does."""
    for module in (library.http, library.shard, library.webhook.async_):
        monkeypatch.setattr(module, "asyncio", _Asyncio())
    patient = library.AutoShardedClient.__init__
    monkeypatch.setattr(library.AutoShardedClient, "__init__", partialmethod(patient, guild_ready_timeout=0.05))
