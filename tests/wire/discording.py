"""The real discord.py against the Discord stand-in: a client of every kind of command, and a place to run it."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import discord as library
import pytest
import yarl
from discord import app_commands

from tests.clock import HeldClock
from tests.standins.discord import Channel, Discord, Guild, Person

Event = library.Interaction[Any]
T = TypeVar("T")
INTENTS = library.Intents(guilds=True, guild_messages=True, dm_messages=True)


class Client(library.AutoShardedClient):
    """The real client with a few commands of every kind; what it heard, it keeps."""

    def __init__(self, *, intents: library.Intents = INTENTS, **more: Any) -> None:
        super().__init__(intents=intents, guild_ready_timeout=0.1, **more)
        self.tree = app_commands.CommandTree(self)
        self.heard: asyncio.Queue[library.Message] = asyncio.Queue()
        self.pressed: asyncio.Queue[Event] = asyncio.Queue()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """The library's own waits 5 s between shards."""

    async def on_message(self, message: library.Message) -> None:
        self.heard.put_nowait(message)

    async def on_interaction(self, event: Event) -> None:
        if event.type is library.InteractionType.component:
            self.pressed.put_nowait(event)

    def answer(self, name: str, do: Callable[..., Any], *, about: str = "does it") -> None:
        """A slash command that `do` answers; its signature gives the options."""
        self.tree.add_command(app_commands.Command(name=name, description=about, callback=do))


class House:
    """A Discord with one person in one channel, its clock standing still, and clients for it."""

    def __init__(self, discord: Discord, clock: HeldClock) -> None:
        self.discord = discord
        self.clock = clock
        self.ada: Person = discord.person("Ada", locale="de")
        self.guild: Guild = discord.guild("Atelier", members=[self.ada])
        self.art: Channel = self.guild.channel("art")

    @contextlib.asynccontextmanager
    async def running(self, client: Client, *, sync: bool = True) -> AsyncIterator[Client]:
        """The client from its login to its close, ready meanwhile."""
        async with client:
            running = asyncio.ensure_future(client.start(self.discord.token))
            ready = asyncio.ensure_future(client.wait_until_ready())
            await asyncio.wait((running, ready), timeout=10, return_when=asyncio.FIRST_COMPLETED)
            ready.cancel()
            if running.done():
                running.result()
            if sync:
                await client.tree.sync()
            try:
                yield client
            finally:
                await client.close()
                await running


def gone(turned_down: library.HTTPException) -> tuple[int, int]:
    return turned_down.status, turned_down.code


def buttons(*labels: str) -> library.ui.LayoutView:
    view = library.ui.LayoutView(timeout=None)
    row: library.ui.ActionRow[Any] = library.ui.ActionRow(
        *(library.ui.Button(label=label, custom_id=f"v1:{label.lower()}") for label in labels)
    )
    view.add_item(library.ui.Container(library.ui.TextDisplay("Done."), row))
    return view


def gallery(name: str, content: bytes, *, alt: str) -> tuple[library.ui.LayoutView, library.File]:
    file = library.File(io.BytesIO(content), filename=name)
    view = library.ui.LayoutView(timeout=None)
    view.add_item(library.ui.MediaGallery(library.MediaGalleryItem(file, description=alt, spoiler=True)))
    return view, file


async def arrived(queue: asyncio.Queue[T]) -> T:
    return await asyncio.wait_for(queue.get(), 5)


async def say_hello(event: Event, prompt: str = "") -> None:
    await event.response.send_message(f"hello {prompt}")


@contextlib.asynccontextmanager
async def opened(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """A Discord that the library, whose addresses are its classes' own, takes for the real one."""
    clock = HeldClock()
    async with Discord(clock=clock) as discord:
        monkeypatch.setattr(library.http.Route, "BASE", discord.api_url)
        monkeypatch.setattr(library.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(discord.gateway_url))
        yield House(discord, clock)


async def answered(house: House, client: Client) -> tuple[Any, Event]:
    """An interaction answered with a message, and the library's side of it."""
    events: asyncio.Queue[Event] = asyncio.Queue()

    async def hello(event: Event) -> None:
        await event.response.send_message("hi")
        events.put_nowait(event)

    client.answer("hello", hello)
    await client.tree.sync()
    asked = await house.discord.slash(house.ada, house.art, "hello")
    return asked, await arrived(events)


class Form(library.ui.Modal, title="Edit"):
    prompt: Any = library.ui.Label(text="Prompt", component=library.ui.TextInput(custom_id="prompt", default="a fox"))
    files: Any = library.ui.Label(
        text="Pictures", component=library.ui.FileUpload(custom_id="files", required=False, max_values=2)
    )

    async def on_submit(self, event: Event) -> None:
        names = [file.filename for file in self.files.component.values]
        await event.response.send_message(f"{self.prompt.component.value} {names}")
